"""Messages that wait together: nothing overtakes anything, nothing is lost, and what is in flight has a bound."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


class Uneven(Node):
    """Passes even numbers on, sends two for three, fails for five, keeps seven for later and drops nine."""

    type = "uneven"

    def on_input(self, msg):
        number = msg["payload"]
        if number == 3:
            self.send({"payload": "first of 3"})
            return [[{"payload": "second of 3"}, {"payload": "third of 3"}]]
        if number == 5:
            raise ValueError("five")
        if number == 7:
            return self._later(msg)
        return None if number == 9 else msg

    async def _later(self, msg):
        await asyncio.sleep(0)
        return msg


class Burst(Node):
    """Sends as many messages as the payload says."""

    type = "burst"

    def on_input(self, msg):
        for number in range(msg["payload"]):
            self.send({"payload": number})
        return DEFERRED


def payloads(harness, node_id="seen"):
    return [msg["payload"] for msg in harness.received(node_id)]


@pytest.mark.parametrize("watched", [False, True])
async def test_messages_that_wait_together_stay_in_order(watched):
    flow = [
        tab(),
        node("burst", "burst", ["uneven"]),
        node("uneven", "uneven", ["pass"]),
        node("pass", "junction", ["seen"]),
        node("catch", "catch", ["seen"], scope=None, uncaught=False),
        helper(),
    ]
    if watched:  # a complete node hears of each message between it and the next
        flow += [node("done", "complete", ["heard"], scope=["pass"]), helper("heard")]
    async with FlowHarness(flow, node_types=[Burst, Uneven]) as harness:
        await harness.send("burst", {"payload": 100})
        assert await harness.settle(5)
    expected = [0, 1, 2, "first of 3", "second of 3", "third of 3", 4, 6, *range(8, 9), *range(10, 100)]
    seen = payloads(harness)
    assert [payload for payload in seen if payload not in (5, 7)] == expected
    assert 5 in seen  # by the catch node
    assert 7 in seen  # a little later
    assert not watched or len(payloads(harness, "heard")) == len(expected) + 1


async def test_two_wires_take_turns_message_by_message():
    flow = [
        tab(),
        node("burst", "burst", ["both"]),
        node("both", "junction", ["one", "two"]),
        node(
            "one",
            "change",
            ["seen"],
            rules=[{"t": "set", "p": "from", "pt": "msg", "to": "one", "tot": "str"}],
        ),
        node(
            "two",
            "change",
            ["seen"],
            rules=[{"t": "set", "p": "from", "pt": "msg", "to": "two", "tot": "str"}],
        ),
        helper(),
    ]
    async with FlowHarness(flow, node_types=[Burst]) as harness:
        await harness.send("burst", {"payload": 80})
        assert await harness.settle(5)
    assert [(msg["payload"], msg["from"]) for msg in harness.received("seen")] == [
        (number, name) for number in range(80) for name in ("one", "two")
    ]


async def test_a_loop_goes_round_while_others_have_their_turn():
    flow = [
        tab(),
        node("start", "junction", ["switch"]),
        node(
            "switch",
            "switch",
            [["round"], ["seen"]],
            property="n",
            propertyType="msg",
            rules=[{"t": "lt", "v": "500", "vt": "num"}, {"t": "else"}],
        ),
        node(
            "round",
            "change",
            ["switch"],
            rules=[{"t": "set", "p": "n", "pt": "msg", "to": "n + 1", "tot": "jsonata"}],
        ),
        helper(),
    ]
    async with FlowHarness(flow, settings={"maxInFlight": 1}) as harness:
        for _ in range(50):
            harness.engine.give("start", Msg(n=0))
        assert await harness.settle(20)
        assert [msg["n"] for msg in harness.received("seen")] == [500] * 50


async def test_ten_thousand_messages_in_flight_are_counted():
    async with FlowHarness([tab(), node("start", "junction", ["seen"]), helper()]) as harness:
        delivery = harness.engine.delivery
        delivery.most = 100
        for number in range(10_000):
            harness.engine.give("start", Msg(payload=number))
        assert delivery.waiting == 10_000
        assert delivery.is_full
        assert await harness.settle(5)
        assert payloads(harness) == list(range(10_000))
        assert not delivery.is_full
