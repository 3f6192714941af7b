"""The tcp out node: payloads to a server, to clients, and back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flowengine.nodes.network import tcp_connections

from .flows import config, flow, free_port, node, statuses, tcp_server, until


async def test_payloads_are_written_as_bytes():
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            got.extend(data)

    async with tcp_server(talk) as port, flow(node("out", "tcp out", host="127.0.0.1", port=port)) as harness:
        await until(lambda: "common.status.connected" in statuses(harness, "out"))
        for payload in ("é", b"\x00", 5, True, [1, 2], None):
            await harness.send("out", {"payload": payload})
        await until(lambda: len(got) == 11)
    assert bytes(got) == "é".encode() + b"\x005true1,2"


async def test_base64_is_decoded_and_a_connection_may_end_after_each_message():
    got: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read())

    async with tcp_server(talk) as port:
        fields = {"host": "127.0.0.1", "port": port, "base64": True, "end": True}
        async with flow(node("out", "tcp out", **fields)) as harness:
            for text in ("aGk", "a-_w=="):
                await until(lambda: statuses(harness, "out")[-1] == "common.status.connected")
                await harness.send("out", {"payload": text})
            await until(lambda: len(got) == 2)
    # The node connects again after each message, so there may be a connection that brings nothing.
    assert got[:2] == [b"hi", b"k\xef\xf0"]


async def test_all_clients_of_a_port_get_the_payload():
    port = free_port()
    async with flow(node("out", "tcp out", beserver="server", port=port)) as harness:
        clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await until(lambda: "3 connections" in statuses(harness, "out"))
        await harness.send("out", {"payload": "x"})
        assert [await reader.readexactly(1) for reader, _ in clients] == [b"x"] * 3
        for _, writer in clients:
            writer.close()
        await until(lambda: statuses(harness, "out")[-1] == "0 connections")


async def test_replies_go_to_the_session_or_to_all_and_may_end_it():
    port = free_port()
    nodes = [
        node("in", "tcp in", "seen", server="server", port=port, datatype="utf8"),
        node("seen", "helper"),
        node("out", "tcp out", beserver="reply"),
    ]
    async with flow(*nodes) as harness:
        (one, w1), (two, w2) = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        w1.write(b"1")
        await until(lambda: harness.received("seen"))
        session = harness.received("seen")[0]["_session"]
        await until(lambda: "2 connections" in statuses(harness, "in"))
        await harness.send("out", {"payload": "you", "_session": session})
        await harness.send("out", {"payload": "all"})
        assert await one.readexactly(6) == b"youall"
        assert await two.readexactly(3) == b"all"
        await harness.send("out", {"reset": True, "_session": session})
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await one.readexactly(1)
        w1.close()
        w2.close()


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tcp_connections, "MOST_WAITING", 1_000_000)
    port = free_port()
    async with flow(node("out", "tcp out", beserver="server", port=port)) as harness:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        await until(lambda: "1 connection" in statuses(harness, "out"))
        for _ in range(300):
            await harness.send("out", {"payload": b"x" * 100_000})
        await until(lambda: statuses(harness, "out")[-1] == "0 connections")
        writer.transport.abort()


async def test_without_a_connection_payloads_are_dropped():
    port = free_port()
    async with flow(node("out", "tcp out", host="127.0.0.1", port=port)) as harness:
        await harness.send("out", {"payload": "x"})
        await until(lambda: "common.status.disconnected" in statuses(harness, "out"))
        assert f"error: Error: connect ECONNREFUSED 127.0.0.1:{port}" in [
            report.text for report in harness.logs
        ]
        assert harness.errors == []


async def test_an_encrypted_client_verifies_its_server(certificates: Any):
    port = free_port()
    own = config("own", "tls-config", cert=str(certificates.cert), key=str(certificates.key))
    trusting = config("trusting", "tls-config", ca=str(certificates.ca), verifyservercert=True)
    suspicious = config("suspicious", "tls-config", verifyservercert=True)
    nodes = [
        own,
        trusting,
        suspicious,
        node("in", "tcp in", "seen", server="server", port=port, datatype="utf8", tls="own"),
        node("seen", "helper"),
        node("out", "tcp out", host="localhost", port=port, tls="trusting"),
        node("refused", "tcp out", host="localhost", port=port, tls="suspicious"),
    ]
    async with flow(*nodes) as harness:
        await until(lambda: "common.status.connected" in statuses(harness, "out"))
        await harness.send("out", {"payload": "secret"})
        await until(lambda: harness.received("seen"))
        await until(lambda: "common.status.disconnected" in statuses(harness, "refused"))
    assert harness.received("seen")[0]["payload"] == "secret"
    assert "common.status.connected" not in statuses(harness, "refused")
