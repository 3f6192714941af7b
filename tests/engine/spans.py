"""What tests of tracing share: an engine whose spans are kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from flowengine.testing import FlowHarness
from flowengine.tracing import TracingSettings, start_tracing, unchanged


class Spans:
    """The spans that have ended in an engine."""

    def __init__(
        self,
        harness: FlowHarness,
        *,
        clean: Callable[[str], str] = unchanged,
        sampler: Sampler | None = None,
        **settings: Any,
    ) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = start_tracing(
            harness.engine, TracingSettings(**settings), clean=clean, provider=provider
        )

    @property
    def all(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def of(self, name: str) -> list[ReadableSpan]:
        """Spans by their name, in the order of their end."""
        return [span for span in self.all if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        """The only span of this name."""
        (span,) = self.of(name)
        return span

    def tree(self) -> dict[str, Any]:
        """Names below names: what a trace looks like. Spans of the same name side by side count as one more."""
        by_parent: dict[int | None, list[ReadableSpan]] = {}
        known = {span.context.span_id for span in self.all}
        for span in sorted(self.all, key=lambda span: span.start_time or 0):
            above = span.parent.span_id if span.parent is not None else None
            by_parent.setdefault(above if above in known else None, []).append(span)

        def below(span_id: int | None) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for span in by_parent.get(span_id, ()):
                name, number = span.name, 2
                while name in found:
                    name, number = f"{span.name} {number}", number + 1
                found[name] = below(span.context.span_id)
            return found

        return below(None)

    @property
    def traces(self) -> int:
        return len({span.context.trace_id for span in self.all})


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})
