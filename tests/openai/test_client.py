"""The HTTP client: what it does when servers are slow, busy, rude or gone."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from flowengine.nodes.openai import retries
from flowengine.nodes.openai.api_errors import ApiError, Problem
from flowengine.nodes.openai.client import Access, Client
from flowengine.nodes.openai.request import Request

from .scripted import KEY, Server, replies

QUICK = {"retry-after-ms": "1"}
BUSY = (503, QUICK, {"error": {"message": "busy"}})


@pytest.fixture
async def client():
    made = Client()
    yield made
    await made.close()


def bearer(base: str) -> Access:
    return Access(base, {"Authorization": f"Bearer {KEY}"})


async def test_one_connection_serves_one_call_after_the_other(client):
    async with Server(replies({"ok": True})) as server:
        for _ in range(5):
            await client.send(Request("GET", "/models"), bearer(server.base))
        assert len(server.seen) == 5
        assert len(server.connections) == 1


async def test_calls_in_flight_are_not_limited(client):
    gate, all_there = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        if len(server.seen) == 150:
            all_there.set()
        await gate.wait()
        return web.json_response({})

    async with Server(wait) as server:
        calls = [
            asyncio.create_task(client.send(Request("GET", "/x"), bearer(server.base))) for _ in range(150)
        ]
        await all_there.wait()
        gate.set()
        await asyncio.gather(*calls)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_passing_failures_are_tried_again(client, status):
    async with Server(replies((status, QUICK, {}), {"ok": True})) as server:
        reply = await client.send(Request("POST", "/x"), bearer(server.base))
        assert (reply.attempts, reply.text()) == (2, '{"ok": true}')


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_other_failures_are_final(client, status):
    async with Server(replies((status, {}, {"error": {"message": "no"}}))) as server:
        with pytest.raises(ApiError, match=f"^{status} no$"):
            await client.send(Request("GET", "/x"), bearer(server.base))
        assert len(server.seen) == 1


async def test_after_two_retries_the_failure_is_reported(client):
    async with Server(replies(BUSY)) as server:
        with pytest.raises(ApiError, match=r"^503 busy$"):
            await client.send(Request("GET", "/x"), bearer(server.base))
        assert len(server.seen) == 3


async def test_the_server_may_say_whether_to_retry(client):
    asked = (400, {**QUICK, "x-should-retry": "true"}, {})
    forbidden = (500, {"x-should-retry": "false"}, {"error": {"message": "stop"}})
    async with Server(replies(asked, forbidden)) as server:
        with pytest.raises(ApiError, match=r"^500 stop$"):
            await client.send(Request("GET", "/x"), bearer(server.base))
        assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25, 0.25),
        ({"retry-after": "3"}, 3, 3),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0, 0),
        ({"retry-after": "soon"}, 0, 0),
        ({}, 0.375, 0.5),
    ],
)
def test_how_long_a_retry_waits(headers, low, high):
    assert low <= retries.retry_delay(headers, 1) <= high


def test_backoff_doubles_up_to_eight_seconds():
    assert 1.5 <= retries.backoff(3) <= 2
    assert 6 <= retries.backoff(20) <= 8


async def test_a_server_that_hangs_up_is_a_connection_error(client):
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        raise ConnectionResetError

    async with Server(hang_up) as server:
        with pytest.raises(ApiError, match=r"^Connection error\.$"):
            await client.send(Request("POST", "/x", retries=0), bearer(server.base))


async def test_a_server_that_breaks_off_inside_a_body_is_not_asked_again(client):
    async def break_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with Server(break_off) as server:
        with pytest.raises(ApiError, match=r"^terminated$"):
            await client.send(Request("GET", "/x"), bearer(server.base))
        assert len(server.seen) == 1


async def test_a_server_that_talks_rubbish_is_a_connection_error(client):
    async def rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(rubbish, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(ApiError, match=r"^Connection error\.$"):
            await client.send(Request("GET", "/x", retries=1), bearer(f"http://127.0.0.1:{port}/v1"))


async def test_a_slow_server_times_out(client):
    given_up = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await given_up.wait()
        return web.json_response({})

    async with Server(wait) as server:
        with pytest.raises(ApiError, match=r"^Request timed out\.$"):
            await client.send(Request("GET", "/x", timeout=0.05, retries=0), bearer(server.base))
        given_up.set()


async def test_a_body_that_never_ends_times_out(client):
    given_up = asyncio.Event()

    async def stall(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await response.write(b"{")
        await given_up.wait()
        return response

    async with Server(stall) as server:
        with pytest.raises(ApiError, match=r"^Request timed out\.$"):
            await client.send(Request("GET", "/x", timeout=0.1, retries=0), bearer(server.base))
        given_up.set()


async def test_redirects_keep_the_body_or_become_a_get(client):
    async def redirect(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/kept"):
            return web.Response(status=307, headers={"Location": "/v1/there"})
        if request.path.endswith("/seen"):
            return web.Response(status=303, headers={"Location": "there"})
        return web.json_response({})

    async with Server(redirect) as server:
        for path in ("/kept", "/seen"):
            await client.send(
                Request("POST", path, body=b"{}", content_type="application/json"), bearer(server.base)
            )
        told = [(seen.verb, seen.path, seen.body, seen.headers.get("content-type")) for seen in server.seen]
    assert told == [
        ("POST", "/v1/kept", b"{}", "application/json"),
        ("POST", "/v1/there", b"{}", "application/json"),
        ("POST", "/v1/seen", b"{}", "application/json"),
        ("GET", "/v1/there", b"", None),
    ]


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
async def test_a_redirect_to_another_server_does_not_get_the_key(client, header):
    async with Server(replies({})) as stranger:

        async def away(request: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": f"{stranger.base}/trap"})

        async with Server(away) as server:
            access = Access(server.base, {header: KEY}, {}, header.lower())
            await client.send(Request("POST", "/x", body=b"1"), access)
        assert KEY not in str(stranger.seen)
        assert KEY in str(server.seen)


async def test_endless_redirects_end(client):
    async def round_and_round(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/v1/again"})

    async with Server(round_and_round) as server:
        with pytest.raises(ApiError, match=r"^Connection error\.$"):
            await client.send(Request("GET", "/x", retries=0), bearer(server.base))


@pytest.mark.parametrize("base", ["nonsense", "127.0.0.1:1/v1", "ftp://127.0.0.1/v1", "http://"])
async def test_a_base_that_is_no_address_is_refused(client, base):
    with pytest.raises(ApiError, match=r"^Invalid URL$"):
        await client.send(Request("GET", "/x"), bearer(base))


async def test_the_query_of_a_base_stays_and_its_fragment_goes(client):
    async with Server(replies({})) as server:
        await client.send(
            Request("GET", "/models", query={"limit": 2}), bearer(f"{server.base}?api-version=1&limit=9#top")
        )
        assert (server.seen[0].path, server.seen[0].query) == ("/v1/models", "api-version=1&limit=2")


@pytest.mark.parametrize(("name", "value"), [("bad header", "x"), ("x-a", "日"), ("x-a", "a\r\nevil: 1")])
async def test_what_no_header_can_be_is_refused_before_anything_is_sent(client, name, value):
    async with Server(replies({})) as server:
        with pytest.raises(Problem):
            await client.send(Request("GET", "/x", headers={name: value}), bearer(server.base))
        assert server.seen == []


async def test_the_key_is_in_no_error_and_no_repr(client):
    in_query = Access("http://127.0.0.1:9/v1", {}, {"api_key": KEY}, "")
    with pytest.raises(ApiError) as caught:
        await client.send(Request("GET", "/x", retries=0), in_query)
    chain, error = [], caught.value
    while error is not None:
        chain.append(repr(error) + str(error))
        error = error.__cause__
    assert KEY not in "".join(chain) + repr(in_query) + repr(bearer("http://x/v1"))


async def test_a_bad_key_is_not_quoted(client):
    with pytest.raises(Problem) as caught:
        await client.send(
            Request("GET", "/x"), Access("http://127.0.0.1:9", {"Authorization": "Bearer sk-日"})
        )
    assert "sk-" not in str(caught.value) + str(caught.value.values)


async def test_a_message_cannot_change_who_asks(client):
    async with Server(replies({})) as server:
        access = Access(server.base, {"X-Api-Key": KEY}, {}, "x-api-key")
        await client.send(Request("GET", "/x", headers={"x-API-key": "mine"}), access)
        assert server.seen[0].headers["x-api-key"] == KEY


async def test_the_environment_names_a_proxy_and_whom_it_spares():
    async with Server(replies({"by": "proxy"})) as proxy:
        environment = {"http_proxy": proxy.base.removesuffix("/v1"), "no_proxy": "localhost, .spared.example"}
        client = Client(environment=environment)
        reply = await client.send(Request("GET", "/x"), bearer("http://api.example/v1"))
        assert reply.text() == '{"by": "proxy"}'
        assert proxy.seen[0].path == "/v1/x"
        with pytest.raises(ApiError):
            await client.send(Request("GET", "/x", retries=0, timeout=2), bearer("http://localhost:9/v1"))
        assert len(proxy.seen) == 1
        await client.close()
