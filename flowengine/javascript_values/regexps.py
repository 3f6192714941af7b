"""JavaScript's regular expressions in Python.

A pattern is translated (``regex_syntax``) and run by the ``regex`` library, which can stop an expression that
explodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..errors import FlowError
from .regex_syntax import python_syntax

TIME_LIMIT = 2.0
"""Seconds one search may take before it is given up."""


def js_regex(source: str, flags: str = "") -> re.Pattern[str]:
    """Return a RegExp as a value: a compiled Python pattern. Raises FlowError where it is not well-formed."""
    try:
        return re.compile(python_syntax(source, flags), _flags(flags))
    except (re.error, ValueError, OverflowError, RecursionError) as error:
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
            self._pattern = regex.compile(python_syntax(source, flags), bits | regex.VERSION0)
        except (regex.error, ValueError, OverflowError, RecursionError) as error:
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


_REFERENCE = re.compile(r"\$(\$|&|`|'|\d{1,2}|<[^>]*>)")


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
            return str(match.groupdict().get(key[1:-1]) or "") if match.re.groupindex else found[0]
        return _numbered(match, key, found[0])

    return _REFERENCE.sub(part, replacement)


def _numbered(match: Any, digits: str, as_is: str) -> str:
    groups = match.re.groups
    if 0 < int(digits) <= groups:
        return match[int(digits)] or ""
    if len(digits) == 2 and 0 < int(digits[0]) <= groups:
        return (match[int(digits[0])] or "") + digits[1]
    return as_is


_REASONS = {
    "missing ), unterminated subpattern": "Unterminated group",
    "missing )": "Unterminated group",
    "unbalanced parenthesis": "Unmatched ')'",
    "nothing to repeat": "Nothing to repeat",
    "multiple repeat": "Nothing to repeat",
}


def _bad(source: str, flags: str, error: Exception) -> FlowError:
    text = str(getattr(error, "msg", error))
    reason = (
        "Range out of order in character class" if "character range" in text else _REASONS.get(text, text)
    )
    bad = FlowError(f"Invalid regular expression: /{source}/{flags}: {reason}")
    bad.name = "SyntaxError"
    return bad


def _flags(flags: str) -> int:
    bits = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    result = 0
    for letter in flags:
        result |= bits.get(letter, 0)
    return result
