"""Fills a section of a mustache template for all objects of a list at once, where it holds plain names only.

Reports repeat one line for each item: its values are taken column by column, so that most of the work is one call
for a column, not one for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowengine.javascript_values import number_texts

from .mustache_parser import Token

Escape = Callable[[str], str]
FillRows = Callable[[Sequence[Any]], "str | None"]


def compile_rows(tokens: list[Token], escape: Escape) -> FillRows | None:
    """Make the function that fills a section of these tokens for a list; None where they are not all plain.

    The function gives None for a list that has more to it than objects with texts and numbers under the names.
    """
    if not all(token.kind in ("text", "name", "&") and _is_plain(token) for token in tokens):
        return None
    texts = [token.value if token.kind == "text" else "" for token in tokens]
    gaps = [
        (at, token.value, escape if token.kind == "name" else None)
        for at, token in enumerate(tokens)
        if token.kind != "text"
    ]
    width = len(texts)

    def fill(items: Sequence[Any]) -> str | None:
        filled = texts * len(items)
        try:
            for at, key, escaped in gaps:
                column = _column_texts([item[key] for item in items], escaped)
                if column is None:
                    return None
                filled[at::width] = column
        except (LookupError, TypeError):  # no object, or one without the name
            return None
        return "".join(filled)

    return fill


def _is_plain(token: Token) -> bool:
    return token.kind == "text" or "." not in token.value


def _column_texts(column: list[Any], escape: Escape | None) -> list[str] | None:
    """Write values as texts; None where some are neither all texts nor all numbers. Raises TypeError as well."""
    if not column:
        return column
    if column[0].__class__ is not str:
        return number_texts(column)
    together = "".join(column)
    # What needs no escaping together needs none each.
    if escape is not None and escape(together) is not together:
        return [escape(text) for text in column]
    return column
