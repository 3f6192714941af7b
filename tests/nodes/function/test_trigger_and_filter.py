"""Trigger and filter: one message now and another later; only what changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from .flow_of_one import flow_of_one, payloads, sent


def trigger(
    op1: Any = "1", op2: Any = "0", *, duration: float = 30, outputs: int = 1, **fields: Any
) -> list[dict[str, Any]]:
    types = {"op1type": "str", "op2type": "str", **fields}
    flow = flow_of_one(outputs, type="trigger", op1=op1, op2=op2, duration=str(duration), **types)
    return [{**node, "outputs": outputs} if node["id"] == "n" else node for node in flow]


def rbe(func: str, gap: str = "", **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="rbe", func=func, gap=gap, **fields)


def msgs(*payloads: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"payload": payload, **more} for payload in payloads]


async def test_one_message_now_and_another_later():
    harness = await sent(trigger("on", "off"), {"payload": "x", "kept": 1}, {"payload": "held off"})
    assert payloads(harness) == ["on", "off"]
    assert [msg["kept"] for msg in harness.received("out1")] == [1, 1]


async def test_the_second_message_may_have_an_output_of_its_own():
    harness = await sent(trigger("on", "off", outputs=2), {"payload": "x"})
    assert (payloads(harness), payloads(harness, "out2")) == (["on"], ["off"])


@pytest.mark.parametrize(
    ("types", "values", "first", "second"),
    [
        ({"op1type": "pay", "op2type": "pay"}, ("", ""), "a", "a"),
        ({"op1type": "pay", "op2type": "payl"}, ("", ""), "a", "b"),
        ({"op1type": "num", "op2type": "json"}, ("5", '{"a":[1]}'), 5, {"a": [1]}),
        ({"op1type": "val", "op2type": "val"}, ("true", "null"), True, None),
        ({}, ("{{topic}}!", "{{payload}}"), "t!", "a"),
    ],
)
async def test_kinds_of_values(types: dict[str, str], values: tuple[str, str], first: Any, second: Any):
    harness = await sent(trigger(*values, **types), *msgs("a", "b", topic="t"))
    assert payloads(harness) == [first, second]


async def test_the_payloads_that_are_sent_do_not_share_what_can_change():
    flow = trigger(op1type="pay", op2type="pay", wires=[["c"]])
    rule = {"t": "set", "p": "payload.n", "pt": "msg", "to": "1", "tot": "num"}
    flow.append(
        {"id": "c", "type": "change", "rules": [rule], "z": "tab", "x": 1, "y": 1, "wires": [["out1"]]}
    )
    harness = await sent(flow, {"payload": {"k": "v"}})
    assert payloads(harness) == [{"k": "v", "n": 1}] * 2


async def test_nothing_now_or_nothing_later():
    assert payloads(await sent(trigger("", "late", op1type="nul"), *msgs("a"))) == ["late"]
    assert payloads(await sent(trigger("now", "", op2type="nul"), *msgs("a"))) == ["now"]


async def test_a_watchdog_is_put_off_by_every_message():
    harness = FlowHarness(trigger("", "silence", op1type="nul", extend=True, duration=400))
    async with harness:
        for _ in range(4):
            await harness.send("n", {"payload": 1})
            await asyncio.sleep(0.03)
        assert payloads(harness) == []
        assert harness.engine.delivery.timers == 1
        await harness.settle(2)
    assert payloads(harness) == ["silence"]


async def test_a_reset_stops_it_by_property_or_payload():
    for order in ({"reset": 1}, {"payload": "stop"}):
        assert payloads(await sent(trigger("on", "off", reset="stop"), {"payload": "x"}, order)) == ["on"]


async def test_a_time_of_nought_waits_for_a_reset():
    harness = await sent(
        trigger("on", "off", duration=0), {"payload": 1}, {"payload": 2}, {"reset": 1}, {"payload": 3}
    )
    assert payloads(harness) == ["on", "on"]


async def test_it_resends_until_it_is_reset():
    harness = FlowHarness(trigger("beat", duration=-20))
    async with harness:
        await harness.send("n", {"payload": 1})
        await asyncio.sleep(0.09)
        await harness.send("n", {"reset": True})
        assert await harness.settle(2)
    assert 3 <= len(payloads(harness)) <= 5


async def test_topics_are_triggered_apart():
    flow = trigger("on", "off", bytopic="topic")
    harness = await sent(
        flow, {"payload": 1, "topic": "a"}, {"payload": 1, "topic": "b"}, {"topic": "a", "reset": 1}
    )
    assert [(msg["topic"], msg["payload"]) for msg in harness.received("out1")] == [
        ("a", "on"),
        ("b", "on"),
        ("b", "off"),
    ]


async def test_the_status_counts_topics_in_waiting():
    harness = await sent(trigger(bytopic="topic"), {"topic": "a"}, {"topic": "b"})
    shown = [report.status for report in harness.statuses]
    assert shown[:2] == [{"fill": "blue", "shape": "dot"}, {"fill": "blue", "shape": "dot", "text": "2"}]
    assert shown[-1] == {}


async def test_a_value_that_cannot_be_read_is_an_error_of_the_message():
    harness = await sent(trigger("{", op1type="json"), {"payload": 1})
    assert payloads(harness, "caught") == [1]


@pytest.mark.parametrize(
    ("flow", "values", "passed"),
    [
        (rbe("rbe"), [1, 1, "1", True, True, None, None], [1, "1", True, None]),
        (rbe("rbe"), [{"a": [1]}, {"a": [1]}, {"a": [True]}, [], []], [{"a": [1]}, {"a": [True]}, []]),
        (rbe("rbei"), [1, 1, 2], [2]),
        (rbe("deadband", "5"), [0, 5, 6, 10], [0, 6]),
        (rbe("deadbandEq", "5"), [0, 5, 6, 10], [0, 5, 10]),
        (rbe("deadbandEq", "5", inout="in"), [0, 4, 8, 13], [0, 13]),
        (rbe("deadband", "10%"), [100, 110, 111], [100, 111]),
        (rbe("narrowband", "5"), [10, 15, 50, 12], [10, 15, 12]),
        (rbe("narrowbandEq", "5", start="10"), [15, 12], [12]),
        (rbe("deadband", "1"), ["5 apples", "7 apples"], ["5 apples", "7 apples"]),
    ],
)
async def test_what_the_filter_lets_pass(flow: list[dict[str, Any]], values: list[Any], passed: list[Any]):
    assert payloads(await sent(flow, *msgs(*values))) == passed


async def test_the_filter_looks_at_each_topic_apart_and_forgets_by_reset():
    given = [{"payload": 1, "topic": topic} for topic in ("a", "b", "a")] + [{"topic": "a", "reset": 1}]
    harness = await sent(rbe("rbe"), *given, *given[:2])
    assert [msg["topic"] for msg in harness.received("out1")] == ["a", "b", "a"]
    harness = await sent(rbe("rbe", septopics=False), *given[:2])
    assert len(harness.received("out1")) == 1


async def test_the_filter_warns_of_what_is_no_number():
    harness = await sent(rbe("deadband", "1"), {"payload": "x"})
    assert [report.text for report in harness.warnings] == ["no number found in payload"]
