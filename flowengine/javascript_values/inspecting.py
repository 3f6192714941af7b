"""How Node.js shows a value to people (``util.inspect``): statuses and logs of nodes contain such texts.

Up to three levels of nesting go on one line where they fit; long arrays are set in columns.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from ..undefined import Undefined
from .inspecting_columns import in_columns
from .numbers import MAX_SAFE_INTEGER, number_text
from .stringify import js_keys
from .strings import iso_date, pattern_text

DEPTH = 2
LINE = 80
ONE_LINE_LEVELS = 3
MOST_ITEMS = 100
MOST_BYTES = 50
LONGEST_STRING = 10_000
SHORT_STRING = 16
"""Strings up to here stay on one line, wherever they stand."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_SHORT_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


def js_inspect(value: Any, depth: int = DEPTH) -> str:
    """Return the text; what lies deeper than ``depth`` is only named."""
    return _Inspector(depth).show(value, 0)


class _Inspector:
    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.indent = 0
        self.above: list[int] = []
        self.circles: dict[int, int] = {}
        self.deepest = 0  # level of the object that was shown last

    def show(self, value: Any, level: int) -> str:
        """Show a value that stands at a level of nesting."""
        if isinstance(value, str):
            return self._string(value)
        if value is None or isinstance(value, (bool, int, float, Undefined)):
            return _primitive(value)
        if isinstance(value, (dict, list, tuple, AbstractSet)):
            return self._container(value, level)
        return _single(value)

    def _container(self, value: Any, level: int) -> str:
        if id(value) in self.above:
            number = self.circles.setdefault(id(value), len(self.circles) + 1)
            return f"[Circular *{number}]"
        is_list = isinstance(value, (list, tuple))
        prefix = f"Set({len(value)})" if isinstance(value, AbstractSet) else ""
        opening, closing = ("[", "]") if is_list else ("{", "}")
        if not value:
            return f"{prefix} {opening}{closing}".lstrip()
        if level > self.depth:
            return "[Array]" if is_list else "[Set]" if prefix else "[Object]"
        self.deepest = level = level + 1
        self.above.append(id(value))
        entries = self._entries(value, level)
        self.above.pop()
        if number := self.circles.get(id(value), 0):
            prefix = f"<ref *{number}> {prefix}".rstrip()
        lines = (
            in_columns(entries, value, self.indent, LINE, MOST_ITEMS)
            if is_list and len(entries) > 6
            else entries
        )
        start = f"{prefix} {opening}".lstrip()
        if lines is entries and self.deepest - level < ONE_LINE_LEVELS and self._fits(entries, prefix):
            return f"{start} {', '.join(entries)} {closing}"
        margin = "\n" + " " * self.indent
        return f"{start}{margin}  " + f",{margin}  ".join(lines) + f"{margin}{closing}"

    def _entries(self, value: Any, level: int) -> list[str]:
        self.indent += 2
        if isinstance(value, dict):
            entries = [f"{_key(str(key))}: {self.show(value[key], level)}" for key in js_keys(value)]
        else:
            items = list(value)
            entries = [self.show(item, level) for item in items[:MOST_ITEMS]]
            if (more := len(items) - MOST_ITEMS) > 0:
                entries.append(f"... {more} more item{'s' if more > 1 else ''}")
        self.indent -= 2
        return entries

    def _fits(self, entries: list[str], prefix: str) -> bool:
        start = len(entries) + self.indent + 1 + len(prefix) + 10
        total = sum(map(len, entries)) + len(entries) + start
        return total <= LINE and not any("\n" in entry for entry in entries)

    def _string(self, text: str) -> str:
        more = len(text) - LONGEST_STRING
        trailer = f"... {more} more character{'s' if more > 1 else ''}" if more > 0 else ""
        text = text[:LONGEST_STRING]
        if len(text) <= SHORT_STRING or len(text) <= LINE - self.indent - 4:
            return _quoted(text) + trailer
        glue = " +\n" + " " * (self.indent + 2)
        return glue.join(_quoted(line) for line in re.split(r"(?<=\n)(?!$)", text)) + trailer


def _primitive(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
        return f"{value}n"
    return "-0" if value == 0 and str(value) == "-0.0" else number_text(value)


def _single(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return _buffer(bytes(value))
    if isinstance(value, datetime):
        return iso_date(value)
    if isinstance(value, re.Pattern):
        return pattern_text(value)
    if isinstance(value, BaseException):
        return f"[{getattr(value, 'name', None) or value.__class__.__name__}: {value}]"
    return "[Function]" if callable(value) else f"[{value.__class__.__name__}]"


def _key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    """Put a text in quotes: single ones, or others where it has single ones and none of the others."""
    quote = "'"
    if "'" in text:
        quote = next((mark for mark in '"`' if mark not in text and not (mark == "`" and "${" in text)), "'")
    escaped = _ESCAPED.sub(_escape, text)
    return quote + (escaped.replace("'", "\\'") if quote == "'" else escaped) + quote


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if (short := _SHORT_ESCAPES.get(char)) is not None:
        return short
    return f"\\x{ord(char):02X}" if ord(char) < 256 else f"\\u{ord(char):04X}"


def _buffer(data: bytes) -> str:
    more = len(data) - MOST_BYTES
    shown = "".join(f" {byte:02x}" for byte in data[:MOST_BYTES])
    return f"<Buffer{shown}{f' ... {more} more byte' + ('s' if more > 1 else '') if more > 0 else ''}>"
