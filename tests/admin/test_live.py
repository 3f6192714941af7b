"""What editors are told while models answer, and how debug messages of a stream find together."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from flowengine.admin.joining import Joiner
from flowengine.admin.live import LONGEST, Stream
from flowengine.debug_values import DebugMessage, at_length
from flowengine.testing.openai_server import OpenAISimulator

from .servers import KEY, Served, serving, until
from .test_comms import Editor, editor
from .test_metrics import ASKED, PRICES, api_flow

STREAMED = {**ASKED, "stream": True, "stream_options": {"include_usage": True}}


async def heard(one: Editor, topic: str = "live/api") -> list[dict[str, Any]]:
    """Everything that is told of a node until it is done."""
    told = [await one.hear_topic(topic)]
    while not told[-1]["done"]:
        told.append(await one.hear_topic(topic))
    return [data["data"] for batch in one.batches for data in batch if data["topic"] == topic]


def give(server: Served, payload: Any, msg_id: str = "m") -> None:
    server.runtime.engine.give("api", {"payload": payload, "_msgid": msg_id})


async def test_the_text_of_a_stream_then_tokens_cost_and_seconds(tmp_path: Path) -> None:
    async with OpenAISimulator(delay=0.03) as simulator, serving(tmp_path, prices=PRICES) as server:
        await server.deploy(api_flow(simulator.url))
        async with editor(server, "live/#", "debug") as one:
            give(server, STREAMED)
            told = await heard(one)
            assert len(told) > 2, "it is told while it comes"
            assert all("tokens" not in news for news in told[:-1]), "no tokens are made up"
            last = told[-1]
            assert last["tokens"] == last["input"] + last["output"]
            assert (last["cost"], last["currency"]) == (last["input"] + 2 * last["output"], "EUR")
            assert last["seconds"] > 0
            (stream,) = last["streams"]
            joined = "".join(news.get("text", "") for news in told)
            pieces = [data["data"] for batch in one.batches for data in batch if data["topic"] == "debug"]
            marks = [piece["stream"] for piece in pieces]
            assert {mark["id"] for mark in marks} == {stream["id"]}
            assert {mark["node"] for mark in marks} == {"api"}
            assert stream["tokens"] == last["output"]
            assert joined == "(simulated) You said: one two three"


async def test_nothing_is_watched_or_told_without_a_subscriber(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        published: list[str] = []
        publish = server.runtime.comms.publish
        server.runtime.comms.publish = lambda topic, data: (published.append(topic), publish(topic, data))  # type: ignore[method-assign,assignment]
        assert server.runtime.live not in server.runtime.engine.model_calls
        async with editor(server, "debug") as one:
            give(server, STREAMED)
            assert "stream" not in await one.hear_topic("debug")
        assert not server.runtime.live._news
        assert not [topic for topic in published if topic.startswith("live/")]
        async with editor(server, "live/#"):
            assert server.runtime.live in server.runtime.engine.model_calls
        await until(lambda: server.runtime.live not in server.runtime.engine.model_calls)


async def test_who_comes_during_a_call_hears_the_rest(tmp_path: Path) -> None:
    async with OpenAISimulator(delay=0.1) as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        give(server, STREAMED)
        await until(lambda: server.runtime.metrics._models._under_way)
        async with editor(server, "live/#") as one:
            assert (await heard(one))[-1]["tokens"] > 0


async def test_a_deploy_in_the_middle_of_a_call_disturbs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with OpenAISimulator(delay=0.1) as simulator, serving(tmp_path) as server:
        nodes = api_flow(simulator.url)
        await server.deploy(nodes)
        live = server.runtime.live
        async with editor(server, "live/#") as one:
            give(server, STREAMED)
            await one.hear_topic("live/api")
            await server.deploy([node for node in nodes if node["id"] != "api"])
            await until(lambda: not live._known)
            live._tell("api")
            live.forget()
            await until(lambda: live._timer is None)
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_several_calls_at_once_are_counted(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        async with editor(server, "live/#") as one:
            for number in range(5):
                give(server, ASKED, f"m{number}")
            last = (await heard(one))[-1]
            assert (last["count"], last["of"]) == (5, 5)


async def test_a_failure_ends_it(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        async with editor(server, "live/#") as one:
            give(server, {**ASKED, "model": "simulate-429"})
            last = (await heard(one))[-1]
            assert last["failed"] is True
            assert "tokens" not in last


def chunk(text: str) -> bytes:
    return b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n' % text.encode()


async def streaming(tmp_path: Path, *texts: str, gap: float = 0.0) -> list[dict[str, Any]]:
    """What is told of a stream of these texts, the Service Host's key being KEY."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for text in texts:
            await response.write(chunk(text))
            await asyncio.sleep(gap)
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as model, serving(tmp_path) as server:
        nodes = api_flow(f"http://127.0.0.1:{model.port}/v1")
        nodes[-1]["credentials"] = {"secureApiKeyValue": KEY}
        await server.deploy(nodes)
        async with editor(server, "live/#") as one:
            give(server, STREAMED)
            return await heard(one)


async def test_reports_are_bounded(tmp_path: Path) -> None:
    told = await streaming(tmp_path, *["word " * 400] * 50)
    assert 0 < max(len(news.get("text", "")) for news in told) <= LONGEST


async def test_secrets_are_taken_out_even_where_chunks_cut_them(tmp_path: Path) -> None:
    told = await streaming(tmp_path, "the key ", KEY[:9], KEY[9:17], KEY[17:], " is it", gap=0.15)
    text = "".join(news.get("text", "") for news in told)
    assert text == "the key •••••• is it"


async def all_told(server: Served, one: Editor) -> None:
    """Hear what debug nodes still have to say of streams that are over."""
    await server.runtime.engine.delivery.idle(5)
    await until(lambda: not server.runtime.comms._joiner._news)
    server.runtime.comms.publish("live/end", {})
    await one.hear_topic("live/end")


async def joined(tmp_path: Path, complete: str, **fields: Any) -> list[dict[str, Any]]:
    """What the debug node shows of a stream to an editor that joins."""
    async with OpenAISimulator(delay=0.02) as simulator, serving(tmp_path) as server:
        nodes = api_flow(simulator.url, **fields)
        nodes[2] = {**nodes[2], "complete": complete}
        await server.deploy(nodes)
        async with editor(server, "live/#", "debug") as one:
            give(server, STREAMED)
            await heard(one)
            await all_told(server, one)
            return [data["data"] for batch in one.batches for data in batch if data["topic"] == "debug"]


TEXT = "(simulated) You said: one two three"


@pytest.mark.parametrize(
    "complete", ["payload", "true", "payload.choices[0].delta", "payload.choices[0].delta.content"]
)
async def test_debug_messages_of_a_stream_are_joined(tmp_path: Path, complete: str) -> None:
    shown = await joined(tmp_path, complete)
    marks = [one["stream"] for one in shown]
    assert "".join(mark["text"] for mark in marks) == TEXT
    assert len({mark["id"] for mark in marks}) == 1
    assert sum(mark["chunks"] for mark in marks) == 9
    assert len(shown) < 9
    assert marks[-1]["open"] is False


async def test_the_whole_text_at_the_end_is_not_told_twice(tmp_path: Path) -> None:
    shown = await joined(tmp_path, "payload", streamText=True)
    assert "".join(one["stream"]["text"] for one in shown) == TEXT
    assert shown[-1]["msg"] == TEXT


async def test_node_reds_editor_gets_each_message_as_ever(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        async with editor(server, "live/#") as one, editor(server, "debug") as other:
            give(server, STREAMED)
            await heard(one)
            await server.runtime.engine.delivery.idle(5)
            server.runtime.comms.publish("debug", {"end": True})
            while "end" not in await other.hear_topic("debug"):
                pass
            shown = [data["data"] for batch in other.batches for data in batch if "end" not in data["data"]]
    assert len(shown) == 9
    assert not any("stream" in one for one in shown)


async def test_a_secret_in_pieces_is_taken_out_of_joined_messages(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    joiner = Joiner(told.append, at_length)
    stream = Stream("s", "n", None)
    for piece in ("the key ", KEY[:9], KEY[9:17]):
        joiner.add(DebugMessage({"id": "d"}, piece, 1000, "m"), stream)
        await asyncio.sleep(0.12)
    assert "".join(one["stream"]["text"] for one in told) == "the key "
    joiner.add(DebugMessage({"id": "d"}, KEY[17:], 1000, "m"), stream)
    stream.open = False
    await asyncio.sleep(0.15)
    assert told[-1]["stream"]["text"] == KEY, "whole, so that whoever redacts it knows it"
    joiner.close()


async def test_answers_to_one_message_side_by_side_stay_apart(tmp_path: Path) -> None:
    async with OpenAISimulator(delay=0.02) as simulator, serving(tmp_path) as server:
        nodes = api_flow(simulator.url)
        wires = [["show", "work"]]
        both = [
            {**nodes[1], "id": name, "wires": wires, "defaults": {"model": name}} for name in ("one", "two")
        ]
        work = {"id": "work", "type": "function", "z": "tab", "x": 1, "y": 1, "wires": [["late"]]}
        work |= {"func": "return {payload: msg.payload, _msgid: msg._msgid}", "outputs": 1}
        start = {"id": "start", "type": "junction", "z": "tab", "x": 1, "y": 1, "wires": [["one", "two"]]}
        await server.deploy([*nodes[:1], start, *both, work, {**nodes[2], "id": "late"}, *nodes[2:]])
        async with editor(server, "live/#", "debug") as one:
            payload = {name: value for name, value in STREAMED.items() if name != "model"}
            server.runtime.engine.give("start", {"payload": payload, "_msgid": "m"})
            running = {"live/one", "live/two"}
            while running:
                batch = await one.hear()
                one.batches.append(batch)
                running -= {told["topic"] for told in batch if told["data"].get("done")}
            await all_told(server, one)
            shown = [data["data"] for batch in one.batches for data in batch if data["topic"] == "debug"]
    told: dict[str, str] = {}
    for mark in (piece["stream"] for piece in shown if piece["id"] == "show"):
        told[mark["node"]] = told.get(mark["node"], "") + mark["text"]
    assert told == {"one": TEXT, "two": TEXT}
    # Which of them a message belongs to that a node made anew, nobody can know.
    assert not any("stream" in piece for piece in shown if piece["id"] == "late")


async def test_messages_that_a_node_makes_anew_find_their_only_stream(tmp_path: Path) -> None:
    async with OpenAISimulator(delay=0.02) as simulator, serving(tmp_path) as server:
        nodes = api_flow(simulator.url, wires=[["work"]])
        work = {"id": "work", "type": "function", "z": "tab", "x": 1, "y": 1, "wires": [["show"]]}
        work |= {"func": "return {payload: msg.payload, _msgid: msg._msgid}", "outputs": 1}
        await server.deploy([*nodes, work])
        async with editor(server, "live/#", "debug") as one:
            give(server, STREAMED)
            await heard(one)
            await all_told(server, one)
            marks = [d["data"]["stream"] for batch in one.batches for d in batch if d["topic"] == "debug"]
    assert "".join(mark["text"] for mark in marks) == TEXT
