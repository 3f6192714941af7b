"""What watchers of model calls see: every shape of answer, streams, failures, polls, rounds and websockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from flowengine.model_calls import ModelCall, ModelWatcher
from flowengine.prices import Price, price_of
from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

from .scripted import CREDENTIALS, KEY, Server, events, flow, replies
from .test_openai_api import until
from .test_tool_rounds import called, said, weather

MODEL = "gpt-5-mini"
ASKED = {"model": MODEL, "messages": [{"role": "user", "content": "Say something about the sea."}]}


class Notes(ModelWatcher):
    """Writes down everything."""

    hears_text = True

    def __init__(self) -> None:
        self.told: list[str] = []
        self.calls: list[ModelCall] = []
        self.texts: list[str] = []
        self.steps: list[tuple[Any, Any]] = []

    def begin(self, call: ModelCall) -> None:
        assert call.seconds is None
        self.told.append("begin")

    def text(self, call: ModelCall, text: str) -> None:
        self.told.append("text")
        self.texts.append(text)

    def progress(self, call: ModelCall) -> None:
        self.told.append("progress")
        self.steps.append((call.count, call.of))

    def end(self, call: ModelCall) -> None:
        assert call.seconds is not None
        self.told.append("end")
        self.calls.append(call)


async def watched(
    base: str,
    method: str,
    payload: Any,
    *more: Any,
    settings: Any = None,
    notes: Notes | None = None,
    **node: Any,
) -> Notes:
    """Give a message to an API node and note what a watcher is told."""
    notes = notes or Notes()
    nodes = [*flow(base, method, **node), *more]
    async with FlowHarness(nodes, credentials=CREDENTIALS, settings=settings or {}) as harness:
        harness.engine.model_calls.append(notes)
        await harness.send("n1", {"payload": payload, "_msgid": "m1"})
        assert await harness.settle(10)
    assert "".join(notes.texts) == "" or notes.told[0] == "begin"
    return notes


async def simulated(method: str, payload: Any, **more: Any) -> ModelCall:
    async with OpenAISimulator() as server:
        notes = await watched(server.url, method, payload, **more)
    (call,) = notes.calls
    call.answer = None
    assert not call.error_type, call.error
    assert call.seconds is not None
    assert call.status == 200
    return call


def figures(call: ModelCall) -> tuple[Any, ...]:
    return (
        call.operation,
        call.answer_model,
        call.finish_reasons,
        bool(call.input_tokens),
        bool(call.output_tokens),
    )


TEXT = {"model": MODEL, "input": "Say something about the sea."}
RUN = {"assistant_id": "a", "thread": {"messages": [{"role": "user", "content": "Hello"}]}}


@pytest.mark.parametrize(
    ("method", "payload", "told"),
    [
        ("createChatCompletion", ASKED, ("chat", MODEL, ["stop"], True, True)),
        ("createModelResponse", TEXT, ("chat", MODEL, ["completed"], True, True)),
        ("parseModelResponse", TEXT, ("chat", MODEL, ["completed"], True, True)),
        (
            "completions.create",
            {"model": MODEL, "prompt": "Sea"},
            ("text_completion", MODEL, ["stop"], True, True),
        ),
        ("createEmbedding", TEXT, ("embeddings", MODEL, [], True, False)),
        (
            "createImage",
            {"model": "gpt-image-1", "prompt": "A sea"},
            ("generate_content", "", [], True, True),
        ),
        ("createModeration", TEXT, ("moderation", MODEL, [], False, False)),
        ("listModels", {}, ("", "", [], False, False)),
    ],
)
async def test_an_answer_of_each_shape(method: str, payload: Any, told: tuple[Any, ...]) -> None:
    call = await simulated(method, payload)
    assert figures(call) == told
    assert (call.method, call.streaming, call.attempts, call.round) == (method, False, 1, 1)
    assert call.model == payload.get("model", "")
    assert call.request_id.startswith("req_")
    assert call.server_address == "127.0.0.1"
    assert call.msg is not None
    assert call.msg["_msgid"] == "m1"


@pytest.mark.parametrize(
    ("method", "payload", "usage"),
    [
        ("createChatCompletion", {**ASKED, "stream": True, "stream_options": {"include_usage": True}}, True),
        ("createChatCompletion", {**ASKED, "stream": True}, False),
        ("completions.create", {"model": MODEL, "prompt": "Sea", "stream": True}, False),
        ("createModelResponse", {**TEXT, "stream": True}, True),
        ("streamModelResponse", TEXT, True),
    ],
)
async def test_the_text_of_a_stream_and_its_usage_where_it_tells_one(
    method: str, payload: Any, usage: bool
) -> None:
    async with OpenAISimulator() as server:
        notes = await watched(server.url, method, payload)
        asked = {name: value for name, value in payload.items() if name not in ("stream", "stream_options")}
        whole = {"streamModelResponse": "createModelResponse"}.get(method, method)
        plain = await watched(server.url, whole, asked)
    (call,), (answered,) = notes.calls, plain.calls
    assert "".join(notes.texts) == text_of(answered.answer)
    assert (notes.told[0], notes.told[1], notes.told[-1]) == ("begin", "text", "end")
    assert (call.streaming, call.answer_model) == (True, MODEL)
    assert call.finish_reasons == answered.finish_reasons
    assert call.response_id
    assert call.first_text is not None
    assert (call.input_tokens, call.output_tokens) == (
        (answered.input_tokens, answered.output_tokens) if usage else (None, None)
    )


def text_of(answer: Any) -> str:
    if "choices" in answer:
        (choice,) = answer["choices"]
        return str(choice.get("text") or choice["message"]["content"])
    return str(answer["output"][0]["content"][0]["text"])


async def test_a_run_of_an_assistant_streamed_and_polled() -> None:
    async with OpenAISimulator() as server:
        notes = await watched(server.url, "createAssistant", {"model": MODEL})
        run = {**RUN, "assistant_id": notes.calls[0].answer["id"]}
        streamed = await watched(server.url, "createThreadAndRun", {**run, "stream": True})
        polled = await watched(server.url, "beta.threads.create_and_run_poll", {**run, "pollIntervalMs": 1})
    (first,), (second,) = streamed.calls, polled.calls
    assert streamed.texts
    assert not polled.texts
    for call in (first, second):
        assert figures(call) == ("invoke_agent", MODEL, ["completed"], True, True)
        assert call.response_id.startswith("run_")


async def test_details_of_usage() -> None:
    chat = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    chat |= {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    response = {"input_tokens": 9, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}
    response |= {"output_tokens_details": {"reasoning_tokens": 3}}
    for usage in (chat, response):
        async with Server(replies({"model": "x-2025-01-01", "usage": usage})) as server:
            (call,) = (await watched(server.base, "createChatCompletion", ASKED)).calls
        assert (call.input_tokens, call.output_tokens) == (9, 5)
        assert (call.cached_tokens, call.reasoning_tokens) == (4, 3)
        assert (call.model, call.answer_model) == (MODEL, "x-2025-01-01")


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ((429, {"retry-after-ms": "1"}, {"error": {"message": "slow down"}}), 429, "429"),
        ((400, {}, {"error": {"message": "bad", "code": "bad_model"}}), 400, "400"),
    ],
)
async def test_a_failure_ends_the_call_too(answer: Any, status: int, error: str) -> None:
    async with Server(replies(answer)) as server:
        notes = await watched(server.base, "createChatCompletion", ASKED)
    assert notes.told == ["begin", "end"]
    (call,) = notes.calls
    assert (call.status, call.error_type, call.input_tokens) == (status, error, None)
    assert KEY not in repr(call)


async def test_no_answer_at_all() -> None:
    (call,) = (
        await watched("http://127.0.0.1:9/v1", "createChatCompletion", ASKED, service={"maxRetries": 0})
    ).calls
    assert (call.status, call.error_type) == (None, "connection")


async def test_an_error_within_a_stream() -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "so far"}}]}
    blocks = (
        f"data: {json.dumps(chunk)}\n\n".encode(),
        b'data: {"error": {"message": "m", "code": "overload"}}\n\n',
    )
    async with Server(events(*blocks)) as server:
        notes = await watched(server.base, "createChatCompletion", {**ASKED, "stream": True})
    assert notes.texts == ["so far"]
    assert notes.calls[0].error_type == "overload"


async def test_retries_are_counted() -> None:
    busy = (503, {"retry-after-ms": "1"}, {})
    async with Server(replies(busy, busy, {"choices": []})) as server:
        (call,) = (await watched(server.base, "createChatCompletion", ASKED)).calls
    assert (call.attempts, call.status, call.error_type) == (3, 200, "")


async def test_a_reset_ends_the_call_as_cancelled() -> None:
    notes = Notes()
    nodes = flow("", "createChatCompletion", cancelOnReset=True)

    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async with Server(silent) as server:
        nodes[1]["apiBase"] = server.base
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            harness.engine.model_calls.append(notes)
            await harness.send("n1", {"payload": ASKED})
            await until(lambda: server.seen)
            await harness.send("n1", {"reset": True})
            await until(lambda: notes.calls)
    assert notes.calls[0].error_type == "cancelled"


async def test_each_round_with_tools_is_a_call() -> None:
    async with Server(replies(called(("weather", '{"city": "Oslo"}')), said("Dry."))) as server:
        notes = await watched(server.base, "createChatCompletion", ASKED, *weather(), tools="all")
    assert [call.round for call in notes.calls] == [1, 2]
    assert notes.calls[0].msg is notes.calls[1].msg
    assert notes.told == ["begin", "end", "begin", "end"]


async def test_how_far_polls_and_uploads_are() -> None:
    jobs = iter((1, 2, 2, 4))

    async def batch(_: web.Request) -> web.StreamResponse:
        done = next(jobs)
        status = "completed" if done == 4 else "in_progress"
        counts = {"in_progress": 4 - done, "completed": done, "failed": 0, "cancelled": 0, "total": 4}
        return web.json_response({"id": "b", "status": status, "file_counts": counts})

    async with Server(batch) as server:
        payload = {"vector_store_id": "v", "batch_id": "b", "pollIntervalMs": 1}
        notes = await watched(server.base, "pollVectorStoreFileBatch", payload)
    assert notes.steps == [(1, 4), (2, 4)]
    async with OpenAISimulator() as simulator:
        payload = {"file": {"filename": "f.txt", "content": "0123456789"}, "part_size": 4}
        payload |= {"purpose": "assistants", "mime_type": "text/plain"}
        notes = await watched(simulator.url, "uploads.upload_file_chunked", payload)
    assert notes.steps == [(1, 3), (2, 3), (3, 3)]
    assert notes.calls[0].operation == ""


async def test_all_pages_of_a_list_are_one_call() -> None:
    page = {"data": [{"id": "a"}], "has_more": True}
    async with Server(replies(page, {"data": [{"id": "b"}], "has_more": False})) as server:
        notes = await watched(server.base, "listFiles", {}, autoPaginate="array")
    assert notes.told == ["begin", "end"]


async def test_responses_of_a_websocket_are_calls_of_their_own() -> None:
    notes = Notes()
    async with OpenAISimulator() as server:
        nodes = flow(server.url, "realtime.connect")
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            harness.engine.model_calls.append(notes)
            await harness.send("n1", {"payload": {"model": "gpt-realtime"}})
            await until(lambda: harness.received("out"))
            item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
            for event in ({"type": "conversation.item.create", "item": item}, {"type": "response.create"}):
                await harness.send("n1", {"payload": {"action": "send", "event": event}})
            await until(lambda: any(call.operation for call in notes.calls))
    (call,) = (call for call in notes.calls if call.operation)
    assert figures(call)[2:] == (["completed"], True, True)
    assert (call.operation, call.model, call.streaming, call.msg) == ("chat", "gpt-realtime", True, None)
    assert notes.texts


async def test_what_a_watcher_raises_disturbs_nothing() -> None:
    class Broken(ModelWatcher):
        def begin(self, call: ModelCall) -> None:
            raise RuntimeError("oh")

    async with OpenAISimulator() as server:
        nodes = flow(server.url, "createChatCompletion")
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            logged: list[str] = []
            harness.engine.loggers.append(lambda level, text, node, value: logged.append(text))
            harness.engine.model_calls.append(Broken())
            await harness.send("n1", {"payload": ASKED})
            assert await harness.settle(10)
            assert len(harness.received("out")) == 1
            assert logged == ["RuntimeError in a watcher of model calls: oh"]


async def test_nothing_is_made_while_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a record was made for nobody")

    monkeypatch.setattr(ModelCall, "__init__", refuse)
    async with OpenAISimulator() as server:
        nodes = flow(server.url, "createChatCompletion")
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            await harness.send("n1", {"payload": {**ASKED, "stream": True}})
            assert await harness.settle(10)
            assert harness.received("out")
            assert not harness.received("caught")


# what it costs

PRICES = {MODEL: {"input": 1, "cachedInput": 0.5, "output": 10}, "ft:gpt-5": {"input": 3, "output": 4}}


async def test_the_cost_by_the_prices_of_the_settings() -> None:
    usage = {
        "prompt_tokens": 1_000,
        "completion_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 400},
    }
    for model, cost in ((f"{MODEL}-2025-08-07", 0.0018), ("unheard-of", None)):
        async with Server(replies({"model": model, "usage": usage})) as server:
            asked = {**ASKED, "model": model}
            (call,) = (
                await watched(server.base, "createChatCompletion", asked, settings={"prices": PRICES})
            ).calls
        assert call.cost == (cost if cost is None else pytest.approx(cost))
        assert call.currency == ("USD" if cost else "")


async def test_a_stored_answer_costs_nothing_again() -> None:
    usage = {"prompt_tokens": 1_000, "completion_tokens": 100}
    async with Server(replies({"model": MODEL, "usage": usage})) as server:
        asked = {"completion_id": "c"}
        (call,) = (await watched(server.base, "getChatCompletion", asked, settings={"prices": PRICES})).calls
    assert (call.operation, call.cost) == ("", None)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gpt-5", "gpt-5"),
        ("gpt-5-2025-08-07", "gpt-5"),
        ("gpt-5-mini", "gpt-5-mini"),
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("gpt-5-nano", None),
        ("gpt-4-0613", "gpt-4"),
        ("ft:gpt-5-2025-08-07:acme::1", "ft:gpt-5"),
        ("gpt-5:acme", None),
        ("", None),
    ],
)
def test_the_price_of_a_model(model: str, found: str | None) -> None:
    prices = {name: Price(input=1, currency=name) for name in ("gpt-5", "gpt-5-mini", "gpt-4", "ft:gpt-5")}
    price = price_of(prices, model)
    assert (price and price.currency) == found


async def test_details_of_a_message_tell_the_cost() -> None:
    usage = {"prompt_tokens": 1_000, "completion_tokens": 100}
    async with Server(replies({"model": MODEL, "usage": usage})) as server:
        nodes = flow(server.base, "createChatCompletion", details=True)
        async with FlowHarness(nodes, credentials=CREDENTIALS, settings={"prices": PRICES}) as harness:
            await harness.send("n1", {"payload": ASKED})
            assert await harness.settle(10)
            (out,) = harness.received("out")
    assert (out["openai"]["cost"], out["openai"]["currency"]) == (pytest.approx(0.002), "USD")
