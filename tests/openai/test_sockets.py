"""Websockets of the API node: opened, written to and closed by messages."""

from __future__ import annotations

import asyncio
import json

from aiohttp import WSMsgType, web

from flowengine.testing import FlowHarness

from .scripted import CREDENTIALS, KEY, Server, flow
from .test_openai_api import until

CONNECT = {"payload": {"action": "connect", "connection_id": "c"}}


class Peer:
    """The server's end: greets with `greeting`, echoes what it gets, and keeps how it was closed."""

    def __init__(self, *greeting):
        self.greeting = greeting
        self.got = []
        self.closed = None

    async def __call__(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for text in self.greeting:
            await socket.send_str(text)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.got.append(json.loads(message.data))
                await socket.send_str(message.data)
        self.closed = socket.close_code
        return socket


def run(base, method, **service):
    return FlowHarness(flow(base, method, service), credentials=CREDENTIALS)


async def test_any_event_goes_over_a_realtime_connection():
    peer = Peer('{"type": "session.created"}')
    async with Server(peer) as server, run(server.base, "realtime.connect") as harness:
        await harness.send("n1", {"payload": {"model": "gpt-realtime"}, "topic": "t"})
        await until(lambda: len(harness.received("out")) == 2)
        await harness.send("n1", {"payload": {"action": "send", "event": {"type": "session.update"}}})
        await until(lambda: len(harness.received("out")) == 4)
        connected, created, sent, echoed = harness.received("out")
        assert connected["payload"]["object"] == "realtime.websocket.connection"
        assert created["payload"] == {"type": "session.created"}
        assert created["openai"] == {
            "transport": "realtime.websocket",
            "direction": "server",
            "connection_id": "realtime.connect",
            "event_type": "session.created",
        }
        assert sent["payload"]["event_type"] == "session.update"
        assert echoed["payload"] == {"type": "session.update"}
        handshake = server.seen[0]
        assert (handshake.path, handshake.query) == ("/v1/realtime", "model=gpt-realtime")
        assert handshake.headers["authorization"] == f"Bearer {KEY}"


async def test_frames_that_are_no_event():
    peer = Peer("null", "not json", "[1]")
    async with Server(peer) as server, run(server.base, "manageModelResponseWebSocket") as harness:
        await harness.send("n1", CONNECT)
        await until(lambda: len(harness.received("out")) == 3)
        assert [msg["payload"] for msg in harness.received("out")[1:]] == [None, [1]]
        assert [report.text for report in harness.errors] == [
            "Error: Could not parse Responses websocket event"
        ]


async def test_two_messages_at_once_open_one_connection():
    async with Server(Peer()) as server, run(server.base, "manageModelResponseWebSocket") as harness:
        await harness.send("n1", CONNECT)
        await harness.send("n1", CONNECT)
        await until(lambda: harness.errors and harness.received("out"))
        assert len(server.seen) == 1
        assert "already open" in harness.errors[0].text


async def test_a_connection_that_fails_can_be_tried_again():
    async def refuse(request):
        return web.Response(status=401)

    async with Server(refuse) as server, run(server.base, "manageModelResponseWebSocket") as harness:
        for count in (1, 2):
            await harness.send("n1", CONNECT)
            await until(lambda count=count: len(harness.errors) == count)
        assert [report.text for report in harness.errors] == ["Unexpected server response: 401"] * 2


async def test_the_key_in_the_query_is_in_no_message():
    service = {"secureApiKeyHeaderOrQueryName": "key", "secureApiKeyIsQuery": True}
    async with (
        Server(Peer()) as server,
        run(server.base, "manageModelResponseWebSocket", **service) as harness,
    ):
        await harness.send("n1", CONNECT)
        await until(lambda: harness.received("out"))
        assert server.seen[0].query == f"key={KEY}"
        assert KEY not in str(harness.received("out"))


async def test_the_node_says_goodbye_when_it_closes():
    peer = Peer()
    async with Server(peer) as server, run(server.base, "manageModelResponseWebSocket") as harness:
        await harness.send("n1", CONNECT)
        await until(lambda: harness.received("out"))
        await harness.stop()
        await until(lambda: peer.closed is not None)
        assert peer.closed == 1000


async def test_a_server_that_hangs_up_leaves_no_connection_behind():
    async def hang_up(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        request.transport.abort()
        return socket

    async with Server(hang_up) as server, run(server.base, "manageModelResponseWebSocket") as harness:
        await harness.send("n1", CONNECT)
        await until(lambda: harness.received("out"))
        await asyncio.sleep(0.05)
        await harness.send(
            "n1", {"payload": {"action": "send", "connection_id": "c", "event": {"type": "response.create"}}}
        )
        await until(lambda: harness.errors)
        assert "is not open" in harness.errors[0].text
