"""Runs a flow for a test; nodes of type ``helper`` keep what reaches them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, ClassVar, Self

from ..context import Context
from ..engine import Engine
from ..host import Report
from ..messages import Msg, clone
from ..node import Node, NodeConfig
from ..node_sets import NodeSets
from ..settings import Settings


class Helper(Node):
    """Keeps a copy of every message that reaches it, with the time of its arrival."""

    type = "helper"
    outputs: ClassVar[int] = 0
    copy_on_write = True

    class Config(NodeConfig):
        """Nothing to configure."""

    def on_start(self) -> None:
        """Find the list of this node in its harness."""
        seen: dict[str, list[tuple[float, dict[str, Any]]]] = self.host.settings.other("_harness").seen
        self._seen = seen.setdefault(self.id, [])

    def on_input(self, msg: Msg) -> None:
        """Keep a copy."""
        self._seen.append((monotonic(), clone(msg)))


class FlowHarness:
    """A flow running in this process. Use it as an async context manager.

    ``credentials`` are secrets by node id, ``env`` the process environment of this flow only, ``settings`` runtime
    settings by Node-RED's names, ``context`` values ``{"global": {}, "flow": {id: {}}, "node": {id: {}}}`` that are
    set once the flow has started.
    """

    def __init__(
        self,
        flow: list[dict[str, Any]],
        *,
        credentials: dict[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        settings: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None,
        node_types: tuple[type[Node], ...] = (),
        user_dir: Path | None = None,
    ) -> None:
        self._flow, self._credentials, self._values = flow, credentials or {}, context or {}
        node_sets = NodeSets()
        node_sets.add(Helper)
        for node_type in node_types:
            node_sets.add(node_type)
        declared = {"uiPort": 0, **(settings or {}), "_harness": self}
        self.engine = Engine(
            Settings.model_validate(declared), env=dict(env or {}), user_dir=user_dir, node_sets=node_sets
        )
        self.seen: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        self.errors: list[Report] = []
        self.warnings: list[Report] = []
        self.logs: list[Report] = []
        self.statuses: list[Report] = []
        self.debug: list[dict[str, Any]] = []
        self.log_lines: list[tuple[str, str]] = []
        self.events: list[tuple[str, int, str]] = []
        self._sends = 0
        self._started_at = 0.0
        self._http_url: str | None = None
        self._watch()

    def _watch(self) -> None:
        lists = {"error": self.errors, "warn": self.warnings, "log": self.logs, "status": self.statuses}

        def reported(report: Report) -> None:
            if (reports := lists.get(report.kind)) is None:
                return
            copy = Report(
                report.kind, report.node, report.value, report.text, clone(report.msg), clone(report.status)
            )
            reports.append(copy)
            self.events.append((report.kind, len(reports) - 1, report.node))

        def sent(events: list[Any]) -> None:
            self.events.append(("send", self._sends, events[0].source.id if events else ""))
            self._sends += 1

        def published(topic: str, data: Any) -> None:
            if topic == "debug":
                self.debug.append(data.for_sidebar())

        self.engine.reporters.append(reported)
        self.engine.hooks.add("on_send", sent)
        self.engine.listeners.append(published)
        self.engine.loggers.append(lambda level, text, node, value: self.log_lines.append((level, text)))

    # running

    async def start(self) -> None:
        """Start the flow."""
        self._started_at = monotonic()
        await self.engine.deploy(self._flow, credentials=self._credentials)
        server = self.engine._services.get("http_server")
        if server is not None:
            await server.ready()
            self._http_url = server.url
        for scope, values in self._values.items():
            owners = {None: values} if scope == "global" else values
            for owner, items in owners.items():
                for key, value in items.items():
                    await self.set_context(scope, key, value, owner=owner)
        self._started_at = monotonic()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close all nodes."""
        await self.engine.stop()

    async def settle(self, timeout: float) -> bool:
        """Wait until nothing is in flight and no timer is due, at most this many seconds; tells whether it came."""
        return await self.engine.delivery.idle(timeout)

    # giving and seeing

    async def send(self, node_id: str, msg: Any = None) -> None:
        """Give a message to a node's input as a wire would; for an inject node this is its button."""
        if msg is None or isinstance(msg, dict):
            self.engine.give(node_id, Msg(msg or {}))
        else:
            self.engine.nodes[node_id].receive(msg)
        await asyncio.sleep(0)

    def received(self, node_id: str) -> list[dict[str, Any]]:
        """Return the messages that reached an observer, in order."""
        return [msg for _, msg in self.seen.get(node_id, ())]

    def arrivals(self, node_id: str) -> list[tuple[float, dict[str, Any]]]:
        """Return the same with the seconds since the flow had started."""
        return [(max(0.0, at - self._started_at), msg) for at, msg in self.seen.get(node_id, ())]

    @property
    def http_url(self) -> str | None:
        """Base URL of the runtime's own HTTP server, where a node of the flow uses it."""
        return self._http_url

    # context

    async def set_context(
        self, scope: str, key: str, value: Any, owner: str | None = None, store: str | None = None
    ) -> None:
        """Set a context value; ``#:(store)::key`` names a store in the key."""
        from ..typed_values import split_store

        named, key = split_store(key)
        self._context(scope, owner).set(key, value, store or named)

    async def get_context(self, scope: str, owner: str | None = None) -> dict[str, Any]:
        """Return all values of a context; keys of other stores than the default one begin with ``#:(store)::``."""
        found: dict[str, Any] = {}
        stores = self.engine.stores
        for name in stores.names:
            prefix = "" if name == stores.default else f"#:({name})::"
            for key, value in stores.find(name).values(self._scope(scope, owner)).items():
                found[prefix + key] = clone(value)
        return found

    def _context(self, scope: str, owner: str | None) -> Context:
        return Context(self.engine.stores, self._scope(scope, owner))

    def _scope(self, scope: str, owner: str | None) -> str:
        if scope == "global":
            return "global"
        if scope == "flow":
            return owner or ""
        node = self.engine.nodes.get(owner or "")
        if node is not None:
            return f"{node.id}:{node.flow.id}"
        home = self.engine.flow_set.by_id.get(owner or "", {}).get("z") or "global"
        return f"{owner}:{home}"
