"""A running flow: a tab, or the global one that holds what lies on no tab.

It starts its nodes in order (config nodes first), answers for their environment, and routes errors, statuses and
completions to the nodes that listen for them. Delivery along wires is in ``routing.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .context import Context
from .environment import PARENT, evaluate_env, known, substitute
from .errors import FlowError, error_stack, error_text
from .flow_file import NodeDict, Part, may_have_variables
from .group import Group, start_groups
from .hooks import NodeEvent
from .host import Host, Report
from .javascript_values import js_string
from .messages import Msg, clone
from .node import ConfigNode, Node
from .node_config import read_config
from .undefined import UNDEFINED
from .words import engine_sentence

if TYPE_CHECKING:
    from .engine import Engine

MAX_CATCHES = 10
"""How often one node's error may come round through its own catch nodes before the loop is cut."""


class Flow:
    """A running tab. ``parent`` is what surrounds it: the engine, or for a subflow the flow of its instance."""

    def __init__(self, engine: Engine, parent: Any, part: Part) -> None:
        self.engine = engine
        self.host: Host = engine
        self.parent = parent
        self.part = part
        self.id = part.id
        self.path = part.id
        self.nodes: dict[str, Node] = {}
        self.groups: dict[str, Group] = {}
        self.values: dict[str, Any] = {}
        self.catchers: list[Node] = []
        self.watchers: list[Node] = []

    # starting and stopping

    async def start(self, only: set[str] | None = None) -> None:
        """Start all nodes, or those of ``only``, that are not running yet."""
        self.start_environment()
        self.groups = start_groups(self, self.part.groups)
        for config in in_order(self.part.configs):
            await self._start_node(config, only)
        for config in self.part.nodes.values():
            await self._start_node(config, only)

    def start_environment(self) -> None:
        """Evaluate the flow's own variables, or those that global-config nodes hold for all flows."""
        credentials = self.engine.credentials_of(self.id)
        self.values = evaluate_env(self.part.config.get("env"), self, credentials, self.complain)
        for node in self.part.configs.values() if self.id == "global" else ():
            if node["type"] == "global-config" and node.get("d") is not True:
                secrets = self.engine.credentials_of(node["id"]).get("map") or {}
                self.values.update(evaluate_env(node.get("env"), self, secrets, self.complain))

    async def _start_node(self, config: NodeDict, only: set[str] | None) -> None:
        node_id = config["id"]
        if node_id in self.nodes or (only is not None and node_id not in only) or self._is_disabled(config):
            return
        if config["type"].startswith("subflow:"):
            await self._start_subflow(config)
            return
        node_class = self.engine.node_sets.find(config["type"])
        if node_class is None:
            return  # the engine lists it as unknown
        node = self._make(node_class, config)
        if node is not None:
            self.engine.connect_starting(node)
            if begin(node):
                self.nodes[node_id] = self.engine.nodes[node_id] = node

    async def _start_subflow(self, config: NodeDict) -> None:
        from .subflow import start_subflow

        node = await start_subflow(self, config)
        if node is not None:
            self.nodes[config["id"]] = self.engine.nodes[config["id"]] = node

    def _make(self, node_class: type[Node], config: NodeDict) -> Node | None:
        try:
            values = self._substituted(config) if self.engine.may_have_variables else config
            return node_class(
                read_config(node_class, values), self, self.engine.credentials_of(_alias(config))
            )
        except FlowError as error:
            self.engine.node_failed(config, str(error))
        except Exception as error:  # a node that cannot be made must not keep the others from starting
            self.engine.node_failed(config, error_text(error))
        return None

    def _substituted(self, config: NodeDict) -> NodeDict:
        """Return a node's properties with variables in the place of their names."""
        if not may_have_variables(config):
            return config

        def setting(name: str) -> Any:
            return self._node_setting(config.get("g"), config.get("name"), config["id"], name)

        return {key: value if key == "id" else substitute(value, setting) for key, value in config.items()}

    def _is_disabled(self, config: NodeDict) -> bool:
        if config.get("d") is True:
            return True
        group = self.part.groups.get(config.get("g") or "")
        return bool(group and self._is_disabled(group))

    def listen(self) -> None:
        """Find the nodes that listen for errors, statuses and completions; after all have started."""
        listening = [node for node in self.nodes.values() if node.listens]
        self.catchers = sorted((node for node in listening if node.listens == "errors"), key=_catch_order)
        self.watchers = [node for node in listening if node.listens == "status"]
        wanted: dict[str, list[Node]] = {}
        for node in listening:
            if node.listens == "complete":
                for node_id in node.config.scope or ():
                    wanted.setdefault(node_id, []).append(node)
        for node_id, node in self.nodes.items():
            node.complete_nodes = wanted.get(node_id) or self.engine.hooks.listeners_of_complete

    async def stop(self, only: Iterable[str] | None = None, removed: Iterable[str] = ()) -> None:
        """Close nodes, all at once; config nodes after the others, for they are still needed by them."""
        ids = list(self.nodes) if only is None else [node_id for node_id in only if node_id in self.nodes]
        gone = set(removed)
        closing = [self.nodes.pop(node_id) for node_id in ids]
        for node in closing:
            self.engine.nodes.pop(node.id, None)
            self.engine.touched.add(node.id)
        for batch in (
            [node for node in closing if not isinstance(node, ConfigNode)],
            [node for node in closing if isinstance(node, ConfigNode)],
        ):
            await self._close(batch, gone)

    async def _close(self, nodes: Sequence[Node], gone: set[str]) -> None:
        """Close nodes side by side. One that takes too long is left behind, even if it does not heed its cancelling."""
        slow = [node for node in nodes if not node.close_at_once()]
        if slow:
            await self._close_slowly(slow, gone)
        for node in nodes:
            if node.id in gone:
                self.engine.forget_node(node, self)

    async def _close_slowly(self, slow: list[Node], gone: set[str]) -> None:
        closing = {asyncio.ensure_future(node.close(node.id in gone)): node for node in slow}
        limit = self.engine.settings.node_close_timeout / 1000
        _, late = await asyncio.wait(closing, timeout=limit)
        for task, node in closing.items():
            if task in late:
                task.cancel()
                text = engine_sentence(self.engine.language, "flow.close_timeout", seconds=f"{limit:g}")
                self.engine.log("error", text, node)
            elif not task.cancelled() and (error := task.exception()) is not None:
                self.engine.log("error", error_text(error), node, error)

    # what nodes ask

    def find(self, node_id: str) -> Node | None:
        """Return the running node of this id, wherever it is."""
        return self.engine.nodes.get(node_id)

    def setting(self, name: str) -> Any:
        """Return an environment variable as seen from this flow, or UNDEFINED."""
        if name == "NR_FLOW_NAME":
            return self.part.config.get("label", UNDEFINED)
        if name == "NR_FLOW_ID":
            return self.part.config.get("id", UNDEFINED)
        if name.startswith(PARENT):
            name = name.removeprefix(PARENT)
        elif name in self.values:
            return known(self.values, name)
        return self.parent.setting(name)

    def node_setting(self, node: Any, name: str) -> Any:
        """Return an environment variable as seen from a node of this flow, or UNDEFINED."""
        if name == "NR_NODE_PATH":
            return node.path
        return self._node_setting(node.config.g, node.name, node.id, name)

    def _node_setting(self, group_id: str | None, node_name: Any, node_id: str, name: str) -> Any:
        if name == "NR_NODE_NAME":
            return UNDEFINED if node_name is None else node_name
        if name == "NR_NODE_ID":
            return node_id
        if name == "NR_NODE_PATH":
            return f"{self.path}/{node_id}"
        group = self.groups.get(group_id or "")
        return group.setting(name) if group is not None else self.setting(name)

    def context(self, scope: str, node: Node | None = None) -> Context:
        """Return the context of scope node, flow or global."""
        if scope == "global":
            return self.engine.global_context
        if scope == "flow":
            return self.flow_context()
        assert node is not None
        return Context(self.engine.stores, f"{node.id}:{self.id}", self.flow_context())

    def flow_context(self) -> Context:
        """Return the context of this flow; ``$parent.`` leads to the global one."""
        return Context(self.engine.stores, self.id, self.engine.global_context)

    def complain(self, text: str) -> None:
        """Log an error of the flow itself."""
        self.engine.log("error", text)

    # errors, statuses, completions

    def report_error(
        self, node: Node, error: Any, msg: dict[str, Any], reporting: Node | None = None
    ) -> bool:
        """Give an error to the catch nodes in whose scope it is; tells whether one took it."""
        reporting = reporting or node
        source = (msg.get("error") or {}).get("source") if isinstance(msg.get("error"), dict) else None
        count = 1
        if isinstance(source, dict) and source.get("id") == node.id:
            count = int(source.get("count") or 0) + 1
            if count == MAX_CATCHES:
                node.warn(engine_sentence(self.engine.language, "flow.error_loop"))
                return False
        if isinstance(node, ConfigNode) and node.users and self.id == "global":
            taken = [user.flow.report_error(node, error, msg, user) for user in list(node.users.values())]
            return any(taken)
        return self._catch(node, error, msg, reporting, count)

    def catches(self) -> list[Node]:
        """Return the catch nodes that may hear of an error in this flow, with those around a subflow."""
        return [*self.catchers, *(self.parent.catches() if isinstance(self.parent, Flow) else ())]

    def _catch(self, node: Node, error: Any, msg: dict[str, Any], reporting: Node, count: int) -> bool:
        taken = by_uncaught = False
        for catcher in self._in_scope(self.catchers, reporting):
            if catcher.config.uncaught and not by_uncaught:
                if taken:
                    continue
                by_uncaught = True
            catcher.receive(_error_message(node, error, msg, count))
            taken = True
        return taken

    def report_status(
        self, node: Node, status: dict[str, Any], reporting: Node | None = None, quiet: bool = False
    ) -> bool:
        """Give a status to editors (unless quiet) and to the status nodes in whose scope it is."""
        reporting = reporting or node
        if not quiet:
            if "text" in status and not isinstance(status["text"], (str, type(None))):
                status = {**status, "text": js_string(status["text"])}
            self.engine.report(Report("status", node.id, status, status=status))
            self.engine.publish(f"status/{node.id}", status)
        if isinstance(node, ConfigNode) and node.users and self.id == "global":
            taken = [user.flow.report_status(node, status, user, True) for user in list(node.users.values())]
            return any(taken)
        taken_here = False
        if self.watchers:
            for watcher in self._in_scope(self.watchers, reporting):
                watcher.receive(Msg({"status": {**clone(status), "source": _source(node)}}))
                taken_here = True
        return taken_here

    def report_complete(self, node: Node, msg: Msg) -> None:
        """Tell the complete nodes that watch this node that it has done with a message."""
        self.engine.hooks.run("on_complete", NodeEvent(msg, node))
        source = _source(node)
        for listener in node.complete_nodes or ():
            message = clone(msg)
            message["complete"] = {"source": source}
            if node.listens == "complete":
                # A complete node may watch itself: by way of the queue that is a loop, not a recursion.
                self.engine.delivery.put(listener.receive, message)
            else:
                listener.receive(message)

    def _in_scope(self, listeners: list[Node], reporting: Node) -> list[Node]:
        """Return the listeners that may hear of a node, those of the nearest group first."""
        found = []
        for listener in listeners:
            scope, home = listener.config.scope, listener.config.g
            by_group = scope == "group"
            if by_group and home and not reporting.config.g:
                continue
            if isinstance(scope, list) and reporting.id not in scope:
                continue
            distance = self._distance(reporting.config.g, home)
            if distance is None:
                if home and by_group:
                    continue
                distance = len(self.groups)
            found.append((distance, listener))
        found.sort(key=lambda item: item[0])
        return [listener for _, listener in found]

    def _distance(self, inner: str, home: str) -> int | None:
        """Count the groups between a node's group and a listener's; None where the one is not within the other."""
        if not inner:
            return 0
        steps, at = 0, self.groups.get(inner)
        while at is not None and at.id != home:
            steps += 1
            at = self.groups.get(at.outer)
        if at is None and home:
            return None
        return steps


def begin(node: Node) -> bool:
    """Run a node's ``on_start``; tells whether the node may live. Messages wait while an async start runs."""
    try:
        starting = node.on_start()
    except Exception as error:  # the node stays away, the rest runs
        node.error(error)
        return False
    if starting is not None:
        _hold_messages(node, starting)
    return True


def _hold_messages(node: Node, starting: Any) -> None:
    held: list[Msg] | None = []
    receive, receive_all = node.receive, node.receive_all

    def hold(msg: Msg) -> None:
        # Wires that lead here are laid anew a little after the start has ended.
        (receive if held is None else held.append)(msg)

    node.receive, node.receive_all = hold, None

    async def run() -> None:
        nonlocal held
        try:
            await starting
        finally:
            node.receive, node.receive_all = receive, receive_all
            waiting, held = held or [], None
            for msg in waiting:
                node.host.delivery.put(receive, msg)
            node.flow.engine.reconnect(node)  # type: ignore[attr-defined]

    node.spawn(run())


def in_order(configs: dict[str, NodeDict]) -> list[NodeDict]:
    """Order config nodes so that each comes after those it refers to; circles are taken as they come."""
    ordered: dict[str, NodeDict] = {}

    def visit(config: NodeDict, above: frozenset[str]) -> None:
        if config["id"] in ordered or config["id"] in above:
            return
        for key, value in config.items():
            if key not in ("id", "wires") and isinstance(value, str) and value in configs:
                visit(configs[value], above | {config["id"]})
        ordered[config["id"]] = config

    for config in configs.values():
        visit(config, frozenset())
    return list(ordered.values())


def _alias(config: NodeDict) -> str:
    return str(config.get("_alias") or config["id"])


def _catch_order(node: Node) -> int:
    if isinstance(node.config.scope, list) or node.config.scope == "group":
        return 0
    return 2 if node.config.uncaught else 1


def _source(node: Node) -> dict[str, Any]:
    source = {"id": node.id, "type": node.type_name}
    if node.name or (node.keeps_empty_name and "name" in node.config.model_fields_set):
        source["name"] = node.name
    return source


def _error_message(node: Node, error: Any, msg: dict[str, Any], count: int) -> Msg:
    message: Msg = clone(msg) if isinstance(msg, Msg) else Msg(clone(dict(msg)))
    if "error" in message:
        message["_error"] = message["error"]
    text = error_text(error) if isinstance(error, (str, BaseException)) else js_string(error)
    details: dict[str, Any] = {"message": text, "source": {**_source(node), "count": count}}
    if isinstance(error, BaseException):
        found = {
            "code": getattr(error, "code", None),
            "stack": error_stack(error),
            "cause": getattr(error, "cause", None),
        }
        details.update({key: value for key, value in found.items() if value is not None})
    elif isinstance(error, dict):
        details.update({key: error[key] for key in ("code", "stack", "cause") if key in error})
    message["error"] = details
    return message
