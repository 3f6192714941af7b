"""Limits of a Service Host: calls at once, calls and tokens a minute, turns between nodes."""

from __future__ import annotations

import asyncio

import pytest
from flowengine.nodes.openai.limits import Bucket, Limiter


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


async def test_calls_at_once_are_limited():
    limiter = Limiter(at_once=2)
    running = peak = 0

    async def call():
        nonlocal running, peak
        await limiter.enter("n")
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0)
        running -= 1
        limiter.leave()

    await asyncio.gather(*(call() for _ in range(20)))
    assert peak == 2


async def test_nodes_take_turns():
    limiter = Limiter(at_once=1)
    order = []

    async def call(owner):
        await limiter.enter(owner)
        order.append(owner)
        await asyncio.sleep(0)
        limiter.leave()

    await asyncio.gather(*(call("busy") for _ in range(4)), *(call("quiet") for _ in range(2)))
    assert order == ["busy", "busy", "quiet", "busy", "quiet", "busy"] or order[:4].count("quiet") == 2


async def test_who_gives_up_waiting_blocks_nobody():
    limiter = Limiter(at_once=1)
    await limiter.enter("a")
    waiting = asyncio.create_task(limiter.enter("b"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    limiter.leave()
    await asyncio.wait_for(limiter.enter("c"), 1)


async def test_who_is_cancelled_with_leave_in_hand_gives_it_back():
    limiter = Limiter(at_once=1)
    await limiter.enter("a")
    waiting = asyncio.create_task(limiter.enter("b"))
    await asyncio.sleep(0)
    limiter.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(limiter.enter("c"), 1)


def test_an_allowance_refills_over_a_minute():
    clock = Clock()
    bucket = Bucket(60, clock)
    bucket.take(60)
    assert bucket.seconds_until(1) == pytest.approx(1)
    clock.now += 30
    assert bucket.level() == pytest.approx(30)
    bucket.take(90)
    assert bucket.seconds_until(1) == pytest.approx(61)
    clock.now += 1000
    assert bucket.level() == 60


async def test_calls_a_minute_are_spread():
    limiter = Limiter(requests_per_minute=6000)
    limiter._requests.take(6000)
    start = asyncio.get_running_loop().time()
    for _ in range(5):
        await limiter.enter("n")
        limiter.leave()
    assert 0.03 < asyncio.get_running_loop().time() - start < 2


async def test_tokens_that_were_used_hold_up_the_next_call():
    limiter = Limiter(tokens_per_minute=60_000)
    await limiter.enter("n")
    limiter.leave()
    limiter.spend(60_100)
    start = asyncio.get_running_loop().time()
    await limiter.enter("n")
    assert 0.05 < asyncio.get_running_loop().time() - start < 2
