"""``/api/examples``: flows to begin with."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from ...folders import folder
from ..endpoint import Call, Endpoint

API = "OpenAI API"


async def read(call: Call) -> Any:
    """Give all examples with their flows: ours, then those that packages of nodes bring in a folder ``examples``."""
    places = [(one.name, one.folder("examples")) for one in call.runtime.engine.node_sets.packages()]
    theirs = [_examples(place, f"{name}/") for name, place in places if place is not None]
    return [*_ours(), *(one for examples in theirs for one in examples)]


@cache
def _ours() -> list[dict[str, Any]]:
    try:
        return _examples(folder("examples"))
    except FileNotFoundError:
        return []


def _examples(place: Path, before: str = "") -> list[dict[str, Any]]:
    found = []
    for file in sorted(place.glob("*.json")):
        # What a package brings may be damaged; the others are shown all the same.
        with suppress(orjson.JSONDecodeError, KeyError, TypeError):
            found.append(_example(before + file.stem, orjson.loads(file.read_bytes())))
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
