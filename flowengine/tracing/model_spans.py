"""Spans of calls of models, by OpenTelemetry's conventions for generative AI, below the span of the node that asks.

One span per request and answer, retries included; one that streams ends with its stream. Calls that run no model
(files, lists) get a span named after their method, with server and outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from ..model_calls import ModelCall, ModelWatcher
from ..node import value_text
from .content import LONGEST_CONTENT, input_content, output_content
from .visits import Visit, current

PROVIDERS = {
    "openai.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "mistral.ai": "mistral_ai",
    "groq.com": "groq",
    "deepseek.com": "deepseek",
    "x.ai": "x_ai",
    "perplexity.ai": "perplexity",
    "anthropic.com": "anthropic",
    "cohere.ai": "cohere",
    "cohere.com": "cohere",
    "googleapis.com": "gcp.gemini",
}
"""By the end of the server's name; every other server counts as what its API is: OpenAI's."""
NUMBERS = {
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "dimensions": "gen_ai.embeddings.dimension.count",
}


class ModelSpans(ModelWatcher):
    """Makes a span of each call. ``records_content``: with what was asked and answered."""

    hears_text = True  # for the time to the first chunk

    def __init__(self, tracer: Tracer, clean: Callable[[str], str], records_content: bool) -> None:
        self._tracer, self._clean, self._records_content = tracer, clean, records_content
        self._calls: dict[ModelCall, Visit] = {}
        self._texts: dict[ModelCall, StringIO] = {}

    def begin(self, call: ModelCall) -> None:
        """Begin a span; the requests of the call carry it on."""
        entry, before = call.entry, current.get()
        cause = entry if isinstance(entry, Visit) and entry.node_id == call.node.id else before
        if cause is not None and cause.is_over:
            cause = None
        context = Context() if cause is None else cause.context
        name = " ".join(part for part in (call.operation or call.method, call.model) if part)
        span = self._tracer.start_span(name, context, SpanKind.CLIENT, dict(self._asked(call)))
        hops = 0 if cause is None else cause.hops + 1
        visit = Visit(span, trace.set_span_in_context(span, context), call.node.id, hops, span.is_recording())
        visit.outer = before
        current.set(visit)
        self._calls[call] = visit

    def text(self, call: ModelCall, text: str) -> None:
        """Keep text of a stream, where content is recorded."""
        if self._records_content and call in self._calls:
            heard = self._texts.setdefault(call, StringIO())
            # Longer content is not told, so no more of it is kept than shows that it is.
            if heard.tell() <= LONGEST_CONTENT:
                heard.write(text)

    def end(self, call: ModelCall) -> None:
        """End the span with what the answer told."""
        visit = self._calls.pop(call, None)
        heard = self._texts.pop(call, None)
        if visit is None:  # it began before anybody traced
            return
        if current.get() is visit:  # responses of one connection may overlap
            current.set(None if visit.outer is None or visit.outer.ended else visit.outer)
        visit.outer = None
        if visit.recorded:
            visit.span.set_attributes(dict(self._answered(call, heard.getvalue() if heard else "")))
            if call.first_text is not None:
                at = int((call.began + call.first_text) * 1e9)
                visit.span.add_event("gen_ai.first_chunk", timestamp=at)
            self._note_error(call, visit)
        visit.end()

    def end_all(self) -> None:
        """End what is under way."""
        for call in list(self._calls):
            self.end(call)

    def _note_error(self, call: ModelCall, visit: Visit) -> None:
        if not call.error_type:
            return
        visit.span.set_attribute("error.type", call.error_type)
        text = self._clean(value_text(call.error))[:1000] if call.error is not None else call.error_type
        visit.span.set_status(Status(StatusCode.ERROR, text))

    def _asked(self, call: ModelCall) -> Iterator[tuple[str, Any]]:
        request = _dict(call.request)
        yield "openai.method", call.method
        yield from _known(("server.address", call.server_address), ("server.port", call.server_port))
        if not call.operation:
            return
        yield "gen_ai.operation.name", call.operation
        yield "gen_ai.provider.name", provider_of(call.server_address)
        yield from _known(("gen_ai.request.model", call.model), ("gen_ai.request.stream", call.streaming))
        yield from _parameters(request)
        if call.operation == "chat":
            yield "openai.api.type", "chat_completions" if "messages" in request else "responses"
        if call.round > 1:
            yield "flowengine.openai.round", call.round
        if self._records_content:
            yield from input_content(request, self._clean)

    def _answered(self, call: ModelCall, text: str) -> Iterator[tuple[str, Any]]:
        yield from _known(("http.response.status_code", call.status), ("openai.request.id", call.request_id))
        if call.attempts > 1:
            yield "http.request.resend_count", call.attempts - 1
        if not call.operation:
            return
        yield from _known(
            ("gen_ai.response.model", call.answer_model),
            ("gen_ai.response.id", call.response_id),
            ("gen_ai.response.finish_reasons", call.finish_reasons),
            ("gen_ai.response.time_to_first_chunk", call.first_text),
            ("gen_ai.usage.input_tokens", call.input_tokens),
            ("gen_ai.usage.output_tokens", call.output_tokens),
            ("gen_ai.usage.cache_read.input_tokens", call.cached_tokens),
            ("gen_ai.usage.reasoning.output_tokens", call.reasoning_tokens),
            ("flowengine.openai.cost", call.cost),
            ("flowengine.openai.currency", call.currency),
        )
        if isinstance(call.answer, dict):
            tier, print_ = call.answer.get("service_tier"), call.answer.get("system_fingerprint")
            yield from _known(
                ("openai.response.service_tier", _text(tier)),
                ("openai.response.system_fingerprint", _text(print_)),
            )
        if self._records_content:
            yield from output_content(call, text, self._clean)


def provider_of(server: str) -> str:
    """Name the provider as the conventions do."""
    for end, name in PROVIDERS.items():
        if server == end or server.endswith(f".{end}"):
            return name
    return "openai"


def _known(*pairs: tuple[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        if value is not None and value != "" and value != [] and value is not False:
            yield name, value


def _parameters(request: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, name in NUMBERS.items():
        value = request.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
    stop = request.get("stop")
    if stops := [text for text in (stop if isinstance(stop, list) else [stop]) if isinstance(text, str)]:
        yield "gen_ai.request.stop_sequences", stops
    if isinstance(count := request.get("n"), int) and count > 1:
        yield "gen_ai.request.choice.count", count
    conversation = request.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    yield from _known(
        ("gen_ai.conversation.id", _text(conversation)),
        ("openai.request.service_tier", _text(request.get("service_tier"))),
    )
    wanted = request.get("response_format") or _dict(request.get("text")).get("format")
    if str(_dict(wanted).get("type")).startswith("json"):
        yield "gen_ai.output.type", "json"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
