"""Work that goes on as long as a node lives, such as reading a connection.

It belongs to the node and ends with it. Other than what ``node.spawn`` runs it is no work in flight: a flow
that only listens is idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from random import random
from typing import Any

from flowengine.node import Node


class FirstAttempt:
    """The first attempt of a connection: work in flight, so that a flow is not idle before it has begun."""

    def __init__(self, node: Node) -> None:
        self._delivery = node.host.delivery
        self._is_open = True
        self._delivery.begin()

    def over(self) -> None:
        """Say that it has come about, or failed; more than once does no harm."""
        if self._is_open:
            self._is_open = False
            self._delivery.end()


def in_background(
    node: Node, work: Coroutine[Any, Any, Any], first: FirstAttempt | None = None
) -> asyncio.Task[Any]:
    """Run a coroutine until it ends or the node closes; what it raises is an error of the node."""
    task = asyncio.get_running_loop().create_task(work)
    node.tasks.add(task)

    def over(task: asyncio.Task[Any]) -> None:
        node.tasks.discard(task)
        if first is not None:
            first.over()
        if not task.cancelled() and (error := task.exception()) is not None:
            node.error(error)

    task.add_done_callback(over)
    return task


def pauses(first: float, longest: float) -> Iterator[float]:
    """Give the seconds to wait before each new attempt: growing by half, a little uneven, up to the longest."""
    pause = first
    while True:
        yield min(longest, pause * (1 + random() / 10))
        pause = min(longest, pause * 1.5)
