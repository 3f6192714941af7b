"""Values to YAML text in js-yaml's layout: blocks, two spaces, quotes only where a text would read otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flowengine.errors import FlowError
from flowengine.javascript_values import iso_date, js_string

WIDTH = 80
"""Columns after which a text is folded."""
NARROW = 40
"""Columns that a deeply indented text has all the same."""

_RESERVED = re.compile(
    r"^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|~|<<|[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?)|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?)$"
)
_YAML_1_1_BOOLEANS = frozenset(
    ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF")
)
_FIRST = frozenset("-?:,[]{}#&*!|=>'\"%@`")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|\t")


def write_yaml(value: Any) -> str:
    """Return the YAML of a value."""
    return _Writer().node(value, 0, top=True, block=True) + "\n"


class _Writer:
    def __init__(self) -> None:
        self.above: set[int] = set()

    def node(
        self, value: Any, level: int, *, top: bool = False, block: bool = False, compact: bool = False
    ) -> str:
        if isinstance(value, (dict, list, tuple)):
            if id(value) in self.above:
                raise FlowError("a value that contains itself has no YAML here")
            self.above.add(id(value))
            try:
                return self._collection(value, level, top=top, compact=compact)
            finally:
                self.above.discard(id(value))
        return self._scalar(value, level)

    def _collection(self, value: Any, level: int, *, top: bool, compact: bool) -> str:
        if not value:
            return "{}" if isinstance(value, dict) else "[]"
        lines = list(self._pairs(value, level) if isinstance(value, dict) else self._items(value, level))
        pad = "\n" + "  " * level
        return pad.join(lines) if top or compact else pad + pad.join(lines)

    def _items(self, value: Any, level: int) -> Iterator[str]:
        for item in value:
            yield "- " + self.node(item, level + 1, block=True, compact=True)

    def _pairs(self, value: dict[str, Any], level: int) -> Iterator[str]:
        for key, item in value.items():
            name = self._scalar(key, level, key=True)
            text = self.node(item, level + 1, block=True)
            yield f"{name}:{text}" if text.startswith("\n") else f"{name}: {text}"

    def _scalar(self, value: Any, level: int, *, key: bool = False) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float) and not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        if isinstance(value, (int, float)):
            return "-0.0" if value == 0 and math.copysign(1, value) < 0 else js_string(value)
        if isinstance(value, datetime):
            return iso_date(value)
        if isinstance(value, (bytes, bytearray)):
            return _binary(bytes(value))
        if isinstance(value, str):
            return _text(value, level, key)
        raise FlowError(f"a {type(value).__name__} has no YAML")


def _binary(data: bytes) -> str:
    import base64

    return f"!!binary {base64.b64encode(data).decode()}"


def _text(text: str, level: int, key: bool) -> str:
    if not text:
        return "''"
    if text in _YAML_1_1_BOOLEANS:
        return f"'{text}'"
    if _UNPRINTABLE.search(text.replace("\n", "")) or "\r" in text:
        return _double_quoted(text)
    if "\n" in text and not key:
        return _block(text, level)
    if "\n" in text:
        return _double_quoted(text)
    if not _is_plain(text):
        if not key and len(text) > _width(level) and _folds(text, level):
            return _block(text, level)
        return "'" + text.replace("'", "''") + "'"
    if not key and _folds(text, level):
        return _block(text, level)
    return text


def _width(level: int) -> int:
    return max(min(WIDTH, NARROW), WIDTH - 2 * max(1, level))


def _folds(text: str, level: int) -> bool:
    """Tell whether a text of one line is long and has a blank to fold it at."""
    return any(len(line) > _width(level) and line[:1] != " " for line in text.split("\n"))


def _is_plain(text: str) -> bool:
    first = text[0]
    if first in _FIRST and not (first in "-?:" and len(text) > 1 and text[1] not in " \t,[]{}"):
        return False
    if text[0] in " \t" or text[-1] in " \t:":
        return False
    if re.search(r":[ \t]|[ \t]#|[,\[\]{}]", text) and _needs_quotes(text):
        return False
    return not _RESERVED.match(text)


def _needs_quotes(text: str) -> bool:
    # Outside of flow collections commas and brackets within a text are plain.
    return bool(re.search(r":[ \t]|[ \t]#", text))


def _block(text: str, level: int) -> str:
    """Write a text as a literal block, or folded where its lines are long."""
    folded = any(len(line) > _width(level) and line[:1] != " " for line in text.split("\n"))
    end = (
        ""
        if text.endswith("\n") and not text.endswith("\n\n") and text != "\n"
        else "+"
        if text.endswith("\n")
        else "-"
    )
    indicator = "2" if text.lstrip("\n")[:1] == " " else ""
    body = _fold(text, _width(level)) if folded else text
    pad = "  " * max(1, level)
    lines = body.removesuffix("\n").split("\n")
    return f"{'>' if folded else '|'}{indicator}{end}\n" + "\n".join(
        pad + line if line else line for line in lines
    )


def _fold(text: str, width: int) -> str:
    lines = text.split("\n")
    result = []
    for position, line in enumerate(lines):
        result.append(_fold_line(line, width))
        following = lines[position + 1] if position + 1 < len(lines) else None
        if following is not None and line and line[:1] != " " and following[:1] not in ("", " "):
            result.append("")
    return "\n".join(result)


def _fold_line(line: str, width: int) -> str:
    if not line or line[0] == " ":
        return line
    out, start, last = [], 0, 0
    for match in re.finditer(r" [^ ]", line):
        at = match.start()
        if at - start > width:
            cut = last if last > start else at
            out.append(line[start:cut])
            start = cut + 1
        last = at
    if len(line) - start > width and last > start:
        out += [line[start:last], line[last + 1 :]]
    else:
        out.append(line[start:])
    return "\n".join(out)


def _double_quoted(text: str) -> str:
    names = {
        "\0": "\\0", "\x07": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\x0b": "\\v", "\f": "\\f", "\r": "\\r",
        "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
    }  # fmt: skip
    return '"' + "".join(names.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if not _UNPRINTABLE.match(char):
        return char
    return f"\\x{code:02X}" if code < 256 else f"\\u{code:04X}" if code < 65536 else f"\\U{code:08X}"
