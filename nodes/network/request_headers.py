"""The headers of a request: what the message brings, then what the node says; a name counts once in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator

from flowengine.errors import FlowError
from flowengine.fields import Kind, rows, typed
from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import Node
from flowengine.typed_values import compile_value

Source = Callable[[Msg], Any]
Rule = tuple[Source, Source]
HeaderRows = Annotated[
    list[dict[str, Any]],
    # Older flows have something else there.
    BeforeValidator(lambda value: value if isinstance(value, list) else []),
    rows(
        {
            "keyValue": typed(Kind("other", has_value=True), "msg", type_field="keyType"),
            "valueValue": typed(Kind("other", has_value=True), "msg", type_field="valueType"),
        },
        new={"keyType": "other", "keyValue": "", "valueType": "other", "valueValue": ""},
    ),
]
"""Headers in the form of a node: name and value, each written there or read from the message."""


class RequestHeaders:
    """Headers by the spelling they were last given; an empty value takes one away."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, Any]] = {}

    def set(self, name: str, value: Any) -> None:
        """Set a header, or take it away where the value is empty."""
        self._values.pop(name.lower(), None)
        if value not in (None, UNDEFINED, "", False, 0):
            self._values[name.lower()] = (name, value)

    def get(self, name: str) -> str | None:
        """Return a header's value."""
        found = self._values.get(name)
        return None if found is None else js_string(found[1])

    def pop(self, name: str) -> str | None:
        """Take a header out and return its value."""
        value = self.get(name)
        self._values.pop(name, None)
        return value

    def lines(self) -> dict[str, Any]:
        """Return what goes on the wire: texts, or lists of them."""
        return {
            name: [js_string(item) for item in value] if isinstance(value, list) else js_string(value)
            for name, value in self._values.values()
        }


def compile_rules(rules: list[Any], node: Node) -> list[Rule]:
    """Compile the headers of a node's form, ``{"keyType", "keyValue", "valueType", "valueValue"}``."""
    compiled = []
    for rule in rules:
        if isinstance(rule, dict):
            name = _source(rule.get("keyType", ""), rule.get("keyValue", ""), node)
            compiled.append((name, _source(rule.get("valueType", ""), rule.get("valueValue", ""), node)))
    return compiled


def apply_rules(rules: list[Rule], headers: RequestHeaders, msg: Msg) -> None:
    """Set the headers of a node's form."""
    for name_of, value_of in rules:
        name = name_of(msg)
        if name:
            headers.set(js_string(name), value_of(msg))


def _source(kind: str, value: Any, node: Node) -> Source:
    if kind == "msg":
        read = compile_value(value, "msg", node)

        def quietly(msg: Msg) -> Any:
            try:
                return read(msg)
            except FlowError:  # a path through nothing: the header is left out
                return UNDEFINED

        return quietly
    constant = value if kind == "other" else kind
    return lambda msg: constant
