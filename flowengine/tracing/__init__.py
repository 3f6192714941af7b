"""Traces by OpenTelemetry, for those who switch them on: the settings, and the way in.

Only what is here loads with the engine. The rest of the package and OpenTelemetry, which is the extra ``otel``,
load when ``start_tracing`` is called; it weaves its hooks into the message path, where there are none otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ..errors import FlowError, SettingsError
from ..words import engine_sentence

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from ..engine import Engine

INSTALL = 'pip install "flowengine[otel]"'


class TracingSettings(BaseModel):
    """What is traced and where it goes. What is not said here is taken from OpenTelemetry's own ``OTEL_*`` variables.

    ``endpoint`` is the base address of a collector that speaks OTLP over HTTP, ``sampleRatio`` the share (0 to 1) of
    messages that are traced from their entry, ``recordContent`` whether prompts, answers and the texts of warnings are
    written down.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, alias_generator=to_camel)

    enabled: bool = False
    exporter: Literal["otlp", "console"] = "otlp"
    endpoint: str = ""
    service_name: str = ""
    sample_ratio: float | None = Field(None, ge=0, le=1)
    record_content: bool = False


def unchanged(text: str) -> str:
    """Take nothing out of a text."""
    return text


def start_tracing(
    engine: Engine,
    settings: TracingSettings,
    *,
    clean: Callable[[str], str] = unchanged,
    provider: TracerProvider | None = None,
) -> Any:
    """Trace an engine's messages until it stops; returns the tracer, whose ``close`` the engine calls.

    ``clean`` takes secrets out of texts. ``provider`` replaces the one that the settings describe. Raises FlowError
    where the extra is not installed, SettingsError for an address that is none.
    """
    try:
        from .export import make_provider
        from .message_tracer import MessageTracer
    except ImportError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise FlowError(engine_sentence(engine.language, "tracing.missing", command=INSTALL)) from None

    def make(_: Any) -> MessageTracer:
        made = provider or make_provider(settings, engine)
        return MessageTracer(engine, made, clean=clean, records_content=settings.record_content)

    try:
        return engine.service("tracing", make)
    except ValueError as error:
        raise SettingsError(f"tracing: {error}") from None
