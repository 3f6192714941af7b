"""Flows for the tests of network nodes: short to write, and clients and servers to talk to them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig
from flowengine.testing import FlowHarness

NodeDict = dict[str, Any]
TAB = {"id": "t", "type": "tab", "label": "t"}


def node(node_id: str, node_type: str, *to: str, **fields: Any) -> NodeDict:
    """A node on the tab."""
    return {"id": node_id, "type": node_type, "z": "t", "x": 1, "y": 1, "wires": [list(to)], **fields}


def config(node_id: str, node_type: str, **fields: Any) -> NodeDict:
    """A config node."""
    return {"id": node_id, "type": node_type, **fields}


SEEN = node("seen", "helper")
CAUGHT = [node("catch", "catch", "caught", scope=None), node("caught", "helper")]


class Change(Node):
    """Does to a message what the test says."""

    type = "test-change"
    change: Callable[[Msg], Any]

    class Config(NodeConfig):
        """Nothing to configure."""

    def on_input(self, msg: Msg) -> Any:
        return type(self).change(msg)


def changing(change: Callable[[Msg], Any]) -> type[Node]:
    """A node class of type ``test-change`` that changes messages."""
    return type("Changing", (Change,), {"change": staticmethod(change), "__module__": __name__})


def flow(*nodes: NodeDict, **options: Any) -> FlowHarness:
    """A harness of a tab with these nodes."""
    return FlowHarness([TAB, *nodes], **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait until something is true; fails when it does not become so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def statuses(harness: FlowHarness, node_id: str) -> list[str]:
    """The texts of the statuses of a node, in order."""
    return [report.status.get("text", "") for report in harness.statuses if report.node == node_id]


@asynccontextmanager
async def tcp_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any], port: int = 0
) -> AsyncIterator[int]:
    """A server that talks to each client as the test says; gives its port."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writers.append(writer)  # at once: what comes as the test ends is closed with the rest
        return serve(reader, writer)

    server = await asyncio.start_server(opened, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)
