"""The tcp in node: what clients and servers send becomes messages."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
from flowengine.nodes.network import tcp_pieces

from flowengine.settings import Settings
from flowengine.testing import FlowHarness

from .conftest import Certificates
from .flows import SEEN, config, flow, free_port, node, statuses, tcp_server, until


def listening(port: int, *more: dict[str, Any], settings: Any = None, **fields: Any) -> FlowHarness:
    fields = {"datatype": "utf8", **fields}
    return flow(
        node("in", "tcp in", "seen", server="server", port=str(port), **fields),
        SEEN,
        *more,
        settings=settings,
    )


async def say(port: int, *pieces: bytes, pause: float = 0.02) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause)
    writer.close()
    await writer.wait_closed()


def payloads(harness: FlowHarness) -> list[Any]:
    return [msg["payload"] for msg in harness.received("seen")]


@pytest.mark.parametrize(
    ("fields", "pieces", "expected"),
    [
        ({}, [b"a", b"b"], ["a", "b"]),
        ({"datatype": "buffer"}, [b"\x00\xff"], [b"\x00\xff"]),
        ({"datatype": "base64"}, [b"hi"], ["aGk="]),
        ({}, ["é".encode()[:1], "é".encode()[1:] + b"!"], ["é!"]),
        ({"newline": "\\r\\n"}, [b"a\r", b"\nb\r\nc"], ["a", "b", "c"]),
        ({"newline": ";", "trim": True}, [b"a;b;"], ["a;", "b;"]),
        ({"datamode": "single"}, [b"one ", b"message"], ["one message"]),
        ({"datamode": "single", "datatype": "base64"}, [b"h", b"i"], ["aGk="]),
        ({"datamode": "single", "datatype": "buffer"}, [b"\x00", b"\x01"], [b"\x00\x01"]),
    ],
)
async def test_what_is_sent_is_cut_into_payloads(
    fields: dict[str, Any], pieces: list[bytes], expected: list[Any]
):
    port = free_port()
    async with listening(port, topic="t", **fields) as harness:
        await say(port, *pieces)
        await until(lambda: len(harness.received("seen")) == len(expected))
        await until(lambda: "0 connections" in statuses(harness, "in"))
    assert payloads(harness) == expected
    msg = harness.received("seen")[0]
    assert msg["topic"] == "t"
    assert msg["ip"].endswith("127.0.0.1")
    assert msg["_session"]["type"] == "tcp"


async def test_the_number_of_connections_is_shown():
    port = free_port()
    async with listening(port) as harness:
        await say(port, b"x")
        await until(lambda: len(statuses(harness, "in")) == 2)
    assert statuses(harness, "in") == ["1 connection", "0 connections"]
    assert [report.text for report in harness.logs] == [
        f"listening on port {port}",
        "stopped listening on port",
    ]


async def test_a_port_that_is_taken_is_an_error():
    port = free_port()
    async with listening(port, node("in2", "tcp in", server="server", port=port)) as harness:
        await harness.settle(1)
    expected = (
        f"unable to listen on port {port}, error: Error: listen EADDRINUSE: address already in use :::{port}"
    )
    assert [report.text for report in harness.errors] == [expected]


async def test_a_client_without_end_is_sent_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tcp_pieces, "MOST_HELD", 1000)
    port = free_port()
    async with listening(port, newline="\\n") as harness:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * 2000)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 3)
        writer.close()
        assert "without the end" in harness.errors[0].text


async def test_a_client_that_says_nothing_times_out():
    port = free_port()
    async with listening(port, settings={"socketTimeout": 50}) as harness:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 3) == b""
        writer.close()
        assert f"timeout closed socket port {port}" in [report.text for report in harness.logs]


async def test_a_server_that_vanishes_and_returns(monkeypatch: pytest.MonkeyPatch):
    port = free_port()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello;")
        await reader.read()

    client = node(
        "in", "tcp in", "seen", server="client", host="127.0.0.1", port=port, datatype="utf8", newline=";"
    )
    async with flow(client, SEEN, settings={"socketReconnectTime": 40}) as harness:
        await until(lambda: statuses(harness, "in").count("common.status.disconnected") >= 2)
        for count in (1, 2):
            async with tcp_server(talk, port):
                await until(lambda count=count: len(harness.received("seen")) == count)
        await until(lambda: statuses(harness, "in")[-1] != "common.status.connected")
    texts = [report.text for report in harness.logs]
    assert f"Error: connect ECONNREFUSED 127.0.0.1:{port}" in texts
    assert f"connection lost to 127.0.0.1:{port}" in texts
    assert payloads(harness) == ["hello", "hello"]


async def test_a_server_that_ends_after_each_message_is_asked_again_at_once():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"reading")

    async with tcp_server(talk) as port:
        fields = {"server": "client", "host": "127.0.0.1", "datamode": "single", "datatype": "utf8"}
        async with flow(node("in", "tcp in", "seen", port=port, **fields), SEEN) as harness:
            await until(lambda: len(harness.received("seen")) >= 3, Settings().socket_reconnect_time / 2000)


async def test_an_encrypted_connection(certificates: Certificates):
    port = free_port()
    tls = config("tls", "tls-config", cert=str(certificates.cert), key=str(certificates.key))
    async with listening(port, tls, tls="tls") as harness:
        context = ssl.create_default_context(cafile=str(certificates.ca))
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(b"secret")
        await until(lambda: harness.received("seen"))
        writer.close()
    assert payloads(harness) == ["secret"]
