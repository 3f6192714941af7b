"""The OpenAI API node in a flow: messages in, messages out, and what the node adds on request."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from flowengine.testing import FlowHarness

from .scripted import CREDENTIALS, KEY, Server, events, flow, replies

ANSWER = {"id": "c1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}
HELLO = {"model": "m", "messages": []}


def chat(text, last=False):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": "stop" if last else None}
    return f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n".encode()


def run(nodes, **more):
    return FlowHarness(nodes, credentials=CREDENTIALS, **more)


async def ask(harness, *msgs, seconds=5):
    for msg in msgs:
        await harness.send("n1", msg)
    await harness.settle(seconds)
    return harness.received("out")


async def test_a_call_answers_completes_and_ends_without_status():
    async with Server(replies(ANSWER)) as server, run(flow(server.base, "createChatCompletion")) as harness:
        out = await ask(harness, {"payload": HELLO, "topic": "t"})
        assert [(msg["payload"], msg["topic"]) for msg in out] == [(ANSWER, "t")]
        assert len(harness.received("completed")) == 1
        assert harness.statuses[-1].status == {}
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_stream_completes_once_after_its_last_message():
    server = Server(events(chat("a"), chat("b", last=True), b"data: [DONE]\n\n"))
    async with server, run(flow(server.base, "createChatCompletion")) as harness:
        out = await ask(harness, {"payload": {**HELLO, "stream": True}})
        assert len(out) == 2
        assert len(harness.received("completed")) == 1


async def test_a_failure_reaches_catch_and_shows():
    server = Server(replies((400, {}, {"error": {"message": "bad"}})))
    async with server, run(flow(server.base, "createChatCompletion")) as harness:
        assert await ask(harness, {"payload": HELLO}) == []
        assert harness.received("caught")[0]["error"]["message"] == "400 bad"
        assert harness.statuses[-1].status["fill"] == "red"
        assert harness.received("completed") == []


@pytest.mark.parametrize("method", ["", "noSuchMethod"])
async def test_a_method_that_is_not_there_is_an_error(method):
    async with run(flow("http://127.0.0.1:9/v1", method)) as harness:
        await ask(harness, {"payload": {}})
        assert method in harness.received("caught")[0]["error"]["message"]
        assert not harness.received("caught")[0]["error"]["message"].startswith("errors.")


async def test_details_tell_status_request_id_and_usage():
    server = Server(replies((200, {"x-request-id": "req_1", "x-limit": "9"}, ANSWER)))
    async with server, run(flow(server.base, "createChatCompletion", details=True)) as harness:
        (out,) = await ask(harness, {"payload": HELLO})
        told = out["openai"]
        assert (told["status"], told["requestId"], told["usage"]) == (200, "req_1", ANSWER["usage"])
        assert told["headers"]["x-limit"] == "9"
        assert KEY not in str(told)


async def test_details_give_catch_the_answer_of_the_server():
    body = {"error": {"message": "bad", "code": "too_long"}}
    server = Server(replies((400, {"x-request-id": "req_2"}, body)))
    async with server, run(flow(server.base, "createChatCompletion", details=True)) as harness:
        await ask(harness, {"payload": HELLO})
        error = harness.received("caught")[0]["error"]
        assert (error["message"], error["code"], error["cause"]["body"]) == ("400 bad", "too_long", body)


async def test_defaults_stand_in_for_missing_fields():
    server = Server(replies(ANSWER))
    defaults = json.dumps({"model": "default", "temperature": 0})
    async with server, run(flow(server.base, "createChatCompletion", defaults=defaults)) as harness:
        await ask(harness, {"payload": {"model": "mine", "messages": []}}, {}, {"payload": 1700000000000})
        assert [json.loads(seen.body) for seen in server.seen] == [
            {"model": "mine", "temperature": 0, "messages": []},
            {"model": "default", "temperature": 0},
            {"model": "default", "temperature": 0},
        ]


TYPED = {
    "messages": ("chat.turns", "msg"),
    "model": ("model", "flow"),
    "user": ("who", "global"),
    "temperature": ("$number(topic) / 10", "jsonata"),
    "service_tier": ("TIER_OF_TEST", "env"),
    "n": ("2", "num"),
    "store": ("true", "bool"),
    "metadata": ('{"a": "b"}', "json"),
}
TURNS = [{"role": "user", "content": "Hi"}]


def typed(base, fields, **more):
    """A chat node whose fields are evaluated for each message."""
    values = {"max_tokens": 5} | {name: value for name, (value, _) in fields.items()}
    types = {name: kind for name, (_, kind) in fields.items()}
    return flow(base, "createChatCompletion", defaults=values, defaultTypes=types, **more)


async def test_typed_defaults_are_read_from_each_message():
    async with Server(replies(ANSWER)) as server:
        async with run(typed(server.base, TYPED), env={"TIER_OF_TEST": "flex"}) as harness:
            await harness.set_context("flow", "model", "from flow", "tab")
            await harness.set_context("global", "who", "me")
            await ask(harness, {"topic": "4", "chat": {"turns": TURNS}}, {"topic": "9", "payload": {"n": 1}})
            first, second = [json.loads(seen.body) for seen in server.seen]
            assert first == {
                "max_tokens": 5,
                "messages": TURNS,
                "model": "from flow",
                "user": "me",
                "temperature": 0.4,
                "service_tier": "flex",
                "n": 2,
                "store": True,
                "metadata": {"a": "b"},
            }
            # The message wins, and a way that ends on the way gives no field.
            assert second == {key: first[key] for key in first if key != "messages"} | {
                "temperature": 0.9,
                "n": 1,
            }


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a.b.c", "msg"),
        ("none", "flow"),
        ("none", "global"),
        ("nothing.here", "jsonata"),
        ("NO_SUCH_VAR_X", "env"),
    ],
)
async def test_a_typed_default_without_a_value_is_left_out(value, kind):
    async with Server(replies(ANSWER)) as server, run(typed(server.base, {"user": (value, kind)})) as harness:
        await ask(harness, {"payload": HELLO})
        assert json.loads(server.seen[0].body) == {**HELLO, "max_tokens": 5}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a..b", "msg"),
        ("$sum(", "jsonata"),
        ('$number("x")', "jsonata"),
        ("{", "json"),
        ("", "msg"),
        ("x", "node"),
    ],
)
async def test_a_typed_default_that_cannot_be_read_is_named(value, kind):
    async with Server(replies(ANSWER)) as server, run(typed(server.base, {"user": (value, kind)})) as harness:
        await ask(harness, {"payload": HELLO})
        (caught,) = harness.received("caught")
        assert '"user"' in caught["error"]["message"]
        assert not caught["error"]["message"].startswith("errors.")
        assert server.seen == []


async def test_typed_values_of_a_message_stay_as_they_are():
    async with Server(replies(ANSWER)) as server:
        fields = {"messages": ("turns", "msg")}
        async with run(typed(server.base, fields)) as harness:
            (out,) = await ask(harness, {"turns": TURNS})
            assert out["turns"] == [{"role": "user", "content": "Hi"}]


async def pages_of_files(request: web.Request) -> web.StreamResponse:
    after = int(request.query.get("after", "0"))
    data = [{"id": str(after + 1)}, {"id": str(after + 2)}]
    return web.json_response({"data": data, "has_more": after + 2 < 6})


async def test_one_page_is_what_flows_have_always_got():
    async with Server(pages_of_files) as server, run(flow(server.base, "listFiles")) as harness:
        (out,) = await ask(harness, {"payload": {}})
        assert [item["id"] for item in out["payload"]] == ["1", "2"]


async def test_all_pages_as_one_array():
    async with (
        Server(pages_of_files) as server,
        run(flow(server.base, "listFiles", autoPaginate="array")) as harness,
    ):
        (out,) = await ask(harness, {"payload": {"limit": 2}})
        assert [item["id"] for item in out["payload"]] == list("123456")
        assert [seen.query for seen in server.seen] == ["limit=2", "limit=2&after=2", "limit=2&after=4"]


async def test_a_message_a_page_can_be_joined():
    async with Server(pages_of_files) as server:
        nodes = flow(server.base, "listFiles", autoPaginate="messages")
        nodes[2]["wires"] = [["join", "out"]]
        join = {
            "id": "join",
            "type": "join",
            "z": "tab",
            "x": 1,
            "y": 1,
            "mode": "auto",
            "wires": [["joined"]],
        }
        nodes += [join, {"id": "joined", "type": "helper", "z": "tab", "x": 1, "y": 1, "wires": []}]
        async with run(nodes) as harness:
            out = await ask(harness, {"payload": {}})
            assert [msg["parts"]["index"] for msg in out] == [0, 1, 2]
            assert [item["id"] for item in harness.received("joined")[0]["payload"]] == list("123456")


async def test_pages_stop_at_the_most_and_where_the_server_turns_in_circles():
    same = {"data": [{"id": "1"}], "has_more": True}
    for node, asked in (({"maxPages": 2}, 2), ({}, 2)):
        handler = pages_of_files if node else replies(same)
        async with (
            Server(handler) as server,
            run(flow(server.base, "listFiles", autoPaginate="array", **node)) as harness,
        ):
            await ask(harness, {"payload": {}})
            assert len(server.seen) == asked


async def test_the_parts_of_a_stream_can_be_joined():
    async with Server(events(chat("a"), chat("b"), chat("c", last=True))) as server:
        nodes = flow(server.base, "createChatCompletion", streamParts=True)
        nodes[2]["wires"] = [["join"]]
        join = {"id": "join", "type": "join", "z": "tab", "x": 1, "y": 1, "mode": "auto", "wires": [["out"]]}
        async with run([*nodes, join]) as harness:
            (out,) = await ask(harness, {"payload": {**HELLO, "stream": True}})
            texts = [event["choices"][0]["delta"]["content"] for event in out["payload"]]
            assert texts == ["a", "b", "c"]


async def test_the_text_of_a_stream_at_its_end():
    server = Server(events(chat("Hel"), chat("lo", last=True), b"data: [DONE]\n\n"))
    async with server, run(flow(server.base, "createChatCompletion", streamText=True)) as harness:
        out = await ask(harness, {"payload": {**HELLO, "stream": True}})
        assert len(out) == 3
        assert (out[-1]["payload"], out[-1]["complete"]) == ("Hello", True)


async def test_the_text_of_a_stream_of_responses():
    deltas = [
        b'data: {"type": "response.output_text.delta", "delta": "%s"}\n\n' % part for part in (b"On", b"ce")
    ]
    server = Server(events(*deltas))
    async with server, run(flow(server.base, "createModelResponse", streamText=True)) as harness:
        out = await ask(harness, {"payload": {"model": "m", "stream": True}})
        assert out[-1]["payload"] == "Once"


async def test_messages_of_a_stream_do_not_share_what_a_flow_may_change():
    rule = {"t": "set", "p": "box.n", "pt": "msg", "to": "payload.choices[0].delta.content", "tot": "msg"}
    change = {
        "id": "change",
        "type": "change",
        "z": "tab",
        "x": 1,
        "y": 1,
        "rules": [rule],
        "wires": [["out"]],
    }
    async with Server(events(chat("a"), chat("b", last=True))) as server:
        nodes = flow(server.base, "createChatCompletion")
        nodes[2]["wires"] = [["change"]]
        async with run([*nodes, change]) as harness:
            out = await ask(harness, {"payload": {**HELLO, "stream": True}, "box": {"n": ""}})
            assert [msg["box"]["n"] for msg in out] == ["a", "b"]


async def forever(request: web.Request) -> web.StreamResponse:
    if request.path.endswith("/models"):
        await asyncio.sleep(30)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(chat("tick"))
        await asyncio.sleep(0.02)


async def until(condition, seconds=5.0):
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def test_reset_cancels_what_is_under_way():
    async with (
        Server(forever) as server,
        run(flow(server.base, "createChatCompletion", cancelOnReset=True)) as harness,
    ):
        await harness.send("n1", {"payload": {**HELLO, "stream": True}})
        await until(lambda: len(harness.received("out")) > 2)
        await harness.send("n1", {"reset": True})
        await harness.settle(5)
        count = len(harness.received("out"))
        await asyncio.sleep(0.1)
        assert len(harness.received("out")) == count
        assert harness.errors == []
        assert harness.statuses[-1].status == {}


async def test_reset_by_id_cancels_one_message_only():
    async with (
        Server(forever) as server,
        run(flow(server.base, "createChatCompletion", cancelOnReset=True)) as harness,
    ):
        for name in ("one", "two"):
            await harness.send("n1", {"_msgid": name, "topic": name, "payload": {**HELLO, "stream": True}})
        await until(lambda: {msg["topic"] for msg in harness.received("out")} == {"one", "two"})
        await harness.send("n1", {"reset": "one"})
        await asyncio.sleep(0.1)
        count = len(harness.received("out"))
        await until(lambda: len(harness.received("out")) > count + 2)
        assert {msg["topic"] for msg in harness.received("out")[count:]} == {"two"}


async def test_without_the_property_reset_means_nothing():
    async with Server(replies(ANSWER)) as server, run(flow(server.base, "createChatCompletion")) as harness:
        (out,) = await ask(harness, {"payload": HELLO, "reset": True})
        assert out["payload"] == ANSWER


async def test_closing_ends_calls_and_connections():
    async with Server(forever) as server, run(flow(server.base, "listModels")) as harness:
        await harness.send("n1", {"payload": {}})
        await until(lambda: server.seen)
        await harness.stop()
        assert harness.received("out") == []
        assert harness.errors == []


async def test_usage_adds_up_in_the_status():
    async with (
        Server(replies(ANSWER)) as server,
        run(flow(server.base, "createChatCompletion", usageStatus=True)) as harness,
    ):
        await ask(harness, {"payload": HELLO}, {"payload": HELLO})
        assert harness.statuses[-1].status["text"] == "14 tokens"


async def test_a_download_is_bytes_whatever_it_holds():
    async def content(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"a":\x00}', content_type="application/json")

    async with Server(content) as server, run(flow(server.base, "downloadFile")) as harness:
        (out,) = await ask(harness, {"payload": {"file_id": "f"}})
        assert out["payload"] == b'{"a":\x00}'


async def test_a_server_that_does_not_stream_is_taken_at_its_word():
    async with Server(replies(ANSWER)) as server, run(flow(server.base, "createChatCompletion")) as harness:
        (out,) = await ask(harness, {"payload": {**HELLO, "stream": True}})
        assert out["payload"] == ANSWER


@pytest.mark.parametrize("body", [b"", b"null"])
async def test_an_empty_answer_is_null(body):
    async def empty(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    async with Server(empty) as server, run(flow(server.base, "createChatCompletion")) as harness:
        (out,) = await ask(harness, {"payload": HELLO})
        assert out["payload"] is None


async def test_an_answer_without_what_was_asked_for_is_an_error():
    async with Server(replies({"created": 1})) as server, run(flow(server.base, "createImage")) as harness:
        assert await ask(harness, {"payload": {"prompt": "x"}}) == []
        assert harness.received("caught")[0]["error"]["message"] == 'createImage was answered without "data"'


async def test_embeddings_that_come_as_numbers_stay_numbers():
    data = [{"embedding": [0.5, 0.25]}, {"embedding": "AACAPgAAAL8="}]
    async with (
        Server(replies({"data": data})) as server,
        run(flow(server.base, "createEmbedding")) as harness,
    ):
        (out,) = await ask(harness, {"payload": {"input": "x", "model": "m"}})
        assert [item["embedding"] for item in out["payload"]] == [[0.5, 0.25], [0.25, -0.5]]


async def test_a_key_never_shows_up_in_a_flow():
    service = {"secureApiKeyHeaderOrQueryName": "api_key", "secureApiKeyIsQuery": True}
    async with run(flow("http://127.0.0.1:9/v1", "listModels", service)) as harness:
        await ask(harness, {"payload": {"maxRetries": 0}})
        reports = [*harness.errors, *harness.warnings, *harness.logs, *harness.statuses]
        told = str([(report.text, report.msg, report.status) for report in reports]) + str(
            harness.received("caught")
        )
        assert "Connection error." in told
        assert KEY not in told
