"""Join: by parts, by its own settings, by an expression."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.engine import Engine
from flowengine.messages import Msg, clone
from flowengine.settings import Settings
from flowengine.testing import FlowHarness

from ..function.flow_of_one import flow_of_one, payloads, sent


def join(**fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="join", **fields)


def custom(build: str, **fields: Any) -> list[dict[str, Any]]:
    return join(mode="custom", build=build, **fields)


def part(payload: Any, index: int, **parts: Any) -> dict[str, Any]:
    return {"payload": payload, "parts": {"id": "s", "index": index, **parts}}


@pytest.mark.parametrize(
    "value", ["a,b,,c", [1, None, {"x": [2]}], {"a": 1, "b": [2]}, b"a,b", "", [[1], [2, 3]]]
)
async def test_what_was_split_is_joined_again(value: Any):
    flow = flow_of_one(type="split", splt=",", wires=[["j"]])
    flow.append({"id": "j", "type": "join", "mode": "auto", "z": "tab", "x": 1, "y": 1, "wires": [["out1"]]})
    harness = await sent(flow, {"payload": value, "parts": {"id": "outer"}, "kept": 1})
    (msg,) = harness.received("out1")
    assert (msg["payload"], msg["parts"], msg["kept"]) == (value, {"id": "outer"}, 1)


async def test_parts_may_come_in_any_order_and_of_several_sequences():
    msgs = [
        part("b", 1, type="string", ch="-", count=2),
        {"payload": 1, "parts": {"id": "t", "type": "array", "index": 0}},
    ]
    harness = await sent(join(), *msgs, part("a", 0, type="string", ch="-", count=2))
    assert payloads(harness) == ["a-b"]


async def test_items_of_parts_of_several_are_put_into_one_array():
    harness = await sent(
        join(), part([1, 2], 0, type="array", len=2, count=2), part([3], 1, type="array", len=2, count=2)
    )
    assert payloads(harness) == [[1, 2, 3]]


async def test_a_message_without_parts_is_a_warning():
    harness = await sent(join(), {"payload": 1})
    assert "cannot join in 'auto' mode" in harness.warnings[0].text


async def test_an_index_far_beyond_all_others_is_an_error_and_no_memory_is_filled():
    harness = await sent(join(), part(1, 10**12, type="array", count=2))
    assert "1000000000000" in harness.errors[0].text


async def test_a_count_ends_a_group():
    msgs = [{"payload": number, "topic": str(number)} for number in range(5)]
    assert payloads(await sent(custom("array", count="2"), *msgs)) == [[0, 1], [2, 3]]
    assert payloads(await sent(custom("string", joiner=", ", count="2"), *msgs)) == ["0, 1", "2, 3"]
    assert payloads(await sent(custom("object", key="topic", count="2"), *msgs)) == [
        {"0": 0, "1": 1},
        {"2": 2, "3": 3},
    ]


async def test_buffers_are_joined_with_bytes_between():
    harness = await sent(
        custom("buffer", joiner="[45]", joinerType="bin", count="2"), {"payload": b"a"}, {"payload": "b"}
    )
    assert payloads(harness) == [b"a-b"]
    harness = await sent(custom("buffer", count="2"), {"payload": 5})
    assert harness.errors[0].text == "Cannot join number to buffer"


async def test_merged_objects_are_counted_by_their_keys():
    harness = await sent(custom("merged", count="2"), {"payload": {"a": 1, "b": 2}}, {"payload": {"a": 3}})
    assert payloads(harness) == [{"a": 1, "b": 2}]


async def test_complete_and_reset():
    msgs = [{"payload": 1}, {"payload": 2, "reset": True}, {"payload": 3}, {"payload": 4, "complete": True}]
    harness = await sent(custom("array"), *msgs)
    assert payloads(harness) == [[3, 4]]
    assert "complete" not in harness.received("out1")[0]


async def test_whole_messages_can_be_joined():
    harness = await sent(
        join(mode="custom", build="array", propertyType="full", count="2"), {"a": 1}, {"a": 2}
    )
    assert [msg["a"] for msg in payloads(harness)[0]] == [1, 2]


async def test_a_group_that_goes_on_does_not_change_what_it_has_sent():
    harness = await sent(custom("array", count="1", accumulate=True), {"payload": [1]}, {"payload": [2]})
    assert payloads(harness) == [[[1]], [[1], [2]]]


async def test_a_timeout_ends_a_group_with_one_timer():
    harness = FlowHarness(custom("array", timeout="0.03"))
    async with harness:
        for number in range(3):
            await harness.send("n", {"payload": number})
        await asyncio.sleep(0)
        assert harness.engine.delivery.timers == 1
        await harness.settle(2)
    assert payloads(harness) == [[0, 1, 2]]


async def test_a_sequence_is_reduced_in_the_order_of_its_parts():
    fields = {"mode": "reduce", "reduceExp": "$A & payload", "reduceInit": "", "reduceInitType": "str"}
    msgs = [part("b", 1, count=3), part("a", 0, count=3), part("c", 2, count=3)]
    assert payloads(await sent(join(**fields), *msgs)) == ["abc"]
    assert payloads(await sent(join(**fields, reduceRight=True), *msgs)) == ["cba"]
    assert payloads(await sent(join(**fields, reduceFixup="$A & $N"), *msgs)) == ["abc3"]


async def test_a_failing_expression_is_an_error_about_the_last_message():
    fields = {"mode": "reduce", "reduceExp": "$A + 'x'", "reduceInit": "0", "reduceInitType": "num"}
    harness = await sent(join(**fields), part(1, 0, count=1))
    assert '"code":"T2002"' in harness.errors[0].text
    assert harness.received("caught")[0]["error"]["code"] == "T2002"


async def test_more_messages_than_allowed_are_dropped():
    flow = join(mode="reduce", reduceExp="$A", reduceInit="0", reduceInitType="num")
    msgs = [part(index, index, count=9) for index in range(3)]
    harness = await sent(flow, *msgs, settings={"nodeMessageBufferMaxLength": 2})
    assert [report.text for report in harness.errors] == ["too many pending messages in join node"]


def parts_of_sequences() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Messages of two sequences, mostly in order, some with what makes the node do something else."""
    special = st.sampled_from(
        [{}, {}, {}, {"reset": 1}, {"complete": 1}, {"payload": None}, {"topic": "t"}, {"parts": 5}]
    )
    name, length = st.sampled_from("st"), st.integers(1, 9)
    told = st.sampled_from([{}, {}, {"count": 0}, {"property": "other"}, {"type": "string", "ch": "-"}])
    run = st.tuples(name, length, told, st.lists(special, min_size=9, max_size=9), st.booleans())

    def msgs(runs: list[Any]) -> list[dict[str, Any]]:
        return [
            {**part(at, at, **{"type": "array", "count": length, **told, "id": name}), **specials[at]}
            for name, length, told, specials, backwards in runs
            for at in (reversed(range(length)) if backwards else range(length))
        ]

    return st.lists(run, max_size=6).map(msgs)


@given(parts_of_sequences())
@settings(deadline=None, max_examples=40)
def test_parts_that_wait_together_are_joined_as_those_that_come_one_by_one(msgs: list[dict[str, Any]]):
    async def joined(together: bool) -> list[Any]:
        engine = Engine(Settings(ui_port=0), env={})
        await engine.deploy(join())
        found: list[Any] = []
        engine.reporters.append(lambda report: found.append((report.kind, report.text)))
        node = engine.nodes["n"]
        node.route = lambda msg: found.append({key: value for key, value in msg.items() if key != "_msgid"})
        for msg in msgs:
            if together:
                engine.delivery.give(node, Msg(clone(msg)))
            else:
                node.receive(Msg(clone(msg)))
        await engine.delivery.idle(5)
        await engine.stop()
        return found

    assert asyncio.run(joined(together=True)) == asyncio.run(joined(together=False))
