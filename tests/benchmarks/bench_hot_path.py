"""Micro-benchmarks of what every message goes through; by pytest-benchmark, and only when asked for by name:

    pip install -e ".[test,benchmark]"
    pytest tests/benchmarks/bench_hot_path.py                       # all, some 15 seconds
    pytest tests/benchmarks/bench_hot_path.py -k switch             # one of them
    pytest tests/benchmarks/bench_hot_path.py --benchmark-autosave  # keep the figures, and after a change:
    pytest tests/benchmarks/bench_hot_path.py --benchmark-compare   # hold the new ones against them

The smallest figure of each is the one to go by; a busy machine moves all others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from flowengine.engine import Engine
from flowengine.messages import Msg, clone
from flowengine.settings import Settings
from flowengine.testing.openai_server import OpenAISimulator

from .flows import CHAINS, NodeDict, calls, chain, fan_out, message

IN_FLIGHT = 1000
LENGTH = 10

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run coroutines on a loop that stays."""
    with asyncio.Runner() as runner:
        yield runner.run


async def started(nodes: list[NodeDict]) -> Engine:
    engine = Engine(Settings(ui_port=0), env={})
    await engine.deploy(nodes, credentials={"host": {"secureApiKeyValue": "simulator"}})
    return engine


async def delivered(engine: Engine, msgs: list[Msg]) -> None:
    """Give messages to the node ``n0`` by its wire, and wait until they are through."""
    for msg in msgs:
        engine.delivery.give(engine.nodes["n0"], msg)
    assert await engine.delivery.idle(60)


def messages(count: int = IN_FLIGHT) -> tuple[tuple[list[Msg]], dict[str, Any]]:
    return ([Msg(clone(message())) for _ in range(count)],), {}


@pytest.mark.parametrize("kind", CHAINS)
def test_a_chain_of_ten(benchmark: Any, run: Run, kind: str) -> None:
    """Figures are for 10,000 hops."""
    node_type, fields = CHAINS[kind]
    engine = run(started(chain(node_type, LENGTH, **fields)))
    benchmark.pedantic(lambda msgs: run(delivered(engine, msgs)), setup=messages, rounds=7, warmup_rounds=2)
    assert engine.delivery.delivered >= IN_FLIGHT * LENGTH
    run(engine.stop())


@pytest.mark.parametrize("width", [10, 100, 1000])
def test_a_fan_out(benchmark: Any, run: Run, width: int) -> None:
    engine = run(started(fan_out(width)))
    one = lambda: messages(1)  # noqa: E731
    benchmark.pedantic(lambda msgs: run(delivered(engine, msgs)), setup=one, rounds=20, warmup_rounds=2)
    run(engine.stop())


def test_send(benchmark: Any, run: Run) -> None:
    """One message queued; nothing is delivered."""
    engine = run(started(chain("junction", 2)))
    engine.delivery.asleep = False
    node, msg = engine.nodes["n0"], Msg(message())
    benchmark(lambda: (node.send(msg), engine.delivery.queue.clear()))
    run(engine.stop())


def test_deliver(benchmark: Any, run: Run) -> None:
    """One message queued for a node that takes it and sends nothing, and the queue drained."""
    engine = run(started(chain("junction", 1)))
    engine.delivery.asleep = False
    node, msg, queue = engine.nodes["n0"], Msg(message()), engine.delivery.queue

    def deliver() -> None:
        engine.delivery.give(node, msg)
        receive, load = queue.popleft()
        receive(load)

    benchmark(deliver)
    assert not queue
    run(engine.stop())


@pytest.mark.parametrize("count", [10, 1000])
def test_split_and_join(benchmark: Any, run: Run, count: int) -> None:
    """One list that is taken apart and put together again."""
    nodes = chain("split", 2, arraySplt=1, splt="\\n")
    nodes[-1] |= {"type": "join", "mode": "auto"}
    engine = run(started(nodes))
    lists = lambda: (([Msg(payload=list(range(count)))],), {})  # noqa: E731
    benchmark.pedantic(lambda msgs: run(delivered(engine, msgs)), setup=lists, rounds=20, warmup_rounds=2)
    run(engine.stop())


@pytest.mark.parametrize("size", [1, 50, 5000])
def test_clone(benchmark: Any, size: int) -> None:
    value = Msg(payload=[message() for _ in range(size)])
    assert benchmark(clone, value) == value


async def with_simulator(work: Callable[[Engine], Coroutine[Any, Any, None]]) -> None:
    async with OpenAISimulator() as simulator:
        engine = await started(calls(simulator.url))
        try:
            await work(engine)
        finally:
            await engine.stop()


@pytest.mark.parametrize("stream", [False, True])
def test_openai_calls(benchmark: Any, run: Run, stream: bool) -> None:
    """A hundred calls at once; the simulator in the same process takes most of the time."""
    question = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "hi"}], "stream": stream}

    async def ask(engine: Engine) -> None:
        errors: list[str] = []
        engine.reporters.append(lambda report: errors.append(report.text) if report.kind == "error" else None)
        for _ in range(3):
            await delivered(engine, [Msg(payload=dict(question)) for _ in range(100)])
        assert not errors

    benchmark.pedantic(lambda: run(with_simulator(ask)), rounds=3)
