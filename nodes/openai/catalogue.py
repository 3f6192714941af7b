"""Finds a method by its name; the records are imported when the first one is asked for."""

from __future__ import annotations

from .record import Method


def find(name: str) -> Method | None:
    """Return the method of this name or alias, or None."""
    from .methods import find

    return find(name)
