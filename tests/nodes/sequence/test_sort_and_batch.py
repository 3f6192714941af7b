"""Sort and batch: order and number of messages."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from ..function.flow_of_one import flow_of_one, payloads, sent


def sort(**fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="sort", **fields)


def batch(**fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="batch", **fields)


def part(payload: Any, index: int, count: int, of: str = "s", **more: Any) -> dict[str, Any]:
    return {"payload": payload, "parts": {"id": of, "index": index, "count": count}, **more}


@pytest.mark.parametrize(
    ("fields", "items", "ordered"),
    [
        ({}, ["b", "a", "C"], ["C", "a", "b"]),
        ({"order": "descending"}, ["b", "a", "C"], ["b", "a", "C"]),
        ({}, [10, 9, 1], [1, 9, 10]),
        ({}, ["10", 9, "1"], ["1", 9, "10"]),
        ({"as_num": True}, ["10", "9", "1"], ["1", "9", "10"]),
        ({}, ["😀", "ﬀ"], ["😀", "ﬀ"]),
        ({"msgKey": "n", "msgKeyType": "jsonata"}, [{"n": 2}, {"n": 1}], [{"n": 1}, {"n": 2}]),
    ],
)
async def test_an_array_is_sorted(fields: dict[str, Any], items: list[Any], ordered: list[Any]):
    assert payloads(await sent(sort(**fields), {"payload": items})) == [ordered]


async def test_equal_items_keep_their_order_either_way():
    items = [{"k": key, "n": number} for number, key in enumerate(random.Random(1).choices("abc", k=50))]
    for order in ("ascending", "descending"):
        flow = sort(order=order, msgKey="k", msgKeyType="jsonata")
        (got,) = payloads(await sent(flow, {"payload": items}))
        assert got == sorted(items, key=lambda item: item["k"], reverse=order == "descending")


async def test_a_sequence_is_sorted_when_all_of_it_has_come():
    flow = sort(targetType="seq", seqKey="payload", as_num=True)
    harness = await sent(flow, part("10", 0, 3), part("9", 1, 3), part("1", 2, 3))
    assert [(msg["payload"], msg["parts"]["index"]) for msg in harness.received("out1")] == [
        ("1", 0),
        ("9", 1),
        ("10", 2),
    ]


async def test_when_too_many_wait_the_oldest_sequence_goes():
    flow = sort(targetType="seq")
    msgs = [part(1, 0, 2, "a"), part(2, 0, 2, "b"), part(3, 0, 2, "c"), part(0, 1, 2, "b")]
    harness = await sent(flow, *msgs, settings={"nodeMessageBufferMaxLength": 2})
    assert [msg["payload"] for msg in harness.received("caught")] == [1]
    assert payloads(harness) == [0, 2]


async def test_a_failing_key_is_one_error():
    harness = await sent(sort(msgKey="$nothing()", msgKeyType="jsonata"), {"payload": [2, 1]})
    assert [report.text for report in harness.errors] == [
        "Invalid JSONata expression in sort node: [object Object]"
    ]


async def test_batches_by_number_may_overlap():
    msgs = [{"payload": number} for number in range(5)]
    harness = await sent(batch(mode="count", count=3, overlap=1), *msgs)
    assert payloads(harness) == [0, 1, 2, 2, 3, 4]
    assert [msg["parts"]["index"] for msg in harness.received("out1")] == [0, 1, 2, 0, 1, 2]
    ids = [msg["parts"]["id"] for msg in harness.received("out1")]
    assert len({*ids[:3]}) == len({*ids[3:]}) == 1
    assert ids[0] != ids[5]


async def test_the_end_of_a_sequence_may_end_a_batch():
    harness = await sent(batch(mode="count", count=9, honourParts=True), part(1, 0, 2), part(2, 1, 2))
    assert payloads(harness) == [1, 2]


async def test_a_batch_by_time_is_sent_with_one_timer():
    harness = FlowHarness(batch(mode="interval", interval="0.04", allowEmptySequence=True))
    async with harness:
        for number in range(3):
            await harness.send("n", {"payload": number})
        assert harness.engine.delivery.timers == 1
        await asyncio.sleep(0.1)
    assert payloads(harness)[:4] == [0, 1, 2, None]


async def test_sequences_are_put_together_by_topic():
    flow = batch(mode="concat", topics=[{"topic": "B"}, {"topic": "A"}])
    msgs = [
        part("a0", 0, 2, "x", topic="A"),
        part("b0", 0, 1, "y", topic="B"),
        part("no", 0, 1, "z", topic="C"),
    ]
    harness = await sent(flow, *msgs, part("a1", 1, 2, "x", topic="A"))
    assert [(msg["payload"], msg["parts"]["count"]) for msg in harness.received("out1")] == [
        ("b0", 3),
        ("a0", 3),
        ("a1", 3),
    ]


async def test_reset_and_too_many():
    harness = await sent(
        batch(mode="count", count=2), {"payload": 1}, {"reset": True}, {"payload": 2}, {"payload": 3}
    )
    assert payloads(harness) == [2, 3]
    msgs = [{"payload": number} for number in range(3)]
    harness = await sent(batch(mode="count", count=9), *msgs, settings={"nodeMessageBufferMaxLength": 2})
    assert [report.text for report in harness.errors] == ["too many pending messages in batch node"]


async def test_an_overlap_as_large_as_the_batch_is_said_at_start():
    harness = await sent(batch(mode="count", count=2, overlap=2), {"payload": 1})
    assert [report.text for report in harness.errors] == ["Invalid count and overlap"]


async def test_the_key_of_a_sequence_may_be_any_expression():
    flow = sort(targetType="seq", seqKey="payload = 'b' ? 1 : 2", seqKeyType="jsonata")
    harness = await sent(flow, part("a", 0, 2), part("b", 1, 2))
    assert payloads(harness) == ["b", "a"]


async def test_null_is_a_key_like_any_other():
    harness = await sent(sort(msgKey="$", msgKeyType="jsonata"), {"payload": [None, 1, None]})
    assert payloads(harness) == [[None, None, 1]]
