"""Split: parts of texts, Buffers, arrays and objects."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.testing import FlowHarness

from ..function.flow_of_one import flow_of_one, payloads, sent


def split(**fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="split", **fields)


def parts(harness: FlowHarness) -> list[dict[str, Any]]:
    """The parts without their ids, which must be one."""
    found = [msg["parts"] for msg in harness.received("out1")]
    assert len({part["id"] for part in found}) == 1
    return [{key: value for key, value in part.items() if key != "id"} for part in found]


@pytest.mark.parametrize(
    ("fields", "value", "pieces"),
    [
        ({}, "a\nb\n", ["a", "b", ""]),
        ({"splt": "\\t"}, "a\tb", ["a", "b"]),
        ({"splt": "[44]", "spltType": "bin"}, "a,b", ["a", "b"]),
        ({"splt": "2", "spltType": "len"}, "abcde", ["ab", "cd", "e"]),
        ({"splt": ";"}, b"a;b", [b"a", b"b"]),
        ({"splt": "2", "spltType": "len"}, b"abc", [b"ab", b"c"]),
        ({}, [1, None, [2]], [1, None, [2]]),
        ({"arraySplt": 2}, [1, 2, 3], [[1, 2], [3]]),
        ({}, {"a": 1, "2": 2}, [2, 1]),
    ],
)
async def test_what_has_parts_is_sent_part_by_part(fields: dict[str, Any], value: Any, pieces: list[Any]):
    harness = await sent(split(**fields), {"payload": value, "kept": True})
    assert payloads(harness) == pieces
    assert [part["index"] for part in parts(harness)] == list(range(len(pieces)))
    assert {part["count"] for part in parts(harness)} == {len(pieces)}
    assert all(msg["kept"] for msg in harness.received("out1"))


async def test_parts_tell_how_to_join_them():
    harness = await sent(split(addname="name"), {"payload": {"a": 1}, "parts": {"id": "outer"}})
    assert parts(harness) == [
        {"type": "object", "key": "a", "index": 0, "count": 1, "parts": {"id": "outer"}}
    ]
    assert harness.received("out1")[0]["name"] == "a"


@pytest.mark.parametrize("value", [[], {}, 5, True])
async def test_what_has_no_parts_sends_nothing(value: Any):
    harness = await sent(split(), {"payload": value})
    assert harness.received("out1") == harness.received("caught") == []


async def test_null_is_an_error_as_in_javascript():
    harness = await sent(split(), {"payload": None})
    assert harness.errors[0].text == "TypeError: Cannot convert undefined or null to object"


async def test_a_stream_keeps_what_is_left_for_the_next_message():
    harness = await sent(
        split(stream=True), {"payload": "one\ntw"}, {"payload": "o\nth"}, {"payload": "ree\n"}
    )
    assert payloads(harness) == ["one", "two", "three"]
    assert [msg["parts"]["index"] for msg in harness.received("out1")] == [0, 1, 2]
    assert not any("count" in msg["parts"] for msg in harness.received("out1"))


async def test_a_stream_completes_messages_when_all_of_them_has_been_sent():
    flow = split(splt="3", spltType="len", stream=True)
    place = {"z": "tab", "x": 1, "y": 1}
    flow += [{"id": "done", "type": "complete", "scope": ["n"], "wires": [["completed"]], **place}]
    flow += [{"id": "completed", "type": "helper", "wires": [], **place}]
    harness = await sent(
        flow, {"payload": "ab", "nr": 1}, {"payload": "cd", "nr": 2}, {"payload": "ef", "nr": 3}
    )
    assert [msg["nr"] for msg in harness.received("completed")] == [1, 2, 3]
    assert payloads(harness) == ["abc", "def"]


async def test_a_length_that_is_none_is_said_at_start():
    harness = await sent(split(splt="0", spltType="len"), {"payload": "abc"})
    assert [report.text for report in harness.errors] == [
        "Invalid split property: Error: invalid split length: 0"
    ]
    assert harness.received("out1") == []


async def test_parts_of_a_property_deep_inside_leave_the_other_parts_alone():
    harness = await sent(split(property="a.b"), {"a": {"b": [1, 2], "c": {"d": 0}}})
    assert [msg["a"] for msg in harness.received("out1")] == [
        {"b": 1, "c": {"d": 0}},
        {"b": 2, "c": {"d": 0}},
    ]


async def test_a_change_of_one_part_does_not_show_in_another():
    shared = {"n": 0}
    flow = split(wires=[["f"]])
    rules = [{"t": "set", "p": "payload.n", "pt": "msg", "to": "parts.index", "tot": "msg"}]
    place = {"z": "tab", "x": 1, "y": 1}
    flow.append({"id": "f", "type": "change", "rules": rules, "wires": [["out1"]], **place})
    harness = await sent(flow, {"payload": [shared, shared], "beside": shared})
    assert payloads(harness) == [{"n": 0}, {"n": 1}]
    assert shared == {"n": 0}


async def test_a_long_array_does_not_fill_the_queue():
    longest = 0
    harness = FlowHarness(split())
    async with harness:
        queue = harness.engine.delivery.queue
        await harness.send("n", {"payload": list(range(20_000))})
        while queue:
            longest = max(longest, len(queue))
            await harness.engine.delivery.idle(0)
    assert payloads(harness) == list(range(20_000))
    assert longest < 5_000


async def test_messages_that_come_meanwhile_keep_their_place():
    harness = await sent(split(), {"payload": list(range(3_000))}, {"payload": ["a", "b"]})
    assert payloads(harness) == [*range(3_000), "a", "b"]
