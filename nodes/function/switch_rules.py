"""The rules of a switch node, each compiled to a function that tells whether it holds for a message."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from flowengine.errors import FlowError, NodeError
from flowengine.expressions import Evaluate, compile_jsonata
from flowengine.javascript_values import (
    compile_js_regex,
    js_number,
    js_parse,
    js_string,
    js_truthy,
    js_typeof,
    less_or_equal,
    less_than,
    loose_equal,
)
from flowengine.messages import UNDEFINED, Msg, compile_path, step
from flowengine.typed_values import compile_value

Value = Callable[[Msg], Any]
Rule = Callable[[Any, Msg], bool]
"""Takes the value of the property and the message."""


class BadExpression(FlowError):
    """A JSONata expression of a rule is not well-formed, or failed."""


def compile_rule(rule: dict[str, Any], node: Any, previous: Value) -> Rule:
    """Make the test of a rule; ``previous`` gives the value of the property in the message before.

    Raises BadExpression where an expression of the rule is not well-formed.
    """
    name = js_string(rule.get("t", UNDEFINED))
    if name in _ALONE:
        return _ALONE[name]
    if name == "regex":
        return _regex(rule, node, previous)
    first = _first(rule, node, previous)
    if name in _COMPARISONS:
        return _comparison(name, rule, first)
    holds = _OPERATORS.get(name)
    if holds is None:
        return _unknown
    second = _second(rule, node, previous)
    return lambda value, msg: holds(value, first(msg), second(msg), msg)


def _comparison(name: str, rule: dict[str, Any], other: Value) -> Rule:
    holds, of_likes = _COMPARISONS[name]
    if rule.get("vt") not in ("str", "num"):
        return lambda value, msg: holds(value, other(msg))
    # The same for all messages, as nearly always; and where like meets like, Python compares as JavaScript does.
    constant = other(Msg())
    likes = _LIKES.get(constant.__class__, frozenset())
    return lambda value, msg: (of_likes if value.__class__ in likes else holds)(value, constant)


def _unknown(value: Any, msg: Msg) -> bool:
    raise NodeError("operators[rule.t] is not a function", name="TypeError")


def safe_value(value: Any, kind: str, node: Any) -> Value:
    """Compile a value that is undefined wherever it cannot be had."""
    try:
        get = compile_value(value, kind, node)
    except FlowError:
        return _undefined
    if kind not in ("msg", "flow", "global") or (kind == "msg" and compile_path(str(value)).is_key):
        return get

    def get_safely(msg: Msg) -> Any:
        try:
            return get(msg)
        except FlowError:
            return UNDEFINED

    return get_safely


def expression(text: Any, node: Any) -> Evaluate:
    """Compile an expression whose errors are BadExpression."""
    try:
        evaluate = compile_jsonata(js_string(text), node)
    except FlowError as error:
        raise BadExpression(str(error)) from error

    def evaluate_or_say(msg: Any, bindings: Mapping[str, Any] | None = None) -> Any:
        try:
            return evaluate(msg, bindings)
        except FlowError as error:
            raise BadExpression(str(error)) from error

    return evaluate_or_say


def _undefined(msg: Msg) -> Any:
    return UNDEFINED


# the values that rules compare with


def _first(rule: dict[str, Any], node: Any, previous: Value) -> Value:
    kind = rule.get("vt") or _kind_of(rule.get("v", UNDEFINED))
    if rule.get("t") == "jsonata_exp" and kind == "jsonata":
        return _condition(rule.get("v"), node)
    if kind in ("json", "null"):  # the name of a type to test for
        return lambda msg: kind
    return _value(rule.get("v", UNDEFINED), kind, node, previous)


def _second(rule: dict[str, Any], node: Any, previous: Value) -> Value:
    value = rule.get("v2", UNDEFINED)
    if value is UNDEFINED:
        return previous if rule.get("v2t") == "prev" else _undefined
    return _value(value, rule.get("v2t") or _kind_of(value), node, previous)


def _value(value: Any, kind: str, node: Any, previous: Value) -> Value:
    if kind == "prev":
        return previous
    if kind == "jsonata":
        return expression(value, node)
    return safe_value(value, kind, node)


def _kind_of(value: Any) -> str:
    """Tell the type of a value in flow files that are older than types."""
    number = js_number(value)
    return "num" if number == number else "str"


def _condition(text: Any, node: Any) -> Value:
    """Compile a condition that may ask for its message's place in the sequence, ``$I`` of ``$N``."""
    evaluate = expression(text, node)
    place: dict[str, Any] = {}

    def holds(msg: Msg) -> Any:
        if has_parts(msg):
            place.update(I=msg["parts"]["index"], N=msg["parts"].get("count"))
        return evaluate(msg, place)

    return holds


def has_parts(msg: Msg) -> bool:
    """Tell whether the message is part of a sequence."""
    parts = msg.get("parts")
    return isinstance(parts, dict) and "id" in parts and "index" in parts


# the operators


def _between(value: Any, low: Any, high: Any, msg: Msg) -> bool:
    upwards = less_or_equal(low, value) and less_or_equal(value, high)
    return upwards or (less_or_equal(value, low) and less_or_equal(high, value))


def _regex(rule: dict[str, Any], node: Any, previous: Value) -> Rule:
    flags = "i" if js_truthy(rule.get("case", UNDEFINED)) else ""
    kind = rule.get("vt") or _kind_of(rule.get("v", UNDEFINED))
    # A regular expression is taken as it was written, not as Python spells it.
    source = safe_value(rule.get("v"), "str", node) if kind == "re" else _first(rule, node, previous)

    def matches(value: Any, msg: Msg) -> bool:
        pattern = source(msg)
        text = "(?:)" if pattern is UNDEFINED or pattern == "" else js_string(pattern)
        return compile_js_regex(text, flags).search(js_string(value)) is not None

    return matches


def _is_empty(value: Any) -> bool | None:
    """Tell whether a text, list, Buffer or object is empty; None for what cannot be."""
    if isinstance(value, (str, list, bytes, bytearray, dict)):
        return len(value) == 0
    # Dates, errors and the like have no keys of their own.
    return True if value is not None and js_typeof(value) == "object" else None


def _is_type(value: Any, kind: Any, _: Any, msg: Msg) -> bool:
    if kind == "array":
        return isinstance(value, list)
    if kind == "buffer":
        return isinstance(value, (bytes, bytearray))
    if kind == "json":
        return _is_json(value)
    if kind == "null":
        return value is None
    if kind == "number":
        return js_typeof(value) == "number" and value == value
    return js_typeof(value) == kind and value is not None and not isinstance(value, (list, bytes, bytearray))


def _is_json(value: Any) -> bool:
    try:
        js_parse(js_string(value))
    except FlowError:
        return False
    return True


def _part(msg: Msg, name: str) -> Any:
    return step(msg.get("parts", UNDEFINED), name)


def _head(value: Any, count: Any, _: Any, msg: Msg) -> bool:
    return less_than(_part(msg, "index"), js_number(count))


def _tail(value: Any, count: Any, _: Any, msg: Msg) -> bool:
    first = js_number(_part(msg, "count")) - js_number(count)
    return less_or_equal(first, _part(msg, "index"))


def _index(value: Any, low: Any, high: Any, msg: Msg) -> bool:
    index = _part(msg, "index")
    return less_or_equal(js_number(low), index) and less_or_equal(index, js_number(high))


def _has_key(value: Any, key: Any, _: Any, msg: Msg) -> bool:
    if value is None or value is UNDEFINED or js_typeof(key) == "object":
        return False
    name = js_string(key)
    if isinstance(value, dict):
        return name in value
    if name == "length":
        return isinstance(value, (list, str))
    return isinstance(value, (list, str, bytes)) and step(value, name) is not UNDEFINED


_NUMBERS = frozenset((int, float))
_LIKES: dict[Any, frozenset[Any]] = {int: _NUMBERS, float: _NUMBERS}
_Compare = Callable[[Any, Any], bool]
_COMPARISONS: dict[str, tuple[_Compare, _Compare]] = {
    "eq": (loose_equal, operator.eq),
    "neq": (lambda value, other: not loose_equal(value, other), operator.ne),
    "lt": (less_than, operator.lt),
    "lte": (less_or_equal, operator.le),
    "gt": (lambda value, other: less_than(other, value), operator.gt),
    "gte": (lambda value, other: less_or_equal(other, value), operator.ge),
}
_OPERATORS: dict[str, Callable[[Any, Any, Any, Msg], bool]] = {
    "btwn": _between,
    "cont": lambda value, other, _, msg: js_string(other) in js_string(value),
    "istype": _is_type,
    "head": _head,
    "tail": _tail,
    "index": _index,
    "hask": _has_key,
    "jsonata_exp": lambda value, other, _, msg: other is True,
}
_ALONE: dict[str, Rule] = {
    "true": lambda value, msg: value is True,
    "false": lambda value, msg: value is False,
    "null": lambda value, msg: value is None or value is UNDEFINED,
    "nnull": lambda value, msg: value is not None and value is not UNDEFINED,
    "empty": lambda value, msg: _is_empty(value) is True,
    "nempty": lambda value, msg: _is_empty(value) is False,
    "else": lambda value, msg: value is True,
}
