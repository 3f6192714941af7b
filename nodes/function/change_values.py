"""The values that rules of a change node read, and the properties they write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowengine.errors import FlowError
from flowengine.expressions import compile_jsonata
from flowengine.javascript_values import JsonSyntaxError, js_json, js_parse, js_string
from flowengine.messages import UNDEFINED, Msg, clone, compile_path
from flowengine.typed_values import compile_value, context_key, split_store

Rule = Callable[[Msg], None]
Value = Callable[[Msg], Any]

CONTEXTS = ("flow", "global")
PLACES = ("msg", *CONTEXTS)


class Unfinished(Exception):
    """A rule does not let the message go on."""


class RuleError(FlowError):
    """A rule cannot be compiled, or stops the message; ``key`` is the name of the sentence that says why."""

    def __init__(self, key: str, error: object = "") -> None:
        super().__init__(str(error))
        self.key = key


def text_of(value: Any) -> str:
    """Read a field of a rule as text; a missing one is empty."""
    return "" if value is None or value is UNDEFINED else js_string(value)


def writer(name: str, kind: str, node: Any) -> Callable[[Msg, Any], None]:
    """Make the function that writes a property; it warns where there is no object to write to."""
    if kind in CONTEXTS:
        return _context_writer(name, kind, node)
    if kind != "msg":
        return hold
    try:
        path = compile_path(name)
    except FlowError:
        return _write_nothing

    def write(msg: Msg, value: Any) -> None:
        try:
            written = path.set(msg, value)
        except FlowError:
            return
        if not written:
            node.warn(node.words("errors.no_override", property=name))

    return write


def _write_nothing(msg: Msg, value: Any) -> None:
    """Do nothing, for a property that cannot be."""


def hold(msg: Msg, value: Any = None) -> None:
    """Let no message go on, for a place that does not exist."""
    raise Unfinished


def _context_writer(name: str, kind: str, node: Any) -> Callable[[Msg, Any], None]:
    """Pass over a key that refers to nothing; a key that no context can have is an error of the message."""
    store, key = split_store(name)
    context = node.flow_context if kind == "flow" else node.global_context
    try:
        resolve = context_key(key)
    except FlowError:
        return _write_nothing

    def write(msg: Msg, value: Any) -> None:
        try:
            resolved = resolve(msg)
        except FlowError:
            return
        try:
            context.set(resolved, value, store)
        except FlowError as error:
            node.error(error, msg)
            raise Unfinished from error

    return write


def new_value(rule: dict[str, Any], node: Any) -> Value:
    """Make the function that gives what a property is set to, or replaced by."""
    value, kind = rule.get("to", UNDEFINED), rule.get("tot") or "str"
    if kind in ("json", "bin"):
        return _parsed(value, kind, node)
    if kind == "jsonata":
        return _expression(value, node)
    if kind == "env":  # as it was at start
        constant = compile_value(value, "env", node)(Msg())
        return lambda msg: constant
    if kind in ("num", "bool", "date", *PLACES):
        return reader(value, kind, node)
    if isinstance(value, (dict, list)):
        return lambda msg: clone(value)
    return lambda msg: value


def is_constant(rule: dict[str, Any]) -> bool:
    """Tell whether a rule gives every message the same value, one that nothing can change."""
    kind = rule.get("tot") or "str"
    return kind in ("num", "bool") or (kind == "str" and isinstance(rule.get("to"), (str, int, float)))


def _parsed(value: Any, kind: str, node: Any) -> Value:
    try:
        data = js_parse(text_of(value))
    except JsonSyntaxError as error:
        raise RuleError("invalid_json") from error
    if kind == "bin" and isinstance(data, dict) and data.get("type") == "Buffer":  # as toJSON writes it
        value = js_json(data.get("data"))
    return reader(value, kind, node)


def reader(value: Any, kind: str, node: Any) -> Value:
    """Compile a value; one that cannot be had makes the rule be passed over."""
    try:
        return compile_value(value, kind, node)
    except FlowError as error:
        reason = error

    def fail(msg: Msg) -> Any:
        raise reason

    return fail


def _expression(text: Any, node: Any) -> Value:
    try:
        evaluate = compile_jsonata(text_of(text), node)
    except FlowError as error:
        raise RuleError("invalid_expression", error) from error

    def value(msg: Msg) -> Any:
        try:
            return evaluate(msg)
        except FlowError as error:
            raise RuleError("invalid_expression", error) from error

    return value


def remover(name: str, kind: str, node: Any) -> Rule:
    """Make the function that deletes a property; where the message has none, nothing happens."""
    if kind != "msg":
        write = writer(name, kind, node)
        return lambda msg: write(msg, UNDEFINED)
    try:
        path = compile_path(name)
    except FlowError:
        return _remove_nothing

    def remove(msg: Msg) -> None:
        try:
            path.set(msg, UNDEFINED)
        except FlowError:
            return

    return remove


def _remove_nothing(msg: Msg) -> None:
    """Do nothing, for a property that cannot be."""
