"""Figures for Prometheus: the engine's, those of calls of models, and on request those of node types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from time import perf_counter, time

from ..engine import Engine
from ..hooks import NodeEvent
from ..host import Report
from .exposition import Histogram, family, labels
from .model_metrics import ModelMetrics

BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
MOST_UNDER_WAY = 10_000


class Metrics:
    """Counts what an engine does. ``by_type`` counts messages and seconds by node type, by hooks on every message."""

    def __init__(self, engine: Engine, *, by_type: bool) -> None:
        self._engine = engine
        self._began = time()
        self._reports: Counter[tuple[str, str]] = Counter()
        self._messages: Counter[str] = Counter()
        self._seconds = Histogram(BUCKETS)
        self._under_way: dict[tuple[str, int], float] = {}
        self._by_type = by_type
        self._models = ModelMetrics()
        self.deploys = 0
        self.requests: Counter[tuple[str, int]] = Counter()
        """Requests to the API by method and status."""
        engine.reporters.append(self._reported)
        engine.model_calls.append(self._models)
        if by_type:
            engine.hooks.add("on_receive", self._received)
            engine.hooks.add("on_complete", self._completed)

    def _reported(self, report: Report) -> None:
        if report.kind in ("error", "warn") and (node := self._engine.nodes.get(report.node)) is not None:
            self._reports[report.kind, node.type_name] += 1

    def _received(self, event: NodeEvent) -> None:
        self._messages[event.node.type_name] += 1
        self._under_way[event.node.id, id(event.msg)] = perf_counter()
        if len(self._under_way) > MOST_UNDER_WAY:  # messages that failed are never complete
            del self._under_way[next(iter(self._under_way))]

    def _completed(self, event: NodeEvent) -> None:
        began = self._under_way.pop((event.node.id, id(event.msg)), None)
        if began is not None:
            self._seconds.add((event.node.type_name,), perf_counter() - began)

    def text(self) -> str:
        """Return all figures."""
        return "\n".join([*self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        delivery = self._engine.delivery
        for name, kind, text, value in (
            ("messages_delivered_total", "counter", "Messages delivered along wires.", delivery.delivered),
            ("queue_depth", "gauge", "Messages that wait for their receiver.", len(delivery.queue)),
            ("operations_in_flight", "gauge", "Operations that nodes wait for.", delivery.operations),
            ("timers_due", "gauge", "Timers of nodes.", delivery.timers),
            ("nodes", "gauge", "Running nodes.", len(self._engine.nodes)),
            ("deploys_total", "counter", "Deploys since the start.", self.deploys),
            ("start_time_seconds", "gauge", "When the server started.", round(self._began, 3)),
        ):
            yield from family(name, kind, text, {"": value})
        for kind, title in (("error", "errors"), ("warn", "warnings")):
            values = {labels(type=name): n for (kd, name), n in self._reports.items() if kd == kind}
            yield from family(f"node_{title}_total", "counter", f"{title.capitalize()} by node type.", values)
        requests = {
            labels(method=method, status=str(status)): n for (method, status), n in self.requests.items()
        }
        yield from family("api_requests_total", "counter", "Requests to the admin API.", requests)
        yield from self._models.lines()
        if self._by_type:
            received = {labels(type=name): n for name, n in self._messages.items()}
            yield from family("node_messages_total", "counter", "Messages received by node type.", received)
            text = "Seconds until a message was complete, by node type."
            yield from self._seconds.lines("node_seconds", text, ("type",))
