"""Reads a node's properties into its ``Config`` model and words what is wrong with them."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import ValidationError

from .errors import NodeConfigError
from .javascript_values import js_string, js_truthy
from .node import Node, NodeConfig

LAYOUT = frozenset(("x", "y", "w", "h", "l", "info", "icon", "inputLabels", "outputLabels"))
"""What only the editor looks at; running nodes have no use for it, and there are many of them."""


@cache
def _unused(config: type[NodeConfig]) -> frozenset[str]:
    """Return what of the layout is not a property of this type by its own declaration."""
    fields = config.model_fields
    return LAYOUT.difference(fields, (field.alias for field in fields.values() if field.alias))


def read_config(node_class: type[Node], values: dict[str, Any]) -> NodeConfig:
    """Validate properties. Raises NodeConfigError with one line a wrong property."""
    config: NodeConfig
    unused = _unused(node_class.Config)
    values = {key: value for key, value in values.items() if key not in unused}
    try:
        config = node_class.Config.model_validate(values)
    except ValidationError as error:
        config = _read_leniently(node_class, values, error)
    named = config.model_fields_set
    object.__setattr__(config, "__pydantic_fields_set__", _field_sets.setdefault(frozenset(named), named))
    return config


def _read_leniently(node_class: type[Node], values: dict[str, Any], error: ValidationError) -> NodeConfig:
    """Read once more what JavaScript takes without a word: null for nothing, 0 for false, 5 for a text."""
    taken = dict(values)
    for item in error.errors(include_url=False):
        place, given = item["loc"][0] if item["loc"] else "", item.get("input")
        if len(item["loc"]) != 1 or place not in taken:
            continue
        if given is None:
            del taken[str(place)]
        elif place == "name":
            taken["name"] = str(given)
        elif item["type"] in ("bool_parsing", "bool_type"):
            taken[str(place)] = js_truthy(given)
        elif item["type"] == "string_type" and isinstance(given, (int, float)):
            taken[str(place)] = js_string(given)
    try:
        return node_class.Config.model_validate(taken)
    except ValidationError as still:
        lines = [explain(values, item) for item in still.errors(include_url=False)]
        field = ".".join(str(part) for part in still.errors()[0]["loc"])
        raise NodeConfigError("; ".join(lines), node_id=str(values.get("id", "")), field=field) from None


_field_sets: dict[frozenset[str], set[str]] = {}
"""The sets of names of properties that were met: nodes of a type have the same few, and a set takes much room."""


def explain(values: dict[str, Any], item: Any) -> str:
    """Word one entry of pydantic's report: which property, what it is, what it should be."""
    place = ".".join(str(part) for part in item["loc"]) or "the node"
    given = item.get("input")
    shown = repr(given) if isinstance(given, (str, int, float, bool, type(None))) else type(given).__name__
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"property {place} is {shown[:60]}: {message[:1].lower()}{message[1:]}"
