"""Spans of calls of models, as OpenTelemetry's conventions for generative AI want them."""

from __future__ import annotations

import asyncio
import json

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

from ..engine.spans import Spans, attributes
from .scripted import CREDENTIALS, KEY, Server, events, flow, replies

QUESTION = {
    "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": "Who wrote Faust?"}],
    "temperature": 0.5,
}
ANSWER = {
    "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-5-mini-2025-08-07", "system_fingerprint": "fp_1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Goethe did."}}],
    "usage": {
        "prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16,
        "prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {"reasoning_tokens": 2},
    },
}  # fmt: skip
CHUNKS = [
    {"id": "chatcmpl-2", "object": "chat.completion.chunk", "model": "gpt-5-mini", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": end}]}
    for text, end in (("Goe", None), ("the.", None), ("", "stop"))
]  # fmt: skip
USAGE = {
    "id": "chatcmpl-2",
    "object": "chat.completion.chunk",
    "model": "gpt-5-mini",
    "choices": [],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}
STREAM = [f"data: {json.dumps(event)}\n\n".encode() for event in (*CHUNKS, USAGE)] + [b"data: [DONE]\n\n"]


def traced(server, method="createChatCompletion", **node):
    return FlowHarness(flow(server.base, method, name="ask", **node), credentials=CREDENTIALS)


async def ask(harness, payload, node_id="n1"):
    await harness.send(node_id, {"payload": payload})
    assert await harness.settle(10)


async def test_a_chat_is_a_span_below_its_node():
    async with Server(replies(ANSWER)) as server, traced(server) as running:
        spans = Spans(running)
        await ask(running, QUESTION)
        assert spans.tree() == {"ask": {"chat gpt-5-mini": {}, "helper": {}, "complete": {"helper": {}}}}
        span = spans.one("chat gpt-5-mini")
        assert span.kind is SpanKind.CLIENT
        seen = attributes(span)
        assert seen.pop("gen_ai.response.finish_reasons") == ("stop",)
        assert seen == {
            "openai.method": "createChatCompletion",
            "openai.api.type": "chat_completions",
            "openai.response.system_fingerprint": "fp_1",
            "server.address": "127.0.0.1",
            "server.port": server._server.port,
            "http.response.status_code": 200,
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5-mini",
            "gen_ai.request.temperature": 0.5,
            "gen_ai.response.model": "gpt-5-mini-2025-08-07",
            "gen_ai.response.id": "chatcmpl-1",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 4,
            "gen_ai.usage.cache_read.input_tokens": 8,
            "gen_ai.usage.reasoning.output_tokens": 2,
        }
        ours = span.context
        parent = f"00-{ours.trace_id:032x}-{ours.span_id:016x}-{ours.trace_flags:02x}"
        assert server.seen[0].headers["traceparent"] == parent
        told = "".join(span.to_json() for span in spans.all)
        assert not [secret for secret in ("Faust", "Goethe", KEY) if secret in told]


async def test_nothing_is_sent_along_without_tracing():
    async with Server(replies(ANSWER)) as server, traced(server) as running:
        await ask(running, QUESTION)
        assert "traceparent" not in server.seen[0].headers


async def test_a_streamed_chat_ends_with_its_stream():
    async with Server(events(*STREAM, gap=0.01)) as server, traced(server) as running:
        spans = Spans(running)
        await ask(running, {**QUESTION, "stream": True})
        assert len(running.received("out")) == 4
        span = spans.one("chat gpt-5-mini")
        seen = attributes(span)
        assert seen["gen_ai.request.stream"] is True
        assert seen["gen_ai.response.finish_reasons"] == ("stop",)
        assert (seen["gen_ai.usage.input_tokens"], seen["gen_ai.usage.output_tokens"]) == (3, 2)
        seconds = (span.end_time - span.start_time) / 1e9
        assert 0 < seen["gen_ai.response.time_to_first_chunk"] < seconds
        (first,) = span.events
        assert first.name == "gen_ai.first_chunk"
        assert span.start_time < first.timestamp < span.end_time
        asking = spans.one("ask")
        messages = [one for one in spans.of("helper") if one.parent.span_id == asking.context.span_id]
        assert len(messages) == 4


async def test_a_refused_key_is_an_error_of_the_call_and_of_the_node():
    refusal = (
        401,
        {},
        {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "invalid_request_error"}},
    )
    async with Server(replies(refusal)) as server, traced(server) as running:
        spans = Spans(running, clean=lambda text: text.replace(KEY, "***"))
        await ask(running, QUESTION)
        assert spans.tree() == {"ask": {"chat gpt-5-mini": {}, "catch": {"helper": {}}}}
        span = spans.one("chat gpt-5-mini")
        assert (attributes(span)["error.type"], attributes(span)["http.response.status_code"]) == ("401", 401)
        assert span.status.status_code is StatusCode.ERROR
        assert span.status.description == "401 Incorrect API key provided: ***"
        assert spans.one("ask").status.status_code is StatusCode.ERROR
        assert len(spans.tracer.visits) == 0
        assert KEY not in "".join(span.to_json() for span in spans.all)


async def test_a_call_that_is_cancelled_is_over():
    async def never(request):
        await asyncio.sleep(30)

    async with Server(never) as server, traced(server) as running:
        spans = Spans(running)
        await running.send("n1", {"payload": QUESTION})
        while not server.seen:
            await asyncio.sleep(0.01)
        await running.stop()
        assert attributes(spans.one("chat gpt-5-mini"))["error.type"] == "cancelled"


async def test_retries_are_within_one_span():
    failure = (500, {"retry-after-ms": "1"}, {"error": {"message": "again"}})
    async with Server(replies(failure, ANSWER)) as server, traced(server) as running:
        spans = Spans(running)
        await ask(running, QUESTION)
        span = spans.one("chat gpt-5-mini")
        assert attributes(span)["http.request.resend_count"] == 1
        assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize("streamed", [False, True])
async def test_content_is_recorded_on_request_without_secrets(streamed):
    answer = events(*STREAM) if streamed else replies(ANSWER)
    question = {**QUESTION, "messages": [*QUESTION["messages"], {"role": "user", "content": [
        {"type": "text", "text": f"my key is {KEY}"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]}], "stream": streamed}  # fmt: skip
    async with Server(answer) as server, traced(server) as running:
        spans = Spans(running, record_content=True, clean=lambda text: text.replace(KEY, "***"))
        await ask(running, question)
        seen = attributes(spans.one("chat gpt-5-mini"))
        assert json.loads(seen["gen_ai.input.messages"]) == [
            {"role": "user", "parts": [{"type": "text", "content": "Who wrote Faust?"}]},
            {"role": "user", "parts": [{"type": "text", "content": "my key is ***"}, {"type": "image_url"}]},
        ]
        said = "Goethe." if streamed else "Goethe did."
        assert json.loads(seen["gen_ai.output.messages"]) == [
            {"role": "assistant", "parts": [{"type": "text", "content": said}], "finish_reason": "stop"}
        ]


async def test_a_response_and_embeddings_are_named_by_their_operation():
    async with OpenAISimulator(key=KEY) as server:
        for method, operation, payload in (
            (
                "createModelResponse",
                "chat",
                {"model": "gpt-5-mini", "input": "Hi", "instructions": "Be brief."},
            ),
            (
                "createEmbedding",
                "embeddings",
                {"model": "text-embedding-3-small", "input": "Hi", "dimensions": 8},
            ),
        ):
            nodes = flow(server.url, method)
            async with FlowHarness(nodes, credentials=CREDENTIALS) as running:
                spans = Spans(running, record_content=True)
                await ask(running, payload)
                seen = attributes(spans.one(f"{operation} {payload['model']}"))
                assert seen["gen_ai.operation.name"] == operation
                assert seen["gen_ai.usage.input_tokens"] > 0
                if operation == "chat":
                    assert json.loads(seen["gen_ai.system_instructions"]) == [
                        {"type": "text", "content": "Be brief."}
                    ]
                    assert json.loads(seen["gen_ai.output.messages"])[0]["parts"][0]["type"] == "text"
                else:
                    assert seen["gen_ai.embeddings.dimension.count"] == 8
                    assert "openai.api.type" not in seen


async def test_a_call_without_a_model_is_named_after_its_method():
    async with (
        Server(replies({"object": "list", "data": []})) as server,
        traced(server, "listModels") as running,
    ):
        spans = Spans(running)
        await ask(running, {})
        seen = attributes(spans.one("listModels"))
        assert seen["http.response.status_code"] == 200
        assert not [name for name in seen if name.startswith("gen_ai.")]


async def test_tool_flows_are_below_the_call_that_asked_for_them():
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    wants = {
        **ANSWER,
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {"role": "assistant", "content": None, "tool_calls": [call]},
            }
        ],
    }
    tool = [
        {"id": "tool", "type": "tool in", "z": "tab", "name": "weather", "description": "Tells it.", "wires": [["fine"]]},
        {"id": "fine", "type": "change", "z": "tab", "name": "fine", "rules": [{"t": "set", "p": "payload", "pt": "msg", "to": "dry", "tot": "str"}], "wires": [["back"]]},
        {"id": "back", "type": "tool out", "z": "tab", "wires": []},
    ]  # fmt: skip
    async with Server(replies(wants, ANSWER)) as server:
        nodes = [*flow(server.base, "createChatCompletion", name="ask", tools=["weather"]), *tool]
        async with FlowHarness(nodes, credentials=CREDENTIALS) as running:
            spans = Spans(running)
            await ask(running, QUESTION)
            _, second = spans.of("chat gpt-5-mini")
            assert attributes(second)["flowengine.openai.round"] == 2
            assert spans.traces == 1
            assert set(spans.tree()["ask"]) == {
                "chat gpt-5-mini",
                "chat gpt-5-mini 2",
                "weather",
                "helper",
                "complete",
            }
            assert spans.tree()["ask"]["weather"] == {"fine": {"tool out": {}}}
