"""Figures for Prometheus, in its text format."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from time import perf_counter, time
from typing import Any

from ..engine import Engine
from ..hooks import NodeEvent
from ..host import Report

BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
MOST_UNDER_WAY = 10_000
API = "OpenAI API"
"""The node type whose answers tell how many tokens they took."""
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts what an engine does. ``by_type`` counts messages and seconds by node type, by hooks on every message."""

    def __init__(self, engine: Engine, *, by_type: bool) -> None:
        self._engine = engine
        self._began = time()
        self._reports: Counter[tuple[str, str]] = Counter()
        self._messages: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._within: Counter[tuple[str, float]] = Counter()
        self._done: Counter[str] = Counter()
        self._tokens: Counter[tuple[str, str]] = Counter()
        self._under_way: dict[tuple[str, int], float] = {}
        self.deploys = 0
        self.requests: Counter[tuple[str, int]] = Counter()
        """Requests to the API by method and status."""
        engine.reporters.append(self._reported)
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
        name = event.node.type_name
        began = self._under_way.pop((event.node.id, id(event.msg)), None)
        if name == API:
            self._count_tokens(event.msg)
        if began is None:
            return
        took = perf_counter() - began
        self._done[name] += 1
        self._seconds[name] += took
        for bucket in BUCKETS:
            if took <= bucket:
                self._within[name, bucket] += 1

    def _count_tokens(self, msg: Any) -> None:
        payload = msg.get("payload") if isinstance(msg, dict) else None
        if not isinstance(payload, dict):
            return
        usage, model = payload.get("usage"), payload.get("model")
        if not isinstance(usage, dict) or not isinstance(model, str):
            return
        for kind, names in (
            ("input", ("prompt_tokens", "input_tokens")),
            ("output", ("completion_tokens", "output_tokens")),
        ):
            count = next((usage[name] for name in names if isinstance(usage.get(name), int)), 0)
            self._tokens[model, kind] += count

    def text(self) -> str:
        """Return all figures."""
        return "\n".join([*self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        delivery = self._engine.delivery
        plain = (
            ("messages_delivered_total", "counter", "Messages delivered along wires.", delivery.delivered),
            ("queue_depth", "gauge", "Messages that wait for their receiver.", len(delivery.queue)),
            ("operations_in_flight", "gauge", "Operations that nodes wait for.", delivery.operations),
            ("timers_due", "gauge", "Timers of nodes.", delivery.timers),
            ("nodes", "gauge", "Running nodes.", len(self._engine.nodes)),
            ("deploys_total", "counter", "Deploys since the start.", self.deploys),
            ("start_time_seconds", "gauge", "When the server started.", round(self._began, 3)),
        )
        for name, kind, text, value in plain:
            yield from _family(name, kind, text, {"": value})
        for kind, title in (("error", "errors"), ("warn", "warnings")):
            values = {_labels(type=name): n for (kd, name), n in self._reports.items() if kd == kind}
            yield from _family(
                f"node_{title}_total", "counter", f"{title.capitalize()} by node type.", values
            )
        requests = {
            _labels(method=method, status=str(status)): n for (method, status), n in self.requests.items()
        }
        yield from _family("api_requests_total", "counter", "Requests to the admin API.", requests)
        if self._messages:
            yield from self._by_type()

    def _by_type(self) -> Iterator[str]:
        received = {_labels(type=name): n for name, n in self._messages.items()}
        yield from _family("node_messages_total", "counter", "Messages received by node type.", received)
        yield from _head("node_seconds", "histogram", "Seconds until a message was complete, by node type.")
        for name, count in self._done.items():
            for bucket in BUCKETS:
                yield f"flowengine_node_seconds_bucket{_labels(type=name, le=str(bucket))} {self._within[name, bucket]}"
            yield f"flowengine_node_seconds_bucket{_labels(type=name, le='+Inf')} {count}"
            yield f"flowengine_node_seconds_sum{_labels(type=name)} {self._seconds[name]:.6f}"
            yield f"flowengine_node_seconds_count{_labels(type=name)} {count}"
        tokens = {_labels(model=model, kind=kind): n for (model, kind), n in self._tokens.items()}
        yield from _family("llm_tokens_total", "counter", "Tokens that answers report, by model.", tokens)


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP flowengine_{name} {text}"
    yield f"# TYPE flowengine_{name} {kind}"


def _family(name: str, kind: str, text: str, values: dict[str, Any]) -> Iterator[str]:
    yield from _head(name, kind, text)
    for labels, value in values.items():
        yield f"flowengine_{name}{labels} {value}"


def _labels(**labels: str) -> str:
    escaped = {
        name: text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        for name, text in labels.items()
    }
    return "{" + ",".join(f'{name}="{text}"' for name, text in escaped.items()) + "}"
