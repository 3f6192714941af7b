from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.errors import FlowError
from flowengine.javascript_values import (
    JsonSyntaxError,
    compile_js_regex,
    js_json,
    js_number,
    js_parse,
    js_parse_float,
    js_parse_int,
    js_regex,
    js_string,
    js_truthy,
    js_typeof,
    less_or_equal,
    less_than,
    loose_equal,
    strict_equal,
    to_js_integral,
)
from flowengine.messages import UNDEFINED, Msg

from .recorded_answers import recorded

ANSWERS = recorded("javascript_values")
DATE = datetime(2020, 1, 2, 3, 4, 5, 678900, UTC)


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def test_numbers_are_written_as_javascript_writes_them():
    assert [js_string(number) for number, _ in ANSWERS["numbers"]] == [text for _, text in ANSWERS["numbers"]]


def test_numbers_are_read_as_javascript_reads_them():
    for text, number, leading, whole in ANSWERS["texts"]:
        read = [js_string(read(text)) for read in (js_number, js_parse_float, js_parse_int)]
        assert (text, read) == (text, [number, leading, whole])


def test_values_turn_into_texts_truths_and_numbers():
    for value, answers in zip(ANSWERS["values"], ANSWERS["strings"], strict=True):
        got = [js_string(value), js_typeof(value), js_truthy(value), js_string(js_number(value))]
        assert (value, got) == (value, answers)


def test_values_are_compared():
    values = ANSWERS["values"]
    for left, row in zip(values, ANSWERS["comparisons"], strict=True):
        for right, answers in zip(values, row, strict=True):
            compare = (strict_equal, loose_equal, less_than, less_or_equal)
            assert (left, right, [holds(left, right) for holds in compare]) == (left, right, answers)


def test_undefined_and_nan_compare_as_in_javascript():
    assert loose_equal(UNDEFINED, None)
    assert not strict_equal(UNDEFINED, None)
    assert not loose_equal(UNDEFINED, 0)
    assert not less_or_equal(UNDEFINED, UNDEFINED)
    assert not strict_equal(math.nan, math.nan)
    assert not less_than(1, math.nan)
    assert not less_or_equal(math.nan, 1)


def test_texts_are_ordered_by_utf_16_units():
    assert less_than("\U0001f600", "\uffff")
    assert not less_than("\uffff", "\U0001f600")


def test_dates_compare_by_their_time_and_equal_their_text():
    assert less_than(DATE, datetime(2021, 1, 1, tzinfo=UTC))
    assert loose_equal(DATE, "Thu Jan 02 2020 03:04:05 GMT+0000 (Coordinated Universal Time)")
    assert js_number(DATE) == 1577934245678


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"gr\xc3\xbcn", "grün"),
        (b"\xff", "\ufffd"),
        ({1}, "[object Set]"),
        (re.compile("a+", re.IGNORECASE), "/a+/i"),
        (UNDEFINED, "undefined"),
        (ValueError("bad"), "ValueError: bad"),
        ([1, [None, UNDEFINED], {}], "1,,,[object Object]"),
        (2**70, "1180591620717411303424"),
    ],
)
def test_python_values_have_javascript_texts(value: Any, text: str):
    assert js_string(value) == text


def test_a_list_within_itself_is_joined_as_nothing():
    circle: list[Any] = [1]
    circle.append(circle)
    assert js_string(circle) == "1,"


def test_an_object_that_hides_its_text_has_none():
    with pytest.raises(FlowError, match=r"^Cannot convert object to primitive value$"):
        js_string({"toString": 5})


def test_integral_floats_become_ints_in_the_safe_range():
    results = [to_js_integral(number) for number in (1.0, -3.0, 1.5, 2.0**53, -0.0)]
    assert [repr(result) for result in results] == ["1", "-3", "1.5", "9007199254740992.0", "-0.0"]


def test_json_is_written_as_javascript_writes_it():
    for value, plain, four, two in ANSWERS["json"]:
        assert (js_json(value), js_json(value, 4), js_json(value, 2)) == (plain, four, two)


def test_json_of_values_json_does_not_have():
    value = Msg(
        b=b"\x01\xff", d=DATE, u=UNDEFINED, l=[UNDEFINED, math.nan, math.inf, len], s={1}, e=ValueError("x")
    )
    value["n"] = {5: 1, "f": len, "big": 2**70}
    assert js_json(value) == (
        '{"b":{"type":"Buffer","data":[1,255]},"d":"2020-01-02T03:04:05.678Z","l":[null,null,null,null],"s":{},"e":{},'
        '"n":{"5":1,"big":1180591620717411303424}}'
    )


def test_json_of_a_circle_tells_the_way_round():
    circle: dict[str, Any] = {"a": {"b": [1, {}]}}
    circle["a"]["b"][1]["c"] = circle
    with pytest.raises(FlowError) as caught:
        js_json({"x": circle})
    assert str(caught.value) == (
        "Converting circular structure to JSON\n"
        "    --> starting at object with constructor 'Object'\n"
        "    |     property 'a' -> object with constructor 'Object'\n"
        "    |     property 'b' -> object with constructor 'Array'\n"
        "    |     index 1 -> object with constructor 'Object'\n"
        "    --- property 'c' closes the circle"
    )


def test_json_is_read_as_javascript_reads_it():
    for text, written in ANSWERS["parsed"]:
        assert js_json(js_parse(text)) == written
    assert [type(number) for number in js_parse("[1.0, 1e3, 1.5, 12345678901234567890]")] == [
        int,
        int,
        float,
        float,
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1.0, "b": "1.0,", "c": -7.00}', {"a": 1, "b": "1.0,", "c": -7}),
        ('[0.0, 100.0 , "\\" 2.0,", 1.5]', [0, 100, '" 2.0,', 1.5]),
        ("[3.0]", [3]),
    ],
)
def test_floats_without_a_fraction_are_ints_however_long_the_text_is(text: str, values: Any):
    padded = f'[{text}, "{"x" * 5000}"]'
    for read in (js_parse(text), js_parse(padded)[0]):
        assert (read, repr(read)) == (values, repr(values))


@pytest.mark.parametrize("text", ["[1.0.0]", "[1e5.0]", "[01.0]", "[.0]", "[- 1.0]", "[1.0"])
def test_a_fraction_of_noughts_makes_no_json_of_what_is_none(text: str):
    with pytest.raises(JsonSyntaxError):
        js_parse(f'[{text}, "{"x" * 5000}"]')


def test_what_is_not_json_is_told_in_v8s_words():
    for text, message in ANSWERS["syntax_errors"]:
        with pytest.raises(JsonSyntaxError) as caught:
            js_parse(text)
        # The recording is older than the line and column that V8 adds.
        assert (text, re.sub(r" \(line \d+ column \d+\)", "", str(caught.value))) == (text, message)


def test_places_count_utf_16_units_and_lines():
    with pytest.raises(JsonSyntaxError, match=r"at position 9 \(line 2 column 3\)$"):
        js_parse('["\U0001f600",\n1 2]')


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000])
def test_deep_json_is_an_error_and_no_crash(text: str):
    with pytest.raises(FlowError):
        js_parse(text)


def test_deep_values_are_an_error_and_no_crash():
    with pytest.raises(FlowError):
        js_json(deep(100_000))
    with pytest.raises(FlowError):
        js_string(deep(100_000))


def test_regular_expressions_match_and_replace_as_in_javascript():
    for source, flags, found, replaced in ANSWERS["patterns"]:
        if found is None:
            with pytest.raises(FlowError) as caught:
                js_regex(source, flags)
            assert str(caught.value) == replaced
            continue
        plain, pattern = js_regex(source, flags), compile_js_regex(source, f"{flags}g")
        for text, holds, result in zip(ANSWERS["searched"], found, replaced, strict=True):
            got = (plain.search(text) is not None, pattern.replace(text, ANSWERS["replacement"]))
            assert (source, flags, text, got) == (source, flags, text, (holds, result))


def test_references_in_a_replacement():
    pattern = compile_js_regex(r"(?<first>\w)(\w)", "")
    assert pattern.replace("-ab-", "[$2$1|$<first>|$&|$$|$`|$'|$3|$01|$12]") == "-[ba|a|ab|$|-|-|$3|a|a2]-"


@pytest.mark.parametrize("text", ["plain", "two  spaces", "lines\n    and  more", "  ", "\\n  ", "\0  "])
@pytest.mark.parametrize("indent", [1, 3, 4, 10])
def test_json_is_indented_whatever_its_texts_hold(text: str, indent: int):
    value = {"a": [text, {"b": {text: [[text]], "c": [], "d": {}}}], "e": text}
    assert js_json(value, indent) == json.dumps(value, indent=indent)
