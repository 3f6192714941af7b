"""A flow of one node, for tests of what it sends."""

from __future__ import annotations

from typing import Any

from flowengine.testing import FlowHarness


def flow_of_one(outputs: int = 1, **node: Any) -> list[dict[str, Any]]:
    """A node ``n`` on a tab, with an observer ``out1``, ``out2``... at each output and ``caught`` for its errors."""
    place = {"z": "tab", "x": 10, "y": 10}
    names = [f"out{number + 1}" for number in range(outputs)]
    return [
        {"id": "tab", "type": "tab", "label": "test"},
        {"id": "n", "name": "", "wires": [[name] for name in names], **place, **node},
        {"id": "catch", "type": "catch", "scope": None, "wires": [["caught"]], **place},
        *({"id": name, "type": "helper", "wires": [], **place} for name in [*names, "caught"]),
    ]


async def sent(flow: list[dict[str, Any]], *msgs: dict[str, Any], **surroundings: Any) -> FlowHarness:
    """Give the messages to the node, wait until all is done, and return the stopped harness to look into."""
    harness = FlowHarness(flow, **surroundings)
    async with harness:
        for msg in msgs:
            await harness.send("n", msg)
        await harness.settle(5)
    return harness


def payloads(harness: FlowHarness, observer: str = "out1") -> list[Any]:
    """What the messages at an observer carried."""
    return [msg.get("payload") for msg in harness.received(observer)]
