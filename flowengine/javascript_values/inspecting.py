"""How Node.js shows a value to people (``util.inspect``), as far as texts of nodes contain it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ..undefined import Undefined
from .numbers import number_text
from .strings import iso_date

_IDENTIFIER = re.compile(r"^[A-Za-z_$][\w$]*$")
LINE = 72
DEPTH = 2


def js_inspect(value: Any, depth: int = DEPTH) -> str:
    """Return the text; nested objects below ``depth`` are named only."""
    return _inspect(value, 0, depth, 0, ())


def _inspect(value: Any, level: int, depth: int, indent: int, above: tuple[int, ...]) -> str:
    if value is None:
        return "null"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "-0" if value == 0 and str(value) == "-0.0" else number_text(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (bytes, bytearray)):
        return _buffer(bytes(value))
    if isinstance(value, datetime):
        return iso_date(value)
    return _composite(value, level, depth, indent, above)


def _composite(value: Any, level: int, depth: int, indent: int, above: tuple[int, ...]) -> str:
    if id(value) in above:
        return "[Circular *1]"
    inner = (*above, id(value))
    if isinstance(value, dict):
        if level > depth:
            return "[Object]"
        parts = [
            f"{_key(key)}: {_inspect(item, level + 1, depth, indent + 2, inner)}"
            for key, item in value.items()
        ]
        return _joined(parts, "{", "}", indent)
    if isinstance(value, (list, tuple)):
        if level > depth:
            return "[Array]"
        parts = [_inspect(item, level + 1, depth, indent + 2, inner) for item in value[:100]]
        if len(value) > 100:
            parts.append(f"... {len(value) - 100} more item" + ("s" if len(value) > 101 else ""))
        return _joined(parts, "[", "]", indent)
    if isinstance(value, BaseException):
        return f"{getattr(value, 'name', None) or value.__class__.__name__}: {value}"
    return f"[{value.__class__.__name__}]"


def _joined(parts: list[str], opening: str, closing: str, indent: int) -> str:
    if not parts:
        return opening + closing
    if sum(map(len, parts)) + len(parts) + indent <= LINE and not any("\n" in part for part in parts):
        return f"{opening} {', '.join(parts)} {closing}"
    pad = " " * (indent + 2)
    return f"{opening}\n{pad}" + f",\n{pad}".join(parts) + f"\n{' ' * indent}{closing}"


def _key(key: str) -> str:
    return key if _IDENTIFIER.match(key) else _quoted(key)


def _quoted(text: str) -> str:
    quote = next((mark for mark in "'\"`" if mark not in text), "'")
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return quote + (escaped.replace("'", "\\'") if quote == "'" else escaped) + quote


def _buffer(data: bytes) -> str:
    shown = " ".join(f"{byte:02x}" for byte in data[:50])
    more = f" ... {len(data) - 50} more byte" + ("s" if len(data) != 51 else "") if len(data) > 50 else ""
    return f"<Buffer{' ' if shown else ''}{shown}{more}>"
