"""One flow as ``/flow/:id`` has it, cut out of all flows and put into them."""

from __future__ import annotations

from typing import Any

from ..errors import FlowFileError
from ..flow_file import FlowSet, NodeDict, Part, read_flow
from ..messages import clone
from .errors import ApiError

TAB_FIELDS = ("disabled", "info", "env")


def one_flow(flows: FlowSet, flow_id: str) -> dict[str, Any]:
    """Return a tab, or what lies on none."""
    part = flows.outside if flow_id == "global" else flows.tabs[flow_id]
    shape: dict[str, Any] = {"id": flow_id}
    if part.config.get("label"):
        shape["label"] = part.config["label"]
    shape.update({key: part.config[key] for key in TAB_FIELDS if key in part.config})
    if flow_id != "global":
        shape["nodes"] = [_plain(node) for node in (*part.groups.values(), *part.nodes.values())]
    if part.configs:
        shape["configs"] = [_plain(node) for node in part.configs.values()]
    if flow_id == "global" and flows.subflows:
        shape["subflows"] = [_subflow(subflow) for subflow in flows.subflows.values()]
    return shape


def _subflow(part: Part) -> dict[str, Any]:
    shape = {
        **_plain(part.config),
        "nodes": [_plain(node) for node in (*part.nodes.values(), *part.groups.values())],
    }
    if part.configs:
        shape["configs"] = [_plain(node) for node in part.configs.values()]
    return shape


def _plain(node: NodeDict) -> NodeDict:
    left_out = {"credentials", "wires"} if node["type"] == "link out" else {"credentials"}
    return {key: clone(value) for key, value in node.items() if key not in left_out}


def with_flow(
    nodes: list[NodeDict], flows: FlowSet, flow_id: str, given: dict[str, Any], *, is_new: bool
) -> list[NodeDict]:
    """Return all nodes with this flow among them, in the place of the one with its id. Raises ApiError."""
    if flow_id == "global":
        kept = [node for node in nodes if node["type"] == "tab" or node.get("z") in flows.tabs]
        return [*clone(kept), *_global_nodes(given)]
    kept = clone(without_flow(nodes, flow_id))
    added = clone(_list(given, "nodes") + _list(given, "configs"))
    taken = {node["id"] for node in kept}
    for node in added:
        if not isinstance(node, dict):
            raise ApiError(400, "invalid_flows", reason="every node is an object")
        if is_new and node.get("id") in taken:
            raise ApiError(400, "unexpected_error", reason="duplicate id")
        if node.get("type") in ("tab", "subflow"):
            if is_new:
                raise ApiError(400, "unexpected_error", reason=f"invalid node type: {node['type']}")
            continue
        node["z"] = flow_id
    return [*kept, *_checked([_tab(flow_id, given), *added])]


def _tab(flow_id: str, given: dict[str, Any]) -> NodeDict:
    tab = {"id": flow_id, "type": "tab"}
    return tab | {key: given[key] for key in ("label", *TAB_FIELDS, "credentials") if key in given}


def _global_nodes(given: dict[str, Any]) -> list[NodeDict]:
    nodes = list(_list(given, "configs"))
    for subflow in _list(given, "subflows"):
        if not isinstance(subflow, dict):
            raise ApiError(400, "invalid_flows", reason="every subflow is an object")
        nodes += _list(subflow, "nodes") + _list(subflow, "configs")
        nodes.append({key: value for key, value in subflow.items() if key not in ("nodes", "configs")})
    return _checked(nodes)


def _list(given: dict[str, Any], name: str) -> list[Any]:
    found = given.get(name) or []
    if not isinstance(found, list):
        raise ApiError(400, "invalid_flows", reason=f"{name} has to be an array")
    return found


def _checked(nodes: list[Any]) -> list[NodeDict]:
    try:
        return read_flow(nodes).nodes
    except FlowFileError as error:
        raise ApiError(400, "invalid_flows", reason=error) from None


def without_flow(nodes: list[NodeDict], flow_id: str) -> list[NodeDict]:
    """Return all nodes but a tab and what lies on it."""
    return [node for node in nodes if node.get("z") != flow_id and node["id"] != flow_id]
