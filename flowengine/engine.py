"""All flows together: deploy by difference, start, stop, and the services that nodes ask for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .context import Context, Stores
from .credentials import Credentials
from .delivery import Delivery
from .deploy import Difference, compare
from .flow import Flow
from .flow_file import FlowFile, FlowSet, NodeDict, may_have_variables, read_flow, sort_nodes
from .garbage import release, unhindered
from .hooks import Hooks, NodeEvent
from .host import Host, Report
from .messages import Msg
from .node import Node
from .node_packages import FOLDER
from .node_sets import NodeSets
from .routing import compile_route
from .settings import Settings
from .undefined import UNDEFINED
from .words import engine_sentence

if TYPE_CHECKING:
    from .model_calls import ModelWatcher

Listener = Callable[[str, Any], None]
LogListener = Callable[[str, str, Node | None, Any], None]


class Engine:
    """Runs flows. Make one, ``deploy`` a flow, ``give`` messages, ``stop`` it.

    ``env`` is the process environment as flows see it, ``user_dir`` the folder of context files.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        env: Mapping[str, str] | None = None,
        user_dir: Path | None = None,
        node_sets: NodeSets | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.env: Mapping[str, str] = os.environ if env is None else env
        self.user_dir = user_dir
        self.language = self.settings.lang
        self.node_sets = node_sets or NodeSets(packages_folder=user_dir / FOLDER if user_dir else None)
        self.delivery = Delivery(self.settings.max_in_flight)
        self.hooks = Hooks(self._hooks_changed)
        self.stores = Stores(self.settings.context_storage, str(user_dir) if user_dir else None)
        self.global_context = Context(self.stores, "global", seed=self.settings.function_global_context)
        self.flow_set = FlowSet()
        self.may_have_variables = False
        """Whether some property may be ``${NAME}``; most flows have none, and nothing is looked for in their nodes."""
        self.file = FlowFile([])
        self.credentials: Credentials = {}
        self.flows: dict[str, Flow] = {}
        self.inner_flows: dict[str, Flow] = {}
        self.nodes: dict[str, Node] = {}
        self.unknown: dict[str, list[str]] = {}
        self.failed: dict[str, str] = {}
        self.running = False
        self.reporters: list[Callable[[Report], None]] = []
        self.model_calls: list[ModelWatcher] = []
        """Who watches calls of models: put a watcher in, take it out again."""
        self.trace_headers: Callable[[], Mapping[str, str]] | None = None
        self.listeners: list[Listener] = []
        self.loggers: list[LogListener] = []
        self.touched: set[str] = set()
        """Nodes that have started or stopped since wires were laid last: what leads to them has to be wired anew."""
        self._reopened: set[str] = set()
        self._services: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._deploying = asyncio.Lock()

    # deploying

    async def deploy(
        self, flow: Any, *, kind: str = "full", credentials: Credentials | None = None
    ) -> Difference:
        """Run these flows instead of the present ones.

        ``kind``: ``full`` and ``reload`` restart everything, ``flows`` the tabs with changes, ``nodes`` only the
        nodes that changed and those that depend on them.
        """
        async with self._deploying:
            with unhindered():
                return await self._deploy(flow, kind, credentials)

    async def _deploy(self, flow: Any, kind: str, credentials: Credentials | None) -> Difference:
        file = flow if isinstance(flow, FlowFile) else read_flow(flow)
        new, old = sort_nodes(file.nodes), self.flow_set
        difference = compare(old, new)
        if credentials is not None:
            difference.changed |= _changed_secrets(self.credentials, credentials, new)
            self.credentials = credentials
        if kind in ("full", "reload") or not self.running or difference.everything:
            await self._stop_flows(removed=difference.removed)
            self._take(file, new)
            await self._start_flows()
        else:
            await self._change(file, new, difference, whole_flows=kind == "flows")
        for node_id in difference.removed:
            if old.by_id[node_id]["type"] == "tab" or old.by_id[node_id]["type"].startswith("subflow:"):
                self.stores.forget(node_id)  # the values of a flow go with it, as those of a node do
        return difference

    def _take(self, file: FlowFile, new: FlowSet) -> None:
        self.file, self.flow_set = file, new
        self.may_have_variables = may_have_variables(file.nodes)
        self.failed = {}
        for node_id in new.doubled:
            node = new.by_id[node_id]
            text = engine_sentence(self.language, "flow_file.doubled", id=node_id, place=new.place(node))
            self.log("error", text)
        self.unknown = self._unknown_types(new)
        for type_name, ids in self.unknown.items():
            reason = self.node_sets.reason(type_name)
            key = "flow_file.broken" if reason else "flow_file.unknown"
            self.log(
                "warn", engine_sentence(self.language, key, type=type_name, count=len(ids), reason=reason)
            )

    def _unknown_types(self, flows: FlowSet) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        known = {"tab", "subflow", "group"}
        for node in flows.by_id.values():
            name = node["type"]
            if name in known:
                continue
            if name.startswith("subflow:"):
                if name[8:] in flows.subflows:
                    continue
            elif name not in found and self.node_sets.find(name) is not None:
                known.add(name)
                continue
            found.setdefault(name, []).append(node["id"])
        return found

    async def _start_flows(self) -> None:
        self.running = True
        parts = [self.flow_set.outside, *self.flow_set.tabs.values()]
        for part in parts:
            if not part.disabled:
                flow = self.flows[part.id] = Flow(self, self, part)
                await self._start_flow(flow)
        self._finish_start()

    async def _start_flow(self, flow: Flow, only: set[str] | None = None) -> None:
        for node_id in flow.part.nodes:
            if only is None or node_id in only:
                self.failed.pop(node_id, None)
        await flow.start(only)

    def _finish_start(self) -> None:
        for flow in (*self.flows.values(), *self.inner_flows.values()):
            flow.listen()
        touched, self.touched = self.touched, set()
        self._connect_with(touched)

    def _connect_with(self, touched: set[str]) -> None:
        """Wire these nodes and all that lead to them."""
        self._connect(
            node
            for node in self.nodes.values()
            if node.id in touched or any(not touched.isdisjoint(port) for port in node.wires)
        )

    def _connect(self, nodes: Iterable[Node]) -> None:
        find = self.nodes.get
        for node in nodes:
            targets = [[find(target) for target in port] for port in node.wires]
            node.route = self.hooks.around_send(node, targets, compile_route)

    def connect_starting(self, node: Node) -> None:
        """Wire a node that is about to start: what it sends now reaches the nodes that have started before it."""
        self.touched.add(node.id)
        self.hooks.open_input(node)
        node.route = partial(self._route_starting, node)

    def _route_starting(self, node: Node, msg: Any) -> None:
        targets = [[self.nodes.get(target) for target in port] for port in node.wires]
        compile_route(node, targets)(msg)

    def reconnect(self, node: Node) -> None:
        """Wire anew, soon, all nodes that lead to a node whose ``receive`` has changed."""
        if not self._reopened:
            asyncio.get_running_loop().call_soon(self._connect_reopened)
        self._reopened.add(node.id)

    def _connect_reopened(self) -> None:
        reopened, self._reopened = self._reopened, set()
        if self.running:
            self._connect_with(reopened)

    def _hooks_changed(self) -> None:
        for flow in (*self.flows.values(), *self.inner_flows.values()):
            flow.listen()
        for node in self.nodes.values():
            self.hooks.open_input(node)
        self._connect(self.nodes.values())

    async def _change(self, file: FlowFile, new: FlowSet, found: Difference, *, whole_flows: bool) -> None:
        stop = found.changed | found.removed
        if whole_flows:
            stop |= {node_id for node_id, node in self.flow_set.by_id.items() if node.get("z") in found.flows}
        for flow in self._tabs_then_global():
            mine = [node_id for node_id in flow.nodes if node_id in stop]
            await flow.stop(mine, found.removed)
        self._take(file, new)
        for part in (new.outside, *new.tabs.values()):
            await self._update_flow(part)
        for flow_id in set(self.flows) - set(new.tabs) - {"global"}:
            await self.flows.pop(flow_id).stop(removed=found.removed)
        for node_id in found.rewired:
            self._rewire(node_id)
        self._finish_start()

    async def _update_flow(self, part: Any) -> None:
        flow = self.flows.get(part.id)
        if part.disabled:
            if flow is not None:
                await self.flows.pop(part.id).stop()
            return
        if flow is None:
            flow = self.flows[part.id] = Flow(self, self, part)
        flow.part = part
        await flow.start()

    def _rewire(self, node_id: str) -> None:
        from .subflow import SubflowNode

        node = self.nodes.get(node_id)
        if node is None:
            return
        config = node.flow.part.nodes.get(node_id, {})  # type: ignore[attr-defined]
        ports = config.get("wires")
        wires = [
            [target for target in port if isinstance(target, str)]
            for port in (ports if isinstance(ports, list) else [])
            if isinstance(port, list)
        ]
        self.touched.add(node_id)
        if isinstance(node, SubflowNode):
            node.rewire(wires)
            self.touched.update(node.inner.nodes)
        else:
            node.wires = wires

    def _tabs_then_global(self) -> list[Flow]:
        """Order flows for closing: global config nodes are needed by the others to their end."""
        return sorted(self.flows.values(), key=lambda flow: flow.id == "global")

    async def _stop_flows(self, removed: set[str] | frozenset[str] = frozenset()) -> None:
        for flow in self._tabs_then_global():
            await flow.stop(removed=removed)
        self.flows.clear()
        self.inner_flows.clear()
        self.delivery.queue.clear()

    async def halt(self) -> None:
        """Close all nodes but keep the services; the next deploy starts them again."""
        async with self._deploying:
            await self._stop_flows()
            self.running = False

    async def stop(self) -> None:
        """Close all nodes, then the services."""
        async with self._deploying:
            await self._stop_flows()
            self.running = False
            for service in reversed(list(self._services.values())):
                if (close := getattr(service, "close", None)) is not None:
                    await close()
            self._services.clear()
            for task in list(self._tasks):
                task.cancel()
            if self._tasks:
                await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.stores.close()
            release()

    # giving messages

    def give(self, node_id: str, msg: Mapping[str, Any] | None = None) -> None:
        """Give a message to a node's input at once, as a wire does later. Raises KeyError where it does not run."""
        node = self.nodes[node_id]
        message = msg if isinstance(msg, Msg) else Msg(msg or {})
        if not message.get("_msgid"):
            from .messages import generate_id

            message["_msgid"] = generate_id()
        node.receive(message)

    # what nodes and flows ask (see host.py)

    def report(self, report: Report) -> None:
        """Tell observers of a call of a node."""
        if report.kind == "error" and self.hooks.has("on_error") and report.node in self.nodes:
            self.hooks.run("on_error", NodeEvent(report.msg, self.nodes[report.node], report.value))
        for reporter in self.reporters:
            reporter(report)

    def log(self, level: str, text: str, node: Node | None = None, value: Any = None) -> None:
        """Write to the log."""
        for logger in self.loggers:
            logger(level, text, node, value)

    def publish(self, topic: str, data: Any) -> None:
        """Hand data to whoever listens."""
        for listener in self.listeners:
            listener(topic, data)

    def service(self, key: str, make: Callable[[Host], Any]) -> Any:
        """Return the engine-wide service of this key, made at the first call."""
        if key not in self._services:
            self._services[key] = make(self)
        return self._services[key]

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine that no node owns; counted as in flight."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        self.delivery.begin()

        def over(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            self.delivery.end()
            if not task.cancelled() and (error := task.exception()) is not None:
                self.log("error", str(error))

        task.add_done_callback(over)
        return task

    def setting(self, name: str) -> Any:
        """Return a variable of the process, or of global-config."""
        outside = self.flows.get("global")
        if outside is not None and name in outside.values:
            return outside.values[name]
        if name in self.settings.env_var_excludes:
            return UNDEFINED
        return self.env.get(name, UNDEFINED)

    def credentials_of(self, node_id: str) -> dict[str, Any]:
        """Return the secrets of a node."""
        return self.credentials.get(node_id) or {}

    def node_failed(self, config: NodeDict, text: str) -> None:
        """Note that a node could not be made, and say so with tab, node and reason."""
        self.failed[config["id"]] = text
        name = config.get("name") or config["id"]
        sentence = engine_sentence(
            self.language,
            "node.failed",
            type=config["type"],
            name=name,
            place=self.flow_set.place(config),
            reason=text,
        )
        self.report(Report("error", config["id"], text, text))
        self.log("error", sentence)

    def forget_node(self, node: Node, flow: Flow) -> None:
        """Drop the context of a node that is gone for good."""
        self.stores.forget(f"{node.id}:{flow.id}")


def _changed_secrets(old: Credentials, new: Credentials, flows: FlowSet) -> set[str]:
    if old == new:
        return set()
    return {node_id for node_id in flows.by_id if old.get(node_id) != new.get(node_id)}
