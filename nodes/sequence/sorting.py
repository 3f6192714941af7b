"""Sorting as JavaScript's comparisons have it, which differ from Python's for mixed values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any, TypeVar

from flowengine.javascript_values import js_number, less_than, strict_equal, utf16_key

Item = TypeVar("Item")


def sort_by(
    items: Sequence[Item], key: Callable[[Item], Any], *, as_numbers: bool, descending: bool
) -> list[Item]:
    """Sort items by their keys; items with equal keys keep their order."""
    keys = [js_number(key(item)) if as_numbers else key(item) for item in items]
    order = sorted(range(len(keys)), key=_sort_key(keys, descending), reverse=descending and _is_simple(keys))
    return [items[position] for position in order]


def _sort_key(keys: list[Any], descending: bool) -> Callable[[int], Any]:
    if _is_simple(keys):
        texts = bool(keys) and isinstance(keys[0], str)
        return (lambda position: utf16_key(keys[position])) if texts else (lambda position: keys[position])
    direction = -1 if descending else 1

    def compare(first: int, second: int) -> int:
        one, other = keys[first], keys[second]
        if strict_equal(one, other):
            return 0
        return direction if less_than(other, one) else -direction

    return cmp_to_key(compare)


def _is_simple(keys: list[Any]) -> bool:
    """Whether Python compares these as JavaScript does: texts only, or numbers without NaN."""
    kinds = {key.__class__ for key in keys}
    if kinds <= {int, float}:
        return all(key == key for key in keys)
    return kinds == {str}
