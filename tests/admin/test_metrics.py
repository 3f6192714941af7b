"""Prometheus' figures, read by Prometheus' own parser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowengine.admin.exposition import Histogram
from flowengine.admin.model_metrics import MOST_MODELS, OTHER, ModelMetrics
from flowengine.model_calls import ModelCall
from flowengine.testing.openai_server import OpenAISimulator

from .servers import FLOWS, HOST, TAB, Served, serving

API = {"id": "api", "type": "OpenAI API", "z": "tab", "service": "host", "x": 1, "y": 1, "wires": [["show"]]}
ASKED = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "one two three"}]}
PRICES = {"gpt-5-mini": {"input": 1_000_000, "output": 2_000_000, "currency": "EUR"}}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def api_flow(base: str, method: str = "createChatCompletion", **fields: Any) -> list[dict[str, Any]]:
    host = {
        **HOST,
        "apiBase": base,
        "maxRetries": 0,
        "credentials": {"secureApiKeyValue": "sk-simulated-0123456789"},
    }
    return [TAB, {**API, "method": method, **fields}, FLOWS[2], host]


async def scrape(server: Served) -> Samples:
    """Read the page as Prometheus does; every family has its type and help."""
    answer = await server.ask("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(await answer.text()))
    assert all(one.name.startswith("flowengine_") and one.documentation for one in families)
    assert {one.type for one in families} <= {"counter", "gauge", "histogram"}
    return {
        (sample.name.removeprefix("flowengine_"), frozenset(sample.labels.items())): sample.value
        for one in families
        for sample in one.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


async def until(server: Served, there: Callable[[Samples], bool]) -> Samples:
    for _ in range(200):
        if there(samples := await scrape(server)):
            return samples
        await asyncio.sleep(0.02)
    raise AssertionError(f"not so: {sorted(name for name, _ in samples)}")


async def test_calls_tokens_seconds_and_cost_without_being_asked(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path, prices=PRICES) as server:
        await server.deploy(api_flow(simulator.url))
        for _ in range(2):
            server.runtime.engine.give("api", {"payload": ASKED})
        key = {"method": "createChatCompletion", "model": "gpt-5-mini"}
        name = ("model_calls_total", frozenset(key.items()))
        samples = await until(server, lambda found: found.get(name) == 2)
        asked = value(samples, "model_tokens_total", kind="input", **key)
        answered = value(samples, "model_tokens_total", kind="output", **key)
        assert asked > 0
        assert answered > 0
        assert value(samples, "model_cost_total", currency="EUR", **key) == pytest.approx(
            asked + 2 * answered
        )
        assert value(samples, "model_call_seconds_count", **key) == 2
        assert value(samples, "model_call_seconds_bucket", le="+Inf", **key) == 2
        assert value(samples, "model_call_seconds_sum", **key) > 0
        assert value(samples, "model_calls_in_flight") == 0
        assert value(samples, "model_retries_total", **key) == 0
        assert not any(name.startswith("node_messages") for name, _ in samples)


async def test_usage_that_comes_at_the_end_of_a_stream(tmp_path: Path) -> None:
    payload = {**ASKED, "stream": True, "stream_options": {"include_usage": True}}
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        await server.deploy(api_flow(simulator.url))
        server.runtime.engine.give("api", {"payload": payload})
        key = {"method": "createChatCompletion", "model": "gpt-5-mini"}
        name = ("model_tokens_total", frozenset({**key, "kind": "output"}.items()))
        await until(server, lambda found: found.get(name, 0) > 0)


async def test_failures_by_status_and_by_what_went_wrong(tmp_path: Path) -> None:
    async with OpenAISimulator() as simulator, serving(tmp_path) as server:
        method = "createChatCompletion"
        await server.deploy(api_flow(simulator.url))
        server.runtime.engine.give("api", {"payload": {**ASKED, "model": "simulate-429"}})
        name = (
            "model_errors_total",
            frozenset({"method": method, "model": "simulate-429", "error": "429"}.items()),
        )
        await until(server, lambda found: found.get(name) == 1)
        await server.deploy(api_flow("http://127.0.0.1:9/v1"))
        server.runtime.engine.give("api", {"payload": ASKED})
        name = (
            "model_errors_total",
            frozenset({"method": method, "model": "gpt-5-mini", "error": "connection"}.items()),
        )
        await until(server, lambda found: found.get(name) == 1)


async def test_figures_by_node_type_on_request(tmp_path: Path) -> None:
    async with serving(tmp_path, metrics={"nodeTypes": True}) as server:
        await server.deploy(FLOWS)
        await server.ask("POST", "/inject/press", {})
        name = ("node_seconds_count", frozenset({"type": "debug"}.items()))
        samples = await until(server, lambda found: found.get(name) == 1)
        assert value(samples, "node_messages_total", type="debug") == 1
        assert value(samples, "messages_delivered_total") == 1


def test_labels_say_what_they_said() -> None:
    counted = Histogram((1.0, 2.0))
    for seconds in (0.5, 1.0, 1.5, 9.0):
        counted.add(('a"b\\c\nd',), seconds)
    (family,) = text_string_to_metric_families("\n".join(counted.lines("x_seconds", "Seconds.", ("name",))))
    assert {sample.labels["name"] for sample in family.samples} == {'a"b\\c\nd'}
    buckets = {
        sample.labels["le"]: sample.value for sample in family.samples if sample.name.endswith("_bucket")
    }
    assert buckets == {"1.0": 2, "2.0": 3, "+Inf": 4}


def test_made_up_models_do_not_make_series_without_end() -> None:
    metrics = ModelMetrics()
    for number in range(MOST_MODELS + 50):
        call = ModelCall((), None, "createChatCompletion", model=f"made-up-{number}")  # type: ignore[arg-type]
        metrics.begin(call)
        call.seconds = 0.1
        metrics.end(call)
    lines = [line for line in metrics.lines() if line.startswith("flowengine_model_calls_total{")]
    assert len(lines) == MOST_MODELS + 1
    assert f'flowengine_model_calls_total{{method="createChatCompletion",model="{OTHER}"}} 50' in lines
