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
_LONG = re.compile(rb"[:,\[]\s*-?[0-9]{16}")
_MINUS_NOUGHT = re.compile(rb"-0(?:[,}\]\s]|$)")
_INTEGRAL_FLOATS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\.0+(?:[,}\]\s]|$)",
        rb"e[-+]?[0-9]+(?:[,}\]\s]|$)",
        rb"E[-+]?[0-9]+(?:[,}\]\s]|$)",
    )
)
_SCALAR = re.compile(rb"\s*-?[0-9]")
# Sixteen digits in a row are found by making all digits one: a pattern would stop at every comma and colon.
_ALIKE = bytes(48 if 48 <= byte < 58 else 32 for byte in range(256))
_SIXTEEN = b"0" * 16


class JsonSyntaxError(FlowError):
    """A text is not JSON; worded as V8 words it."""

    name = "SyntaxError"


def js_parse(text: str | bytes) -> Any:
    """``JSON.parse(text)``: integral numbers come as int, those past 2^53 rounded as JavaScript's.

    Raises JsonSyntaxError, or FlowError where the nesting is too deep to be read.
    """
    try:
        data = text.encode() if isinstance(text, str) else bytes(text)
        if _needs_care(data):
            return _parsed(text)
        value = orjson.loads(data)
    except (UnicodeEncodeError, orjson.JSONDecodeError):
        return _parsed(text)
    if value.__class__ in (dict, list) and any(pattern.search(data) for pattern in _INTEGRAL_FLOATS):
        _make_integral(value)
    return value


def _needs_care(data: bytes) -> bool:
    """Tell whether there may be a number that orjson loses something of, or there is nothing but a number."""
    if _SIXTEEN in data.translate(_ALIKE) and _LONG.search(data):
        return True
    return _MINUS_NOUGHT.search(data) is not None or _SCALAR.match(data) is not None


def _make_integral(value: Any) -> None:
    """Make integral floats whole numbers, as they are in JavaScript, wherever they are inside."""
    pending = [value]
    for place in pending:  # grows meanwhile
        for key, item in place.items() if place.__class__ is dict else enumerate(place):
            kind = item.__class__
            if kind is str:
                continue
            if kind is float:
                if item.is_integer():
                    place[key] = to_js_integral(item)
            elif kind is dict or kind is list:
                pending.append(item)


def _parsed(text: str | bytes) -> Any:
    """Read with JavaScript's numbers and lone surrogates, and say in V8's words what is wrong."""
    if not isinstance(text, str):
        text = bytes(text).decode("utf-8", "replace")
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
