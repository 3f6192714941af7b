"""``JSON.parse``: by orjson where it reads the same values as JavaScript, else by the standard library."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from ..errors import FlowError
from .json_errors import describe_error
from .numbers import MAX_SAFE_INTEGER, to_js_integral

# Numbers that orjson reads otherwise: past 2^53, -0, and floats that are integral (1.0, 1e3). One pattern
# each, beginning with a letter: so they are searched for at the speed of memchr.
_READ_OTHERWISE = tuple(
    re.compile(pattern)
    for pattern in (
        r":\s*-?[0-9]{16}",
        r",\s*-?[0-9]{16}",
        r"\[\s*-?[0-9]{16}",
        r"\.0+(?:[,}\]\s]|$)",
        r"e[-+]?[0-9]+(?:[,}\]\s]|$)",
        r"E[-+]?[0-9]+(?:[,}\]\s]|$)",
        r"-0(?:[,}\]\s]|$)",
    )
)
_SCALAR = re.compile(r"\s*-?[0-9]")


class JsonSyntaxError(FlowError):
    """A text is not JSON; worded as V8 words it."""

    name = "SyntaxError"


def js_parse(text: str | bytes) -> Any:
    """``JSON.parse(text)``: integral numbers come as int, those past 2^53 rounded as JavaScript's.

    Raises JsonSyntaxError, or FlowError where the nesting is too deep to be read.
    """
    if not isinstance(text, str):
        text = bytes(text).decode("utf-8", "replace")
    for pattern in _READ_OTHERWISE:
        if pattern.search(text):
            return _parsed(text)
    if _SCALAR.match(text):  # a number by itself
        return _parsed(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parsed(text)


def _parsed(text: str) -> Any:
    """Read with JavaScript's numbers and lone surrogates, and say in V8's words what is wrong."""
    try:
        return _DECODER.decode(text)
    except ValueError:
        raise JsonSyntaxError(describe_error(text)) from None
    except RecursionError:
        raise FlowError("Maximum call stack size exceeded") from None


def _whole(digits: str) -> int | float:
    if len(digits) < 16 and digits != "-0":
        return int(digits)
    if len(digits) > 400:  # also past what int() is willing to read
        return float(digits)
    number = int(digits)
    return number if abs(number) <= MAX_SAFE_INTEGER and digits != "-0" else float(digits)


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(
    parse_int=_whole, parse_float=lambda digits: to_js_integral(float(digits)), parse_constant=_refuse
)
