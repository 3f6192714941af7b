"""Debug: what reaches the sidebar, the log and the status."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.debug_values import encode_value
from flowengine.errors import NodeError
from flowengine.messages import UNDEFINED
from flowengine.testing import FlowHarness

from ..function.flow_of_one import flow_of_one, sent


def debug(**fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(outputs=0, type="debug", **fields)


def shown(harness: FlowHarness) -> list[Any]:
    return [item["msg"] for item in harness.debug]


async def test_the_payload_is_shown_with_where_it_was_seen():
    harness = await sent(debug(name="look"), {"payload": "hello", "topic": "t"})
    assert harness.debug == [
        {"id": "n", "z": "tab", "path": "tab", "name": "look", "topic": "t", "property": "payload"}
        | {"format": "string[5]", "msg": "hello"}
    ]


async def test_a_property_or_the_whole_message_or_an_expression():
    assert shown(await sent(debug(complete="a.b"), {"a": {"b": [1]}}, {})) == ["[1]", "(undefined)"]
    whole = await sent(debug(complete="true"), {"_msgid": "x", "payload": 1})
    assert shown(whole) == ['{"_msgid":"x","payload":1}']
    assert shown(await sent(debug(complete="payload & '!'", targetType="jsonata"), {"payload": "a"})) == [
        "a!"
    ]


async def test_one_that_is_switched_off_shows_nothing():
    assert shown(await sent(debug(active=False), {"payload": 1})) == []
    assert shown(await sent(debug(tosidebar=False), {"payload": 1})) == []


async def test_the_log_gets_the_value_as_node_js_shows_it():
    harness = await sent(
        debug(console=True), {"payload": {"a": [1, "x"]}}, {"payload": "two\nlines"}, {"payload": 5}
    )
    assert [report.text for report in harness.logs] == ["\n{ a: [ 1, 'x' ] }", "\ntwo\nlines", "5"]


async def test_the_status_holds_32_characters_and_changes_only_with_the_value():
    harness = await sent(debug(tostatus=True, complete="payload"), *[{"payload": "x" * 40}] * 2)
    texts = [report.status.get("text") for report in harness.statuses]
    assert texts == [None, "", "x" * 32 + "...", None]


async def test_the_status_counts_messages():
    harness = await sent(debug(tostatus=True, statusType="counter"), {}, {}, {})
    assert [report.status["text"] for report in harness.statuses[1:-1]] == ["0", "3"]


async def test_the_status_of_a_caught_error_is_red():
    harness = await sent(debug(tostatus=True), {"error": {"message": "no luck"}})
    assert harness.statuses[-2].status == {"fill": "red", "shape": "dot", "text": "no luck"}


async def test_a_bad_expression_is_said_at_start():
    harness = await sent(debug(complete="$(", targetType="jsonata"), {"payload": 1})
    assert [report.text for report in harness.errors] == ["Invalid JSONata expression: $("]
    assert harness.debug == []


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "null", "(undefined)"),
        (UNDEFINED, "undefined", "(undefined)"),
        (True, "boolean", "true"),
        (1.5, "number", "1.5"),
        ("abcdef", "string[6]", "abcde..."),
        ("é😀", "string[3]", "é😀"),
        (b"abcdef", "buffer[6]", "61626"),
        ([1, 2], "array[2]", "[1,2]"),
        (list(range(7)), "array[7]", '{"__enc__":true,"type":"array","data":[0,1,2,3,4],"length":7}'),
        ({1}, "set[1]", '{"__enc__":true,"type":"set","data":[1],"length":1}'),
        (re.compile("a+", re.IGNORECASE), "regexp", "/a+/i"),
        (
            datetime(1970, 1, 1, tzinfo=UTC),
            "Date",
            "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)",
        ),
        ({"b": b"ab"}, "Object", '{"b":{"type":"Buffer","data":[97,98],"__enc__":true,"length":2}}'),
        ({"n": float("nan")}, "Object", '{"n":{"__enc__":true,"type":"number","data":"NaN"}}'),
        ({"_req": object()}, "Object", '{"_req":{"__enc__":true,"type":"internal"}}'),
        (
            NodeError("no luck", code="E1"),
            "error",
            '{"__enc__":true,"type":"error","data":{"name":"Error","message":"no luck","code":"E1"}}',
        ),
    ],
)
def test_values_as_the_sidebar_takes_them(value: Any, kind: str, text: str):
    assert encode_value(value, 5) == {"format": kind, "msg": text}


def test_a_value_that_holds_itself():
    value: dict[str, Any] = {"a": {}}
    value["a"]["again"] = value
    assert encode_value(value, 1000)["msg"] == '{"a":{"again":"[Circular ~]"}}'


def test_a_value_nested_too_deep_is_shown_as_an_error():
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert encode_value(value, 1000)["format"] == "error"
