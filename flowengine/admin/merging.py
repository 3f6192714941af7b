"""Lays JSON objects over each other."""

from __future__ import annotations

from typing import Any

DEEPEST = 20


def merged(old: dict[str, Any], changes: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Lay changes over settings, objects within objects; null removes."""
    found = dict(old)
    for key, value in changes.items():
        before = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(before, dict) and depth < DEEPEST:
            found[key] = merged(before, value, depth + 1)
        else:
            found[key] = value
    return found
