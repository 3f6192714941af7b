"""Queries and paths of URLs, spelt as the service expects them: `a[]=1&a[]=2`, `m[k]=v`, percent-encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flowengine.javascript_values import js_json, js_string
from flowengine.messages import UNDEFINED

from .api_errors import ApiError
from .record import PLACEHOLDER

# What a path segment may hold as it is; everything else is percent-encoded.
SEGMENT = "!$&'()*+,;=:@"
UNSAFE = re.compile(r"(?:^|(?<=/))(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)


def spell_query(values: dict[str, Any]) -> str:
    """Write values as a query without its question mark."""
    return "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in pairs(values))


def pairs(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each plain value, names bracketed below the first level."""
    for name, value in values.items():
        yield from _flat(str(name), value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _flat(f"{name}[]", inner)
    elif value is not UNDEFINED:
        yield name, plain_text(value)


def plain_text(value: Any) -> str:
    """A plain value as text: null is empty, a date ISO."""
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, datetime):
        return (js_json(value) or "").strip('"')
    return js_string(value)


def fill_path(template: str, values: dict[str, Any]) -> str:
    """Put values into `{name}` places. Raises ApiError where one is missing or would change the path."""
    parts: list[str] = []
    wrong: list[tuple[int, int, str]] = []
    end = length = 0
    for place in PLACEHOLDER.finditer(template):
        static = template[end : place.start()]
        encoded, complaint = _segment(values.get(place[1], UNDEFINED))
        if complaint:
            wrong.append((length + len(static), len(encoded), complaint))
        parts += (static, encoded)
        length += len(static) + len(encoded)
        end = place.end()
    path = "".join(parts) + template[end:]
    if parts:
        wrong += [(m.start(), len(m[0]), _unsafe(m[0])) for m in UNSAFE.finditer(path)]
    if wrong:
        raise ApiError(_complaint(path, sorted(wrong)))
    return path


def _segment(value: Any) -> tuple[str, str]:
    """Encode a value of the path; the second text is what is wrong with it, if anything is."""
    kinds = {UNDEFINED: ("undefined", "Undefined"), None: ("null", "Null")}
    shown, kind = kinds[value] if value is None or value is UNDEFINED else ("", "")
    if isinstance(value, dict):
        shown, kind = "[object Object]", "Object"
    if kind:
        return shown, f"Value of type {kind} is not a valid path parameter"
    text = value if isinstance(value, str) else plain_text(value)
    return quote(text, safe=SEGMENT, errors="replace"), ""


def _unsafe(segment: str) -> str:
    return f'Value "{segment}" can\'t be safely passed as a path parameter'


def _complaint(path: str, wrong: list[tuple[int, int, str]]) -> str:
    """Show the path with carets below what is wrong in it."""
    carets = ""
    for start, width, _ in wrong:
        carets += " " * (start - len(carets)) + "^" * width
    reasons = "\n".join(reason for _, _, reason in wrong)
    return f"Path parameters result in path with invalid segments:\n{reasons}\n{path}\n{carets}"
