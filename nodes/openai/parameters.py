"""The fields of a call that the node itself holds: plain values, and typed ones evaluated for each message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flowengine.errors import FlowError, PropertyPathError
from flowengine.messages import UNDEFINED, Msg
from flowengine.typed_values import compile_value

from .api_errors import Problem

TYPES = frozenset(
    {"msg", "flow", "global", "str", "num", "bool", "json", "bin", "date", "jsonata", "env", "re"}
)
"""Kinds of value a field may be evaluated as."""

Fields = dict[str, Any]


def compile_fields(values: Fields, types: Mapping[str, str], node: Any) -> Callable[[Msg], Fields]:
    """Make the function that gives the fields for a message; one without a value is left out.

    `types` names the kind of the values that are not plain. A value that cannot be read is a Problem of every
    message, as it would be in the message itself, so that the rest of the flow runs.
    """
    typed = {name: _reader(name, values.get(name), kind, node) for name, kind in types.items() if kind}
    if not typed:
        return lambda msg: values
    plain = {name: value for name, value in values.items() if name not in typed}

    def fields(msg: Msg) -> Fields:
        found = dict(plain)
        for name, read in typed.items():
            if (value := read(msg)) is not UNDEFINED:
                found[name] = value
        return found

    return fields


def faults(values: Fields, types: Mapping[str, str]) -> Iterator[Problem]:
    """What keeps typed values from being read, before any node runs."""
    for name, kind in types.items():
        # The key of a context means something only where there is one; that it is there is seen as for others.
        readable_as = "str" if kind in ("flow", "global") and values.get(name) else kind
        if kind:
            try:
                _compiled(name, values.get(name), readable_as, None)
            except Problem as problem:
                yield problem


def _reader(name: str, value: Any, kind: str, node: Any) -> Callable[[Msg], Any]:
    try:
        read = _compiled(name, value, kind, node)
    except Problem as problem:
        known = problem  # the name of an except clause is gone when the clause is
        return lambda msg: _raise(known)

    def guarded(msg: Msg) -> Any:
        try:
            found = read(msg)
        except PropertyPathError:  # the way to the value ends before it
            return UNDEFINED
        except FlowError as error:
            raise Problem("parameter", name=name, reason=error) from error
        # A variable that is not set reads as an empty text.
        return UNDEFINED if kind == "env" and found == "" else found

    return guarded


def _compiled(name: str, value: Any, kind: str, node: Any) -> Callable[[Msg], Any]:
    if kind not in TYPES:
        raise Problem("parameter_type", name=name, type=kind)
    if kind not in ("str", "date") and value in (None, ""):
        raise Problem("parameter_empty", name=name)
    try:
        return compile_value(value, kind, node)
    except FlowError as error:
        raise Problem("parameter", name=name, reason=error) from error


def _raise(problem: Problem) -> Any:
    raise problem
