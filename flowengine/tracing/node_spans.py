"""Makes the spans of visits: their names, kinds and attributes, how they fail, and what other services hear of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ..messages import Msg
from ..node import Node, value_text
from .visits import Visit, current

MOST_HOPS = 1000
"""Spans one below the other before a new trace begins: a flow that goes round for ever would make one without end."""
LONGEST_TEXT = 1000
"""Characters of an error or a warning."""
PROPAGATOR: TextMapPropagator = (
    propagate.get_global_textmap() if os.environ.get("OTEL_PROPAGATORS") else TraceContextTextMapPropagator()
)
"""Baggage is only handed on where somebody asks for it: it would go to every server that a flow talks to."""
KINDS = {
    "http in": SpanKind.SERVER,
    "http request": SpanKind.CLIENT,
    "mqtt in": SpanKind.CONSUMER,
    "mqtt out": SpanKind.PRODUCER,
}


class NodeSpans:
    """Makes visits of nodes. ``clean`` takes secrets out of texts."""

    def __init__(self, tracer: Tracer, clean: Callable[[str], str]) -> None:
        self._tracer, self._clean = tracer, clean
        self._attributes: WeakKeyDictionary[Node, dict[str, str]] = WeakKeyDictionary()

    def begin(self, node: Node, msg: Msg, cause: Visit | None, context: Context | None = None) -> Visit:
        """Begin a span below that of ``cause``, else in ``context`` (that of a caller), else a trace."""
        if cause is not None and not cause.recorded:  # nor is what comes of it
            return Visit(cause.span, cause.context, node.id, recorded=False)
        links: list[Link] = []
        hops = 0
        if cause is not None:
            context, hops = cause.context, cause.hops + 1
            if hops > MOST_HOPS:
                links, context, hops = [Link(cause.span.get_span_context())], None, 0
        context = Context() if context is None else context
        span = self._tracer.start_span(
            node.name or node.type_name,
            context,
            KINDS.get(node.type_name, SpanKind.INTERNAL),
            {**self._of_node(node), "flowengine.message.id": str(msg.get("_msgid") or "")},
            links,
        )
        return Visit(span, trace.set_span_in_context(span, context), node.id, hops, span.is_recording())

    def _of_node(self, node: Node) -> dict[str, str]:
        if (known := self._attributes.get(node)) is None:
            config = getattr(getattr(node.flow, "part", None), "config", {})
            found = {
                "flowengine.node.id": node.id,
                "flowengine.node.type": node.type_name,
                "flowengine.node.name": node.name,
                "flowengine.flow.id": node.flow.id,
                "flowengine.flow.name": str(config.get("label") or config.get("name") or ""),
            }
            known = self._attributes[node] = {name: text for name, text in found.items() if text}
        return known

    def note_error(self, visit: Visit, error: Any) -> None:
        """Note what went wrong; the span goes on until it is ended."""
        text = self.shown(value_text(error))
        kind = _error_type(error)
        visit.span.set_attribute("error.type", kind)
        visit.span.add_event("exception", {"exception.type": kind, "exception.message": text})
        visit.span.set_status(Status(StatusCode.ERROR, text))

    def shown(self, text: str) -> str:
        """Return what may be told of a text."""
        return self._clean(text)[:LONGEST_TEXT]


def caller_of(request: Mapping[str, Any]) -> Context:
    """Return the trace that a request of another service belongs to, if any."""
    return PROPAGATOR.extract(request.get("headers") or {}, Context())


def trace_headers() -> Mapping[str, str]:
    """Return the headers by which another service goes on with the trace of what runs right now."""
    headers: dict[str, str] = {}
    if (visit := current.get()) is not None:
        PROPAGATOR.inject(headers, visit.context)
    return headers


def note_reply(visit: Visit, msg: Msg) -> None:
    """Note the answer to an http request; of the address only the server, for the rest may hold keys."""
    if isinstance(status := msg.get("statusCode"), int):
        visit.span.set_attribute("http.response.status_code", status)
    if isinstance(url := msg.get("responseUrl"), str) and (server := urlsplit(url).hostname):
        visit.span.set_attribute("server.address", server)


def note_answer(visit: Visit, status: int) -> None:
    """Note how a request to http in was answered."""
    visit.span.set_attribute("http.response.status_code", status)
    if status >= 500:
        visit.span.set_attribute("error.type", str(status))
        visit.span.set_status(Status(StatusCode.ERROR))


def tie(visit: Visit, cause: Visit) -> None:
    """Link messages of different traces that went on as one."""
    ours, theirs = visit.span.get_span_context(), cause.span.get_span_context()
    if ours.trace_id != theirs.trace_id:
        visit.span.add_link(theirs)
        if not cause.ended:
            cause.span.add_link(ours)


def _error_type(error: Any) -> str:
    if not isinstance(error, BaseException):
        return "Error"
    code, name = getattr(error, "code", None), getattr(error, "name", None)
    return next((str(part) for part in (code, name) if part and isinstance(part, str)), type(error).__name__)
