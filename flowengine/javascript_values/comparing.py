"""JavaScript's comparisons: ``typeof``, truth, ``===``, ``==``, ``<`` and ``<=``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..undefined import UNDEFINED
from .numbers import js_number, milliseconds
from .strings import js_string, utf16_key


def js_typeof(value: Any) -> str:
    """``typeof value``: null is an object, as are lists, bytes and dates."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if value is UNDEFINED:
        return "undefined"
    return "function" if callable(value) else "object"


def js_truthy(value: Any) -> bool:
    """Tell whether JavaScript takes a value for true: empty lists, dicts and bytes are, NaN is not."""
    if value is True or value is False:
        return bool(value)
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, str):
        return bool(value)
    if isinstance(value, (int, float)):
        return value != 0 and value == value  # NaN is the one number that differs from itself
    return True


def strict_equal(left: Any, right: Any) -> bool:
    """``left === right``: the same kind and value; objects only if they are the same object."""
    if left is right:
        return left == left if type(left) is float else True
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return isinstance(left, (int, float)) and isinstance(right, (int, float)) and left == right


def loose_equal(left: Any, right: Any) -> bool:
    """``left == right``: null equals undefined; texts, booleans and objects turn into numbers or texts."""
    kind = left.__class__
    if kind is right.__class__ and (kind is str or kind is int):
        return bool(left == right)
    if left is None or left is UNDEFINED:
        return right is None or right is UNDEFINED
    if right is None or right is UNDEFINED:
        return False
    if not _is_primitive(left):
        return left is right if not _is_primitive(right) else loose_equal(js_string(left), right)
    if not _is_primitive(right):
        return loose_equal(left, js_string(right))
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return bool(js_number(left) == js_number(right))


def less_than(left: Any, right: Any) -> bool:
    """``left < right``: two texts by UTF-16 code units, everything else as numbers; false beside NaN."""
    if left.__class__ in _NUMBERS and right.__class__ in _NUMBERS:
        return bool(left < right)
    left, right = _number_primitive(left), _number_primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        if left.isascii() and right.isascii():
            return left < right
        return utf16_key(left) < utf16_key(right)
    return bool(js_number(left) < js_number(right))


def less_or_equal(left: Any, right: Any) -> bool:
    """``left <= right``; not the opposite of ``right < left``, for both are false beside NaN."""
    if left.__class__ in _NUMBERS and right.__class__ in _NUMBERS:
        return bool(left <= right)
    left, right = _number_primitive(left), _number_primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        return not less_than(right, left)
    return bool(js_number(left) <= js_number(right))


_NUMBERS: frozenset[Any] = frozenset((int, float))
"""Classes that compare as in JavaScript; a boolean is none of them."""


def _is_primitive(value: Any) -> bool:
    return value is None or value is UNDEFINED or isinstance(value, (str, bool, int, float))


def _number_primitive(value: Any) -> Any:
    if isinstance(value, datetime):
        return milliseconds(value)
    return value if _is_primitive(value) else js_string(value)
