"""What messages cost, in ratios within one run: the clock of a busy machine says nothing, two shares of it do.

The unit is a bare loop that does what no engine of this kind can do without: take a call from a queue, call a
method, set a key, queue the next call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from itertools import pairwise
from time import process_time
from typing import Any

import pytest

from flowengine.engine import Engine
from flowengine.messages import Msg
from flowengine.settings import Settings

from .flows import CHAINS, NodeDict, chain, fan_out, message, set_rule

pytestmark = pytest.mark.slow
ROUNDS = 7
COUNT = 500


class Bare:
    """A node of the bare loop."""

    def __init__(self, queue: deque[Any]) -> None:
        self.queue = queue
        self.next: Bare | None = None

    def receive(self, msg: dict[str, Any]) -> None:
        msg["topic"] = "a"
        if self.next is not None:
            self.queue.append((self.next.receive, msg))


def bare_hop() -> float:
    """CPU seconds of a hop in the bare loop."""
    queue: deque[Any] = deque()
    nodes = [Bare(queue) for _ in range(10)]
    for node, following in pairwise(nodes):
        node.next = following

    def loop() -> float:
        queue.extend((nodes[0].receive, message()) for _ in range(COUNT))
        began = process_time()
        while queue:
            receive, msg = queue.popleft()
            receive(msg)
        return process_time() - began

    return min(loop() for _ in range(ROUNDS)) / (COUNT * 10)


def measured(nodes: list[NodeDict], count: int, first: str = "n0") -> float:
    """CPU seconds that so many messages take to go through a flow."""

    async def once(engine: Engine) -> float:
        msgs = [Msg(message()) for _ in range(count)]
        began = process_time()
        for msg in msgs:
            engine.delivery.give(engine.nodes[first], msg)
        assert await engine.delivery.idle(60)
        return process_time() - began

    async def best() -> float:
        engine = Engine(Settings(ui_port=0), env={})
        await engine.deploy(nodes)
        found = [await once(engine) for _ in range(ROUNDS)]
        await engine.stop()
        return min(found)

    return asyncio.run(best())


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("junction", 2.5),
        ("change", 3.5),
        ("switch", 4),
        ("python", 6.5),
        ("change_path", 16),
        ("change_jsonata", 60),
        ("template", 70),
        ("javascript", 250),
    ],
)
def test_a_hop_costs_a_few_bare_ones(kind: str, most: float):
    node_type, fields = CHAINS[kind]
    hop = measured(chain(node_type, 10, **fields), COUNT) / (COUNT * 10)
    assert hop < most * bare_hop()


def test_a_part_split_off_and_joined_costs_a_few_hops():
    nodes = chain("split", 2, arraySplt=1, splt="\\n")
    nodes[-1] |= {"type": "join", "mode": "auto"}

    async def cost() -> float:
        engine = Engine(Settings(ui_port=0), env={})
        await engine.deploy(nodes)
        found = []
        for _ in range(ROUNDS):
            began = process_time()
            engine.delivery.give(engine.nodes["n0"], Msg(payload=list(range(COUNT))))
            assert await engine.delivery.idle(60)
            found.append(process_time() - began)
        await engine.stop()
        return min(found)

    assert asyncio.run(cost()) / COUNT < 20 * bare_hop()


def test_a_hop_costs_the_same_among_ten_thousand_nodes():
    alone = chain("change", 10, **set_rule("topic", "a"))
    others = [
        {**node, "id": f"{node['id']}-{copy}", "wires": []} for copy in range(1000) for node in alone[1:]
    ]
    few, many = measured(alone, COUNT), measured([*alone, *others], COUNT)
    assert many < 2 * few


def test_a_delivery_costs_the_same_whatever_the_message_holds():
    flow = fan_out(100)

    async def cost(payload: Any) -> float:
        engine = Engine(Settings(ui_port=0), env={})
        await engine.deploy(flow)
        found = []
        for _ in range(ROUNDS):
            began = process_time()
            engine.delivery.give(engine.nodes["n0"], Msg(payload=payload))
            assert await engine.delivery.idle(60)
            found.append(process_time() - began)
        await engine.stop()
        return min(found)

    large = [message() for _ in range(2000)]
    assert asyncio.run(cost(large)) < 3 * asyncio.run(cost("small"))


def test_one_changed_node_among_many_is_cheaper_than_all():
    nodes = [
        dict(node, z=f"t{at // 100}")
        for at, node in enumerate(chain("change", 3000, **set_rule("topic", "a")))
    ]
    nodes += [{"id": f"t{at}", "type": "tab", "label": "t"} for at in range(31)]

    async def cost(change: Callable[[Engine, list[NodeDict]], Coroutine[Any, Any, Any]]) -> float:
        engine = Engine(Settings(ui_port=0), env={})
        await engine.deploy(nodes)
        found = []
        for at in range(ROUNDS):
            changed = [*nodes[:1500], {**nodes[1500], **set_rule("topic", f"b{at}")}, *nodes[1501:]]
            began = process_time()
            await change(engine, changed)
            found.append(process_time() - began)
        await engine.stop()
        return min(found)

    one = asyncio.run(cost(lambda engine, flow: engine.deploy(flow, kind="nodes")))
    every = asyncio.run(cost(lambda engine, flow: engine.deploy(flow)))
    assert one < every / 2
