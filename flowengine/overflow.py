"""What entry nodes do that cannot make their source wait: they drop what comes while too much is under way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .words import engine_sentence

if TYPE_CHECKING:
    from .node import Node

CALM = 1.0
"""Seconds of room before the count is told: at the bound there may be room and none many times a second."""


class Overflow:
    """Counts what a node drops: it warns at the first, and a while after there is room again it says how many."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._count = 0

    def drops(self) -> bool:
        """Whether what has come now is to be dropped; it is counted then."""
        delivery = self._node.host.delivery
        if not delivery.is_full:
            return False
        self._count += 1
        if self._count == 1:
            self._warn("dropping", most=delivery.most)
            delivery.when_room(self._over)
        return True

    def _over(self) -> None:
        asyncio.get_running_loop().call_later(CALM, self._tell)

    def _tell(self) -> None:
        delivery = self._node.host.delivery
        if delivery.is_full:
            delivery.when_room(self._over)
            return
        count, self._count = self._count, 0
        self._warn("dropped", count=count)

    def _warn(self, key: str, **values: int) -> None:
        self._node.warn(engine_sentence(self._node.host.language, f"overflow.{key}", **values))
