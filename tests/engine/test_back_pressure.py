"""Bounds of what is under way: sources wait, are sent away or are told of, and what is in the flow goes on."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig
from flowengine.testing import FlowHarness

from ..nodes.network.conftest import Mosquitto, mosquitto
from ..nodes.network.flows import TAB, config, free_port, node, until

__all__ = ["mosquitto"]

KILOBYTE = "x" * 1000
BLOCK = 300
"""More messages of a kilobyte than come in one piece from the network."""
MEMORY = Path("/proc/self/statm")


class Gate(Node):
    """Holds messages, each an operation under way, until it is opened."""

    type = "gate"

    class Config(NodeConfig):
        """Nothing to configure."""

    def on_start(self) -> None:
        self.opened = asyncio.Event()

    async def on_input(self, msg: Msg) -> Msg:
        await self.opened.wait()
        return msg


def held(*nodes: dict[str, Any], most: int) -> FlowHarness:
    """A flow whose source ``in`` leads to a gate and on to ``seen``."""
    flow = [TAB, *nodes, node("gate", "gate", "seen"), node("seen", "helper")]
    return FlowHarness(flow, settings={"maxInFlight": most}, node_types=[Gate])


def open_gate(harness: FlowHarness) -> None:
    harness.engine.nodes["gate"].opened.set()


async def a_while() -> None:
    """Let come what still comes."""
    for _ in range(40):
        await asyncio.sleep(0.005)


def payloads(harness: FlowHarness) -> list[Any]:
    return [msg["payload"] for msg in harness.received("seen")]


def memory() -> int:
    """Megabytes that this process has in memory."""
    return int(MEMORY.read_text().split()[1]) * 4096 // 1_000_000 if MEMORY.exists() else 0


def tcp_in(port: int, to: str = "gate") -> dict[str, Any]:
    return node("in", "tcp in", to, server="server", port=str(port), datatype="utf8", newline="\\n")


async def write(port: int, lines: list[str]) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for line in lines:
        writer.write(f"{line}\n".encode())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_ten_thousand_messages_wait_in_bounded_memory_and_the_sender_with_them():
    port = free_port()
    lines = [f"{number}{KILOBYTE}" for number in range(34_000)]
    async with held(tcp_in(port), most=10_000) as harness:
        before = memory()
        writing = asyncio.create_task(write(port, lines))
        await until(lambda: harness.engine.delivery.operations >= 10_000, 30)
        await a_while()
        assert harness.engine.delivery.operations < 10_000 + BLOCK
        assert memory() - before < 200
        assert not writing.done()
        open_gate(harness)
        await writing
        await until(lambda: len(harness.received("seen")) == len(lines), 30)
        assert payloads(harness) == lines


@pytest.mark.parametrize(("count", "is_full"), [(99, False), (100, True)])
async def test_messages_that_wait_together_count_one_by_one(count: int, is_full: bool):
    flow = [TAB, node("start", "junction", "seen"), node("seen", "helper")]
    async with FlowHarness(flow, settings={"maxInFlight": 100}) as harness:
        for number in range(count):
            harness.engine.give("start", Msg(payload=number))
        assert len(harness.engine.delivery.queue) < 10
        assert harness.engine.delivery.is_full is is_full
        assert await harness.settle(5)
        assert not harness.engine.delivery.is_full


async def test_a_loop_takes_in_no_more_than_it_can_and_never_stands_still():
    port = free_port()
    again = {
        "property": "rounds",
        "propertyType": "msg",
        "rules": [{"t": "lt", "v": "5", "vt": "num"}, {"t": "else"}],
    }
    first = {"t": "set", "p": "rounds", "to": "0", "tot": "num"}
    count = {"t": "set", "p": "rounds", "pt": "msg", "to": "rounds + 1", "tot": "jsonata"}
    flow = [
        TAB,
        tcp_in(port, "first"),
        node("first", "change", "again", rules=[first]),
        node("again", "switch", **again) | {"wires": [["count"], ["seen"]]},
        node("count", "change", "again", rules=[count]),
        node("seen", "helper"),
    ]
    lines = [str(number) for number in range(3000)]
    async with FlowHarness(flow, settings={"maxInFlight": 10}) as harness:
        await write(port, lines)
        await until(lambda: len(harness.received("seen")) == len(lines), 30)
        assert payloads(harness) == lines


async def test_a_websocket_that_sends_too_much_waits_and_loses_nothing():
    listener = config("ws", "websocket-listener", path="/ws")
    source = node("in", "websocket in", "gate", server="ws")
    texts = [f"{number}{KILOBYTE * 16}" for number in range(1500)]

    async def send(socket: aiohttp.ClientWebSocketResponse) -> None:
        for text in texts:
            await socket.send_str(text)

    async with held(listener, source, most=200) as harness, aiohttp.ClientSession() as http:
        address = (harness.http_url or "").replace("http", "ws") + "/ws"
        async with http.ws_connect(address) as websocket:
            sending = asyncio.create_task(send(websocket))
            await until(lambda: harness.engine.delivery.operations >= 200)
            await a_while()
            assert harness.engine.delivery.operations < 200 + BLOCK
            assert not sending.done()
            open_gate(harness)
            await sending
            await until(lambda: len(harness.received("seen")) == len(texts), 30)
    assert payloads(harness) == texts


async def test_requests_are_sent_away_while_those_that_are_in_get_their_answer():
    source = node("in", "http in", "gate", url="/x", method="get")
    answer = node("out", "http response")
    async with held(source, answer, most=3) as harness, aiohttp.ClientSession() as http:
        harness.engine.nodes["gate"].route = lambda msg: harness.engine.give("out", msg)

        async def ask() -> tuple[int, str | None]:
            async with http.get(f"{harness.http_url}/x") as reply:
                return reply.status, reply.headers.get("Retry-After")

        inside = [asyncio.create_task(ask()) for _ in range(3)]
        await until(lambda: harness.engine.delivery.is_full)
        assert await ask() == (503, "1")
        open_gate(harness)
        assert await asyncio.gather(*inside) == [(200, None)] * 3
        assert await ask() == (200, None)


async def test_mqtt_messages_that_there_is_no_room_for_stay_with_the_broker(mosquitto: Mosquitto):
    broker = config("b", "mqtt-broker", broker="127.0.0.1", port=str(mosquitto.port), protocolVersion="4")
    source = node("in", "mqtt in", "gate", topic="a", qos="1", broker="b")
    sender = node("out", "mqtt out", broker="b", topic="a", qos="1")
    async with held(broker, source, most=50) as harness, FlowHarness([TAB, broker, sender]) as other:
        await until(lambda: all(one.engine.nodes["b"].connected for one in (harness, other)))
        for number in range(600):
            other.engine.give("out", Msg(payload=str(number)))
        await until(lambda: harness.engine.delivery.is_full)
        await a_while()
        assert harness.engine.delivery.operations < 300
        open_gate(harness)
        await until(lambda: len(harness.received("seen")) == 600, 30)
        assert payloads(harness) == [str(number) for number in range(600)]


def dropped(harness: FlowHarness) -> int:
    """How many messages the warnings that end a shortage speak of."""
    counts = [re.search(r"dropped: (\d+)$", report.text) for report in harness.warnings]
    return sum(int(found[1]) for found in counts if found)


async def test_datagrams_that_there_is_no_room_for_are_dropped_and_counted():
    port = free_port()
    source = node("in", "udp in", "gate", port=str(port), datatype="utf8")
    async with held(source, most=2) as harness:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            assert await harness.settle(5)
            for number in range(7):
                sender.sendto(str(number).encode(), ("127.0.0.1", port))
            await until(lambda: harness.warnings)
            await a_while()
            open_gate(harness)
            await until(lambda: len(harness.warnings) == 2)
            assert payloads(harness) == ["0", "1"]
            assert dropped(harness) == 5
            sender.sendto(b"again", ("127.0.0.1", port))
            await until(lambda: payloads(harness)[2:] == ["again"])


async def test_an_inject_node_skips_its_turns_but_a_click_always_counts():
    source = node("in", "inject", "gate", props=[{"p": "topic", "vt": "str"}], topic="t", repeat="0.01")
    async with held(source, most=3) as harness:
        await until(lambda: harness.warnings)
        inside = harness.engine.delivery.operations
        harness.engine.give("in")
        await a_while()
        assert harness.engine.delivery.operations == inside + 1
        assert len(harness.warnings) == 1
        open_gate(harness)
        await until(lambda: len(harness.received("seen")) > 5)
        await until(lambda: dropped(harness) > 1)


@pytest.mark.parametrize("most", [1, 2])
async def test_who_waits_for_room_is_told_when_there_is_some(most: int):
    async with held(most=most) as harness:
        delivery = harness.engine.delivery
        for _ in range(most):
            harness.engine.give("gate", Msg())
        assert delivery.is_full
        waiting = [asyncio.create_task(delivery.room()) for _ in range(3)]
        await a_while()
        assert not any(task.done() for task in waiting)
        waiting.pop().cancel()
        open_gate(harness)
        await asyncio.gather(*waiting)
