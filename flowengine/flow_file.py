"""Reads flow JSON in every shape that Node-RED writes, and writes it back unchanged.

Shapes: the array of nodes (a whole file, an exported tab, a selection), ``{"flows": [...], "rev", "credentials"}``
of the admin API, and the single flow of ``/flow/:id`` (``{"id", "label", "nodes", "configs", "subflows"}``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from .errors import FlowFileError

NodeDict = dict[str, Any]
STRUCTURE = ("tab", "subflow", "group")
"""Types that are not nodes."""


@dataclass(slots=True)
class FlowFile:
    """A flow file: its nodes as they are written, and what stands beside them."""

    nodes: list[NodeDict]
    rev: str | None = None
    credentials: dict[str, Any] | None = None
    wrapped: bool = False
    rest: dict[str, Any] = field(default_factory=dict)

    def dump(self) -> Any:
        """Return the JSON value in the shape that was read."""
        if not self.wrapped:
            return self.nodes
        form: dict[str, Any] = {**self.rest, "flows": self.nodes}
        if self.rev is not None:
            form["rev"] = self.rev
        if self.credentials is not None:
            form["credentials"] = self.credentials
        return form


def load_flow_file(file: Path) -> FlowFile:
    """Read a flow file from disk. Raises FlowFileError with the file's name and what to do."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise FlowFileError(f"cannot read the flow file {file}: {error.strerror or error}") from None
    try:
        return read_flow(orjson.loads(content))
    except orjson.JSONDecodeError as error:
        raise FlowFileError(
            f"{file} is not JSON (line {error.lineno}, column {error.colno}: {error.msg}); "
            "export the flow again from the editor's menu, or mend the file at that place"
        ) from None
    except FlowFileError as error:
        raise FlowFileError(f"{file}: {error}") from None


def read_flow(value: Any) -> FlowFile:
    """Read flow JSON that is already parsed."""
    if isinstance(value, list):
        return FlowFile(_checked(value))
    if isinstance(value, dict) and isinstance(value.get("flows"), list):
        rest = {key: item for key, item in value.items() if key not in ("flows", "rev", "credentials")}
        return FlowFile(_checked(value["flows"]), value.get("rev"), value.get("credentials"), True, rest)
    if isinstance(value, dict) and isinstance(value.get("nodes"), list):
        return FlowFile(_checked(_single_flow(value)))
    raise FlowFileError(
        "this is JSON, but not a flow: a flow file is an array of nodes, or an object with an array in flows"
    )


def _single_flow(value: dict[str, Any]) -> list[Any]:
    """Turn the one flow of ``/flow/:id`` into an array; the global one has no tab."""
    lists = ("nodes", "configs", "subflows")
    parts = [item for name in lists for item in value.get(name) or []]
    if value.get("id") in (None, "global"):
        return parts
    tab = {"type": "tab", **{key: item for key, item in value.items() if key not in lists}}
    return [tab, *parts]


_ID = (str, type(None))


def _checked(nodes: list[Any]) -> list[NodeDict]:
    for position, node in enumerate(nodes):
        if (
            not isinstance(node, dict)
            or not isinstance(node.get("type"), str)
            or not isinstance(node.get("id"), str)
        ):
            raise FlowFileError(
                f"entry {position} is not a node: every node is an object with the texts id and type"
            )
        if not (isinstance(node.get("z"), _ID) and isinstance(node.get("g"), _ID)):
            raise FlowFileError(f"entry {position}: z and g are ids of a flow and a group, and so texts")
    _share_texts(nodes)
    return nodes


def _share_texts(nodes: list[NodeDict]) -> None:
    """Let equal texts be one object: types, tabs and the words of rules come again and again in a large file."""
    shared: dict[str, str] = {}
    share = shared.setdefault
    for node in nodes:
        node["type"] = share(node["type"], node["type"])
        if node.get("z"):
            node["z"] = share(node["z"], node["z"])
        for value in node.values():
            if value.__class__ is list:
                for row in value:
                    if row.__class__ is dict:
                        for key, text in row.items():
                            if text.__class__ is str:
                                row[key] = share(text, text)


@dataclass(slots=True)
class Part:
    """A tab, a subflow definition, or what lies outside of both (the global part)."""

    id: str
    config: NodeDict
    nodes: dict[str, NodeDict] = field(default_factory=dict)
    configs: dict[str, NodeDict] = field(default_factory=dict)
    groups: dict[str, NodeDict] = field(default_factory=dict)

    @property
    def disabled(self) -> bool:
        """Whether the tab is switched off."""
        return bool(self.config.get("disabled") or self.config.get("d"))


@dataclass(slots=True)
class FlowSet:
    """All nodes sorted into the parts they belong to."""

    tabs: dict[str, Part] = field(default_factory=dict)
    subflows: dict[str, Part] = field(default_factory=dict)
    outside: Part = field(default_factory=lambda: Part("global", {"id": "global", "type": "global"}))
    by_id: dict[str, NodeDict] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)

    def place(self, node: NodeDict) -> str:
        """Name the place of a node for people: ``tab "Chat"``."""
        part = self.tabs.get(node.get("z", "")) or self.subflows.get(node.get("z", ""))
        if part is None:
            return "no tab"
        kind = "subflow" if part.id in self.subflows else "tab"
        label = part.config.get("label") or part.config.get("name") or part.id
        return f'{kind} "{label}"'


def sort_nodes(nodes: list[NodeDict]) -> FlowSet:
    """Sort nodes into tabs, subflows and groups; the later of two nodes with one id counts."""
    found = FlowSet()
    for node in nodes:
        if node["id"] in found.by_id:
            found.doubled.append(node["id"])
        found.by_id[node["id"]] = node
        if node["type"] == "tab":
            found.tabs[node["id"]] = Part(node["id"], node)
        elif node["type"] == "subflow":
            found.subflows[node["id"]] = Part(node["id"], node)
    for node in found.by_id.values():
        if node["type"] not in ("tab", "subflow"):
            _sort_in(found, node)
    _join_links(found)
    return found


def may_have_variables(value: Any) -> bool:
    """Tell whether there may be a ``${NAME}`` to substitute in nodes: quicker than walking through them."""
    try:
        text = orjson.dumps(value)
    except TypeError:  # made by a program, of more than JSON knows
        return True
    return b'"${' in text or b'"$(' in text


def _sort_in(found: FlowSet, node: NodeDict) -> None:
    home = node.get("z") or ""
    part = found.tabs.get(home) or found.subflows.get(home)
    if part is None and home:
        # Nodes of a selection: the tab they came from is not in the file.
        part = found.tabs[home] = Part(home, {"id": home, "type": "tab"})
    if node["type"] == "group":
        if part is not None:
            part.groups[node["id"]] = node
    elif "x" in node and "y" in node:
        if part is not None:
            part.nodes[node["id"]] = node
    else:
        (part or found.outside).configs[node["id"]] = node


def _join_links(found: FlowSet) -> None:
    """Wire every link out to the link in nodes that either of them names."""
    outs = _links(found)
    parts = (found.outside, *found.tabs.values(), *found.subflows.values())
    for nodes in (nodes for part in parts for nodes in (part.nodes, part.configs)):
        for node_id, node in nodes.items():
            if node["type"] == "link out":
                nodes[node_id] = {**node, "wires": [list(outs.get(node_id, ()))]}


def _links(found: FlowSet) -> dict[str, dict[str, None]]:
    outs: dict[str, dict[str, None]] = {}
    for node in found.by_id.values():
        links = node.get("links")
        if not isinstance(links, list):
            continue
        if node["type"] == "link out":
            outs.setdefault(node["id"], {}).update(
                dict.fromkeys(link for link in links if isinstance(link, str))
            )
        elif node["type"] == "link in":
            for link in links:
                if isinstance(link, str):
                    outs.setdefault(link, {})[node["id"]] = None
    return outs
