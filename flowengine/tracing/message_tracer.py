"""Follows messages through the nodes: a trace begins where one enters the flow, every node it visits is a span.

The parent of a span is the span of the node that sent the message; copies carry it along. A node's span ends when it
says it has done with the message, fails, or (where it never says so) returns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..hooks import Handler, NodeEvent, SendEvent
from ..host import Report
from ..messages import Msg
from ..node import Node, value_text
from .export import shut_down
from .model_spans import ModelSpans
from .node_spans import NodeSpans, caller_of, note_answer, note_reply, tie, trace_headers
from .visits import OpenVisits, Visit, current

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from ..engine import Engine

SWEEP = 1.0
"""Seconds between two looks for spans that nobody ends."""


class MessageTracer:
    """Traces the messages of one engine."""

    def __init__(
        self, engine: Engine, provider: TracerProvider, *, clean: Callable[[str], str], records_content: bool
    ) -> None:
        self._engine, self._provider, self._records_content = engine, provider, records_content
        tracer = provider.get_tracer("flowengine", __version__)
        self._spans = NodeSpans(tracer, clean)
        self._models = ModelSpans(tracer, clean, records_content)
        self.visits = OpenVisits()
        self._sweeper: asyncio.TimerHandle | None = None
        self._is_broken = False
        handlers: dict[str, Handler] = {
            "on_send": self._sent,
            "on_receive": self._received,
            "post_receive": self._handled,
            "on_complete": self._completed,
            "on_error": self._failed,
        }
        self._hooks = {stage: self._harmless(handler) for stage, handler in handlers.items()}
        for stage, handler in self._hooks.items():
            engine.hooks.add(stage, handler)
        engine.reporters.append(self._reported)
        engine.model_calls.append(self._models)
        engine.trace_headers = trace_headers

    async def close(self) -> None:
        """End what is open and send what is left, for a while; messages that are to come are not traced."""
        if self._engine.trace_headers is not trace_headers:
            return
        for stage, handler in self._hooks.items():
            self._engine.hooks.remove(stage, handler)
        self._engine.reporters.remove(self._reported)
        self._engine.model_calls.remove(self._models)
        self._engine.trace_headers = None
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._models.end_all()
        self.visits.end_all()
        await shut_down(self._provider)

    # on the message path

    def _harmless(self, handler: Handler) -> Handler:
        """Whatever a handler raises, the message goes on its way; the first time it is logged."""

        def handle(event: Any) -> None:
            try:
                handler(event)
            except Exception as error:
                if not self._is_broken:
                    self._is_broken = True
                    self._engine.log("error", f"tracing: {value_text(error)}")

        return handle

    def _sent(self, events: list[SendEvent]) -> None:
        entered: Visit | None = None
        for event in events:
            msg, source = event.msg, event.source
            sender = _visit_of(msg)
            if sender is not None and sender.node_id == source.id:
                continue
            cause = current.get()
            if cause is not None and cause.node_id == source.id and not cause.is_over:
                msg.entry = cause
            elif sender is None:  # a message that comes from no input
                entered = entered or self._enter(source, msg, cause)
                msg.entry = entered

    def _received(self, event: NodeEvent) -> None:
        msg, node = event.msg, event.node
        if not isinstance(msg, Msg):
            return
        before = current.get()
        visit = self._spans.begin(node, msg, _visit_of(msg) or _still_open(before))
        visit.outer, visit.inside = before, True
        current.set(visit)
        msg.entry = visit
        self._await_end(visit, msg)

    def _handled(self, event: NodeEvent) -> None:
        visit = current.get()
        while visit is not None and not (visit.inside and visit.node_id == event.node.id):
            visit = visit.outer
        if visit is None:
            return
        current.set(visit.outer)
        visit.outer, visit.inside = None, False
        if visit.failed or not event.node.completes:
            self.visits.close(visit)

    def _completed(self, event: NodeEvent) -> None:
        visit = self._find(event.node, event.msg)
        if visit is None or visit.ended:
            return
        cause = current.get()
        if cause is not None and cause is not visit and cause.node_id == visit.node_id:
            tie(visit, cause)
        if event.node.type_name == "http request":
            note_reply(visit, event.msg)
        self.visits.close(visit)

    def _failed(self, event: NodeEvent) -> None:
        found = self._find(event.node, event.msg)
        visit = found or current.get()
        if visit is None or visit.ended or visit.node_id != event.node.id:
            return
        self._spans.note_error(visit, event.error)
        if found is None:  # an error about no message: the work goes on
            return
        if visit.inside:
            visit.failed = True
        else:
            self.visits.close(visit)

    def _reported(self, report: Report) -> None:
        visit = current.get()
        if report.kind == "warn" and visit is not None and visit.node_id == report.node and not visit.ended:
            told = {"message": self._spans.shown(report.text)} if self._records_content else {}
            visit.span.add_event("warning", told)

    # visits

    def _enter(self, source: Node, msg: Msg, cause: Visit | None) -> Visit:
        """Begin what sends a message on its way: a trace of its own, or part of what made the node send it."""
        request: Any = msg.get("req") if source.type_name == "http in" else None
        response = msg.get("res") if isinstance(request, dict) else None
        if response is None or not hasattr(response, "watch"):
            visit = self._spans.begin(source, msg, _still_open(cause))
            visit.end()
            return visit
        visit = self._spans.begin(source, msg, None, caller_of(request))
        visit.span.set_attribute("http.request.method", str(request.get("method", "")))
        visit.span.set_attribute("http.route", str(source.config.url))
        if self._await_end(visit, response):
            response.watch(lambda status: self._answered(visit, status))
        return visit

    def _answered(self, visit: Visit, status: int) -> None:
        if not visit.ended:
            note_answer(visit, status)
            self.visits.close(visit)

    def _find(self, node: Node, msg: Any) -> Visit | None:
        """Return the visit of a message at a node; meanwhile the message itself may be somewhere else."""
        if not isinstance(msg, Msg):
            return None
        visit = _visit_of(msg)
        if visit is not None and visit.node_id == node.id and not visit.ended:
            return visit
        return self.visits.find(node.id, msg)

    def _await_end(self, visit: Visit, about: Any) -> bool:
        """Keep a visit until it is closed; False where its span is not recorded."""
        if not visit.recorded:
            return False
        self.visits.add(visit, about)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)
        return True

    def _sweep(self) -> None:
        self._sweeper = None
        self.visits.sweep()
        if len(self.visits):
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)


def _still_open(visit: Visit | None) -> Visit | None:
    return None if visit is None or visit.ended else visit


def _visit_of(msg: Any) -> Visit | None:
    entry = getattr(msg, "entry", None)
    return entry if isinstance(entry, Visit) else None
