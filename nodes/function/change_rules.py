"""The rules of a change node, each compiled to a function that changes a message.

A rule whose values cannot be had (a path through undefined, say) is passed over, as Node-RED does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flowengine.errors import FlowError
from flowengine.messages import UNDEFINED, Msg, clone

from .change_replace import compile_replace
from .change_values import (
    PLACES,
    Rule,
    RuleError,
    Value,
    is_constant,
    new_value,
    reader,
    remover,
    text_of,
    writer,
)


def compile_rule(rule: dict[str, Any], node: Any) -> Rule:
    """Make the function that applies a rule. Raises RuleError where the rule is not well-formed."""
    kind = rule.get("t")
    if kind == "set":
        return _set(rule, node)
    if kind == "delete":
        return _delete(rule, node)
    if kind == "move":
        return _move(rule, node)
    if kind == "change":
        return compile_replace(rule, node)
    return _pass


def _pass(msg: Msg) -> None:
    """Do nothing, for a rule that is not known or can never be applied."""


def _set(rule: dict[str, Any], node: Any) -> Rule:
    name, kind = text_of(rule.get("p")), rule.get("pt") or "msg"
    value = new_value(rule, node)
    if kind == "msg" and _IDENTIFIER.fullmatch(name) and not rule.get("dc"):
        return _set_constant(name, value(Msg())) if is_constant(rule) else _set_key(name, value)
    write = writer(name, kind, node)
    if rule.get("dc"):
        return lambda msg: _assign(msg, lambda msg: clone(value(msg)), write)
    return lambda msg: _assign(msg, value, write)


_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def _set_constant(key: str, value: Any) -> Rule:
    # As defaults, key and value take less room than in a closure, and are nearer: this is the commonest of all rules.
    def set_constant(msg: Msg, key: str = key, value: Any = value) -> None:
        msg[key] = value

    return set_constant


def _set_key(key: str, value: Value) -> Rule:
    """Set a property of the message itself: what most rules do, so it is done without detours."""

    def set_key(msg: Msg) -> None:
        try:
            new = value(msg)
        except RuleError:
            raise
        except FlowError:
            return
        if new is UNDEFINED:
            msg.pop(key, None)
        else:
            msg[key] = new

    return set_key


def _assign(msg: Msg, value: Value, write: Callable[[Msg, Any], None]) -> None:
    try:
        new = value(msg)
    except RuleError:
        raise
    except FlowError:
        return
    write(msg, new)


def _delete(rule: dict[str, Any], node: Any) -> Rule:
    return remover(text_of(rule.get("p")), rule.get("pt") or "msg", node)


def _move(rule: dict[str, Any], node: Any) -> Rule:
    source, source_kind = text_of(rule.get("p")), rule.get("pt") or "msg"
    target, target_kind = text_of(rule.get("to")), rule.get("tot") or "str"
    if target_kind not in PLACES or source_kind not in PLACES:
        return _pass
    read = reader(source, source_kind, node)
    remove = remover(source, source_kind, node)
    write = writer(target, target_kind, node)
    if target_kind != source_kind or (target in source and target != source):
        return lambda msg: _set_then_delete(msg, read, write, remove)
    return lambda msg: _delete_then_set(msg, read, write, remove)


def _set_then_delete(msg: Msg, read: Value, write: Callable[..., None], remove: Rule) -> None:
    """Move to another place altogether, or up to a parent, which removes the source by itself."""
    _assign(msg, read, write)
    remove(msg)


def _delete_then_set(msg: Msg, read: Value, write: Callable[..., None], remove: Rule) -> None:
    """Move to a place that may lie below the source."""
    try:
        value = read(msg)
    except FlowError:
        value = UNDEFINED
    remove(msg)
    write(msg, value)
