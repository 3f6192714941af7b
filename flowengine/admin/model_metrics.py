"""Figures of calls of models: how many, how long, how many tokens, what they cost, what went wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..model_calls import ModelCall, ModelWatcher
from .exposition import Histogram, family, labels

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds of a call; answers of large models take long."""
MOST_MODELS = 200
"""Names that messages may make up; what comes beyond is counted as ``other``."""
MOST_ERRORS = 50
OTHER = "other"

Key = tuple[str, str]
"""Method and model; the model asked for, since failures know no other."""


@dataclass(slots=True)
class Figures:
    """What is counted by method and model."""

    calls: Counter[Key] = field(default_factory=Counter)
    retries: Counter[Key] = field(default_factory=Counter)
    tokens: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cached: Counter[Key] = field(default_factory=Counter)
    reasoning: Counter[Key] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cost: defaultdict[tuple[str, str, str], float] = field(default_factory=lambda: defaultdict(float))
    seconds: Histogram = field(default_factory=lambda: Histogram(BUCKETS))


class ModelMetrics(ModelWatcher):
    """Counts the calls of an engine: a few sums per call, nothing per message or chunk."""

    def __init__(self) -> None:
        self._figures = Figures()
        self._models: set[str] = set()
        self._errors: set[str] = set()
        self._under_way: set[ModelCall] = set()

    def begin(self, call: ModelCall) -> None:
        """Count it as under way."""
        self._under_way.add(call)

    def end(self, call: ModelCall) -> None:
        """Count what it was."""
        self._under_way.discard(call)
        figures = self._figures
        method, model = key = call.method, _named(call.model or call.answer_model, self._models, MOST_MODELS)
        figures.calls[key] += 1
        figures.retries[key] += call.attempts - 1
        figures.seconds.add(key, call.seconds or 0.0)
        if call.error_type:
            figures.errors[method, model, _named(call.error_type, self._errors, MOST_ERRORS)] += 1
        if not call.operation or call.input_tokens is None:
            return
        figures.tokens[method, model, "input"] += call.input_tokens
        figures.tokens[method, model, "output"] += call.output_tokens or 0
        figures.cached[key] += call.cached_tokens or 0
        figures.reasoning[key] += call.reasoning_tokens or 0
        if call.cost is not None:
            figures.cost[method, model, call.currency] += call.cost

    def lines(self) -> Iterator[str]:
        """Yield all figures in Prometheus' text format."""
        figures = self._figures
        yield from family(
            "model_calls_in_flight", "gauge", "Calls of models under way.", {"": len(self._under_way)}
        )
        for name, text, counted in (
            ("model_calls_total", "Calls of model APIs, by method and the model asked for.", figures.calls),
            ("model_retries_total", "Tries beyond the first that led to an answer.", figures.retries),
            ("model_cached_tokens_total", "Input tokens that the service had cached.", figures.cached),
            ("model_reasoning_tokens_total", "Output tokens that were reasoning.", figures.reasoning),
        ):
            values = {labels(method=method, model=model): n for (method, model), n in counted.items()}
            yield from family(name, "counter", text, values)
        yield from self._by_third()
        yield from figures.seconds.lines("model_call_seconds", "Seconds of a call.", ("method", "model"))

    def _by_third(self) -> Iterator[str]:
        figures = self._figures
        tokens = {labels(method=a, model=b, kind=c): n for (a, b, c), n in figures.tokens.items()}
        errors = {labels(method=a, model=b, error=c): n for (a, b, c), n in figures.errors.items()}
        costs = {labels(method=a, model=b, currency=c): f"{n:.9f}" for (a, b, c), n in figures.cost.items()}
        yield from family("model_tokens_total", "counter", "Tokens that answers report.", tokens)
        text = "Failed calls, by the status of the answer or what went wrong."
        yield from family("model_errors_total", "counter", text, errors)
        yield from family("model_cost_total", "counter", "Cost by the prices of the settings.", costs)


def _named(name: str, known: set[str], most: int) -> str:
    """A name, unless there are too many: each would be a series of its own for good."""
    if name in known:
        return name
    if len(known) >= most:
        return OTHER
    known.add(name)
    return name
