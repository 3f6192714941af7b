"""The tool loop: a model's function calls answered by flows, until the model is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

from .scripted import CREDENTIALS, Server, events, flow, replies
from .test_tool_flows import function, node, tool

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Weather?"}]}
WEATHER = {"properties": {"city": {"type": "string", "examples": ["Oslo"]}}, "required": ["city"]}


def weather(code: str = "msg.payload = 'dry in ' + msg.payload.city; return msg;") -> list[dict[str, Any]]:
    return [tool(schema=WEATHER), function(code, "work", "tool-out"), node("tool-out", "tool out")]


def said(content: str) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}],
        "usage": {"total_tokens": 5},
    }


def called(*calls: tuple[str, Any]) -> dict[str, Any]:
    made = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": given}}
        for number, (name, given) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": None, "refusal": None, "annotations": [], "tool_calls": made}
    return {"choices": [{"index": 0, "message": message}], "usage": {"total_tokens": 7}}


async def ask(
    server: Any, payload: dict[str, Any], *more: Any, method: str = "createChatCompletion", **fields: Any
) -> Any:
    nodes = [*flow(server.base, method, **{"tools": "all", **fields}), *more]
    async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
        await harness.send("n1", {"payload": payload})
        assert await harness.settle(10)
        return harness, harness.received("out")


def bodies(server: Server) -> list[dict[str, Any]]:
    return [json.loads(seen.body) for seen in server.seen]


async def test_calls_are_answered_until_the_model_is_done():
    async with Server(replies(called(("weather", '{"city": "Oslo"}')), said("Take no umbrella."))) as server:
        harness, (out,) = await ask(server, ASKED, *weather())
        first, second = bodies(server)
    assert out["payload"] == said("Take no umbrella.")
    offered = {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", **WEATHER},
    }
    assert first["tools"] == [{"type": "function", "function": offered}]
    question, answer, told = second["messages"]
    assert (question, told) == (
        ASKED["messages"][0],
        {"role": "tool", "tool_call_id": "call_0", "content": "dry in Oslo"},
    )
    assert answer.keys() == {"role", "content", "tool_calls"}
    texts = [report.status.get("text") for report in harness.statuses if report.node == "n1"]
    assert texts == ["OpenaiApi.status.requesting", "1: weather", None]


async def test_nothing_is_offered_unless_tools_are_chosen():
    async with Server(replies(called(("weather", "{}")))) as server:
        _, (out,) = await ask(server, ASKED, *weather(), tools="")
        assert out["payload"]["choices"][0]["message"]["tool_calls"]
        assert bodies(server) == [ASKED]


async def test_calls_of_one_round_run_side_by_side_and_keep_their_order():
    meet = """
        const both = flow.get('both') || []; both.push(msg); flow.set('both', both);
        if (both.length === 2) { both.forEach(m => node.send({...m, payload: 'met ' + m.payload.city})); }"""
    both = called(("weather", '{"city": "A"}'), ("weather", '{"city": "B"}'))
    async with Server(replies(both, said("ok"))) as server:
        await ask(server, ASKED, *weather(meet))
        told = bodies(server)[1]["messages"][2:]
    assert [(one["tool_call_id"], one["content"]) for one in told] == [
        ("call_0", "met A"),
        ("call_1", "met B"),
    ]


@pytest.mark.parametrize(
    ("name", "given", "code", "text"),
    [
        ("climate", "{}", "return msg;", 'Error: There is no tool "climate". The tools are: weather'),
        ("weather", "{oops", "return msg;", "Error: the arguments are not JSON"),
        ("weather", "{}", "return msg;", 'Error: The arguments for "weather" do not fit'),
        ("weather", '{"city": "A"}', "throw new Error('the station is down');", "the station is down"),
    ],
)
async def test_the_model_reads_what_went_wrong_with_a_tool(name, given, code, text):
    async with Server(replies(called((name, given)), said("Sorry."))) as server:
        _, (out,) = await ask(server, ASKED, *weather(code))
        assert text in bodies(server)[1]["messages"][-1]["content"]
        assert out["payload"] == said("Sorry.")


async def test_a_model_may_not_call_a_flow_that_was_not_offered():
    hidden = [tool("secret", to="s"), function("flow.set('ran', true); return msg;", "s", "tool-out")]
    async with Server(replies(called(("secret", "{}")), said("ok"))) as server:
        harness, _ = await ask(server, ASKED, *weather(), *hidden, tools=["weather"])
        assert 'no tool "secret"' in bodies(server)[1]["messages"][-1]["content"]
        assert await harness.get_context("flow", "tab") == {}


async def test_the_flow_answers_calls_of_the_functions_that_its_payload_offers():
    own = {"type": "function", "function": {"name": "book", "parameters": {"type": "object"}}}
    answer = called(("weather", '{"city": "A"}'), ("book", "{}"))
    async with Server(replies(answer)) as server:
        _, (out,) = await ask(server, {**ASKED, "tools": [own]}, *weather())
        assert out["payload"] == answer
        assert [offered["function"]["name"] for offered in bodies(server)[0]["tools"]] == ["book", "weather"]


async def test_rounds_are_bounded():
    async with Server(replies(called(("weather", '{"city": "A"}')))) as server:
        harness, out = await ask(server, ASKED, *weather(), maxRounds=2)
        assert out == []
        assert (
            harness.received("caught")[0]["error"]["message"] == "The model still calls tools after 2 rounds"
        )
        assert len(server.seen) == 3


async def test_a_choice_that_forces_a_call_forces_only_the_first():
    async with Server(replies(called(("weather", '{"city": "A"}')), said("ok"))) as server:
        await ask(server, {**ASKED, "tool_choice": "required"}, *weather())
        assert [body["tool_choice"] for body in bodies(server)] == ["required", "auto"]


async def test_rounds_can_be_messages_and_usage_counts_them_all():
    async with Server(replies(called(("weather", '{"city": "A"}')), said("ok"))) as server:
        harness, (round_, out) = await ask(server, ASKED, *weather(), toolMessages=True, usageStatus=True)
    call = {"name": "weather", "arguments": {"city": "A"}, "output": "dry in A"}
    assert round_["payload"] == {"round": 1, "calls": [call]}
    assert round_["openai"] == {"round": 1}
    assert "openai" not in out
    assert harness.statuses[-1].status["text"] == "12 tokens"


async def test_a_tool_that_no_flow_has_is_an_error():
    async with Server(replies(said("ok"))) as server:
        harness, out = await ask(server, ASKED, *weather(), tools="weather, climate")
        assert (out, server.seen) == ([], [])
        assert 'no tool in node "climate"' in harness.received("caught")[0]["error"]["message"]


def chunk(**delta: Any) -> bytes:
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode()


async def test_streams_go_on_through_all_rounds():
    def piece(**function: str) -> bytes:
        return chunk(
            tool_calls=[{"index": 0, **({"id": "c1"} if "name" in function else {}), "function": function}]
        )

    first = events(piece(name="weather", arguments=""), piece(arguments='{"city":'), piece(arguments='"A"}'))
    second = events(chunk(content="Stay "), chunk(content="in."), b"data: [DONE]\n\n")
    turns = [first, second]

    async def handle(request):
        return await turns.pop(0)(request)

    async with Server(handle) as server:
        _, out = await ask(server, {**ASKED, "stream": True}, *weather(), streamText=True)
        assert bodies(server)[1]["messages"][-1]["content"] == "dry in A"
    assert len(out) == 6
    assert (out[-1]["payload"], out[-1]["complete"]) == ("Stay in.", True)


class Simulated(OpenAISimulator):
    """The simulator by the name that scripted servers have for their address."""

    @property
    def base(self) -> str:
        return self.url


RESPONSE = {"model": "m", "input": "Weather?"}


@pytest.mark.parametrize("method", ["createModelResponse", "parseModelResponse"])
async def test_responses_call_flows_too(method):
    async with Simulated() as server:
        _, (out,) = await ask(server, RESPONSE, *weather(), method=method)
    assert "The tool answered: dry in Oslo" in out["payload"]["output_text"]


async def test_a_conversation_is_only_told_what_is_new():
    async with Simulated() as server:
        server.state.add("/conversations", {"id": "conv_1"})
        _, (out,) = await ask(
            server, {**RESPONSE, "conversation": "conv_1"}, *weather(), method="createModelResponse"
        )
        kinds = [item["type"] for item in server.state.all("/conversations/conv_1/items")]
    assert "dry in Oslo" in out["payload"]["output_text"]
    assert kinds == ["message", "function_call", "function_call_output", "message"]


@pytest.mark.parametrize(
    ("method", "payload"),
    [
        ("createModelResponse", {**RESPONSE, "stream": True}),
        ("streamModelResponse", RESPONSE),
        ("createChatCompletion", {**ASKED, "stream": True}),
        ("chat.completions.stream", ASKED),
    ],
)
async def test_streamed_answers_call_flows(method, payload):
    async with Simulated() as server:
        _, out = await ask(server, payload, *weather(), method=method, streamText=True)
    assert "The tool answered: dry in Oslo" in out[-1]["payload"]


async def test_other_methods_know_nothing_of_tools():
    async with Simulated() as server:
        _, (out,) = await ask(server, {}, *weather(), method="listModels")
    assert out["payload"][0]["object"] == "model"
