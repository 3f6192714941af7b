from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from .flow_of_one import flow_of_one, sent


def change(*rules: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="change", rules=list(rules), **fields)


def put(name: str, value: Any, kind: str = "str", **more: Any) -> dict[str, Any]:
    return {"t": "set", "p": name, "pt": "msg", "to": value, "tot": kind, **more}


def replace(wanted: str, kind: str, new: Any, new_kind: str = "str", name: str = "payload") -> dict[str, Any]:
    return {"t": "change", "p": name, "pt": "msg", "from": wanted, "fromt": kind, "to": new, "tot": new_kind}


def move(name: str, target: str) -> dict[str, Any]:
    return {"t": "move", "p": name, "pt": "msg", "to": target, "tot": "msg"}


async def changed(flow: list[dict[str, Any]], msg: dict[str, Any], **surroundings: Any) -> dict[str, Any]:
    """What the only message looks like afterwards, without its id."""
    harness = await sent(flow, msg, **surroundings)
    [result] = harness.received("out1")
    result.pop("_msgid")
    return result


@pytest.mark.parametrize(
    ("value", "kind", "result"),
    [
        ("text", "str", "text"),
        ("12.50", "num", 12.5),
        ("TRUE", "bool", True),
        ('{"a":[1]}', "json", {"a": [1]}),
        ("[104,105]", "bin", b"hi"),
        ("topic", "msg", "t"),
        ("HOME_TOWN", "env", "Ulm"),
        ("payload + 1", "jsonata", 2),
        ("stored.deep", "flow", 7),
        ("list[1]", "global", 20),
    ],
)
async def test_set_gives_a_value_of_any_kind(value: str, kind: str, result: Any):
    context = {"flow": {"tab": {"stored": {"deep": 7}}}, "global": {"list": [10, 20]}}
    flow = change(put("payload", value, kind))
    msg = await changed(flow, {"payload": 1, "topic": "t"}, env={"HOME_TOWN": "Ulm"}, context=context)
    assert msg["payload"] == result


async def test_set_gives_the_time():
    msg = await changed(change(put("ms", "", "date"), put("at", "object", "date")), {})
    assert abs(datetime.now(msg["at"].tzinfo).timestamp() * 1000 - msg["ms"]) < 60_000


async def test_set_makes_the_objects_on_the_way():
    assert await changed(change(put("a.b[1].c", "x")), {}) == {"a": {"b": [None, {"c": "x"}]}}


async def test_set_to_what_is_not_there_deletes():
    assert await changed(change(put("payload", "missing", "msg")), {"payload": 1}) == {}


async def test_set_from_below_nothing_is_passed_over():
    assert await changed(change(put("payload", "a.b", "msg")), {"payload": 1}) == {"payload": 1}


async def test_set_below_a_text_is_warned_of():
    harness = await sent(change(put("payload.a.b", "x")), {"payload": "text"})
    assert [report.text for report in harness.warnings] == [
        "Cannot set property of non-object type: payload.a.b"
    ]


async def test_a_deep_copy_does_not_show_later_changes():
    rules = [
        put("deep", "payload", "msg", dc=True),
        put("same", "payload", "msg"),
        put("payload.a", "2", "num"),
    ]
    msg = await changed(change(*rules), {"payload": {"a": 1}})
    assert (msg["deep"], msg["same"]) == ({"a": 1}, {"a": 2})


async def test_json_values_belong_to_their_message():
    flow = change(put("payload", '{"n":0}', "json"), put("payload.n", "topic", "msg"))
    harness = await sent(flow, {"topic": 1}, {})
    assert [msg["payload"] for msg in harness.received("out1")] == [{"n": 1}, {}]


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (replace("a.b", "str", "x"), "a.b axb a.b", "x axb x"),
        (replace("(\\d)(\\d)", "re", "$2-$1 $$ $&"), "12", "2-1 $ 12"),
        (replace("5", "num", "six"), 5, "six"),
        (replace("5", "num", "six"), 6, 6),
        (replace("true", "bool", "yes"), True, "yes"),
        (replace("yes", "str", "true", "bool"), "yes", True),
        (replace("o", "str", "0", "num"), "foo", "f00"),
        (replace("topic", "msg", "."), "a/b/c", "a.b.c"),
        (replace("x", "str", "y"), None, None),
        (replace("x", "str", "y"), ["x"], ["x"]),
    ],
)
async def test_replace(rule: dict[str, Any], before: Any, after: Any):
    assert (await changed(change(rule), {"payload": before, "topic": "/"}))["payload"] == after


async def test_what_cannot_be_searched_for_is_an_error():
    harness = await sent(change(replace("missing", "msg", "y")), {"payload": "x"})
    text = "Error: Invalid 'from' property: unsupported type: undefined"
    assert [report.text for report in harness.errors] == [text]


async def test_move_renames_a_property():
    assert await changed(change(move("topic", "payload.topic")), {"topic": "weather", "payload": {}}) == {
        "payload": {"topic": "weather"}
    }


async def test_move_goes_down_into_what_was_itself():
    assert await changed(change(move("payload", "payload.old")), {"payload": 1}) == {"payload": {"old": 1}}


async def test_move_goes_up_over_what_was_around():
    assert await changed(change(move("payload.inner", "payload")), {"payload": {"inner": 1}}) == {
        "payload": 1
    }


async def test_delete():
    flow = change({"t": "delete", "p": "a.b", "pt": "msg"}, {"t": "delete", "p": "none.there", "pt": "msg"})
    assert await changed(flow, {"a": {"b": 1, "c": 2}}) == {"a": {"c": 2}}


async def test_contexts_are_set_replaced_and_deleted():
    flow = change(
        {"t": "set", "p": "count", "pt": "flow", "to": "payload", "tot": "msg"},
        {"t": "change", "p": "word", "pt": "global", "from": "a", "fromt": "str", "to": "b", "tot": "str"},
        {"t": "delete", "p": "old", "pt": "flow"},
        {"t": "move", "p": "there", "pt": "flow", "to": "here", "tot": "msg"},
    )
    context = {"flow": {"tab": {"old": 1, "there": 2}}, "global": {"word": "banana"}}
    harness = await sent(flow, {"payload": 5}, context=context)
    assert await harness.get_context("flow", "tab") == {"count": 5}
    assert await harness.get_context("global") == {"word": "bbnbnb"}
    assert harness.received("out1")[0]["here"] == 2


async def test_a_failing_expression_stops_the_message():
    harness = await sent(change(put("payload", "$number(payload)", "jsonata")), {"payload": "abc"})
    assert harness.received("out1") == []
    [caught] = harness.received("caught")
    assert caught["error"]["message"] == 'Invalid JSONata expression: Unable to cast value to a number: "abc"'


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (put("payload", "{bad", "json"), "Invalid 'to' JSON property"),
        (put("payload", "1 +", "jsonata"), "Invalid JSONata expression: Unexpected end of expression"),
        (
            replace("(", "re", ""),
            "Invalid 'from' property: Invalid regular expression: /(/g: Unterminated group",
        ),
    ],
)
async def test_a_bad_rule_is_said_at_start_and_stops_the_node(rule: dict[str, Any], text: str):
    harness = await sent(change(rule), {"payload": 1})
    assert [report.text for report in harness.errors] == [text]
    assert harness.received("out1") == harness.received("caught") == []


async def test_nodes_from_before_there_were_rules():
    old = flow_of_one(
        type="change", action="change", property="payload", **{"from": "a+", "to": "b", "reg": True}
    )
    assert await changed(old, {"payload": "caat"}) == {"payload": "cbt"}
    older = flow_of_one(
        type="change", action="replace", property="payload", **{"from": "", "to": "msg.topic"}
    )
    assert await changed(older, {"payload": 1, "topic": "t"}) == {"payload": "t", "topic": "t"}


async def test_branches_do_not_see_each_others_changes():
    flow = change(put("payload.x", "1", "num"))
    flow[1]["wires"] = [["out1", "n2"]]
    flow.append({**flow[1], "id": "n2", "rules": [put("payload.x", "2", "num")], "wires": [["out2"]]})
    flow.append({"id": "out2", "type": "helper", "z": "tab", "x": 1, "y": 1, "wires": []})
    harness = await sent(flow, {"payload": {}})
    assert harness.received("out1")[0]["payload"] == {"x": 1}
    assert harness.received("out2")[0]["payload"] == {"x": 2}


@pytest.mark.parametrize(
    ("key", "reason"),
    [("", "Invalid context key"), ("a b", "Invalid property expression: unexpected ' ' at position 1")],
)
async def test_a_key_that_no_context_can_have_is_an_error_of_the_message(key: str, reason: str):
    harness = await sent(
        change({"t": "set", "p": key, "pt": "flow", "to": "x", "tot": "str"}), {"payload": 1}
    )
    assert harness.received("out1") == []
    assert [msg["error"]["message"] for msg in harness.received("caught")] == [f"Error: {reason}"]


async def test_a_buffer_as_its_json_is_a_buffer():
    written = '{"type": "Buffer", "data": [104, 105]}'
    assert await changed(change(put("payload", written, "bin")), {}) == {"payload": b"hi"}
