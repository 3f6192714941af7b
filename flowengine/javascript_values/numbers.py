"""JavaScript's numbers: how a text is read as one, and how one is written."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

import orjson

from ..undefined import UNDEFINED

MAX_SAFE_INTEGER = 2**53 - 1
# What JavaScript trims: Python's strip() would also take \x1c-\x1f and \x85, and would leave the BOM.
WHITE_SPACE = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PREFIXED = re.compile(r"0(?:[xX]([0-9a-fA-F]+)|[oO]([0-7]+)|[bB]([01]+))")
_INFINITY = re.compile(r"[+-]?Infinity")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_js_integral(number: float) -> int | float:
    """Give an integral number in JavaScript's safe range as int, anything else (and -0) unchanged."""
    if number.is_integer() and -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        return int(number) if number or math.copysign(1, number) > 0 else number
    return number


def number_text(number: float) -> str:
    """Write a number as JavaScript does: ``1e+21``, ``0.000001``, ``NaN``; -0 is ``0``. Ints stay exact."""
    if isinstance(number, int):
        return int.__repr__(number)
    # The same digits as repr's, in half the time.
    text = orjson.dumps(float(number)).decode()
    if text.endswith(".0"):
        return text[:-2] if number else "0"
    if "e" in text:
        return _respell(text)
    return text if text != "null" else _SPECIAL[repr(number)]


def number_texts(values: list[Any]) -> list[str] | None:
    """Write a list of numbers, each as ``number_text`` does; None where not all are numbers that are plain to write.

    Raises TypeError where there is what JSON has no word for.
    """
    try:
        data = orjson.dumps(values)
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits
        return None
    if not values or data.translate(None, b"0123456789.,-") != b"[]":
        return None if values else []
    if b".0" in data:
        data = data.replace(b".0,", b",").replace(b".0]", b"]")
        if b"-0," in data or b"-0]" in data:
            return None
    return data[1:-1].decode().split(",")


_SPECIAL = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _respell(text: str) -> str:
    """Turn Python's ``1.5e-06`` or ``1e+16`` into JavaScript's spelling of the same digits."""
    mantissa, exponent = text.split("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).rstrip("0")
    point = int(exponent) + 1  # where the decimal point stands, counted from the first digit
    if 0 < point <= 21:
        return f"{sign}{digits[:point].ljust(point, '0')}{'.' if digits[point:] else ''}{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def js_number(value: Any) -> int | float:
    """``Number(value)``: "" is 0, " 12 " is 12, null is 0, "5 apples" is NaN, a date its milliseconds."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return to_js_integral(value)
    if kind is str:
        return _number_of_text(value)
    return _number_of_other(value)


def _number_of_other(value: Any) -> int | float:
    if value is None or value is False:
        return 0
    if value is True:
        return 1
    if value is UNDEFINED:
        return math.nan
    if isinstance(value, datetime):
        return milliseconds(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return to_js_integral(value)
    from .strings import js_string

    return _number_of_text(js_string(value))


def _number_of_text(text: str) -> int | float:
    text = text.strip(WHITE_SPACE)
    if not text:
        return 0
    if _DECIMAL.fullmatch(text):
        return to_js_integral(float(text))
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    if match := _PREFIXED.fullmatch(text):
        return _whole(match[match.lastindex or 1], {1: 16, 2: 8, 3: 2}[match.lastindex or 1])
    return math.nan


def _whole(digits: str, radix: int) -> int | float:
    """Read digits of any radix as JavaScript's number: a float once it is past the safe range."""
    number = int(digits, radix) if radix != 10 else int(float(digits))
    if abs(number) <= MAX_SAFE_INTEGER:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf


def js_parse_float(value: Any) -> int | float:
    """``parseFloat(value)``: the number that the text begins with, else NaN."""
    from .strings import js_string

    text = js_string(value).lstrip(WHITE_SPACE)
    match = _DECIMAL.match(text)
    if match:
        return to_js_integral(float(match[0]))
    if match := _INFINITY.match(text):
        return -math.inf if match[0].startswith("-") else math.inf
    return math.nan


def js_parse_int(value: Any, radix: int = 10) -> int | float:
    """``parseInt(value, radix)``: the whole number that the text begins with, else NaN."""
    from .strings import js_string

    text = js_string(value).strip(WHITE_SPACE).lower()
    negative = text.startswith("-")
    text = text[1:] if text[:1] in ("+", "-") else text
    if text.startswith("0x") and radix in (10, 16):
        text, radix = text[2:], 16
    length = 0
    while length < len(text) and text[length] in _DIGITS[:radix]:
        length += 1
    if not length:
        return math.nan
    number = _whole(text[:length], radix)
    return to_js_integral(-float(number)) if negative else number


def milliseconds(date: datetime) -> int:
    """Give the whole milliseconds since 1970 that a Date holds."""
    return math.floor(round(date.timestamp() * 1_000_000) / 1000)
