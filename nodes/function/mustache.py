"""Mustache templates compiled to functions: they look values up in a message as mustache.js does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from flowengine.errors import NodeError
from flowengine.javascript_values import js_string, js_truthy, number_text
from flowengine.messages import UNDEFINED, Msg, step

from .mustache_parser import Token, parse_template
from .mustache_rows import FillRows, compile_rows

Elsewhere = Callable[[str], Any]
"""Gives the value of a name that the message does not have."""


class View:
    """What names are looked up in: a value, and the views around it."""

    __slots__ = ("around", "elsewhere", "escapes", "value")

    def __init__(self, value: Any, around: View | None, elsewhere: Elsewhere, escapes: bool = False) -> None:
        self.value, self.around, self.elsewhere, self.escapes = value, around, elsewhere, escapes


Part = Callable[[View], str]
Lookup = Callable[[View], Any]


def nowhere(name: str) -> Any:
    """Find nothing."""
    return UNDEFINED


class Fill(Protocol):
    """A compiled template."""

    def __call__(self, msg: Any, elsewhere: Elsewhere = nowhere, *, escapes: bool = False) -> str:
        """Fill it from a message, and from elsewhere; ``escapes`` makes texts fit into JSON strings."""


@lru_cache(maxsize=256)
def compile_mustache(template: str) -> Fill:
    """Compile a template. Raises NodeError where it is not well-formed."""
    part = _sequence(parse_template(template))

    def fill(msg: Any, elsewhere: Elsewhere = nowhere, *, escapes: bool = False) -> str:
        return part(View(msg, None, elsewhere, escapes))

    return fill


def _wanted(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.kind not in ("!", "=")]


def _sequence(tokens: list[Token]) -> Part:
    wanted = _wanted(tokens)
    if len(wanted) == 1:
        return _compile(wanted[0])
    # What is text anyway stands in the list already; only the gaps are filled for each message.
    texts = [token.value if token.kind == "text" else "" for token in wanted]
    gaps = [
        (at, _plain_key(token), _compile(token)) for at, token in enumerate(wanted) if token.kind != "text"
    ]

    def sequence(view: View) -> str:
        filled = texts.copy()
        # Most names are keys of the innermost value, and most values texts or numbers: they cost no call.
        value = view.value if view.value.__class__ in _KEYED and not view.escapes else _NOTHING
        for at, key, part in gaps:
            found: Any = value.get(key)
            kind: Any = found.__class__
            if kind is str:
                filled[at] = found.translate(_HTML) if _needs_escape(found) else found
            elif kind is int:
                filled[at] = repr(found)
            elif kind is float:
                filled[at] = number_text(found)
            else:
                filled[at] = part(view)
        return "".join(filled)

    return sequence


_KEYED: frozenset[Any] = frozenset((dict, Msg))
_NOTHING: dict[Any, Any] = {}


def _plain_key(token: Token) -> str | None:
    """Return the key that a tag stands for, where it is to be looked up and escaped and nothing else."""
    return token.value if token.kind == "name" and "." not in token.value else None


def _compile(token: Token) -> Part:
    if token.kind == "text":
        return lambda view: token.value
    if token.kind == ">":  # there are no partials here, and the genuine node fails with this text
        raise NodeError("tokens.forEach is not a function")
    if token.kind == "name":
        return _escaped(token.value)
    find = _lookup(token.value)
    if token.kind == "#":
        return _section(find, _sequence(token.inner), compile_rows(_wanted(token.inner), escape_html))
    if token.kind == "^":
        return _inverted(find, _sequence(token.inner))
    return _unescaped(find)


# tags

_HTML = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("'"): "&#39;",
    ord("/"): "&#x2F;",
    ord("`"): "&#x60;",
    ord("="): "&#x3D;",
}
_needs_escape = re.compile("[&<>\"'/`=]").search


def escape_html(text: str) -> str:
    """Escape a text for HTML, with the entities that mustache.js uses."""
    return text.translate(_HTML) if _needs_escape(text) else text


def _escaped(name: str) -> Part:
    find = _lookup(name)

    def part(view: View) -> str:
        value = find(view)
        kind: Any = value.__class__
        if kind is str:
            return str(value.translate(_HTML)) if _needs_escape(value) else str(value)
        if kind is int or kind is float:
            return number_text(value)
        return "" if value is None or value is UNDEFINED else escape_html(js_string(value))

    return part


def _unescaped(find: Lookup) -> Part:
    def part(view: View) -> str:
        value = find(view)
        return "" if value is None or value is UNDEFINED else js_string(value)

    return part


def _section(find: Lookup, inner: Part, fill_rows: FillRows | None) -> Part:
    def part(view: View) -> str:
        value = find(view)
        if not js_truthy(value):
            return ""
        if isinstance(value, (list, tuple)):
            if fill_rows is not None and (rows := fill_rows(value)) is not None:
                return rows
            within, texts = _within(view, None), []
            for item in value:
                within.value = item
                texts.append(inner(within))
            return "".join(texts)
        return inner(view if value is True else _within(view, value))

    return part


def _within(view: View, value: Any) -> View:
    # Only what stands outside of sections is escaped for JSON: so the genuine node does it.
    return View(value, view, view.elsewhere)


def _inverted(find: Lookup, inner: Part) -> Part:
    def part(view: View) -> str:
        value = find(view)
        return inner(view) if not js_truthy(value) or value == [] else ""

    return part


# names


def _lookup(name: str) -> Lookup:
    """Make the function that finds a name: in the view, the views around it, then elsewhere."""
    find_in = _by_path(name.split(".")) if name.find(".") > 0 else _by_key(name)

    if name == ".":
        return lambda view: _for_json(view.value) if view.escapes else view.value

    def find(view: View) -> Any:
        value = find_in(view.value)
        around = view.around
        while value is UNDEFINED:
            if around is None:
                return view.elsewhere(name)
            value = find_in(around.value)
            around = around.around
        return _for_json(value) if view.escapes else value

    return find


def _by_key(name: str) -> Lookup:
    def find_in(value: Any) -> Any:
        if isinstance(value, dict):
            return value.get(name, UNDEFINED)
        if value is None or isinstance(value, (list, tuple, bytes, bytearray, Mapping, BaseException)):
            return step(value, name)  # an error for null, as in JavaScript
        return UNDEFINED

    return find_in


def _by_path(names: list[str]) -> Lookup:
    def find_in(value: Any) -> Any:
        for name in names:
            if value.__class__ in _KEYED:
                value = value.get(name, UNDEFINED)
            elif value is None or value is UNDEFINED:
                return UNDEFINED
            else:
                value = step(value, name)
        return value

    return find_in


_JSON = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 92: "\\\\"}


def _for_json(value: Any) -> Any:
    """Escape what would break a JSON string; quotes stay, for they may be meant."""
    return value.translate(_JSON) if isinstance(value, str) else value
