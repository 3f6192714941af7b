"""What the simulator says: answers, function calls and JSON, always the same for the same question."""

from __future__ import annotations

import json
import re
from typing import Any

from .state import Json

MARK = "(simulated)"


def words(text: str) -> list[str]:
    """Split a text into pieces of a word and the space before it: what a stream sends one by one."""
    return re.findall(r"\s*\S+|\s+$", text)


def count(value: Any) -> int:
    """Count the words in all texts of a value: the simulator's tokens."""
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(count(inner) for inner in value.values())
    return sum(count(inner) for inner in value) if isinstance(value, list) else 0


def text_of(content: Any) -> str:
    """Give the text of a message's content, which is a text or a list of parts; other parts are named."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(_part_text(part) for part in parts if isinstance(part, dict))


def _part_text(part: Json) -> str:
    text = part.get("text")
    if isinstance(text, dict):
        text = text.get("value")
    return str(text) if text is not None else f"[{part.get('type', 'part')}]"


def reply(question: str) -> str:
    """Answer a question."""
    return f"{MARK} You said: {question}" if question else f"{MARK} You said nothing."


def reply_to_tool(output: Any) -> str:
    """Answer after a tool has given its result."""
    return f"{MARK} The tool answered: {output if isinstance(output, str) else json.dumps(output)}"


def structured(response_format: Any, question: str) -> str | None:
    """Give JSON text where a JSON answer was asked for (`json_object`, `json_schema` in both spellings)."""
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if kind == "json_object":
        return json.dumps({"simulated": True, "answer": reply(question)})
    if kind == "json_schema":
        schema = response_format.get("schema") or response_format.get("json_schema", {}).get("schema") or {}
        return json.dumps(example(schema))
    return None


def chosen_function(tools: Any, choice: Any) -> Json | None:
    """Give the function that is called, `{"name", "parameters"}`: the one `choice` names, else the first."""
    if choice == "none" or not isinstance(tools, list):
        return None
    functions = [tool.get("function", tool) for tool in tools if tool.get("type") == "function"]
    named = choice.get("function", choice).get("name") if isinstance(choice, dict) else None
    return next((function for function in functions if named in (None, function.get("name"))), None)


def arguments_for(function: Json) -> str:
    """Give the arguments of a function call as JSON text, made from the function's schema."""
    return json.dumps(example(function.get("parameters") or {"type": "object"}))


def example(schema: Any, root: Any = None, name: str = "value") -> Any:
    """Give a value that a JSON schema accepts."""
    root = schema if root is None else root
    if not isinstance(schema, dict):
        return f"simulated {name}"
    if (pointer := schema.get("$ref", "")).startswith("#/"):
        return example(_follow(root, pointer), root, name)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example(schema[key][0], root, name)
    return _example_of_type(schema, root, name)


def _example_of_type(schema: Json, root: Any, name: str) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {key: example(inner, root, key) for key, inner in schema.get("properties", {}).items()}
        case "array":
            return [
                example(schema.get("items", {}), root, name) for _ in range(max(1, schema.get("minItems", 1)))
            ]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
    return f"simulated {name}".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]


def _follow(root: Any, pointer: str) -> Any:
    for part in pointer.removeprefix("#/").split("/"):
        root = root.get(part, {}) if isinstance(root, dict) else {}
    return root
