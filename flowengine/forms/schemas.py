"""The JSON Schema of a node as it stands in a flow file: for tools and assistants that write flows."""

from __future__ import annotations

from typing import Any

from flowengine.node import Node

from .form_fields import FormField, fields_of
from .wording import Wording


def node_schema(node_class: type[Node], words: Wording) -> dict[str, Any]:
    """Join pydantic's schema of ``Config`` with words and choices."""
    schema = node_class.Config.model_json_schema(by_alias=True)
    fields = fields_of(node_class)
    for name, found in schema.get("properties", {}).items():
        found.pop("title", None)
        if name in fields:
            found.update(_said(fields[name], words))
    schema["properties"]["type"] = {"const": node_class.type}
    return {**schema, "title": words.find("title", node_class.type), "description": words.find("summary", "")}


def _said(one: FormField, words: Wording) -> dict[str, Any]:
    said = words.field(one.name)
    found: dict[str, Any] = {}
    if label := said.get("label"):
        found["title"] = label
    if text := said.get("help"):
        found["description"] = text
    if one.choices:
        found["examples"] = list(one.choices)
    if one.control == "hidden":
        found["deprecated"] = bool(one.facts.get("legacy"))
    return found
