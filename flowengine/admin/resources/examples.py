"""``/api/examples``: flows to begin with."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from ...folders import folder
from ..endpoint import Call, Endpoint

API = "OpenAI API"


async def read(call: Call) -> Any:
    """Give all examples with their flows."""
    return _examples()


@cache
def _examples() -> list[dict[str, Any]]:
    try:
        files = sorted(folder("examples").glob("*.json"))
    except FileNotFoundError:
        return []
    found = [_example(file.stem, orjson.loads(file.read_bytes())) for file in files]
    return sorted(found, key=lambda example: int(example["nodes"]))  # begin with the simplest


def _example(name: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    tab = next((node for node in nodes if node["type"] == "tab"), {})
    summary = str(tab.get("info") or "").split("\n\n")[0].replace("**", "").replace("`", "")
    placed = sum("x" in node and node["type"] != "group" for node in nodes)
    found = {
        "name": name,
        "title": tab.get("label") or name,
        "summary": summary,
        "nodes": placed,
        "flow": nodes,
    }
    return {**found, "needs": "service-host"} if any(node["type"] == API for node in nodes) else found


ENDPOINTS = (Endpoint("GET", "/api/examples", "flows.read", read, "Example flows"),)
