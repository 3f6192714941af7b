"""What the join node does in mode reduce: a sequence folded into one value by a JSONata expression."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from flowengine.errors import FlowError, NodeError
from flowengine.expressions import compile_jsonata
from flowengine.javascript_values import js_string, less_than
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import Node
from flowengine.typed_values import compile_value


class TooManyError(FlowError):
    """More messages wait than the settings allow."""


class Reduction:
    """Collects sequences and reduces each when it is there.

    Raises ExpressionError where an expression is not well-formed.
    """

    def __init__(self, node: Node) -> None:
        config = node.config
        self._node = node
        self._expression = compile_jsonata(js_string(config.reduce_exp or ""), node)
        fixup = config.reduce_fixup
        self._fixup = None if fixup in ("", None) else compile_jsonata(js_string(fixup), node)
        self._backwards = bool(config.reduce_right)
        self._limit = node.host.settings.node_message_buffer_max_length
        self._groups: dict[Any, list[Msg]] = {}
        self._counts: dict[Any, Any] = {}
        self._waiting = 0

    def take(self, msg: Msg) -> list[Msg]:
        """Take in a message; where it completes its sequence the result is sent.

        Returns the messages that are done. Raises TooManyError, and ExpressionError where an evaluation failed.
        """
        parts = msg["parts"] if isinstance(msg["parts"], dict) else {}
        group_id = parts.get("id")
        group = self._groups.setdefault(group_id, [])
        if self._counts.get(group_id) is None and "count" in parts:
            self._counts[group_id] = parts["count"]
        group.append(msg)
        self._waiting += 1
        done: list[Msg] = []
        if len(group) == self._counts.get(group_id):
            done = self._complete(group_id)
        if 0 < self._limit < self._waiting:
            self._overflow(msg)
        return done

    def release(self) -> None:
        """Let go of all messages."""
        waiting = [msg for group in self._groups.values() for msg in group]
        self._groups.clear()
        self._counts.clear()
        self._waiting = 0
        for msg in waiting:
            self._node.done(msg)

    def _overflow(self, last: Msg) -> None:
        for group in self._groups.values():
            if last in group:
                group.remove(last)
        self.release()
        raise TooManyError

    def _complete(self, group_id: Any) -> list[Msg]:
        group, count = self._groups.pop(group_id), self._counts.pop(group_id)
        self._waiting -= len(group)
        try:
            self._node.send(self._reduced(group, count))
        except FlowError:
            for msg in group[:-1]:
                self._node.done(msg)
            raise
        return group

    def _reduced(self, group: list[Msg], count: Any) -> Msg:
        ordered = sorted(group, key=cmp_to_key(_downwards if self._backwards else _upwards))
        value = self._first_value()
        for msg in ordered:
            value = self._expression(msg, _known(I=_index(msg), N=count, A=value))
        if self._fixup is not None:
            value = self._fixup({}, _known(N=count, A=value))
        result = ordered[-1]
        if value is UNDEFINED:
            result.pop("payload", None)
        else:
            result["payload"] = value
        return result

    def _first_value(self) -> Any:
        config = self._node.config
        if config.reduce_init_type is None:
            return config.reduce_init
        try:
            return compile_value(config.reduce_init, config.reduce_init_type, self._node)(Msg())
        except FlowError as error:
            raise NodeError(
                self._node.words("errors.invalid_expression", error=error.message), error_object=True
            ) from None


def _upwards(one: Msg, other: Msg) -> int:
    """Order messages by index; those without one stay where they are."""
    first, second = _index(one), _index(other)
    return -1 if less_than(first, second) else 1 if less_than(second, first) else 0


def _downwards(one: Msg, other: Msg) -> int:
    return -_upwards(one, other)


def _index(msg: Msg) -> Any:
    return msg["parts"].get("index", UNDEFINED) if isinstance(msg["parts"], dict) else UNDEFINED


def _known(**variables: Any) -> dict[str, Any]:
    """Leave out what is undefined: JSONata knows no such variable then."""
    return {name: value for name, value in variables.items() if value is not UNDEFINED}
