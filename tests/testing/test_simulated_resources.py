"""Everything that is kept: files, vector stores, assistants, batches and the rest, through the official client."""

from __future__ import annotations

import io
import json
import math
import wave
import zipfile
from typing import Any

import pytest
from openai import AsyncOpenAI, NotFoundError

from tests.testing.conftest import checked

# The official client says of old parts of the API that they are old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

HAIKU = ("haiku.txt", b"an old silent pond")
POEM = ("poem.txt", b"shall I compare thee")


def likeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def statuses(look: Any, count: int) -> list[str]:
    return [checked(await look()).status for _ in range(count)]


async def test_files(client: AsyncOpenAI) -> None:
    made = checked(await client.files.create(file=HAIKU, purpose="assistants"))
    assert (made.filename, made.bytes) == ("haiku.txt", 18)
    assert (await client.files.content(made.id)).content == HAIKU[1]
    assert [file.id for file in checked(await client.files.list()).data] == [made.id]
    assert (await client.files.delete(made.id)).deleted
    with pytest.raises(NotFoundError):
        await client.files.content(made.id)


async def test_pages(client: AsyncOpenAI) -> None:
    ids = [(await client.files.create(file=HAIKU, purpose="assistants")).id for _ in range(5)]
    first = await client.files.list(limit=2)
    assert ([file.id for file in first.data], first.has_more) == (ids[:2:-1], True)
    assert [file.id async for file in client.files.list(limit=2, order="asc")] == ids


async def test_an_upload_in_parts_becomes_a_file(client: AsyncOpenAI) -> None:
    upload = await client.uploads.create(
        bytes=6, filename="a.txt", mime_type="text/plain", purpose="assistants"
    )
    parts = [(await client.uploads.parts.create(upload.id, data=piece)).id for piece in (b"abc", b"def")]
    done = checked(await client.uploads.complete(upload.id, part_ids=parts))
    assert (await client.files.content(done.file.id)).content == b"abcdef"
    other = await client.uploads.create(bytes=1, filename="a", mime_type="b", purpose="assistants")
    assert checked(await client.uploads.cancel(other.id)).status == "cancelled"


async def test_a_batch_plays_every_line(client: AsyncOpenAI) -> None:
    line = {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "x"}}
    lines = [line, {**line, "custom_id": "b", "body": {}}]
    content = "\n".join(map(json.dumps, lines)).encode()
    file = await client.files.create(file=("in.jsonl", content), purpose="batch")
    batch = await client.batches.create(
        input_file_id=file.id, endpoint="/v1/embeddings", completion_window="24h"
    )
    assert await statuses(lambda: client.batches.retrieve(batch.id), 2) == ["in_progress", "completed"]
    output = (await client.files.content(batch.output_file_id)).text.splitlines()
    assert [json.loads(line)["response"]["status_code"] for line in output] == [200, 400]
    assert batch.request_counts.failed == 1


async def test_vector_stores_find_the_text_with_the_same_words(client: AsyncOpenAI) -> None:
    files = [await client.files.create(file=file, purpose="assistants") for file in (HAIKU, POEM)]
    store = checked(await client.vector_stores.create(name="poems", file_ids=[files[0].id]))
    batch = await client.vector_stores.file_batches.create_and_poll(
        store.id, file_ids=[files[1].id], poll_interval_ms=1
    )
    assert checked(batch).status == "completed"
    assert (
        len(
            checked(
                await client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id)
            ).data
        )
        == 1
    )
    (best, other) = checked(await client.vector_stores.search(store.id, query="the silent pond")).data
    assert (best.filename, best.content[0].text) == ("haiku.txt", "an old silent pond")
    assert best.score > other.score
    kept = await client.vector_stores.files.update(files[0].id, vector_store_id=store.id, attributes={"a": 1})
    assert checked(kept).attributes == {"a": 1}
    (text,) = (await client.vector_stores.files.content(files[0].id, vector_store_id=store.id)).data
    assert text.text == "an old silent pond"
    await client.vector_stores.files.delete(files[0].id, vector_store_id=store.id)
    assert (await client.files.content(files[0].id)).content == HAIKU[1]
    assert (await client.vector_stores.delete(store.id)).deleted


WEATHER: Any = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}


async def test_an_assistant_answers_a_thread(client: AsyncOpenAI) -> None:
    assistant = checked(await client.beta.assistants.create(model="m"))
    thread = checked(await client.beta.threads.create(messages=[{"role": "user", "content": "why"}]))
    run = await client.beta.threads.runs.create(thread.id, assistant_id=assistant.id)
    runs = client.beta.threads.runs
    assert await statuses(lambda: runs.retrieve(run.id, thread_id=thread.id), 2) == [
        "in_progress",
        "completed",
    ]
    said = checked(await client.beta.threads.messages.list(thread.id)).data
    assert [message.content[0].text.value for message in said] == ["(simulated) You said: why", "why"]
    (step,) = checked(await runs.steps.list(run.id, thread_id=thread.id)).data
    assert step.type == "message_creation"


async def test_a_run_waits_for_its_tool(client: AsyncOpenAI) -> None:
    assistant = await client.beta.assistants.create(model="m", tools=[WEATHER])
    thread = {"messages": [{"role": "user", "content": "rain?"}]}
    run = await client.beta.threads.create_and_run_poll(
        thread=thread, assistant_id=assistant.id, poll_interval_ms=1
    )
    assert checked(run).status == "requires_action"
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    done = await client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=[{"tool_call_id": call.id, "output": "rain"}],
        poll_interval_ms=1,
    )
    assert checked(done).status == "completed"
    said = (await client.beta.threads.messages.list(run.thread_id)).data[0]
    assert said.content[0].text.value == "(simulated) The tool answered: rain"


@pytest.mark.parametrize(
    ("tools", "end"), [([], "thread.run.completed"), ([WEATHER], "thread.run.requires_action")]
)
async def test_a_run_as_a_stream(client: AsyncOpenAI, tools: list[Any], end: str) -> None:
    assistant = await client.beta.assistants.create(model="m", tools=tools)
    stream = await client.beta.threads.create_and_run(
        assistant_id=assistant.id, thread={"messages": [{"role": "user", "content": "why"}]}, stream=True
    )
    names = [checked(event).event async for event in stream]
    assert names[:2] == ["thread.created", "thread.run.created"]
    assert names[-1] == end


async def test_a_run_can_be_stopped(client: AsyncOpenAI) -> None:
    assistant = await client.beta.assistants.create(model="m")
    run = await client.beta.threads.create_and_run(assistant_id=assistant.id)
    assert (
        checked(await client.beta.threads.runs.cancel(run.id, thread_id=run.thread_id)).status == "cancelled"
    )


async def test_embeddings_are_alike_where_words_are(client: AsyncOpenAI) -> None:
    asked = ["the old pond", "an old pond", "quarterly report"]
    made = checked(await client.embeddings.create(model="m", input=asked, dimensions=256))
    one, alike, other = (item.embedding for item in made.data)
    assert len(one) == 256
    assert math.isclose(sum(number * number for number in one), 1, rel_tol=1e-5)
    assert likeness(one, alike) > 0.5 > likeness(one, other)
    plain = await client.embeddings.create(model="m", input=asked[0], dimensions=256, encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(one, abs=1e-6)


async def test_moderation(client: AsyncOpenAI) -> None:
    calm, violent = checked(await client.moderations.create(input=["a pond", "attack the pond"])).results
    assert (calm.flagged, violent.flagged, violent.categories.violence) == (False, True, True)


async def test_images(client: AsyncOpenAI) -> None:
    made = checked(await client.images.generate(prompt="a pond", n=2))
    assert len(made.data) == 2
    assert made.data[0].b64_json.startswith("iVBORw0KGgo")
    edited = await client.images.edit(image=("a.png", b"x"), prompt="a pond", response_format="url")
    assert edited.data[0].url.startswith("data:image/png;base64,")
    stream = await client.images.generate(prompt="a pond", stream=True, partial_images=2)
    assert [checked(event).type for event in [e async for e in stream]] == [
        *["image_generation.partial_image"] * 2,
        "image_generation.completed",
    ]


async def test_speech_and_transcripts(client: AsyncOpenAI) -> None:
    spoken = await client.audio.speech.create(model="m", input="old silent pond", voice="alloy")
    with wave.open(io.BytesIO(spoken.content)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(0.15)
    heard = checked(await client.audio.transcriptions.create(model="m", file=("a.wav", spoken.content)))
    assert heard.text == f"(simulated) transcript of a.wav, {len(spoken.content)} bytes"
    text = await client.audio.translations.create(model="m", file=("a.wav", b"x"), response_format="text")
    assert text == "(simulated) translation of a.wav, 1 bytes\n"
    stream = await client.audio.transcriptions.create(model="m", file=("a.wav", b"x"), stream=True)
    assert [event.type async for event in stream][-1] == "transcript.text.done"


async def test_videos(client: AsyncOpenAI) -> None:
    video = await client.videos.create_and_poll(prompt="a pond", poll_interval_ms=1)
    assert checked(video).status == "completed"
    assert b"simulated video: a pond" in (await client.videos.download_content(video.id)).content
    remixed = checked(await client.videos.remix(video.id, prompt="a lake"))
    assert remixed.remixed_from_video_id == video.id
    assert (await client.videos.delete(video.id)).deleted
    character = checked(await client.videos.create_character(name="Ann", video=("a.mp4", b"x")))
    assert checked(await client.videos.get_character(character.id)).name == "Ann"


async def test_models(client: AsyncOpenAI) -> None:
    assert checked(await client.models.list()).data
    assert checked(await client.models.retrieve("any")).id == "any"
    assert (await client.models.delete("any")).deleted


async def test_fine_tuning(client: AsyncOpenAI) -> None:
    jobs = client.fine_tuning.jobs
    job = checked(await jobs.create(model="m", training_file="file-1"))
    assert await statuses(lambda: jobs.retrieve(job.id), 2) == ["running", "succeeded"]
    assert len(checked(await jobs.list_events(job.id)).data) == 2
    assert len(checked(await jobs.checkpoints.list(job.id)).data) == 1
    other = await jobs.create(model="m", training_file="file-1")
    assert checked(await jobs.cancel(other.id)).status == "cancelled"


async def test_containers(client: AsyncOpenAI) -> None:
    container = checked(await client.containers.create(name="box"))
    files = client.containers.files
    file = checked(await files.create(container.id, file=HAIKU))
    assert (await files.content.retrieve(file.id, container_id=container.id)).content == HAIKU[1]
    await files.delete(file.id, container_id=container.id)
    assert (await files.list(container.id)).data == []
    await client.containers.delete(container.id)
    with pytest.raises(NotFoundError):
        await files.list(container.id)


async def test_conversations(client: AsyncOpenAI) -> None:
    begun = [{"type": "message", "role": "user", "content": "hello"}]
    conversation = checked(await client.conversations.create(items=begun))
    await client.responses.create(model="m", input="why", conversation=conversation.id)
    items = checked(await client.conversations.items.list(conversation.id, order="asc")).data
    assert [item.content[0].text for item in items] == ["hello", "why", "(simulated) You said: why"]
    left = await client.conversations.items.delete(items[0].id, conversation_id=conversation.id)
    assert left.id == conversation.id
    assert (await client.conversations.delete(conversation.id)).deleted


async def test_evals(client: AsyncOpenAI) -> None:
    source = {"type": "custom", "item_schema": {"type": "object"}}
    grader = {"type": "string_check", "name": "same", "input": "a", "reference": "a", "operation": "eq"}
    made = checked(await client.evals.create(data_source_config=source, testing_criteria=[grader]))
    data = {"type": "jsonl", "source": {"type": "file_content", "content": [{"item": {}}]}}
    run = checked(await client.evals.runs.create(made.id, data_source=data))
    (item,) = checked(await client.evals.runs.output_items.list(run.id, eval_id=made.id)).data
    assert (item.results[0].name, item.results[0].passed) == ("same", True)
    assert checked(await client.evals.runs.cancel(run.id, eval_id=made.id)).status == "canceled"


async def test_skills(client: AsyncOpenAI) -> None:
    made = checked(await client.skills.create(files=[("poet/SKILL.md", b"# Poet"), ("poet/a.txt", b"a")]))
    assert (made.name, made.default_version) == ("poet", "1")
    second = checked(
        await client.skills.versions.create(made.id, files=[("poet/SKILL.md", b"# Two")], default=True)
    )
    assert second.version == "2"
    archive = zipfile.ZipFile(io.BytesIO((await client.skills.content.retrieve(made.id)).content))
    assert archive.read("poet/SKILL.md") == b"# Two"
    assert [version.version for version in checked(await client.skills.versions.list(made.id)).data] == [
        "2",
        "1",
    ]


async def test_chatkit(client: AsyncOpenAI) -> None:
    session = checked(await client.beta.chatkit.sessions.create(user="ann", workflow={"id": "wf_1"}))
    (thread,) = checked(await client.beta.chatkit.threads.list()).data
    assert thread.user == "ann"
    assert checked(await client.beta.chatkit.threads.list_items(thread.id)).data
    assert checked(await client.beta.chatkit.sessions.cancel(session.id)).status == "cancelled"


async def test_realtime_calls(client: AsyncOpenAI) -> None:
    secret = checked(await client.realtime.client_secrets.create(session={"type": "realtime"}))
    assert secret.value == "ek_simulated"
    await client.realtime.calls.accept("call_1", type="realtime")
    await client.realtime.calls.refer("call_1", target_uri="tel:1")
    await client.realtime.calls.hangup("call_1")
