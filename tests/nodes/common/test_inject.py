"""Inject: what its messages hold, and when they come."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from flowengine.nodes.common.cron import Cron

from flowengine.testing import FlowHarness

from ..function.flow_of_one import flow_of_one, payloads, sent


def inject(*props: tuple[str, Any, str], **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="inject", props=[{"p": p, "v": v, "vt": vt} for p, v, vt in props], **fields)


async def test_the_button_sends_a_message_with_its_properties():
    flow = inject(("payload", "12", "num"), ("topic", "weather", "str"), ("a.b", '{"c":1}', "json"))
    harness = await sent(flow, {})
    (msg,) = harness.received("out1")
    del msg["_msgid"]
    assert msg == {"payload": 12, "topic": "weather", "a": {"b": {"c": 1}}}


async def test_properties_see_those_before_them():
    harness = await sent(inject(("payload", "2", "num"), ("double", "payload * 2", "jsonata")), {})
    assert harness.received("out1")[0]["double"] == 4


async def test_older_flows_keep_payload_and_topic_beside_the_list():
    flow = flow_of_one(type="inject", payload="true", payloadType="bool", topic="t")
    harness = await sent(flow, {})
    assert (harness.received("out1")[0]["payload"], harness.received("out1")[0]["topic"]) == (True, "t")


async def test_a_message_may_bring_its_own_list():
    flow = inject(("payload", "configured", "str"))
    harness = await sent(flow, {"__user_inject_props__": [{"p": "payload", "v": "given", "vt": "str"}]}, {})
    assert payloads(harness) == ["given", "configured"]


async def test_all_that_failed_is_one_error_and_nothing_is_sent():
    harness = await sent(inject(("a", "{", "json"), ("b", "$nothing()", "jsonata"), ("c", "1", "num")), {})
    assert harness.received("out1") == []
    (text,) = [report.text for report in harness.errors]
    assert "; Invalid JSONata expression: " in text
    assert harness.received("caught")[0]["c"] == 1


async def test_it_fires_once_the_flow_has_started():
    async with FlowHarness(inject(("payload", "go", "str"), once=True, onceDelay=0.01)) as harness:
        await harness.settle(2)
        assert payloads(harness) == ["go"]


async def test_it_repeats_until_the_flow_stops():
    async with FlowHarness(inject(("payload", "tick", "str"), repeat="0.02")) as harness:
        await asyncio.sleep(0.09)
        count = len(harness.received("out1"))
    assert 3 <= count <= 4
    assert harness.engine.delivery.timers == 0


async def test_an_interval_beyond_the_timers_of_javascript_is_refused():
    harness = await sent(inject(("payload", "", "date"), repeat="2147484"))
    assert [report.text for report in harness.errors] == ["Interval too large"]


async def test_a_broken_cron_expression_keeps_only_this_node_from_starting():
    harness = await sent(inject(("payload", "x", "str"), crontab="61 * * * *"))
    assert "61" in harness.errors[0].text


START = datetime.fromisoformat("2026-01-30 12:00:00")


@pytest.mark.parametrize(
    ("expression", "first", "second"),
    [
        ("30 8 * * *", "2026-01-31 08:30:00", "2026-02-01 08:30:00"),
        ("*/20 * * * * *", "2026-01-30 12:00:20", "2026-01-30 12:00:40"),
        ("0 22-1 * * *", "2026-01-30 22:00:00", "2026-01-30 23:00:00"),
        ("0 0 L * *", "2026-01-31 00:00:00", "2026-02-28 00:00:00"),
        ("0 0 1W feb,aug *", "2026-02-02 00:00:00", "2026-08-03 00:00:00"),
        ("0 0 13 * fri", "2026-02-06 00:00:00", "2026-02-13 00:00:00"),
        ("0 0 * * 5#2", "2026-02-13 00:00:00", "2026-03-13 00:00:00"),
        ("0 0 * * 7L", "2026-02-22 00:00:00", "2026-03-29 00:00:00"),
        ("0 0 0 29 2 ? 2026-2040", "2028-02-29 00:00:00", "2032-02-29 00:00:00"),
        ("@yearly", "2027-01-01 00:00:00", "2028-01-01 00:00:00"),
    ],
)
def test_times_of_day(expression: str, first: str, second: str):
    cron = Cron(expression)
    moment = cron.next_after(START)
    assert str(moment) == first
    assert str(cron.next_after(moment)) == second


def test_a_time_that_never_comes():
    assert Cron("0 0 0 1 1 ? 2020").next_after(START) is None
    assert Cron("0 0 30 2 *").next_after(START) is None
