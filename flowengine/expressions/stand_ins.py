"""Stand-ins for the values JSONata cannot hold: Buffers, dates, errors, requests and whatever else messages carry.

JSONata knows JSON alone. What is not JSON goes in as a small dict with a number, can be passed on and put into
other objects there, and comes out as the very same value. In texts that JSONata made of it stands its JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..javascript_values import js_json
from ..undefined import UNDEFINED

KEY = "$stands-for"
_IN_TEXT = re.compile(r'\{"\$stands-for":([0-9]+)[^{}]*\}')


class StandIns:
    """The stand-ins of one evaluation."""

    def __init__(self) -> None:
        self.originals: list[Any] = []

    def of(self, value: Any) -> Any:
        """Give the value with stand-ins for what is not JSON. Raises RecursionError where it is too deep."""
        return self._of(value, set())

    def _of(self, value: Any, inside: set[int]) -> Any:
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        if value is UNDEFINED:
            return None
        if id(value) in inside:
            return self.stand_in(value)
        if isinstance(value, (list, tuple)):
            inside.add(id(value))
            items = [self._of(item, inside) for item in value]
            inside.discard(id(value))
            return items
        if isinstance(value, Mapping):
            inside.add(id(value))
            members = {
                str(key): self._of(item, inside) for key, item in value.items() if item is not UNDEFINED
            }
            inside.discard(id(value))
            return members
        return self.stand_in(value)

    def stand_in(self, value: Any) -> dict[str, Any]:
        """Make the stand-in of one value; an error's shows its message."""
        self.originals.append(value)
        number = len(self.originals) - 1
        return {KEY: number, "message": str(value)} if isinstance(value, BaseException) else {KEY: number}

    def original(self, value: Any) -> Any:
        """Give back what a stand-in stands for; other values as they are."""
        if value.__class__ is dict and KEY in value:
            return self.originals[value[KEY]]
        return value

    def restore(self, value: Any) -> Any:
        """Put the originals back into a result."""
        if value.__class__ is str:
            return (
                _IN_TEXT.sub(lambda found: js_json(self.originals[int(found[1])]), value)
                if KEY in value
                else value
            )
        if value.__class__ is list:
            return [self.restore(item) for item in value]
        if value.__class__ is not dict:
            return value
        if KEY in value:
            original = self.originals[value[KEY]]
            return getattr(original, "outside", original)  # a moment leaves as a date
        return {key: self.restore(item) for key, item in value.items()}
