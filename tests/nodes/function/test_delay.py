"""Delay: messages held back, each or all."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from .flow_of_one import flow_of_one, payloads, sent


def delay(kind: str, milliseconds: float = 30, **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(
        type="delay", pauseType=kind, timeout=str(milliseconds), timeoutUnits="milliseconds", **fields
    )


def rate(kind: str = "rate", per_second: int = 25, **fields: Any) -> list[dict[str, Any]]:
    return delay(kind, rate=str(per_second), nbRateUnits="1", rateUnits="second", **fields)


def with_second_output(**fields: Any) -> list[dict[str, Any]]:
    flow = flow_of_one(2, type="delay", **fields)
    return [{**node, "outputs": 2} if node["id"] == "n" else node for node in flow]


def msgs(*payloads: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"payload": payload, **more} for payload in payloads]


def gaps(harness: FlowHarness) -> list[int]:
    """Milliseconds from each message to the next; no machine is so busy that they come sooner than they should."""
    at = [seconds for seconds, _ in harness.arrivals("out1")]
    return [round((after - before) * 1000) for before, after in pairwise(at)]


async def test_every_message_waits_its_time():
    harness = FlowHarness(delay("delay"))
    async with harness:
        await harness.send("n", {"payload": 1})
        assert payloads(harness) == []
        await harness.settle(2)
    assert payloads(harness) == [1]
    assert harness.arrivals("out1")[0][0] >= 0.03


async def test_a_message_may_tell_its_own_time():
    slow, fast = {"payload": "slow", "delay": 60}, {"payload": "fast", "delay": "20"}
    assert payloads(await sent(delay("delayv", 40), slow, fast, {"payload": "other"})) == [
        "fast",
        "other",
        "slow",
    ]


async def test_a_random_time_lies_between_its_bounds():
    flow = delay("random", randomFirst="20", randomLast="40", randomUnits="milliseconds")
    harness = await sent(flow, *msgs(1, 2, 3))
    assert all(seconds >= 0.02 for seconds, _ in harness.arrivals("out1"))


@pytest.mark.parametrize("kind", ["delay", "delayv"])
async def test_flush_and_reset(kind: str):
    harness = FlowHarness(delay(kind, 5000))
    async with harness:
        for msg in [*msgs(1, 2, 3), {"flush": 1}]:
            await harness.send("n", msg)
        await asyncio.sleep(0.01)
        assert payloads(harness) == [1]
        await harness.send("n", {"flush": True})
        await asyncio.sleep(0.01)
        assert payloads(harness) == [1, 2, 3]
        await harness.send("n", {"payload": 4})
        await harness.send("n", {"reset": True})
        assert await harness.settle(2)
    assert payloads(harness) == [1, 2, 3]


async def test_a_queue_lets_one_message_pass_at_a_time():
    harness = await sent(rate(), *msgs(1, 2, 3))
    assert payloads(harness) == [1, 2, 3]
    assert min(gaps(harness)) >= 30


async def test_a_queue_has_a_bound():
    harness = FlowHarness(rate(), settings={"nodeMessageBufferMaxLength": 2})
    async with harness:
        for msg in msgs(1, 2, 3, 4, 5):
            await harness.send("n", msg)
        await harness.settle(2)
    assert [report.text for report in harness.errors] == ["too many pending messages in delay node"]
    assert payloads(harness) == [1, 5]


async def test_to_front_and_flush_of_a_queue():
    front = {"payload": "front", "toFront": True}
    harness = await sent(rate(per_second=1), *msgs(1, 2), front, {"flush": 1}, {"flush": True})
    assert payloads(harness) == [1, "front", 2]


async def test_a_message_may_set_the_rate():
    fast = msgs(1, 2, 3, rate=10)
    harness = await sent(rate(per_second=1, allowrate=True), *fast)
    assert sum(gaps(harness)) < 900


async def test_messages_that_come_too_soon_are_dropped_or_go_elsewhere():
    flow = with_second_output(pauseType="rate", rate="1", nbRateUnits="1", drop=True)
    harness = await sent(flow, *msgs(1, 2))
    assert (payloads(harness), payloads(harness, "out2")) == ([1], [2])


async def test_bursts_may_pass_until_they_are_too_many():
    flow = with_second_output(pauseType="burst", rate="2", nbRateUnits="0.05")
    harness = FlowHarness(flow)
    async with harness:
        for msg in msgs(1, 2, 3):
            await harness.send("n", msg)
        await harness.settle(2)
        await harness.send("n", {"payload": 4})
        await harness.settle(2)
    assert (payloads(harness), payloads(harness, "out2")) == ([1, 2, 4], [3])


async def test_of_each_topic_only_the_last_message_waits():
    flow = [
        {"payload": 1, "topic": "a"},
        {"payload": 2, "topic": "b"},
        {"payload": 3, "topic": "a"},
        {"payload": 4},
    ]
    for kind, apart in (("queue", True), ("timed", False)):
        harness = await sent(rate(kind), *flow)
        assert payloads(harness) == [3, 2, 4]
        assert (min(gaps(harness)) >= 30) is apart


async def test_topics_that_have_nothing_to_send_keep_no_timer():
    harness = FlowHarness(rate("queue"))
    async with harness:
        assert harness.engine.delivery.timers == 0


@pytest.mark.parametrize("kind", ["delay", "delayv", "random", "rate", "burst", "queue", "timed"])
async def test_what_waits_when_the_flow_stops_is_let_go(kind: str):
    harness = FlowHarness(rate(kind, per_second=1))
    async with harness:
        for msg in msgs(1, 2, 3):
            await harness.send("n", msg)
    assert harness.engine.delivery.is_idle()
