"""Arguments for a method, made from the types of its record."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

FUNCTION = {"name": "look_up", "parameters": {"type": "object", "properties": {}}, "strict": True}
JSON = {"k": "v", "n": 1, "off": False, "list": [1, "two"], "deep": {"x": 1.5}}

# What has to be more than any object for the judge to send it at all.
BY_NAME: dict[str, Any] = {
    "response_format": {"type": "json_object"},
    "format": {"type": "text"},
    "tool_choice": "auto",
}


def sample(kind: Any, name: str = "") -> Any:
    """A value of a type: every field of a shape, the first choice of a union, two items of a list."""
    if name in BY_NAME and kind is not str and BY_NAME[name] is not None:
        return BY_NAME[name]
    origin, choices = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return sample(next(choice for choice in choices if choice is not NoneType))
    if origin is Literal:
        return choices[0]
    if origin is list:
        return [sample(choices[0]), sample(choices[0])]
    if origin is dict:
        return JSON if choices[1] is Any else {"k": sample(choices[1]), "ü k": sample(choices[1])}
    if is_typeddict(kind):
        return {field: sample(hint, field) for field, hint in get_type_hints(kind).items()}
    return {str: "te xt/ü&=", int: 400, float: 0.5, bool: True}.get(kind, JSON)


def tools(chat: bool) -> list[dict[str, Any]]:
    return [{"type": "function", "function": FUNCTION}] if chat else [{"type": "function", **FUNCTION}]
