"""Where spans go: a collector that speaks OTLP over HTTP, or the terminal; from a thread of its own, in batches.

A collector that cannot be reached costs the flows nothing: spans wait in a queue of bounded length, and are dropped.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, Sampler

from .. import __version__
from ..words import engine_sentence

if TYPE_CHECKING:
    from ..engine import Engine
    from . import TracingSettings

FLUSH = 5.0
"""Seconds that the last spans have to leave."""
TRACES = "/v1/traces"
NAME = "flowengine"


def make_provider(settings: TracingSettings, engine: Engine) -> TracerProvider:
    """Make what spans are made and sent with. Raises ValueError for settings that cannot be."""
    provider = TracerProvider(
        sampler=_sampler(settings),
        resource=_resource(settings),
        shutdown_on_exit=False,  # it would wait half a minute for a collector that is not there
    )
    kind = settings.exporter
    if "exporter" not in settings.model_fields_set and os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        kind = "console"
    if kind == "console":
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
    else:
        exporter = WatchedExporter(_otlp_exporter(settings.endpoint), _teller(engine))
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


async def shut_down(provider: TracerProvider) -> None:
    """Send what is left; what has not gone after ``FLUSH`` seconds is left behind."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def run() -> None:
        provider.shutdown()
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:  # it took so long that the loop is no more
            return

    # A thread that does not keep the process from ending, as those of the loop's own pool would.
    threading.Thread(target=run, name="flowengine-tracing-end", daemon=True).start()
    try:
        await asyncio.wait_for(done.wait(), FLUSH)
    except TimeoutError:
        return


class WatchedExporter(SpanExporter):
    """Hands spans on, and tells once when they do not arrive, and once when they do again."""

    def __init__(self, exporter: SpanExporter, tell: Callable[[str], None]) -> None:
        self._exporter, self._tell = exporter, tell
        self._fails = False
        # The library would say it again with every batch, with tracebacks.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; runs in the thread of the batches."""
        try:
            result = self._exporter.export(spans)
        except Exception:  # whatever a library of the exporter raises, the next batch is tried all the same
            result = SpanExportResult.FAILURE
        failed = result is not SpanExportResult.SUCCESS
        if failed is not self._fails:
            self._fails = failed
            self._tell("failing" if failed else "working")
        return result

    def shutdown(self) -> None:
        """End the exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is kept here."""
        return True


def _teller(engine: Engine) -> Callable[[str], None]:
    loop = asyncio.get_running_loop()

    def tell(key: str) -> None:
        text = engine_sentence(engine.language, f"tracing.{key}")
        try:
            loop.call_soon_threadsafe(engine.log, "warn" if key == "failing" else "info", text)
        except RuntimeError:  # the last batch may fail when the loop is over
            return

    return tell


def _resource(settings: TracingSettings) -> Resource:
    own: dict[str, Any] = {SERVICE_VERSION: __version__}
    given = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if settings.service_name:
        own[SERVICE_NAME] = settings.service_name
    elif not os.environ.get("OTEL_SERVICE_NAME") and f"{SERVICE_NAME}=" not in given:
        own[SERVICE_NAME] = NAME
    return Resource.create(own)


def _sampler(settings: TracingSettings) -> Sampler | None:
    if settings.sample_ratio is None:
        return None  # as OTEL_TRACES_SAMPLER says, else all
    return ParentBasedTraceIdRatio(settings.sample_ratio)


def _otlp_exporter(endpoint: str) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    if not endpoint:
        return OTLPSpanExporter()
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the endpoint is no http or https address")
    path = parts.path.rstrip("/")
    if not path.endswith(TRACES):
        path += TRACES
    return OTLPSpanExporter(endpoint=parts._replace(path=path).geturl())
