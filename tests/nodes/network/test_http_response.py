"""The http response node: what clients get."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from flowengine.messages import UNDEFINED
from flowengine.testing import FlowHarness

from .flows import CAUGHT, changing, flow, node


def answering(answer: dict[str, Any], **fields: Any) -> FlowHarness:
    """A flow that answers with these properties of a message."""

    def change(msg: Any) -> Any:
        msg.update(answer)
        return {key: value for key, value in msg.items() if value is not UNDEFINED}

    nodes = [
        node("in", "http in", "change", url="/t"),
        node("change", "test-change", "out"),
        node("out", "http response", **fields),
    ]
    return flow(*nodes, *CAUGHT, node_types=(changing(change),))


async def ask(harness: FlowHarness, query: str = "", **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{harness.http_url}/t{query}", headers=headers) as answer,
    ):
        return answer, await answer.read()


@pytest.mark.parametrize(
    ("payload", "body", "content_type"),
    [
        ("hé", "hé".encode(), "text/html; charset=utf-8"),
        (5, b"5", "text/html; charset=utf-8"),
        (1.5, b"1.5", "text/html; charset=utf-8"),
        ({"a": [1, None]}, b'{"a":[1,null]}', "application/json; charset=utf-8"),
        (None, b"null", "application/json; charset=utf-8"),
        (b"\x00\xff", b"\x00\xff", "application/octet-stream"),
    ],
)
async def test_a_payload_is_sent_by_its_kind(payload: Any, body: bytes, content_type: str):
    async with answering({"payload": payload}) as harness:
        answer, got = await ask(harness)
    assert (got, answer.headers["Content-Type"]) == (body, content_type)
    assert answer.headers["Content-Length"] == str(len(body))


async def test_no_payload_is_an_empty_answer_without_a_type():
    async with answering({"payload": UNDEFINED}) as harness:
        answer, got = await ask(harness)
    assert (got, answer.headers["Content-Length"], answer.headers.get("Content-Type")) == (b"", "0", None)


async def test_the_nodes_status_and_headers_go_before_the_messages():
    said = {
        "payload": "x",
        "statusCode": 500,
        "headers": {"X-A": "msg", "X-B": ["1", "2"], "content-length": "99"},
    }
    async with answering(said, statusCode="201", headers={"X-A": "node"}) as harness:
        answer, got = await ask(harness)
    assert (answer.status, got, answer.headers["X-A"]) == (201, b"x", "node")
    assert answer.headers.getall("X-B") == ["1", "2"]


async def test_headers_of_a_reply_that_came_back_unchanged_are_not_sent():
    reply = {"x-test": "from the other server", "x-node-red-request-node": "54d40a0c"}
    from nodes.network.reply_headers import hash_headers

    reply["x-node-red-request-node"] = hash_headers({"x-test": reply["x-test"]})
    async with answering({"payload": "x", "headers": reply}) as harness:
        assert "x-test" not in (await ask(harness))[0].headers


async def test_cookies_are_set_and_cleared():
    cookies = {
        "a": "x y;",
        "b": {"value": {"j": 1}, "httpOnly": True, "sameSite": "lax", "maxAge": 5000},
        "c": None,
    }
    async with answering({"payload": "x", "cookies": cookies}) as harness:
        lines = (await ask(harness))[0].headers.getall("Set-Cookie")
    assert lines[0] == "a=x%20y%3B; Path=/"
    assert lines[1].startswith("b=j%3A%7B%22j%22%3A1%7D; Max-Age=5; Path=/; Expires=")
    assert lines[1].endswith("; HttpOnly; SameSite=Lax")
    assert lines[2] == "c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"


async def test_who_has_the_answer_already_gets_304():
    async with answering({"payload": "x"}) as harness:
        etag = (await ask(harness))[0].headers["ETag"]
        answer, body = await ask(harness, **{"If-None-Match": etag})
        assert (answer.status, body, answer.headers.get("Content-Length")) == (304, b"", None)
        assert (await ask(harness, **{"If-None-Match": etag, "Cache-Control": "no-cache"}))[0].status == 200


async def test_a_callback_in_the_query_makes_json_a_script():
    async with answering({"payload": {"a": 1}}) as harness:
        answer, body = await ask(harness, "?callback=x.y[0]();alert")
    assert body == b"/**/ typeof x.y[0]alert === 'function' && x.y[0]alert({\"a\":1});"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            {"payload": True},
            'TypeError [ERR_INVALID_ARG_TYPE]: The "string" argument must be of type string or',
        ),
        (
            {"payload": "x", "statusCode": 99},
            "RangeError [ERR_HTTP_INVALID_STATUS_CODE]: Invalid status code: 99",
        ),
        (
            {"payload": "x", "headers": {"X": "a\r\nSet-Cookie: b"}},
            "TypeError [ERR_INVALID_CHAR]: Invalid character",
        ),
        (
            {"payload": "x", "headers": {"a b": "c"}},
            "TypeError [ERR_INVALID_HTTP_TOKEN]: Header name must be",
        ),
        (
            {"payload": "x", "cookies": {"a": {"value": 1, "expires": "soon"}}},
            "TypeError: option expires is invalid",
        ),
    ],
)
async def test_what_cannot_be_sent_is_an_error_and_another_node_may_answer(answer: dict[str, Any], text: str):
    def mend(msg: Any) -> Any:
        return {"req": msg["req"], "res": msg["res"], "payload": "mended"}

    class Mend(changing(mend)):  # type: ignore[misc]
        type = "test-mend"

    def change(msg: Any) -> Any:
        msg.update(answer)
        return msg

    nodes = [
        node("in", "http in", "change", url="/t"),
        node("change", "test-change", "out"),
        node("out", "http response"),
        node("catch", "catch", "mend", scope=None),
        node("mend", "test-mend", "out"),
    ]
    async with flow(*nodes, node_types=(changing(change), Mend)) as harness:
        _, body = await ask(harness)
        assert body == b"mended"
        assert harness.errors[0].text.startswith(text)


async def test_a_second_answer_is_an_error():
    nodes = [
        node("in", "http in", "one", "two", url="/t"),
        node("one", "http response"),
        node("two", "http response"),
    ]
    async with flow(*nodes) as harness:
        assert (await ask(harness))[0].status == 200
        await harness.settle(1)
        expected = "Error [ERR_HTTP_HEADERS_SENT]: Cannot set headers after they are sent to the client"
        assert [report.text for report in harness.errors] == [expected]


async def test_a_message_without_a_request_has_nobody_to_answer():
    async with flow(node("out", "http response")) as harness:
        await harness.send("out", {"payload": "x"})
        assert [report.text for report in harness.warnings] == ["No response object"]


@pytest.mark.parametrize(
    ("name", "cookie", "text"),
    [
        ("a b", "x", "argument name is invalid"),
        ("é", "x", "argument name is invalid"),
        ("a", {"value": "x", "domain": "x;y"}, "option domain is invalid"),
        ("a", {"value": "x", "path": "/a;b"}, "option path is invalid"),
        ("a", {"value": "x", "maxAge": "soon"}, "option maxAge is invalid"),
        ("a", {"value": "x", "priority": 5}, "option priority is invalid"),
        ("a", {"value": "x", "sameSite": "bad"}, "option sameSite is invalid"),
    ],
)
async def test_a_cookie_that_would_break_its_header_is_an_error(name: str, cookie: Any, text: str):
    async with answering({"payload": "x", "cookies": {name: cookie}}) as harness:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask(harness)
        assert [report.text for report in harness.errors] == [f"TypeError: {text}"]


async def test_a_cookie_may_have_no_path():
    async with answering({"payload": "x", "cookies": {"a": {"value": "v", "path": ""}}}) as harness:
        answer, _ = await ask(harness)
    assert answer.headers["Set-Cookie"] == "a=v"


async def test_a_media_type_is_written_small():
    async with answering({"payload": "x", "headers": {"content-type": "TEXT/PLAIN"}}) as harness:
        answer, _ = await ask(harness)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
