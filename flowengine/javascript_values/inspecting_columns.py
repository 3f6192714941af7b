"""Columns for the items of a long array, as Node.js sets them."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

SEPARATOR = 2
"""Characters of a comma and a space."""
MOST_COLUMNS = 12
BIAS = 3
"""Makes more columns of short entries."""
HEIGHT_OF_CHARACTER = 2.5
"""Height of a character, in widths of one; so the columns make about a square."""


def in_columns(entries: list[str], values: Any, indent: int, line: int, most_items: int) -> list[str]:
    """Return lines of several entries each, or the very entries where columns do not suit them.

    ``values`` are what the entries show: numbers are aligned to the right. A last entry beyond ``most_items``
    says how many are not shown, and gets a line of its own.
    """
    shown, rest = entries[:most_items], entries[most_items:]
    lengths = [len(entry) for entry in shown]
    total, widest = sum(lengths) + SEPARATOR * len(shown), max(lengths) + SEPARATOR
    if widest * 3 + indent >= line or not (total / widest > 5 or widest - SEPARATOR <= 6):
        return entries
    columns = _columns(len(shown), len(entries), total, widest, line - indent)
    if columns <= 1:
        return entries
    widths = [max(lengths[column::columns]) + SEPARATOR for column in range(columns)]
    numbers = all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in values[: len(entries)]
    )
    starts = range(0, len(shown), columns)
    return [*(_line(shown[start : start + columns], widths, numbers) for start in starts), *rest]


def _columns(count: int, entries: int, total: int, widest: int, room: int) -> int:
    biased = max(widest - BIAS - sqrt(widest - total / entries), 1)
    square = floor(sqrt(HEIGHT_OF_CHARACTER * biased * count) / biased + 0.5)
    return min(square, floor(room / widest), MOST_COLUMNS)


def _line(entries: list[str], widths: list[int], numbers: bool) -> str:
    *before, last = entries
    if numbers:
        cells = [f"{entry}, ".rjust(width) for entry, width in zip(before, widths, strict=False)]
        return "".join(cells) + last.rjust(widths[len(before)] - SEPARATOR)
    return "".join(f"{entry}, ".ljust(width) for entry, width in zip(before, widths, strict=False)) + last
