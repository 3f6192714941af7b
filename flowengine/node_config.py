"""Reads a node's properties into its ``Config`` model and words what is wrong with them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from .errors import NodeConfigError
from .node import Node, NodeConfig


def read_config(node_class: type[Node], values: dict[str, Any]) -> NodeConfig:
    """Validate properties. Raises NodeConfigError with one line a wrong property."""
    try:
        config = node_class.Config.model_validate(values)
    except ValidationError as error:
        lines = [explain(values, item) for item in error.errors(include_url=False)]
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise NodeConfigError("; ".join(lines), node_id=str(values.get("id", "")), field=field) from None
    named = config.model_fields_set
    object.__setattr__(config, "__pydantic_fields_set__", _field_sets.setdefault(frozenset(named), named))
    return config


_field_sets: dict[frozenset[str], set[str]] = {}
"""The sets of names of properties that were met: nodes of a type have the same few, and a set takes much room."""


def explain(values: dict[str, Any], item: Any) -> str:
    """Word one entry of pydantic's report: which property, what it is, what it should be."""
    place = ".".join(str(part) for part in item["loc"]) or "the node"
    given = item.get("input")
    shown = repr(given) if isinstance(given, (str, int, float, bool, type(None))) else type(given).__name__
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"property {place} is {shown[:60]}: {message[:1].lower()}{message[1:]}"
