"""The message path: one queue for all flows, drained in time slices.

A wire delivery is one ``(receive, msg)`` pair in a deque; nothing else is made for a hop: no task, no
callback of the event loop, no lock. The drain runs for ``SLICE`` seconds, then lets sockets, files and timers
have their turn. First in, first out: short paths arrive before long ones, as in Node-RED.

What is in flight is counted here: queued deliveries, operations that nodes wait for, and timers. A run is
idle when all three are nought.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from .messages import Msg

SLICE = 0.005
"""Seconds of delivering in one go."""

BATCH = 32
"""Deliveries between two looks at the clock."""

Receive = Callable[[Msg], None]


class Delivery:
    """The queue of one engine and the counts of what is in flight."""

    def __init__(self) -> None:
        self.queue: deque[tuple[Receive, Msg]] = deque()
        self.operations = 0
        self.timers = 0
        self.recurring = 0
        """How many of the timers come again and again, so that waiting for them to end would be in vain."""
        self.delivered = 0
        self.asleep = True
        """Whether no drain is due; whoever queues something then has to ``wake`` it."""
        self._waiters: list[tuple[asyncio.Future[None], bool]] = []

    def put(self, receive: Receive, msg: Msg) -> None:
        """Queue one delivery."""
        self.queue.append((receive, msg))
        if self.asleep:
            self.wake()

    def wake(self) -> None:
        """See to it that the queue is drained in the next turn of the event loop."""
        self.asleep = False
        asyncio.get_running_loop().call_soon(self._drain)

    def _drain(self) -> None:
        queue = self.queue
        take = queue.popleft
        end = monotonic() + SLICE
        try:
            while queue:
                count = min(BATCH, len(queue))
                self.delivered += count
                for _ in range(count):
                    receive, msg = take()
                    receive(msg)
                if monotonic() > end:
                    break
        finally:
            if queue:
                asyncio.get_running_loop().call_soon(self._drain)
            else:
                self.asleep = True
                self._look()

    def begin(self) -> None:
        """Count an operation that a node waits for (a reply, a file, a process)."""
        self.operations += 1

    def end(self) -> None:
        """Count it as over."""
        self.operations -= 1
        self._look()

    def begin_timer(self, recurring: bool = False) -> None:
        """Count a timer that is due."""
        self.timers += 1
        self.recurring += recurring

    def end_timer(self, recurring: bool = False) -> None:
        """Count it as fired or cancelled."""
        self.timers -= 1
        self.recurring -= recurring
        self._look()

    def is_idle(self, recurring: bool = True) -> bool:
        """Tell whether nothing is in flight and no timer is due; recurring ones count unless told otherwise."""
        return not (self.queue or self.operations or self.timers - (0 if recurring else self.recurring))

    async def idle(self, timeout: float | None = None, recurring: bool = True) -> bool:
        """Wait until nothing is in flight and no timer due; tells whether that came true within ``timeout`` seconds."""
        if self.is_idle(recurring):
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append((waiter, recurring))
        done, _ = await asyncio.wait((waiter,), timeout=timeout)
        self._waiters = [item for item in self._waiters if item[0] is not waiter]
        return bool(done)

    def _look(self) -> None:
        if self._waiters and not (self.queue or self.operations):
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        # One turn later: what has just ended may have been followed up by something new.
        for waiter, recurring in self._waiters:
            if self.is_idle(recurring) and not waiter.done():
                waiter.set_result(None)
