"""``JSON.stringify``: by orjson where its text is the same as JavaScript's, else written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

import orjson

from ..errors import FlowError
from ..undefined import UNDEFINED
from .numbers import number_text
from .strings import iso_date

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# Where orjson and JavaScript part: 1.0 and 1e-6 are spelled otherwise, and JavaScript puts keys that
# look like indexes first. A string in the JSON may look so too; then the slow way is only slow.
# One pattern each, beginning with a letter: so they are searched for at the speed of memchr.
_INTEGRAL_FLOAT = re.compile(rb"\.0(?:[,}\]\s]|$)")
_EXPONENT = re.compile(rb"e[-+]?[0-9]+(?:[,}\]\s]|$)")
_INDEX_KEY = re.compile(rb',\s*"[0-9]+":')
_SURROGATE = re.compile("[\ud800-\udfff]")
_INDEX = re.compile("0|[1-9][0-9]{0,9}")


class CircularStructureError(FlowError):
    """A value holds itself, so it has no JSON."""

    name = "TypeError"


class _UnlikeError(Exception):
    """orjson met a value that it cannot leave out as JavaScript does."""


def js_json(value: Any, indent: int | None = None) -> str:
    """``JSON.stringify(value, null, indent)``; "null" for undefined at the top.

    bytes become ``{"type":"Buffer","data":[...]}``, dates ISO text, NaN null; undefined is left out of dicts.
    Raises CircularStructureError, or FlowError where the nesting is too deep to be walked.
    """
    indent = min(indent or 0, 10)
    try:
        text = orjson.dumps(value, _plain, _OPTIONS | (orjson.OPT_INDENT_2 if indent else 0))
    except (TypeError, _UnlikeError):
        text = b""
    if not text or _INTEGRAL_FLOAT.search(text) or _EXPONENT.search(text) or _has_index_key(text):
        return _written(value, indent)
    if indent and indent != 2:
        text = _indented(text, indent, orjson.dumps(value, _plain, _OPTIONS))
    return text.decode()


def _indented(text: bytes, indent: int, compact: bytes) -> bytes:
    """Indent by more or less than the two spaces of ``text``; ``compact`` is the same without any."""
    if b"  " not in compact:  # then all there are in pairs stand at the beginnings of lines
        return text.replace(b"  ", b" " * indent)
    # Level by level, with a mark that no JSON holds: a pattern would have to call back for every line.
    margin = b" " * indent + b"\0"
    text = text.replace(b"\n  ", b"\n" + margin)
    while b"\0  " in text:
        text = text.replace(b"\0  ", margin)
    return text.replace(b"\0", b"")


def _has_index_key(text: bytes) -> bool:
    # A long array of numbers is all commas, and has no keys.
    return (b',"' in text or b"\n" in text) and _INDEX_KEY.search(text) is not None


def _plain(value: Any) -> Any:
    """Turn what is not plain JSON into what JavaScript's ``toJSON`` gives. Raises _UnlikeError for undefined."""
    if value is UNDEFINED or callable(value):
        raise _UnlikeError
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"type": "Buffer", "data": list(bytes(value))}
    if isinstance(value, datetime):
        return iso_date(value)
    if isinstance(value, Mapping):
        return dict(value)
    to_json = getattr(value, "to_json", None)
    return to_json() if callable(to_json) else {}


def _written(value: Any, indent: int) -> str:
    try:
        return _Writer(indent).write(value, "") or "null"
    except RecursionError:
        raise FlowError("Maximum call stack size exceeded") from None


class _Writer:
    """Writes one value as JavaScript does, knowing the lists and dicts that it is inside of."""

    def __init__(self, indent: int) -> None:
        self.colon = ": " if indent else ":"
        self.step = " " * indent
        self.inside: list[tuple[Any, Any]] = []  # (list or dict, the key or index under which it stands)
        self.open: set[int] = set()

    def write(self, value: Any, margin: str, key: Any = None) -> str | None:
        """Give the JSON of a value, or None where JavaScript leaves it out."""
        if isinstance(value, str):
            return quoted(value)
        if value is None or value is True or value is False:
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, (int, float)):
            return number_text(value) if value - value == 0 else "null"
        if isinstance(value, (list, tuple)):
            return self._within(value, key, self._list, margin)
        if isinstance(value, Mapping):
            return self._within(value, key, self._dict, margin)
        if value is UNDEFINED or callable(value):
            return None
        return self.write(_plain(value), margin, key)

    def _within(self, value: Any, key: Any, write: Callable[[Any, str], str], margin: str) -> str:
        if id(value) in self.open:
            raise CircularStructureError(_circle([*self.inside, (value, key)]))
        self.open.add(id(value))
        self.inside.append((value, key))
        text = write(value, margin)
        self.inside.pop()
        self.open.discard(id(value))
        return text

    def _list(self, items: Any, margin: str) -> str:
        inner = margin + self.step
        return self._enclosed(
            "[", [self.write(item, inner, at) or "null" for at, item in enumerate(items)], "]", margin
        )

    def _dict(self, items: Any, margin: str) -> str:
        inner = margin + self.step
        entries = []
        for key in js_keys(items):
            text = self.write(items[key], inner, key)
            if text is not None:
                entries.append(f"{quoted(str(key))}{self.colon}{text}")
        return self._enclosed("{", entries, "}", margin)

    def _enclosed(self, start: str, entries: list[str], end: str, margin: str) -> str:
        if not entries or not self.step:
            return f"{start}{','.join(entries)}{end}"
        inner = f"\n{margin}{self.step}"
        return f"{start}{inner}{f',{inner}'.join(entries)}\n{margin}{end}"


def quoted(text: str) -> str:
    """Write a text as a JSON string; lone halves of a surrogate pair are escaped."""
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", encode_basestring(text))


def js_keys(items: Mapping[Any, Any]) -> list[Any]:
    """Give the keys in JavaScript's order: indexes first, by size, then the others as they were added."""
    indexes = [key for key in items if _is_index(key)]
    if not indexes:
        return list(items)
    return [*sorted(indexes, key=int), *(key for key in items if not _is_index(key))]


def _is_index(key: Any) -> bool:
    return _INDEX.fullmatch(str(key)) is not None and int(key) < 2**32 - 1


def _circle(inside: list[tuple[Any, Any]]) -> str:
    """Tell the way round the circle as V8 does: its start, three steps, and the one that closes it."""
    start = next(at for at, (value, _) in enumerate(inside) if value is inside[-1][0])
    lines = [f"starting at object with constructor {_constructor(inside[start][0])}"]
    steps = [
        f"{_place(key)} -> object with constructor {_constructor(value)}"
        for value, key in inside[start + 1 : -1]
    ]
    if len(steps) > 3:
        steps[2:-1] = ["..."]
    closing = f"\n    --- {_place(inside[-1][1])} closes the circle"
    way = "".join(f"\n    |     {step}" for step in steps)
    return f"Converting circular structure to JSON\n    --> {lines[0]}{way}{closing}"


def _constructor(value: Any) -> str:
    return "'Array'" if isinstance(value, (list, tuple)) else "'Object'"


def _place(key: Any) -> str:
    return f"index {key}" if isinstance(key, int) else f"property '{key}'"
