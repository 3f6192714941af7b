"""Values as Node.js shows them; the texts are Node's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.javascript_values import js_inspect
from flowengine.messages import UNDEFINED


def with_itself() -> dict[str, Any]:
    value: dict[str, Any] = {"a": 1}
    value["self"] = value
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": "x", "c": [1, 2, 3]}, "{ a: 1, b: 'x', c: [ 1, 2, 3 ] }"),
        ({"a-b": 1, "1": 2, "$x": 4}, "{ '1': 2, 'a-b': 1, '$x': 4 }"),
        ({"a": {"b": {"c": {"d": 1}}}}, "{ a: { b: { c: [Object] } } }"),
        ({"a": {"b": {"c": {}}}}, "{ a: { b: { c: {} } } }"),
        ([1, "a", None, UNDEFINED, True, -0.0], "[ 1, 'a', null, undefined, true, -0 ]"),
        (list(range(8)), "[\n  0, 1, 2, 3,\n  4, 5, 6, 7\n]"),
        (
            [f"item{number}" for number in range(7)],
            "[\n  'item0', 'item1',\n  'item2', 'item3',\n  'item4', 'item5',\n  'item6'\n]",
        ),
        ({1, 2}, "Set(2) { 1, 2 }"),
        (b"abc", "<Buffer 61 62 63>"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00.000Z"),
        ("it's", '"it\'s"'),
        ("a\n\x07\x1b", "'a\\n\\x07\\x1B'"),
        (12345678901234567890, "12345678901234567890n"),
        (with_itself(), "<ref *1> { a: 1, self: [Circular *1] }"),
        (
            {"k" * 30: "v" * 30, "l": 1, "m": "n" * 9},
            f"{{\n  {'k' * 30}: '{'v' * 30}',\n  l: 1,\n  m: 'nnnnnnnnn'\n}}",
        ),
    ],
)
def test_values(value: Any, text: str):
    assert js_inspect(value) == text


def test_four_levels_do_not_go_on_one_line():
    assert js_inspect({"a": {"b": {"c": {"d": 1}}}}, 10) == "{\n  a: { b: { c: { d: 1 } } }\n}"


def test_no_more_than_a_hundred_items():
    lines = js_inspect(list(range(130))).split("\n")
    assert lines[1] == "   0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11,"
    assert lines[-2] == "  ... 30 more items"


def test_long_text_within_an_object_is_broken_at_its_lines():
    text = "first line of it\n" + "x" * 80
    assert js_inspect({"t": text}) == "{\n  t: 'first line of it\\n' +\n    '" + "x" * 80 + "'\n}"
