"""Query strings and forms: ``a[b]=1&c[]=2`` to nested values as Express reads them, and flat ones back to text."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import quote, unquote

from ..errors import FlowError

MOST_PARAMETERS = 1000
_HOLE = object()
"""An index of a list that nothing was given for; taken out at the end."""
_INDEX = re.compile("0|[1-9][0-9]*")


class QueryTextError(FlowError):
    """A form has more parameters, or goes deeper, than anyone means."""


def parse_query(
    text: str, *, depth: int = 5, array_limit: int = 1000, strict_depth: bool = False
) -> dict[str, Any]:
    """Read a query string. What lies deeper than ``depth`` stays one key, or is an error where ``strict_depth``."""
    if not text:
        return {}
    flat: dict[str, Any] = {}
    simple = True
    for part in (
        text.replace("%5B", "[")
        .replace("%5b", "[")
        .replace("%5D", "]")
        .replace("%5d", "]")
        .split("&", MOST_PARAMETERS)[:MOST_PARAMETERS]
    ):
        key, value = _pair(part)
        if not key or key == "__proto__":
            continue
        simple = simple and "[" not in key
        flat[key] = _combined(flat[key], value) if key in flat else value
    if simple:
        return flat
    result: Any = {}
    for key, value in flat.items():
        segments = _segments(key, depth, strict_depth)
        result = _merge(result, _nested(segments, value, array_limit))
    return _compact(result)  # type: ignore[no-any-return]


def count_parameters(text: str) -> int:
    """Count the parameters of a form without reading it."""
    return text.count("&") + 1


def form_text(values: Any) -> str:
    """Write flat values as a query string, as Node's ``querystring.stringify``: lists repeat their key."""
    if isinstance(values, list):
        values = {str(index): value for index, value in enumerate(values)}
    if not isinstance(values, dict):
        return ""
    pairs: list[str] = []
    for key, value in values.items():
        items = value if isinstance(value, list) else [value]
        pairs.extend(f"{uri_component(str(key))}={uri_component(_primitive(item))}" for item in items)
    return "&".join(pairs)


def uri_component(text: str) -> str:
    """JavaScript's ``encodeURIComponent``."""
    return quote(text, safe="!~*'()")


def _primitive(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and math.isfinite(value):
        from ..javascript_values import js_string

        return js_string(value)
    return ""


def _pair(part: str) -> tuple[str, Any]:
    close = part.find("]=")
    at = part.find("=") if close == -1 else close + 1
    if at == -1:
        return _decoded(part), ""
    return _decoded(part[:at]), _decoded(part[at + 1 :])


def _decoded(text: str) -> str:
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def _combined(there: Any, more: Any) -> list[Any]:
    return [*(there if isinstance(there, list) else [there]), *(more if isinstance(more, list) else [more])]


def _segments(key: str, depth: int, strict: bool) -> list[str]:
    """Split ``a[b][]`` into ``a``, ``[b]``, ``[]``."""
    start = key.find("[")
    segments = [key[:start] if start >= 0 else key] if start != 0 else []
    while start >= 0 and depth > 0:
        end = _closing(key, start)
        if end < 0:
            return [*segments, f"[{key[start:]}]"]
        segments.append(key[start : end + 1])
        depth -= 1
        start = key.find("[", end + 1)
    if start >= 0:
        if strict:
            raise QueryTextError("The input exceeded the depth")
        segments.append(f"[{key[start:]}]")
    return segments


def _closing(key: str, start: int) -> int:
    level = 0
    for at in range(start, len(key)):
        level += (key[at] == "[") - (key[at] == "]")
        if level == 0:
            return at
    return -1


def _nested(segments: list[str], leaf: Any, array_limit: int) -> Any:
    for position in range(len(segments) - 1, -1, -1):
        segment = segments[position]
        if segment == "[]":
            leaf = leaf if isinstance(leaf, list) else [leaf]
            continue
        bracketed = segment.startswith("[") and segment.endswith("]")
        name = segment[1:-1] if bracketed else segment
        if bracketed and _INDEX.fullmatch(name) and int(name) < array_limit:
            leaf = [_HOLE] * int(name) + [leaf]
        elif name != "__proto__":
            leaf = {name: leaf}
        else:
            leaf = {}
    return leaf


def _merge(target: Any, source: Any) -> Any:
    if not isinstance(source, (dict, list)):
        if source == "":
            return target
        if isinstance(target, list):
            return [*target, source]
        return [target, source]
    if not isinstance(target, (dict, list)):
        return [target, *source] if isinstance(source, list) else [target, source]
    if isinstance(target, list) and isinstance(source, list):
        return _merge_lists(target, source)
    merged = _as_dict(target)
    for key, value in _as_dict(source).items():
        merged[key] = _merge(merged[key], value) if key in merged else value
    return merged


def _merge_lists(target: list[Any], source: list[Any]) -> list[Any]:
    for index, item in enumerate(source):
        if item is _HOLE:
            continue
        if index >= len(target):
            target.extend([_HOLE] * (index - len(target)))
            target.append(item)
        elif target[index] is _HOLE:
            target[index] = item
        elif isinstance(target[index], (dict, list)) and isinstance(item, (dict, list)):
            target[index] = _merge(target[index], item)
        else:
            target.append(item)
    return target


def _as_dict(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {str(index): item for index, item in enumerate(value) if item is not _HOLE}


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _compact(item) if isinstance(item, (dict, list)) else item for key, item in value.items()
        }
    return [_compact(item) if isinstance(item, (dict, list)) else item for item in value if item is not _HOLE]
