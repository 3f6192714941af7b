"""The change node's rule that replaces what it finds: whole properties, or parts of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flowengine.errors import FlowError, NodeError
from flowengine.javascript_values import (
    JsRegex,
    compile_js_regex,
    js_number,
    js_string,
    js_typeof,
    loose_equal,
)
from flowengine.messages import Msg

from .change_values import PLACES, Rule, RuleError, Unfinished, hold, new_value, reader, text_of, writer


class _Wanted:
    """What is searched for: a value for whole properties, a pattern for parts of texts."""

    __slots__ = ("kind", "pattern", "value")

    def __init__(self, kind: str, value: Any, pattern: JsRegex | re.Pattern[str] | None) -> None:
        self.kind, self.value, self.pattern = kind, value, pattern


def compile_replace(rule: dict[str, Any], node: Any) -> Rule:
    """Make the function that applies the rule. Raises RuleError where it is not well-formed."""
    kind = rule.get("pt") or "msg"
    if kind not in PLACES:
        return hold
    name, is_message = text_of(rule.get("p")), kind == "msg"
    new, wanted = new_value(rule, node), _wanted(rule, node)
    read, write = reader(name, kind, node), writer(name, kind, node)
    makes_booleans = is_message and rule.get("tot") == "bool"

    def replace(msg: Msg) -> None:
        try:
            value, search = new(msg), wanted(msg)
            current = read(msg)
        except RuleError:
            raise
        except FlowError:
            return
        result = _replaced(current, search, value, makes_booleans)
        if result is not _KEEP:
            write(msg, result)
        elif not is_message:
            raise Unfinished

    return replace


_KEEP = object()


def _replaced(current: Any, wanted: _Wanted, value: Any, makes_booleans: bool) -> Any:
    """Give what a property becomes, or _KEEP where it stays as it is."""
    kind = js_typeof(current)
    if kind == "string":
        if wanted.kind in ("num", "bool", "str") and current == wanted.value:
            return value
        text = _with_replacements(current, wanted.pattern, js_string(value))
        return value if makes_booleans and text == js_string(value) else text
    if kind == "number" and wanted.kind == "num":
        return value if loose_equal(current, js_number(wanted.value)) else _KEEP
    if kind == "boolean" and wanted.kind == "bool":
        return value if js_string(current) == wanted.value else _KEEP
    return _KEEP


def _with_replacements(text: str, pattern: JsRegex | re.Pattern[str] | None, replacement: str) -> str:
    if pattern is None:  # JavaScript then looks for the word undefined
        return compile_js_regex("undefined").replace(text, replacement)
    if isinstance(pattern, re.Pattern):
        return pattern.sub(lambda match: replacement, text)
    return pattern.replace(text, replacement)


def _wanted(rule: dict[str, Any], node: Any) -> Callable[[Msg], _Wanted]:
    value, kind = rule.get("from"), rule.get("fromt") or "str"
    if kind in PLACES:
        read = reader(text_of(value), kind, node)
        return lambda msg: _of_value(read(msg), node, msg)
    try:
        pattern = compile_js_regex(text_of(value), "g") if kind == "re" else _literal(text_of(value))
    except FlowError as error:
        raise RuleError("invalid_from", error) from error
    constant = _Wanted(kind, value, pattern)
    return lambda msg: constant


def _literal(text: str) -> JsRegex:
    return compile_js_regex(re.sub(r"[-\[\]{}()*+?.,\\^$|#\s]", r"\\\g<0>", text), "g")


def _of_value(value: Any, node: Any, msg: Msg) -> _Wanted:
    """Read what to search for from the message or a context; says so where it is of no use."""
    kind = js_typeof(value)
    if kind == "string":
        return _Wanted("str", value, _literal(value))
    if kind == "number" or kind == "boolean":
        return _Wanted("num" if kind == "number" else "bool", value, None)
    if isinstance(value, re.Pattern):
        return _Wanted("re", value, value)
    text = node.words("errors.invalid_from", error=f"unsupported type: {kind}")
    node.error(NodeError(text, error_object=True), msg)
    return _Wanted("", value, None)
