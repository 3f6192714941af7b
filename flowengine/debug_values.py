"""Values as the editor's debug sidebar takes them: a format, and a text that holds the value cut to size.

What JSON lacks, and what was cut, is wrapped: ``{"__enc__": true, "type": ..., "data": ..., "length": ...}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .errors import FlowError, error_stack
from .javascript_values import iso_date, js_json, js_string
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from .messages import Msg

MAX_SAFE_INTEGER = 2**53 - 1

Cut = Callable[[str, int], int]
"""Tells how many characters of a text to show where it is longer than so many."""


def at_length(text: str, longest: int) -> int:
    """Cut a text wherever it is too long."""
    return longest


@dataclass(slots=True)
class DebugMessage:
    """What a debug node shows: ``head`` (id, z, path, and where they are set name, topic, property) and the value.

    ``msg`` is the message it is of, which tells what stream it belongs to.

    The value belongs to the flow: whoever listens uses it at once, and changes and keeps nothing of it.
    """

    head: dict[str, Any]
    value: Any
    longest: int
    msg: Msg | None = None

    def for_sidebar(self, cut: Cut = at_length) -> dict[str, Any]:
        """Return it as the editor takes it, cut to size."""
        return {**self.head, **encode_value(self.value, self.longest, cut)}


def encode_value(value: Any, longest: int, cut: Cut = at_length) -> dict[str, Any]:
    """Return ``{"format", "msg"}`` of a value; strings, arrays and buffers are cut to ``longest``.

    Whoever masks secrets afterwards says where to ``cut`` a text: half a secret would not be known as one.
    """
    try:
        return _Encoder(longest, cut).encode(value)
    except (FlowError, RecursionError) as error:
        text = "Maximum call stack size exceeded" if isinstance(error, RecursionError) else str(error)
        data = {"name": "RangeError", "message": f"encodeObject Error: {text}"}
        return {"format": "error", "msg": js_json(_wrapped("error", data))}


def _wrapped(kind: str, data: Any, length: int | None = None) -> dict[str, Any]:
    wrapped = {"__enc__": True, "type": kind, "data": data}
    if length is not None:
        wrapped["length"] = length
    return wrapped


class _Encoder:
    def __init__(self, longest: int, cut: Cut) -> None:
        self.longest = longest
        self._cut_at = cut
        self._above: dict[int, str] = {}

    def encode(self, value: Any) -> dict[str, Any]:
        """Encode the value at the top: plain ones as text, objects as JSON."""
        if value is None or value is UNDEFINED:
            return {"format": "null" if value is None else "undefined", "msg": "(undefined)"}
        if isinstance(value, bool):
            return {"format": "boolean", "msg": js_string(value)}
        if isinstance(value, (int, float)):
            if _is_big(value):
                return {"format": "bigint", "msg": _wrapped("bigint", js_string(value))}
            return {"format": "number", "msg": js_string(value)}
        if isinstance(value, str):
            return {"format": f"string[{js_length(value)}]", "msg": self._cut(value)}
        if isinstance(value, (bytes, bytearray)):
            return {
                "format": f"buffer[{len(value)}]",
                "msg": value[: self.longest // 2 + 1].hex()[: self.longest],
            }
        return self._object(value)

    def _object(self, value: Any) -> dict[str, Any]:
        if isinstance(value, BaseException):
            return {"format": "error", "msg": js_json(_error(value))}
        if isinstance(value, (list, tuple)):
            return {"format": f"array[{len(value)}]", "msg": js_json(self._inner(value, "~"))}
        if isinstance(value, AbstractSet):
            return {"format": f"set[{len(value)}]", "msg": js_json(self._inner(value, "~"))}
        if isinstance(value, re.Pattern):
            return {"format": "regexp", "msg": js_string(value)}
        if isinstance(value, datetime):
            return {"format": "Date", "msg": js_string(value)}
        return {"format": "Object", "msg": js_json(self._inner(value, "~"))}

    def _inner(self, value: Any, path: str) -> Any:
        """Turn a value within an object into what its JSON shall hold."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._cut(value)
        if isinstance(value, (int, float)):
            return _number(value)
        if isinstance(value, (dict, list, tuple)):
            return self._container(value, path)
        return self._leaf(value, path)

    def _container(self, value: Any, path: str) -> Any:
        if (circle := self._above.get(id(value))) is not None:
            return "[Circular ~]" if circle == "~" else f"[Circular {circle}]"
        self._above[id(value)] = path
        try:
            if isinstance(value, dict):
                return self._dict(value, path)
            items = [self._inner(item, f"{path}.{index}") for index, item in enumerate(value[: self.longest])]
            return items if len(items) == len(value) else _wrapped("array", items, len(value))
        finally:
            del self._above[id(value)]

    def _dict(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        data = value.get("data")
        if value.get("type") == "Buffer" and isinstance(data, list):  # the JSON of a Buffer is shown as one
            return {**value, "data": data[: self.longest], "__enc__": True, "length": len(data)}
        return {str(key): self._member(key, item, path) for key, item in value.items()}

    def _member(self, key: Any, value: Any, path: str) -> Any:
        if key in ("_req", "_res"):
            return {"__enc__": True, "type": "internal"}
        return self._inner(value, f"{path}.{key}")

    def _leaf(self, value: Any, path: str) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value[: self.longest])
            return {"type": "Buffer", "data": list(data), "__enc__": True, "length": len(value)}
        if isinstance(value, AbstractSet):
            items = [
                self._inner(item, f"{path}.{index}") for index, item in enumerate(list(value)[: self.longest])
            ]
            return _wrapped("set", items, len(value))
        if isinstance(value, datetime):
            return self._cut(iso_date(value))
        if isinstance(value, BaseException):
            return _error(value)
        if isinstance(value, re.Pattern):
            return _wrapped("regexp", js_string(value))
        if value is UNDEFINED:
            return {"__enc__": True, "type": "undefined"}
        # Requests, sockets and the like: nothing inside them is for a debug sidebar.
        return {"__enc__": True, "type": "function" if callable(value) else "internal"}

    def _cut(self, text: str) -> str:
        if len(text) <= self.longest or (end := self._cut_at(text, self.longest)) >= len(text):
            return text
        return text[:end] + "..."


def js_length(text: str) -> int:
    """Return the length of a text as JavaScript counts it, in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_big(number: float) -> bool:
    return isinstance(number, int) and abs(number) > MAX_SAFE_INTEGER


def _number(number: float) -> Any:
    if _is_big(number):
        return _wrapped("bigint", js_string(number))
    if number - number != 0:
        return _wrapped("number", js_string(number))
    return number


def _error(error: BaseException) -> dict[str, Any]:
    cause = getattr(error, "cause", None)
    data = {
        "name": _name(error),
        "message": error.message if isinstance(error, FlowError) else str(error),
        "code": getattr(error, "code", None),
        "cause": None if cause is None else js_string(cause),
        "stack": error_stack(error),
    }
    return _wrapped("error", {key: value for key, value in data.items() if value is not None})


def _name(error: BaseException) -> str:
    name = getattr(error, "name", None)
    if isinstance(name, str):
        return name
    plain = isinstance(error, FlowError) or error.__class__ is Exception
    return "Error" if plain else error.__class__.__name__
