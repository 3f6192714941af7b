from __future__ import annotations

import math
from typing import Any

import pytest

from .flow_of_one import flow_of_one, payloads, sent


def scale(
    action: str = "scale", ends: tuple[Any, ...] = (0, 10, 0, 100), **fields: Any
) -> list[dict[str, Any]]:
    minin, maxin, minout, maxout = map(str, ends)
    return flow_of_one(
        type="range", action=action, minin=minin, maxin=maxin, minout=minout, maxout=maxout, **fields
    )


@pytest.mark.parametrize(
    ("flow", "values", "results"),
    [
        (scale(), [5, "2.5", 12, -1, "", None, True, "0x0A"], [50, 25, 120, -10, 0, 0, 10, 100]),
        (scale("clamp"), [5, 12, -1], [50, 100, 0]),
        (scale("drop"), [0, 5, 12, -1, 10], [0, 50, 100]),
        (scale("roll"), [5, 12, -1, 10], [50, 20, 90, 0]),
        (scale(ends=(10, 0, 0, 100)), [1, 9], [90, 10]),
        (scale(ends=(0, 1, 0, 3), round=True), [0.5, 0.1, 0.9], [2, 0, 3]),
        (scale(ends=(0, 1, 0.5, 2.5), round=True), [0, 1], [1, 2]),
    ],
)
async def test_numbers_are_mapped(flow: list[dict[str, Any]], values: list[Any], results: list[Any]):
    harness = await sent(flow, *({"payload": value} for value in values))
    assert payloads(harness) == results
    assert all(type(result) is int for result in payloads(harness))


async def test_an_input_range_of_no_width_gives_what_javascript_gives():
    harness = await sent(scale(ends=(5, 5, 0, 100)), {"payload": 7}, {"payload": 3}, {"payload": 5})
    assert payloads(harness)[:2] == [math.inf, -math.inf]
    assert math.isnan(payloads(harness)[2])


async def test_what_is_no_number_is_noted_and_dropped():
    harness = await sent(scale(), {"payload": "5 apples"}, {"payload": {}})
    assert payloads(harness) == []
    assert [report.text for report in harness.logs] == [
        "Not a number: 5 apples",
        "Not a number: [object Object]",
    ]


async def test_another_property_is_mapped_and_a_missing_one_passed():
    harness = await sent(scale(property="data.level"), {"data": {"level": 1}}, {"data": {}})
    assert [msg["data"] for msg in harness.received("out1")] == [{"level": 10}, {}]
