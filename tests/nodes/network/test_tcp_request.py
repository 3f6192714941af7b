"""The tcp request node: when an answer is complete."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from .flows import CAUGHT, SEEN, flow, free_port, node, statuses, tcp_server, until


async def brackets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each piece in brackets."""
    while data := await reader.read(1000):
        writer.write(b"[" + data + b"]")


def asking(port: int, **fields: Any) -> FlowHarness:
    defaults = {"server": "127.0.0.1", "port": str(port), "ret": "string", "splitc": "60"}
    return flow(node("ask", "tcp request", "seen", **{**defaults, **fields}), SEEN, *CAUGHT)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"out": "time"}, "[ask]"),
        ({"out": "time", "ret": "buffer"}, b"[ask]"),
        ({"out": "char", "splitc": "k"}, "[ask"),
        ({"out": "char", "splitc": "0x5d"}, "[ask]"),
        ({"out": "count", "splitc": "3"}, "[as"),
        ({"out": "count", "splitc": "0"}, "["),
        ({"out": "sit"}, "[ask]"),
    ],
)
async def test_an_answer_is_complete(fields: dict[str, Any], expected: Any):
    async with tcp_server(brackets) as port, asking(port, **fields) as harness:
        await harness.send("ask", {"payload": "ask", "topic": "kept"})
        await until(lambda: harness.received("seen"))
    (msg,) = harness.received("seen")
    assert (msg["payload"], msg["topic"]) == (expected, "kept")


async def test_an_answer_longer_than_64_kilobytes_is_whole():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"x" * 300_000 + b"\n")
        await reader.read()

    async with tcp_server(talk) as port, asking(port, out="char", splitc="\\n") as harness:
        await harness.send("ask", {"payload": "?"})
        await until(lambda: harness.received("seen"))
    assert len(harness.received("seen")[0]["payload"]) == 300_001


async def test_not_to_wait_means_no_answer_but_all_is_sent():
    got = asyncio.get_running_loop().create_future()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.read())

    async with tcp_server(talk) as port, asking(port, out="immed") as harness:
        await harness.send("ask", {"payload": "x" * 200_000})
        assert len(await asyncio.wait_for(got, 3)) == 200_000
        await until(lambda: "common.status.disconnected" in statuses(harness, "ask"))
        assert harness.received("seen") == []


async def test_a_connection_that_stays_is_used_again_and_can_be_reset():
    opened = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await brackets(reader, writer)

    async with tcp_server(talk) as port, asking(port, out="sit", newline="]", trim=True) as harness:
        for count, payload in enumerate("abc", 1):
            await harness.send("ask", {"payload": payload})
            await until(lambda count=count: len(harness.received("seen")) == count)
        assert opened == 1
        await harness.send("ask", {"reset": True})
        await harness.send("ask", {"payload": "d"})
        await until(lambda: len(harness.received("seen")) == 4)
    assert opened == 2
    assert [msg["payload"] for msg in harness.received("seen")] == ["[a]", "[b]", "[c]", "[d]"]


async def test_messages_that_come_while_connecting_wait_within_a_bound():
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            got.extend(data)

    harness = flow(
        node("ask", "tcp request", server="127.0.0.1", port=str(port := free_port()), out="sit"),
        settings={"tcpMsgQueueSize": 3},
    )
    async with tcp_server(talk, port), harness:
        for letter in "abcdef":
            await harness.send("ask", {"payload": letter})
        await until(lambda: len(got) >= 3)
        await asyncio.sleep(0.05)
    assert bytes(got).endswith(b"def")


async def test_the_address_may_come_with_the_message():
    nodes = [node("ask", "tcp request", "seen", ret="string", splitc="60"), SEEN]
    async with tcp_server(brackets) as port, flow(*nodes) as harness:
        await harness.send("ask", {"payload": "x"})
        assert [report.text for report in harness.warnings] == ["Host and/or port not set"]
        await harness.send("ask", {"payload": "x", "host": "127.0.0.1", "port": port})
        await until(lambda: harness.received("seen"))


async def test_a_server_that_is_not_there_is_an_error_about_the_message():
    port = free_port()
    async with asking(port) as harness:
        await harness.send("ask", {"payload": "x"})
        await until(lambda: harness.received("caught"))
    assert harness.errors[0].text == f"connect failed 127.0.0.1:{port}"
    assert statuses(harness, "ask")[1] == "common.status.error"


async def test_a_server_that_ends_without_an_answer_leaves_nothing_waiting():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"half")

    async with tcp_server(talk) as port, asking(port, out="char", splitc="!") as harness:
        await harness.send("ask", {"payload": "x"})
        assert await harness.settle(3)
        assert harness.received("seen") == []
        assert harness.engine.nodes["ask"]._clients == {}
