"""Chat and responses of the simulator: words, functions, JSON, streams."""

from __future__ import annotations

import json

import aiohttp
import pytest
from openai import AsyncOpenAI, NotFoundError

from flowengine.testing.openai_server import OpenAISimulator
from tests.testing.conftest import checked

WEATHER = {
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {
            "place": {"type": "string"},
            "days": {"type": "integer", "minimum": 3},
            "unit": {"$ref": "#/$defs/unit"},
            "tags": {"type": "array", "items": {"type": "boolean"}},
        },
        "$defs": {"unit": {"type": "string", "enum": ["C", "F"]}},
    },
}
ARGUMENTS = {"place": "simulated place", "days": 3, "unit": "C", "tags": [True]}
CHAT_TOOL = {"type": "function", "function": WEATHER}
RESPONSES_TOOL = {"type": "function", "strict": None, **WEATHER}


def asked(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "be brief"}, {"role": "user", "content": text}]


async def test_a_question_is_said_back_and_marked(client: AsyncOpenAI) -> None:
    done = checked(await client.chat.completions.create(model="any-name", messages=asked("why blue")))
    assert done.choices[0].message.content == "(simulated) You said: why blue"
    assert done.choices[0].finish_reason == "stop"
    assert done.model == "any-name"
    # be brief why blue, the two roles; (simulated) You said: why blue, and its role
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (6, 6)


async def test_the_same_conversation_gets_the_same_answer() -> None:
    answers = []
    for _ in range(2):
        async with OpenAISimulator() as server, AsyncOpenAI(base_url=server.url, api_key="k") as client:
            done = await client.chat.completions.create(model="m", messages=asked("hello"))
            answers.append(done.to_json())
    assert answers[0] == answers[1]


async def test_a_stream_says_what_the_whole_answer_says(client: AsyncOpenAI) -> None:
    options = {"include_usage": True}
    stream = await client.chat.completions.create(
        model="m", messages=asked("one two"), stream=True, stream_options=options
    )
    chunks = [checked(chunk) async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks[:-1]) == "(simulated) You said: one two"
    assert len(chunks) > 5
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens > 0


async def test_an_offered_function_is_called_and_its_result_told(client: AsyncOpenAI) -> None:
    messages = asked("will it rain?")
    done = checked(await client.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL]))
    (call,) = done.choices[0].message.tool_calls
    assert done.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", ARGUMENTS)
    messages += [
        done.choices[0].message.to_dict(),
        {"role": "tool", "tool_call_id": call.id, "content": "rain"},
    ]
    told = await client.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL])
    assert told.choices[0].message.content == "(simulated) The tool answered: rain"


async def test_a_streamed_function_call_comes_in_pieces(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="m", messages=asked("x"), tools=[CHAT_TOOL], stream=True
    )
    calls = [c.choices[0].delta.tool_calls[0] async for c in stream if c.choices[0].delta.tool_calls]
    assert calls[0].function.name == "weather"
    assert json.loads("".join(call.function.arguments for call in calls)) == ARGUMENTS


async def test_tool_choice_none_and_by_name(client: AsyncOpenAI) -> None:
    other = {"type": "function", "function": {"name": "other"}}
    create = client.chat.completions.create
    silent = await create(model="m", messages=asked("x"), tools=[CHAT_TOOL], tool_choice="none")
    assert silent.choices[0].message.tool_calls is None
    named = await create(
        model="m", messages=asked("x"), tools=[CHAT_TOOL, other],
        tool_choice={"type": "function", "function": {"name": "other"}},
    )  # fmt: skip
    assert named.choices[0].message.tool_calls[0].function.name == "other"


async def test_a_json_schema_is_filled_in(client: AsyncOpenAI) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "w", "schema": WEATHER["parameters"]}}
    done = await client.chat.completions.create(model="m", messages=asked("x"), response_format=wanted)
    assert json.loads(done.choices[0].message.content) == ARGUMENTS


async def test_a_limit_cuts_the_answer(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.create(model="m", messages=asked("x"), max_tokens=2)
    assert done.choices[0].message.content == "(simulated) You"
    assert done.choices[0].finish_reason == "length"


async def test_stored_completions_can_be_read_changed_and_deleted(client: AsyncOpenAI) -> None:
    api = client.chat.completions
    done = await api.create(model="m", messages=asked("x"), store=True)
    assert checked(await api.list()).data[0].id == done.id
    assert (await api.messages.list(done.id)).data[0].content == "(simulated) You said: x"
    assert checked(await api.update(done.id, metadata={"a": "b"})).metadata == {"a": "b"}
    assert (await api.delete(done.id)).deleted
    with pytest.raises(NotFoundError):
        await api.retrieve(done.id)


async def test_older_completions(client: AsyncOpenAI) -> None:
    done = checked(await client.completions.create(model="m", prompt="once upon"))
    assert done.choices[0].text == "(simulated) You said: once upon"


async def test_a_response_is_kept_with_what_was_asked(client: AsyncOpenAI) -> None:
    made = checked(await client.responses.create(model="m", input="why"))
    assert made.output_text == "(simulated) You said: why"
    assert checked(await client.responses.retrieve(made.id)).output == made.output
    (item,) = checked(await client.responses.input_items.list(made.id)).data
    assert item.content[0].text == "why"
    await client.responses.delete(made.id)
    with pytest.raises(NotFoundError):
        await client.responses.retrieve(made.id)


async def test_the_events_of_a_response_are_in_the_order_of_the_real_api(client: AsyncOpenAI) -> None:
    stream = await client.responses.create(model="m", input="why", stream=True)
    events = [checked(event) async for event in stream]
    names = [event.type.removeprefix("response.") for event in events]
    deltas = names.count("output_text.delta")
    assert names == [
        "created", "in_progress", "output_item.added", "content_part.added", *["output_text.delta"] * deltas,
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].response.output_text == "(simulated) You said: why"


async def test_a_response_calls_a_function_and_tells_its_result(client: AsyncOpenAI) -> None:
    called = checked(await client.responses.create(model="m", input="rain?", tools=[RESPONSES_TOOL]))
    (call,) = called.output
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "weather", ARGUMENTS)
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    told = await client.responses.create(
        model="m", previous_response_id=called.id, input=[output], tools=[RESPONSES_TOOL]
    )
    assert told.output_text == "(simulated) The tool answered: rain"
    stream = await client.responses.create(model="m", input="rain?", tools=[RESPONSES_TOOL], stream=True)
    names = [checked(event).type async for event in stream]
    assert "response.function_call_arguments.done" in names


async def test_a_response_in_the_background_takes_its_time_and_can_be_stopped(client: AsyncOpenAI) -> None:
    made = await client.responses.create(model="m", input="why", background=True)
    seen = [made.status] + [(await client.responses.retrieve(made.id)).status for _ in range(3)]
    assert seen == ["queued", "in_progress", "completed", "completed"]
    other = await client.responses.create(model="m", input="why", background=True)
    assert checked(await client.responses.cancel(other.id)).status == "cancelled"


async def test_tokens_are_words_and_compaction_is_one_item(client: AsyncOpenAI) -> None:
    assert (await client.responses.input_tokens.count(model="m", input="one two three")).input_tokens == 3
    compacted = checked(await client.responses.compact(model="m", input="one two three"))
    assert compacted.output[0].type == "compaction"


async def test_responses_over_a_websocket(server: OpenAISimulator) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.url}/responses") as socket:
        await socket.send_json({"type": "response.create", "model": "m", "input": "why"})
        names = []
        while names[-1:] != ["response.completed"]:
            names.append((await socket.receive_json(timeout=5))["type"])
        assert names[0] == "response.created"
        await socket.send_str("not json")
        assert (await socket.receive_json(timeout=5))["error"]["code"] == "invalid_json"


async def test_a_realtime_conversation(client: AsyncOpenAI) -> None:
    async with client.realtime.connect(model="m") as talk:
        assert (await talk.recv()).type == "session.created"
        await talk.session.update(session={"type": "realtime", "instructions": "be brief"})
        assert (await talk.recv()).type == "session.updated"
        content = [{"type": "input_text", "text": "why"}]
        await talk.conversation.item.create(item={"type": "message", "role": "user", "content": content})
        await talk.response.create()
        said = ""
        async for event in talk:
            if event.type == "response.output_text.delta":
                said += event.delta
            if event.type == "response.done":
                break
    assert said == "(simulated) You said: why"
