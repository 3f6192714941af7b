"""``JSON.parse``: by orjson where it reads the same values as JavaScript, else by the standard library."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from ..errors import FlowError
from .json_errors import describe_error
from .numbers import MAX_SAFE_INTEGER, to_js_integral

# Numbers that orjson reads otherwise: past 2^53, -0, and floats that are integral (1.0, 1e3).
_LONG = re.compile(rb"[:,\[]\s*-?[0-9]{16}")
_MINUS_NOUGHT = re.compile(rb"-0(?:[,}\]\s]|$)")
_NO_FRACTION = re.compile(rb"\.0+(?=[,}\]\s]|$)")
_WHOLE_NUMBER = re.compile(rb"[:,\[\s](?:-?[1-9][0-9]*|0)\Z")
_EXPONENT = re.compile(rb"[eE][-+]?[0-9]+(?:[,}\]\s]|$)")
_SCALAR = re.compile(rb"\s*-?[0-9]")
# Digits in a row, and exponents, are found by making all digits one: a pattern would stop at every comma and colon.
_ALIKE = bytes(48 if 48 <= byte < 58 else 101 if byte in b"eE" else 32 for byte in range(256))
_SIXTEEN = b"0" * 16
_SPARSE = 200
"""Bytes of JSON for each integral float, from which on it costs less to rewrite these than to look at every value."""


class JsonSyntaxError(FlowError):
    """A text is not JSON; worded as V8 words it."""

    name = "SyntaxError"


def js_parse(text: str | bytes) -> Any:
    """``JSON.parse(text)``: integral numbers come as int, those past 2^53 rounded as JavaScript's.

    Raises JsonSyntaxError, or FlowError where the nesting is too deep to be read.
    """
    try:
        data = text.encode() if isinstance(text, str) else bytes(text)
        alike = data.translate(_ALIKE)
        if _needs_care(data, alike):
            return _parsed(text)
        may_be_integral = b"0e" in alike and _EXPONENT.search(data) is not None
        if not may_be_integral and _NO_FRACTION.search(data):
            whole = _without_fractions(data)
            may_be_integral, data = whole is None, whole or data
        value = orjson.loads(data)
    except (UnicodeEncodeError, orjson.JSONDecodeError):
        return _parsed(text)
    if may_be_integral and value.__class__ in (dict, list):
        _make_integral(value)
    return value


def _needs_care(data: bytes, alike: bytes) -> bool:
    """Tell whether there may be a number that orjson loses something of, or there is nothing but a number."""
    if _SIXTEEN in alike and _LONG.search(data):
        return True
    # To look for one byte takes no time beside that of a pattern, and mostly there is nothing to be found.
    has_minus_nought = b"-" in data and b"-0" in data and _MINUS_NOUGHT.search(data) is not None
    return has_minus_nought or _SCALAR.match(data) is not None


def _without_fractions(data: bytes) -> bytes | None:
    """Write ``1.0`` as ``1`` wherever it is a number, not in a string.

    None where there are many, or where it is not plain to see which are numbers.
    """
    found = list(_NO_FRACTION.finditer(data))
    if len(found) * _SPARSE > len(data) or b"\\" in data:
        return None
    pieces = []
    end, in_text = 0, False
    for match in found:
        start = match.start()
        # No quote is escaped: so those that came before tell whether this is inside of two.
        in_text ^= data.count(b'"', end, start) % 2 == 1
        if in_text:
            pieces.append(data[end : match.end()])
        elif _WHOLE_NUMBER.search(data, max(start - 18, 0), start):
            pieces.append(data[end:start])
        else:
            return None
        end = match.end()
    return b"".join((*pieces, data[end:]))


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
