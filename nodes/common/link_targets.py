"""Where link calls may lead: all running link in nodes, by id and by name."""

from __future__ import annotations

from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_string
from flowengine.node import Node


class LinkTargets:
    """The link in nodes of an engine."""

    def __init__(self) -> None:
        self._by_id: dict[str, Node] = {}
        self._by_name: dict[str, list[Node]] = {}

    def add(self, node: Node) -> None:
        """Take in a link in node; one without a name goes by its id."""
        self._by_id[node.id] = node
        self._by_name.setdefault(node.name or node.id, []).append(node)

    def remove(self, node: Node) -> None:
        """Forget a link in node."""
        self._by_id.pop(node.id, None)
        named = self._by_name.get(node.name or node.id, [])
        if node in named:
            named.remove(node)

    def find(self, caller: Node, target: Any, *, dynamic: bool) -> Node:
        """Return the node of this id; for a dynamic call also by name: on the caller's flow, then on any tab.

        Raises NodeError where there is none, or more than one of the name.
        """
        name = js_string(target) if target else ""
        found = self._by_id.get(name)
        if found is None and dynamic:
            found = self._named(caller, name)
        if found is None:
            raise NodeError(f"target link-in node '{name}' not found", error_object=True)
        return found

    def _named(self, caller: Node, name: str) -> Node | None:
        named = self._by_name.get(name, [])
        near = [node for node in named if node.flow.id == caller.flow.id]
        if len(near) == 1:
            return near[0]
        on_tabs = [node for node in named if "/" not in node.flow.path]
        if len(on_tabs) > 1:
            raise NodeError(f"Multiple link-in nodes named '{name}' found", error_object=True)
        return on_tabs[0] if on_tabs else None


def link_targets(node: Node) -> LinkTargets:
    """Return the link in nodes of the engine that a node runs in."""
    targets: LinkTargets = node.host.service("link_targets", lambda host: LinkTargets())
    return targets
