r"""JavaScript's regular expressions in Python.

A pattern is translated where the two languages differ (``$`` at the very end, ASCII ``\d`` and ``\w``, named groups,
``[^]``) and run by the ``regex`` library, which can stop an expression that explodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..errors import FlowError

TIME_LIMIT = 2.0
"""Seconds one search may take before it is given up."""

_ESCAPES = {"d": "[0-9]", "D": "[^0-9]", "w": "[A-Za-z0-9_]", "W": "[^A-Za-z0-9_]", "/": "/", "-": r"\-"}
_IN_CLASS = {"d": "0-9", "w": "A-Za-z0-9_", "b": r"\x08", "/": "/", "-": r"\-"}
_TOKEN = re.compile(
    r"\\k<(?P<back>\w+)>|\\u\{(?P<point>[0-9a-fA-F]+)\}|\\c(?P<control>[A-Za-z])|\\(?P<escape>.)|\(\?<(?P<group>\w+)>"
    r"|(?P<class>\[\^?\]?)|(?P<end>\])|(?P<dollar>\$)|(?P<dot>\.)|(?P<other>.)",
    re.DOTALL,
)


def js_regex(source: str, flags: str = "") -> re.Pattern[str]:
    """Return a RegExp as a value: a compiled Python pattern. Raises FlowError where it is not well-formed."""
    try:
        return re.compile(_translate(source, "m" in flags, "s" in flags), _flags(flags))
    except re.error as error:
        raise _bad(source, flags, error) from None


class JsRegex:
    """A regular expression that nodes search and replace with, bounded in time."""

    __slots__ = ("_pattern", "source", "whole")

    def __init__(self, source: str, flags: str = "") -> None:
        import regex

        self.source = source
        self.whole = "g" in flags
        """Whether ``replace`` replaces every match."""
        bits = (regex.IGNORECASE if "i" in flags else 0) | (regex.MULTILINE if "m" in flags else 0)
        try:
            self._pattern = regex.compile(
                _translate(source, "m" in flags, "s" in flags), bits | regex.VERSION0
            )
        except regex.error as error:
            raise _bad(source, flags, error) from None

    def search(self, text: str) -> Any:
        """Return the first match, or None."""
        return self._bounded(lambda: self._pattern.search(text, timeout=TIME_LIMIT))

    def split(self, text: str) -> list[Any]:
        """Split as ``String.split`` does, groups included."""
        return list(self._bounded(lambda: self._pattern.split(text, timeout=TIME_LIMIT)))

    def replace(self, text: str, replacement: str) -> str:
        """Replace as ``String.replace`` does, with ``$1``, ``$&``, ``$<name>`` and ``$$`` in the replacement."""
        count = 0 if self.whole else 1
        if "$" not in replacement:
            return str(
                self._bounded(
                    lambda: self._pattern.sub(lambda _: replacement, text, count, timeout=TIME_LIMIT)
                )
            )

        def expand(match: Any) -> str:
            return _expand(match, replacement)

        return str(self._bounded(lambda: self._pattern.sub(expand, text, count, timeout=TIME_LIMIT)))

    def _bounded(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except TimeoutError:
            raise FlowError(
                f"the regular expression /{self.source}/ was given up after {TIME_LIMIT:g} s: "
                "it explodes on this text; make its repetitions unambiguous"
            ) from None


@lru_cache(maxsize=512)
def compile_js_regex(source: str, flags: str = "") -> JsRegex:
    """Return the expression, compiled once."""
    return JsRegex(source, flags)


_REFERENCE = re.compile(r"\$(\$|&|`|'|\d{1,2}|<\w+>)")


def _expand(match: Any, replacement: str) -> str:
    def part(found: re.Match[str]) -> str:
        key = found[1]
        if key == "$":
            return "$"
        if key == "&":
            return str(match[0])
        if key == "`":
            return str(match.string[: match.start()])
        if key == "'":
            return str(match.string[match.end() :])
        if key.startswith("<"):
            return str(match.groupdict().get(key[1:-1]) or "")
        return _numbered(match, key, found[0])

    return _REFERENCE.sub(part, replacement)


def _numbered(match: Any, digits: str, as_is: str) -> str:
    groups = match.re.groups
    if 0 < int(digits) <= groups:
        return match[int(digits)] or ""
    if len(digits) == 2 and 0 < int(digits[0]) <= groups:
        return (match[int(digits[0])] or "") + digits[1]
    return as_is


def _bad(source: str, flags: str, error: Exception) -> FlowError:
    bad = FlowError(f"Invalid regular expression: /{source}/{flags}: {error}")
    bad.name = "SyntaxError"
    return bad


def _flags(flags: str) -> int:
    bits = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    result = 0
    for letter in flags:
        result |= bits.get(letter, 0)
    return result


def _translate(source: str, multiline: bool, dot_all: bool) -> str:
    out: list[str] = []
    in_class = False
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup, token[0]
        if kind == "class" and not in_class:
            out.append(_open_class(text))
            in_class = text not in ("[]", "[^]")
        elif kind == "end" and in_class:
            in_class = False
            out.append("]")
        else:
            out.append(_token(kind or "", token, in_class, multiline, dot_all))
    return "".join(out)


def _open_class(text: str) -> str:
    # In JavaScript an empty class matches nothing and its negation everything.
    return {"[]": r"(?!)", "[^]": r"[\s\S]"}.get(text, text)


def _token(kind: str, token: re.Match[str], in_class: bool, multiline: bool, dot_all: bool) -> str:
    text = token[0]
    if kind == "back":
        return f"(?P={token['back']})"
    if kind == "point":
        return re.escape(chr(int(token["point"], 16)))
    if kind == "control":
        return rf"\x{ord(token['control'].upper()) - 64:02x}"
    if kind == "escape":
        return _escape(token["escape"], in_class)
    if kind == "group" and not in_class:
        return f"(?P<{token['group']}>"
    if kind == "dollar" and not in_class:
        return "$" if multiline else r"\Z"
    if kind == "dot" and not in_class:
        return r"[\s\S]" if dot_all else r"[^\n\r\u2028\u2029]"
    return "\\[" if in_class and text == "[" else text


def _escape(char: str, in_class: bool) -> str:
    known = (_IN_CLASS if in_class else _ESCAPES).get(char)
    if known is not None:
        return known
    if char in "bBsSnrtvf0xu123456789" or not char.isalpha():
        return "\\" + char
    return char if char not in "DW" else f"\\{char}"
