"""Tabs cut out of all flows, with the subflows and config nodes that they need."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import FlowError
from ..flow_file import NodeDict


def select_tabs(nodes: list[NodeDict], wanted: Iterable[str]) -> list[NodeDict]:
    """Return these tabs (by id or label), what lies on them and what that needs. Raises FlowError."""
    tabs = {node["id"]: node for node in nodes if node["type"] == "tab"}
    chosen = {_tab(tabs, name) for name in wanted}
    by_id = {node["id"]: node for node in nodes}
    kept = {node["id"] for node in nodes if node["id"] in chosen or node.get("z") in chosen}
    pending = list(kept)
    while pending:
        for needed in _needs(by_id, by_id[pending.pop()]):
            if needed not in kept:
                kept.add(needed)
                pending.append(needed)
    return [node for node in nodes if node["id"] in kept]


def _tab(tabs: dict[str, NodeDict], name: str) -> str:
    found = [name] if name in tabs else [key for key, tab in tabs.items() if tab.get("label") == name]
    if len(found) != 1:
        known = ", ".join(f'"{tab.get("label") or key}"' for key, tab in tabs.items()) or "none"
        raise FlowError(
            f'there is {"no" if not found else "more than one"} flow "{name}"; the flows are: {known}'
        )
    return found[0]


def _needs(by_id: dict[str, NodeDict], node: NodeDict) -> Iterable[str]:
    """Yield a subflow's template and its nodes, and the config nodes that a property names."""
    if node["type"].startswith("subflow:") and (template := node["type"][8:]) in by_id:
        yield template
        yield from (key for key, other in by_id.items() if other.get("z") == template)
    for key, value in node.items():
        if (
            key not in ("id", "type", "z", "g", "wires")
            and isinstance(value, str)
            and _is_config(by_id.get(value))
        ):
            yield value


def _is_config(node: NodeDict | None) -> bool:
    return node is not None and "x" not in node and node["type"] not in ("tab", "subflow", "group")
