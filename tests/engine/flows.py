"""Short ways to write flow JSON in tests."""

from __future__ import annotations

from typing import Any

NodeDict = dict[str, Any]


def tab(node_id: str = "t", **more: Any) -> NodeDict:
    """Write a tab."""
    return {"id": node_id, "type": "tab", "label": node_id, **more}


def node(node_id: str, node_type: str, wires: list[Any] | None = None, **more: Any) -> NodeDict:
    """Write a node on tab ``t``; ``wires`` may be the wires of the only output."""
    ports = wires or []
    if ports and isinstance(ports[0], str):
        ports = [ports]
    return {"id": node_id, "type": node_type, "z": "t", "x": 10, "y": 10, "wires": ports, **more}


def helper(node_id: str = "seen", **more: Any) -> NodeDict:
    """Write an observer."""
    return node(node_id, "helper", **more)
