"""Websocket clients against real servers, which come and go."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from flowengine.nodes.network import websocket_client

from flowengine.testing import FlowHarness

from .conftest import Certificates
from .flows import SEEN, config, flow, free_port, node, statuses, until


@asynccontextmanager
async def server(
    port: int, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[list[web.Request]]:
    """A server that sends every message back; gives the handshakes it has seen."""
    seen: list[web.Request] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        socket = web.WebSocketResponse(**options)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(f"echo {message.data}")
            elif message.type is WSMsgType.BINARY:
                await socket.send_bytes(message.data)
        return socket

    runner = web.ServerRunner(web.Server(serve), shutdown_timeout=0.1)  # type: ignore[arg-type]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield seen
    finally:
        await runner.cleanup()


def connecting(
    port: int, *more: dict[str, Any], scheme: str = "ws", env: Any = None, **fields: Any
) -> FlowHarness:
    nodes = [
        config("wc", "websocket-client", path=f"{scheme}://127.0.0.1:{port}/x?y=1", **fields),
        node("in", "websocket in", "seen", client="wc"),
        node("out", "websocket out", client="wc"),
        SEEN,
    ]
    return flow(*nodes, *more, env=env)


async def test_messages_go_there_and_come_back():
    port = free_port()
    async with server(port), connecting(port) as harness:
        assert await harness.settle(3)
        for payload in ("hi", {"a": 1}, b"\x00", 5, "", None):
            await harness.send("out", {"payload": payload})
        await until(lambda: len(harness.received("seen")) == 5)
        payloads = [msg["payload"] for msg in harness.received("seen")]
    assert payloads == ["echo hi", 'echo {"a":1}', b"\x00", "echo 5", "echo null"]
    assert statuses(harness, "out")[0] == "connected "


async def test_the_handshake_has_headers_and_subprotocols():
    port = free_port()
    rules = [
        {"keyType": "other", "keyValue": "X-Own", "valueType": "other", "valueValue": "v"},
        {"keyType": "Authorization", "keyValue": "", "valueType": "env", "valueValue": "TOKEN"},
    ]
    env = {"TOKEN": "Bearer t"}
    async with (
        server(port, protocols=("b",)) as seen,
        connecting(port, headers=rules, subprotocol="a,b", env=env) as harness,
    ):
        await harness.settle(3)
        (request,) = seen
    assert request.headers["X-Own"] == "v"
    assert request.headers["Authorization"] == "Bearer t"
    assert (
        request.headers["Sec-WebSocket-Protocol"] == "a, b"
        or request.headers["Sec-WebSocket-Protocol"] == "a,b"
    )
    assert request.raw_path == "/x?y=1"


async def test_a_server_that_vanishes_and_returns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(websocket_client, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(websocket_client, "LONGEST_PAUSE", 0.1)
    port = free_port()
    async with connecting(port) as harness:
        await until(lambda: statuses(harness, "in").count("common.status.error") >= 2)
        async with server(port):
            await until(lambda: "connected " in statuses(harness, "in"))
        await until(lambda: statuses(harness, "in")[-1] != "connected ")
        await harness.send("out", {"payload": "lost"})
        async with server(port):
            await until(lambda: statuses(harness, "in").count("connected ") == 2)
            await harness.send("out", {"payload": "again"})
            await until(lambda: harness.received("seen"))
    assert [msg["payload"] for msg in harness.received("seen")] == ["echo again"]
    assert harness.errors == []


async def test_a_connection_that_is_cut_is_closed_and_no_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(websocket_client, "FIRST_PAUSE", 60.0)
    port = free_port()
    async with server(port) as seen, connecting(port) as harness:
        await until(lambda: "connected " in statuses(harness, "in"))
        assert seen[0].transport is not None
        seen[0].transport.abort()
        await until(lambda: "common.status.disconnected" in statuses(harness, "in"))
    assert "common.status.error" not in statuses(harness, "in")


async def test_pauses_between_attempts_grow_to_a_bound():
    from flowengine.nodes.network.background import pauses

    waits = pauses(1.0, 5.0)
    taken = [next(waits) for _ in range(20)]
    assert 1.0 <= taken[0] <= 1.1
    assert sorted(taken) == taken or max(taken) <= 5.0
    assert max(taken) <= 5.0 < sum(taken)


async def test_a_message_before_the_connection_is_there_is_told():
    async with connecting(free_port()) as harness:
        await harness.send("out", {"payload": "x"})
        assert [report.text.partition(":")[0] for report in harness.warnings] in (
            [],
            ["An error occurred while sending"],
        )


async def test_an_encrypted_server_is_verified(certificates: Certificates, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(websocket_client, "FIRST_PAUSE", 60.0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.cert, certificates.key)
    port = free_port()
    trusting = config("tls", "tls-config", ca=str(certificates.ca), verifyservercert=True)
    async with server(port, context):
        async with connecting(port, trusting, scheme="wss", tls="tls") as harness:
            await until(lambda: "connected " in statuses(harness, "in"))
        async with connecting(port, scheme="wss") as harness:
            await until(lambda: "common.status.error" in statuses(harness, "in"))


async def test_a_server_that_stops_answering_heartbeats_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(websocket_client, "FIRST_PAUSE", 60.0)
    port = free_port()
    async with server(port, autoping=False), connecting(port, hb="0.1") as harness:
        await until(lambda: "connected " in statuses(harness, "in"))
        await until(lambda: "common.status.disconnected" in statuses(harness, "in"))


async def test_a_flow_stops_while_its_server_is_away():
    harness = connecting(free_port())
    async with harness:
        await until(lambda: statuses(harness, "in"))
    assert harness.engine.delivery.is_idle()
