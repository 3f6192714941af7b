from __future__ import annotations

import re
from typing import Any

import pytest

from .flow_of_one import flow_of_one, payloads, sent


def switch(*rules: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(len(rules), type="switch", **{"property": "payload", "rules": list(rules), **fields})


def rule(name: str, value: Any = "", kind: str = "str", **more: Any) -> dict[str, Any]:
    return {"t": name, "v": value, "vt": kind, **more}


async def test_every_rule_that_holds_gets_the_message():
    harness = await sent(
        switch(rule("gt", "1", "num"), rule("gt", "2", "num"), rule("lt", "9", "num")), {"payload": 2}
    )
    assert [payloads(harness, f"out{port}") for port in (1, 2, 3)] == [[2], [], [2]]


async def test_it_can_stop_at_the_first_rule_that_holds():
    harness = await sent(
        switch(rule("gt", "1", "num"), rule("gt", "0", "num"), checkall="false"), {"payload": 2}
    )
    assert [payloads(harness, f"out{port}") for port in (1, 2)] == [[2], []]


async def test_otherwise_holds_when_nothing_above_did():
    harness = await sent(switch(rule("eq", "a"), rule("else")), {"payload": "a"}, {"payload": "b"})
    assert (payloads(harness), payloads(harness, "out2")) == (["a"], ["b"])


HOLDS = [
    (rule("eq", "0", "num"), ["", False, [], "0"]),
    (rule("eq", "1,2"), [[1, 2]]),
    (rule("neq", "1", "num"), [2, None, "x"]),
    (rule("lt", "b"), ["a", "B", ""]),
    (rule("gte", "5", "num"), [5, "6", [7]]),
    (rule("btwn", "9", "num", v2="1", v2t="num"), [1, 5, 9]),
    (rule("cont", "an"), ["banana"]),
    (rule("regex", "^B.n", case=True), ["banana"]),
    (rule("regex", "^b.n", "re"), ["banana"]),
    (rule("true"), [True]),
    (rule("false"), [False]),
    (rule("null"), [None]),
    (rule("nnull"), [0, "", False]),
    (rule("empty"), ["", [], {}, b""]),
    (rule("nempty"), ["a", [0], {"a": 1}, b"a"]),
    (rule("istype", "number", "number"), [1, 1.5]),
    (rule("istype", "string", "string"), [""]),
    (rule("istype", "array", "array"), [[]]),
    (rule("istype", "buffer", "buffer"), [b"x"]),
    (rule("istype", "json", "json"), ['{"a":1}', 5]),
    (rule("istype", "null", "null"), [None]),
    (rule("istype", "object", "object"), [{}]),
    (rule("hask", "a"), [{"a": None}]),
    (rule("jsonata_exp", "payload > 3", "jsonata"), [4]),
]
HOLDS_NOT = [
    (rule("eq", "1", "num"), [2, "x", None, {}]),
    (rule("lt", "5", "num"), ["x", float("nan"), 5]),
    (rule("regex", "^B.n"), ["banana"]),
    (rule("true"), [1, "true"]),
    (rule("null"), [0, ""]),
    (rule("empty"), [None, 0, False, "a"]),
    (rule("nempty"), [None, 0, True]),
    (rule("istype", "number", "number"), [float("nan"), "1"]),
    (rule("istype", "object", "object"), [[], None, b""]),
    (rule("istype", "json", "json"), ["{a}", {}]),
    (rule("hask", "a"), [{}, None, "a"]),
]


@pytest.mark.parametrize(("tested", "values"), HOLDS, ids=lambda value: str(value)[:40])
async def test_a_rule_holds(tested: dict[str, Any], values: list[Any]):
    harness = await sent(switch(tested), *({"payload": value} for value in values))
    assert payloads(harness) == values
    assert not harness.errors


@pytest.mark.parametrize(("tested", "values"), HOLDS_NOT, ids=lambda value: str(value)[:40])
async def test_a_rule_does_not_hold(tested: dict[str, Any], values: list[Any]):
    harness = await sent(switch(tested), *({"payload": value} for value in values))
    assert payloads(harness) == []
    assert not harness.errors


async def test_a_value_is_compared_with_the_one_before():
    harness = await sent(switch(rule("gt", "", "prev")), *({"payload": value} for value in (1, 3, 2, 5)))
    assert payloads(harness) == [1, 3, 5]


async def test_an_expression_knows_its_place_in_the_sequence():
    msgs = [{"payload": n, "parts": {"id": "s", "index": n, "count": 4}} for n in range(4)]
    harness = await sent(switch(rule("jsonata_exp", "$I = $N - 1", "jsonata")), *msgs)
    assert payloads(harness) == [3]


async def test_the_last_of_a_sequence_are_known_when_it_is_complete():
    msgs = [{"payload": n, "parts": {"id": "s", "index": n, "count": 4}} for n in range(4)]
    harness = await sent(
        switch(rule("head", "1", "num"), rule("tail", "2", "num"), rule("index", "1", "num", v2="2")), *msgs
    )
    assert [payloads(harness, f"out{port}") for port in (1, 2, 3)] == [[0], [2, 3], [1, 2]]


async def test_sequences_are_made_anew():
    msgs = [{"payload": n, "parts": {"id": "s", "index": n, "count": 4}} for n in range(4)]
    harness = await sent(switch(rule("gt", "1", "num"), rule("else"), repair=True), *msgs)
    parts = [msg["parts"] for msg in harness.received("out1")]
    assert [(part["index"], part["count"]) for part in parts] == [(0, 2), (1, 2)]
    assert parts[0]["id"] == parts[1]["id"] != "s"
    assert payloads(harness, "out2") == [0, 1]


async def test_too_many_waiting_messages_are_an_error():
    msgs = [{"payload": n, "parts": {"id": "s", "index": n, "count": 9}} for n in range(3)]
    harness = await sent(switch(rule("tail", "1", "num")), *msgs, settings={"nodeMessageBufferMaxLength": 2})
    assert [report.text for report in harness.errors] == ["too many pending messages in switch node"]


async def test_a_bad_expression_is_said_at_start_and_stops_the_node():
    harness = await sent(switch(rule("eq", "payload.(", "jsonata")), {"payload": 1})
    assert [report.text for report in harness.errors] == [
        'Invalid JSONata expression: Expected ")" before end of expression'
    ]
    assert payloads(harness) == []


async def test_a_failing_expression_goes_to_the_catch_node():
    harness = await sent(switch(rule("eq", '$sum("x")', "jsonata")), {"payload": 1})
    [caught] = harness.received("caught")
    assert caught["error"]["message"].startswith("Invalid JSONata expression: Argument 1 of function")


async def test_a_bad_regular_expression_goes_to_the_catch_node():
    harness = await sent(switch(rule("regex", "(")), {"payload": 1})
    [caught] = harness.received("caught")
    assert re.search(r"^SyntaxError: Invalid regular expression: /\(/", caught["error"]["message"])


async def test_a_path_through_nothing_is_undefined():
    harness = await sent(switch(rule("null"), property="payload.a.b"), {"payload": None})
    assert payloads(harness) == [None]


async def test_flow_files_without_types_compare_numbers_with_numbers():
    harness = await sent(
        switch({"t": "eq", "v": "1"}, {"t": "eq", "v": "a"}), {"payload": 1}, {"payload": "a"}
    )
    assert (payloads(harness), payloads(harness, "out2")) == ([1], ["a"])
