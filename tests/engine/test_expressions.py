from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.errors import ExpressionError
from flowengine.expressions import compile_jsonata, compiling, format_date
from flowengine.messages import UNDEFINED, Msg

from .recorded_answers import meant, recorded


class Values:
    """A context with fixed values."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def get(self, key: str, store: str | None = None) -> Any:
        return self.values.get(f"{store}:{key}" if store else key, UNDEFINED)


class Node:
    """What expressions ask of a node."""

    flow_context = Values(f="flow", data=b"\x01\x02", **{"disk:f": "kept"})
    global_context = Values(g={"h": 7})

    def env(self, name: str) -> Any:
        return {"TOWN": "Ulm", "N": 5}.get(name, UNDEFINED)


def evaluate(text: str, msg: Any = None, bindings: dict[str, Any] | None = None) -> Any:
    return compile_jsonata(text, Node())(Msg() if msg is None else msg, bindings)


EXPRESSIONS = recorded("expressions")
MOMENTS = recorded("moments")


def same(got: Any, wanted: Any) -> bool:
    """Equal, and of equal kinds: true is not 1."""
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(got, dict) and isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(same(got[key], wanted[key]) for key in got)
    return got == wanted and isinstance(got, bool) == isinstance(wanted, bool)


@pytest.mark.parametrize(
    ("text", "answer"), EXPRESSIONS["cases"], ids=[case[0][:60] for case in EXPRESSIONS["cases"]]
)
def test_an_expression_gives_what_the_reference_gives(text: str, answer: dict[str, Any]):
    if "value" not in answer:
        with pytest.raises(ExpressionError) as caught:
            evaluate(text, EXPRESSIONS["data"])
        assert (caught.value.code, str(caught.value)) == (answer["code"], answer["message"])
        return
    got = evaluate(text, EXPRESSIONS["data"])
    wanted = answer["value"]
    if wanted == {"$": "undefined"}:
        assert got is UNDEFINED
    else:
        assert same(got, meant(wanted)), got


def test_moments_are_what_moment_js_gives():
    answers = [(text, evaluate(text, MOMENTS["data"])) for text, _ in MOMENTS["cases"]]
    assert answers == [(text, meant(answer)) for text, answer in MOMENTS["cases"]]


@pytest.mark.parametrize("text", ["1/0", "$power(10,400)"])
def test_infinity_is_an_error(text: str):
    with pytest.raises(ExpressionError):  # Node-RED's copy gives Infinity for the first
        evaluate(text)


# plain paths


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("payload", {"a": {"b": 1}, "list": [{"x": 1}, {"x": 2}], "one": [5], "none": None}),
        (" payload.a.b ", 1),
        ("payload.list.x", [1, 2]),
        ("payload.one", [5]),
        ("payload.none", None),
        ("payload.none.x", UNDEFINED),
        ("payload.a.b.c", UNDEFINED),
        ("payload.missing.x", UNDEFINED),
        ("missing", UNDEFINED),
        ("msg.payload.a", {"b": 1}),
    ],
)
def test_plain_paths(text: str, value: Any):
    payload = {"a": {"b": 1}, "list": [{"x": 1}, {"x": 2}], "one": [5], "none": None}
    got = evaluate(text, Msg(payload=payload))
    assert got is value if value is UNDEFINED else got == value


def test_a_plain_path_gives_the_very_value():
    payload = {"big": [b"data", datetime.now(UTC), object()]}
    assert evaluate("payload.big", Msg(payload=payload)) is payload["big"]


def test_words_of_the_language_are_no_paths():
    assert evaluate("true", Msg(true=5)) is True
    assert evaluate("null", Msg(null=5)) is None


def test_an_expression_that_names_msg_is_given_it():
    assert evaluate("msg.payload & '!'", Msg(payload="a")) == "a!"
    assert evaluate("'msg' & payload", Msg(payload="a")) == "msga"


def test_expressions_of_other_values_than_messages():
    assert evaluate("$substring($, 1)", "abc") == "bc"
    assert evaluate("name", [{"name": 1}, {"name": 2}]) == [1, 2]


# Node-RED's functions


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('$env("TOWN")', "Ulm"),
        ('$env("N") + 1', 6),
        ('$env("NONE")', ""),
        ('$flowContext("f")', "flow"),
        ('$flowContext("f", "disk")', "kept"),
        ('$flowContext("data")', b"\x01\x02"),
        ('$flowContext("none")', UNDEFINED),
        ('$globalContext("g").h', 7),
        ("$clone(payload)", {"a": 1}),
        ("$I & '/' & $N", "1/3"),
        ("$eval('$env(\"TOWN\")')", "Ulm"),
    ],
)
def test_functions_of_node_red(text: str, value: Any):
    got = evaluate(text, Msg(payload={"a": 1}), {"I": 1, "N": 3})
    assert got is value if value is UNDEFINED else got == value


def test_a_moment_leaves_as_a_date():
    moment = evaluate("$moment(payload)", Msg(payload=0))
    assert moment == datetime(1970, 1, 1, tzinfo=UTC)
    assert evaluate('$moment("nope")') is None


def test_dates_in_messages_can_be_made_moments():
    when = datetime(2020, 2, 29, 12, tzinfo=UTC)
    assert (
        evaluate('$moment(when).utc().add(1, "year").format("L LT")', Msg(when=when)) == "02/28/2021 12:00 PM"
    )


def test_a_method_that_moments_do_not_have():
    with pytest.raises(ExpressionError):
        evaluate("$moment().explode()")


def test_dates_are_written_by_a_pattern():
    assert (
        format_date(datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), "YYYY/MM/DD [at] HH:mm:ss")
        == "2020/01/02 at 03:04:05"
    )


# values that JSONata does not know


def test_buffers_dates_and_errors_pass_through():
    when, error, data = datetime(1970, 1, 1, tzinfo=UTC), ValueError("bad"), b"hi"
    msg = Msg(payload=data, when=when, error=error, set={1})
    got = evaluate('{"all": [payload, when, error, set], "n": $count(payload), "t": $type(payload)}', msg)
    assert got == {"all": [data, when, error, {1}], "n": 1, "t": "object"}
    assert got["all"][0] is data


def test_their_texts_are_their_json():
    msg = Msg(payload=b"\x01", when=datetime(1970, 1, 1, tzinfo=UTC))
    assert (
        evaluate('"<" & payload & ">" & when', msg)
        == '<{"type":"Buffer","data":[1]}>"1970-01-01T00:00:00.000Z"'
    )


def test_the_message_of_an_error_can_be_read():
    assert evaluate("error.message & '!'", Msg(error=ValueError("bad"))) == "bad!"


def test_values_beside_the_path_do_not_matter():
    circle: dict[str, Any] = {"n": 1}
    circle["self"] = circle
    assert evaluate("payload.n + 1", Msg(payload=circle, req=object())) == 2
    assert evaluate("$keys(payload)", Msg(payload=circle)) == ["n", "self"]


def test_numbers_that_are_not_finite_read_as_null():
    assert evaluate("[payload]", Msg(payload=math.nan)) == [None]


# what must not bring the engine down


BOUNDS = {"D1011", "D1012", "D2016", "U1001"}
"""Codes of what is too deep, too slow, padded too far or too large; which bound is met first depends on the machine."""
RUNAWAYS = [
    "($f := function($n){ $f($n + 1) }; $f(1))",
    "($f := function($n){ 1 + $f($n + 1) }; $f(1))",
    "($f := function($s){ $f($s & $s) }; $f('abcdefgh'))",
    "[1..99999].[1..99999].[1..99999]",
    "[1..9999999]",
    "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)",
    '$pad("x", 1000000000)',
]


@pytest.mark.parametrize("text", RUNAWAYS)
def test_a_runaway_is_stopped(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiling, "SECONDS", 0.5)
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    assert caught.value.code in BOUNDS


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "[" * 50_000 + "]" * 50_000, "-" * 50_000 + "1", "1" + "+1" * 50_000]
)
def test_a_text_nested_too_deep_is_an_error(text: str):
    with pytest.raises(ExpressionError):
        evaluate(text)


def test_a_message_nested_too_deep_is_an_error():
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ExpressionError):
        evaluate("$string(payload)", Msg(payload=value))
    with pytest.raises(ExpressionError):
        evaluate("[data, payload]", Msg(payload=value, data=b"x"))


def test_large_integers_are_javascripts_numbers():
    assert evaluate("payload + 1", Msg(payload=2**70)) == float(2**70)
