"""Looks for everything that is wrong with a flow without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .errors import FlowError, NodeConfigError
from .flow_file import FlowSet, NodeDict, Part, sort_nodes
from .node_config import read_config
from .node_sets import NodeSets
from .words import SOURCE_LANGUAGE, engine_sentence


@dataclass(slots=True)
class Problem:
    """One finding: ``level`` is error, warning or note; ``place`` names tab or subflow, ``name`` the node."""

    level: str
    node: str
    type: str
    name: str
    place: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """Return the finding as JSON."""
        return asdict(self)

    def __str__(self) -> str:
        title = f'"{self.name}" ({self.node})' if self.name else f"({self.node})"
        return f"{self.level}: {self.place}, {self.type} {title}: {self.text}"


class Checker:
    """Checks one flow; ``credentials`` are secrets by node id, None where they are not known."""

    def __init__(
        self,
        nodes: list[NodeDict],
        node_sets: NodeSets | None = None,
        credentials: dict[str, Any] | None = None,
        language: str = SOURCE_LANGUAGE,
    ) -> None:
        self.flows: FlowSet = sort_nodes(nodes)
        self.node_sets = node_sets or NodeSets()
        self.credentials = credentials
        self.language = language

    def problems(self) -> list[Problem]:
        """Return all findings, errors first."""
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(self._find(), key=lambda problem: order[problem.level])

    def words(self, key: str, **values: Any) -> str:
        """Return a sentence of the checks."""
        return engine_sentence(self.language, f"check.{key}", **values)

    def problem(self, level: str, node: NodeDict, text: str) -> Problem:
        """Make a finding about a node."""
        name = str(node.get("name") or node.get("label") or "")
        return Problem(level, node["id"], node["type"], name, self.flows.place(node), text)

    def _find(self) -> Iterator[Problem]:
        for node_id in self.flows.doubled:
            yield self.problem("error", self.flows.by_id[node_id], self.words("doubled"))
        for part in self.flows.subflows.values():
            if self._contains(part, part.id, ()):
                yield self.problem("error", part.config, self.words("circle"))
        for node in self.flows.by_id.values():
            if node["type"] not in ("tab", "subflow", "group"):
                yield from self._node(node)

    def _contains(self, part: Part, wanted: str, above: tuple[str, ...]) -> bool:
        for node in part.nodes.values():
            inner = node["type"][8:] if node["type"].startswith("subflow:") else ""
            if inner == wanted:
                return True
            nested = self.flows.subflows.get(inner) if inner not in above else None
            if nested is not None and self._contains(nested, wanted, (*above, inner)):
                return True
        return False

    def _node(self, node: NodeDict) -> Iterator[Problem]:
        yield from self._wires(node)
        if node["type"].startswith("subflow:"):
            if node["type"][8:] not in self.flows.subflows:
                yield self.problem("error", node, self.words("no_template"))
            return
        node_class = self.node_sets.find(node["type"])
        if node_class is None:
            reason = self.node_sets.reason(node["type"])
            yield self.problem(
                "error", node, self.words("broken_type" if reason else "unknown_type", reason=reason)
            )
            return
        try:
            config = read_config(node_class, node)
        except NodeConfigError as error:
            yield self.problem("error", node, str(error))
            return
        try:
            for level, text in node_class.check(config, self):
                yield self.problem(level, node, text)
        except FlowError as error:
            yield self.problem("error", node, str(error))

    def _wires(self, node: NodeDict) -> Iterator[Problem]:
        wires = node.get("wires")
        for port in wires if isinstance(wires, list) else []:
            for target in port if isinstance(port, list) else [port]:
                if target and not (isinstance(target, str) and target in self.flows.by_id):
                    yield self.problem("warning", node, self.words("lost_wire", target=target))
