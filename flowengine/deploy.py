"""What changes between two sets of flows, and what a deploy has to stop and start for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .flow_file import STRUCTURE, FlowSet, NodeDict

_LAYOUT = {
    "tab": frozenset(("label", "info", "locked")),
    "group": frozenset(("x", "y", "w", "h", "style", "nodes", "info")),
    "": frozenset(("x", "y", "wires", "links", "info")),
}
"""Properties by type that a running flow does not feel; wires and links are looked at apart."""


@dataclass(slots=True)
class Difference:
    """Ids of nodes by what happened to them; ``flows`` are tabs where something did."""

    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    rewired: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)
    everything: bool = False
    """The variables of all flows have changed: nothing can stay."""


def compare(old: FlowSet, new: FlowSet) -> Difference:
    """Find what a deploy changes, including nodes that refer to what has changed."""
    found = Difference()
    if not old.by_id:  # the first deploy: there is nothing to compare
        found.added, found.flows = set(new.by_id), set(new.tabs)
        return found
    found.added = set(new.by_id) - set(old.by_id)
    found.removed = set(old.by_id) - set(new.by_id)
    for node_id, after in new.by_id.items():
        before = old.by_id.get(node_id)
        if before is None or before is after or before == after:
            continue
        if _matters(before) != _matters(after):
            found.changed.add(node_id)
        elif before.get("wires") != after.get("wires") or before.get("links") != after.get("links"):
            found.rewired.add(node_id)
    touched = found.added | found.changed | found.removed
    found.everything = any(_type_of(old, new, node_id) == "global-config" for node_id in touched)
    _spread(new, found, touched | _inside_subflows(new, found.rewired))
    _name_flows(old, new, found)
    return found


def _matters(node: NodeDict) -> NodeDict:
    layout = _LAYOUT.get(node["type"], _LAYOUT[""])
    return {key: value for key, value in node.items() if key not in layout}


def _type_of(old: FlowSet, new: FlowSet, node_id: str) -> str:
    return str((new.by_id.get(node_id) or old.by_id[node_id])["type"])


def _inside_subflows(new: FlowSet, rewired: set[str]) -> set[str]:
    """A new wire inside a template changes all of its instances."""
    return {node_id for node_id in rewired if new.by_id[node_id].get("z") in new.subflows}


def _spread(new: FlowSet, found: Difference, touched: set[str]) -> None:
    """Mark what depends on a changed thing as changed: users of config nodes, instances, members, tabs' nodes."""
    rest = {node_id for node_id in new.by_id if node_id not in found.changed and node_id not in found.added}
    while touched and rest:
        homes = {new.by_id[node_id].get("z") for node_id in touched if node_id in new.by_id}
        subflows = {home for home in homes if home in new.subflows and home in rest}
        # Most deploys touch nothing that could be named. Else nearly all nodes name nothing that was touched; only
        # the others are looked at closely.
        causes = {node_id for node_id in touched if not _is_plain(new, node_id)}
        named = causes | {f"subflow:{node_id}" for node_id in causes}
        touched = subflows | {
            node_id
            for node_id in (rest if causes else ())
            if _names_any(new.by_id[node_id], named)
            and not touched.isdisjoint(_causes(new, new.by_id[node_id]))
        }
        found.changed |= touched
        rest -= touched


def _names_any(node: NodeDict, named: set[str]) -> bool:
    return any(value.__class__ is str and value in named for value in node.values())


def _causes(new: FlowSet, node: NodeDict) -> list[str]:
    """Name what a node has to be restarted for: its tab, group, template and config nodes."""
    causes = [node["type"][8:]] if node["type"].startswith("subflow:") else []
    if node.get("z") in new.tabs:
        causes.append(node["z"])
    for key, value in node.items():
        if key == "g" or (
            key not in ("id", "z", "type", "wires") and isinstance(value, str) and _is_config(new, value)
        ):
            causes.append(value)
    return causes


def _is_plain(new: FlowSet, node_id: str) -> bool:
    """Whether this is a node that lies in a flow, which no other has to be restarted for."""
    node = new.by_id.get(node_id)
    return node is not None and "x" in node and node["type"] not in STRUCTURE


def _is_config(new: FlowSet, node_id: str) -> bool:
    node = new.by_id.get(node_id)
    return node is not None and "x" not in node and node["type"] not in STRUCTURE


def _name_flows(old: FlowSet, new: FlowSet, found: Difference) -> None:
    for node_id in found.added | found.changed | found.removed | found.rewired:
        for flows in (old, new):
            node = flows.by_id.get(node_id)
            if node is not None and node.get("z") in flows.tabs:
                found.flows.add(node["z"])
            elif node is not None and node["type"] == "tab":
                found.flows.add(node_id)
