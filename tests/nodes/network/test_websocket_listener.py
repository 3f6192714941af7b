"""Websocket listeners with real clients."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from flowengine.nodes.network import websocket_sessions

from flowengine.testing import FlowHarness

from .flows import SEEN, TAB, changing, config, flow, node, statuses, until


def listening(*more: dict[str, Any], **fields: Any) -> FlowHarness:
    nodes = [
        config("wl", "websocket-listener", path="/ws", **fields),
        node("in", "websocket in", "seen", server="wl"),
        node("out", "websocket out", server="wl"),
        SEEN,
    ]
    return flow(*nodes, *more)


def ws(harness: FlowHarness, path: str = "/ws") -> str:
    return (harness.http_url or "").replace("http", "ws") + path


async def test_texts_and_bytes_arrive_with_their_session_and_answers_go_back():
    async with listening() as harness, aiohttp.ClientSession() as http:
        async with http.ws_connect(ws(harness)) as one, http.ws_connect(ws(harness)) as two:
            await one.send_str("hi")
            await two.send_bytes(b"\x00\xff")
            await until(lambda: len(harness.received("seen")) == 2)
            first, second = harness.received("seen")
            assert (first["payload"], second["payload"]) == ("hi", b"\x00\xff")
            await harness.send("out", {"payload": {"to": "one"}, "_session": first["_session"]})
            assert await one.receive_str() == '{"to":"one"}'
            await harness.send("out", {"payload": b"all"})
            assert await one.receive_bytes() == await two.receive_bytes() == b"all"
        await until(lambda: "common.status.disconnected" in statuses(harness, "in"))
    assert statuses(harness, "in")[:3] == ["connected 1", "connected 2", "connected 1"]


async def test_whole_messages_travel_as_json():
    async with (
        listening(wholemsg="true") as harness,
        aiohttp.ClientSession() as http,
        http.ws_connect(ws(harness)) as client,
    ):
        for text in ('{"topic":"t","payload":[1]}', "5", "no json"):
            await client.send_str(text)
        await until(lambda: len(harness.received("seen")) == 3)
        await harness.send("out", {"_msgid": "m", "payload": "p", "_session": None})
        assert await client.receive_json() == {"_msgid": "m", "payload": "p"}
    first, second, third = harness.received("seen")
    assert (first["topic"], first["payload"]) == ("t", [1])
    assert (second["payload"], third["payload"]) == (5, "no json")


async def test_a_subprotocol_is_agreed_on():
    async with (
        listening(subprotocol="b, c") as harness,
        aiohttp.ClientSession() as http,
        http.ws_connect(ws(harness), protocols=("a", "c")) as client,
    ):
        assert client.protocol == "c"


async def test_only_one_listener_may_have_a_path():
    async with listening(config("other", "websocket-listener", path="ws")) as harness:
        texts = [report.text for report in harness.errors]
    assert texts == ["Cannot have two WebSocket listeners on the same path: ws"]


async def test_a_path_without_listener_is_refused():
    async with listening() as harness, aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(ws(harness, "/other"))
        assert refused.value.status == 404


async def test_nodes_without_a_connection_say_so():
    async with flow(node("in", "websocket in"), node("out", "websocket out")) as harness:
        await harness.send("out", {"payload": "x"})
        assert [report.text for report in harness.errors] == ["Missing server configuration"] * 2


async def test_a_redeploy_tells_clients_that_the_listener_goes_away():
    async with (
        listening() as harness,
        aiohttp.ClientSession() as http,
        http.ws_connect(ws(harness)) as client,
    ):
        await harness.engine.deploy([TAB, SEEN], kind="nodes")
        message = await client.receive(timeout=3)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)


async def test_a_client_that_takes_nothing_loses_messages_and_nothing_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(websocket_sessions, "MOST_WAITING", 1_000_000)
    async with listening() as harness, aiohttp.ClientSession() as http:
        slow, quick = await http.ws_connect(ws(harness)), await http.ws_connect(ws(harness))
        slow._conn.protocol.pause_reading()
        for _ in range(400):
            await harness.send("out", {"payload": "x" * 100_000})
            await quick.receive()
        assert any("too slowly" in report.text for report in harness.warnings)
        waiting = sum(session._size for session in harness.engine.nodes["wl"].sessions.values())
        assert waiting < 1_200_000
        slow._conn.protocol.resume_reading()
        await asyncio.gather(slow.close(), quick.close())


async def test_flow_routes_and_websockets_share_a_connection():
    text = changing(lambda msg: msg | {"payload": "from a flow"})
    nodes = [
        node("get", "http in", "c", url="/t"),
        node("c", "test-change", "answer"),
        node("answer", "http response"),
        config("wl", "websocket-listener", path="/ws"),
        node("in", "websocket in", "seen", server="wl"),
        SEEN,
    ]
    async with flow(*nodes, node_types=(text,)) as harness, aiohttp.ClientSession() as http:
        async with http.get(f"{harness.http_url}/t") as answer:
            assert await answer.text() == "from a flow"
        async with http.ws_connect(ws(harness)) as client:
            await client.send_str("x")
            await until(lambda: harness.received("seen"))


async def test_the_first_protocol_that_a_client_names_is_taken_where_none_is_set():
    async with listening() as harness, aiohttp.ClientSession() as http:
        async with http.ws_connect(ws(harness), protocols=("a", "b")) as client:
            assert client.protocol == "a"


async def test_a_date_goes_out_as_json():
    async with listening() as harness, aiohttp.ClientSession() as http:
        async with http.ws_connect(ws(harness)) as client:
            await harness.send("out", {"payload": datetime(1970, 1, 1, tzinfo=UTC)})
            assert await client.receive_str() == '"1970-01-01T00:00:00.000Z"'
