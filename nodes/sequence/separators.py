"""Separators as split and join write them: text with JavaScript's escapes, or bytes as a JSON array."""

from __future__ import annotations

import re
from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_parse, js_string
from flowengine.typed_values import to_buffer

# "\e" has no meaning in JavaScript, so there it is the letter.
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\e": "e", "\\f": "\f", "\\0": "\0"}


def unescape(text: str) -> str:
    """Replace the escapes for line feed, return, tab, form feed and NUL."""
    for written, meant in _ESCAPES.items():
        text = text.replace(written, meant)
    return text


def byte_list(text: Any) -> list[Any]:
    """Read a JSON array of bytes. Raises NodeError where it is none."""
    values = js_parse(js_string(text))
    if not isinstance(values, list):
        raise NodeError("not an array", error_object=True)
    return values


def separator_bytes(separator: Any) -> bytes:
    """Return a separator as bytes."""
    return bytes(separator) if isinstance(separator, (bytes, bytearray)) else to_buffer(separator)


def whole_number(value: Any) -> int | None:
    """Read the whole number that a text begins with, as ``parseInt`` does; None where there is none."""
    match = re.match(r"\s*([+-]?\d+)", js_string(value))
    return int(match[1]) if match else None
