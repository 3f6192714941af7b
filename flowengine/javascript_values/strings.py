"""JavaScript's text of a value: what ``String(value)`` gives."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from ..errors import FlowError, error_text
from ..undefined import UNDEFINED
from .numbers import number_text


def js_string(value: Any) -> str:
    """``String(value)``: lists joined by commas, dicts ``[object Object]``, bytes read as UTF-8.

    Raises FlowError where lists are nested too deep to be walked.
    """
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return number_text(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    return _text_of_object(value)


def _text_of_object(value: Any) -> str:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return _joined(value)
    if isinstance(value, (int, float)):
        return number_text(value)
    return _text_of_instance(value)


def _text_of_instance(value: Any) -> str:
    if isinstance(value, datetime):
        return date_text(value)
    if isinstance(value, AbstractSet):
        return "[object Set]"
    if isinstance(value, re.Pattern):
        return pattern_text(value)
    if isinstance(value, BaseException):
        return error_text(value)
    if isinstance(value, dict) and "toString" in value:  # it hides the method of that name
        raise NotPrimitiveError("Cannot convert object to primitive value")
    return "[object Object]"


class NotPrimitiveError(FlowError):
    """An object has no text."""

    name = "TypeError"


def _joined(items: list[Any] | tuple[Any, ...]) -> str:
    try:
        return _join(items, set())
    except RecursionError:
        raise FlowError("Maximum call stack size exceeded") from None


def _join(items: list[Any] | tuple[Any, ...], open_lists: set[int]) -> str:
    """Join as ``Array.join`` does: null, undefined and a list that holds itself are empty."""
    if id(items) in open_lists:
        return ""
    open_lists.add(id(items))
    texts = []
    for item in items:
        if isinstance(item, (list, tuple)):
            texts.append(_join(item, open_lists))
        else:
            texts.append("" if item is None or item is UNDEFINED else js_string(item))
    open_lists.discard(id(items))
    return ",".join(texts)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(date: datetime) -> str:
    """Write a date as JavaScript's ``Date`` prints itself, in the zone of this machine."""
    local = date.astimezone()
    zone = local.tzname() or ""
    day = f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]} {local.day:02} {local.year:04}"
    name = "Coordinated Universal Time" if zone == "UTC" else zone
    return f"{day} {local:%H:%M:%S} GMT{local:%z} ({name})"


def iso_date(date: datetime) -> str:
    """Write a date as ``toISOString`` does: ``2020-01-01T00:00:00.000Z``."""
    utc = date.astimezone(UTC)
    return f"{utc.year:04}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"


_FLAGS = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))


def pattern_text(pattern: re.Pattern[Any]) -> str:
    """Write a regular expression as JavaScript does: ``/a+/i``."""
    flags = "".join(letter for flag, letter in _FLAGS if pattern.flags & flag)
    return f"/{pattern.pattern}/{flags}"


def utf16_key(text: str) -> bytes:
    """Give a key that sorts texts as JavaScript does, by UTF-16 code units, unlike Python's code points."""
    return text.encode("utf-16-be", "surrogatepass")
