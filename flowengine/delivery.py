"""The message path: one queue for all flows, drained in time slices.

A wire delivery is one ``(receive, msg)`` pair in a deque; nothing else is made for a hop: no task, no
callback of the event loop, no lock. The drain runs for ``SLICE`` seconds, then lets sockets, files and timers
have their turn. First in, first out: short paths arrive before long ones, as in Node-RED.

Messages that wait one behind the other for the same node share a pair ``(receive_all, msgs)``: the node then
takes them in one go, and what comes of them goes on together (``passed``). Nothing overtakes anything by that:
whoever queues something in between has to ``flush`` what has passed so far.

What is in flight is counted here: queued deliveries, operations that nodes wait for, and timers. A run is
idle when all three are nought.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from .messages import Msg

if TYPE_CHECKING:
    from .node import Node

SLICE = 0.005
"""Seconds of delivering in one go."""

BATCH = 32
"""Deliveries between two looks at the clock."""

MOST = 32
"""Messages that are handed to a node in one go."""

Receive = Callable[[Any], None]
"""Takes a message, or a list of them."""


class Delivery:
    """The queue of one engine and the counts of what is in flight."""

    def __init__(self, most: int = 0) -> None:
        self.most = most
        """What may be in flight before entry nodes take in no more; 0 for no bound."""
        self.queue: deque[tuple[Receive, Any]] = deque()
        self.passed: list[Msg] = []
        """What has come of the messages that a node is going through, and is not queued yet."""
        self._pass_all: Receive = self.passed.extend
        self.operations = 0
        self.timers = 0
        self.recurring = 0
        """How many of the timers come again and again, so that waiting for them to end would be in vain."""
        self.delivered = 0
        self.asleep = True
        """Whether no drain is due; whoever queues something then has to ``wake`` it."""
        self._waiters: list[tuple[asyncio.Future[None], bool]] = []
        self._kept_out: list[Callable[[], None]] = []
        self._weight, self._weighed_at = 0, -1

    @property
    def waiting(self) -> int:
        """How many messages are queued."""
        return sum(len(load) if load.__class__ is list else 1 for _, load in self.queue) + len(self.passed)

    @property
    def is_full(self) -> bool:
        """Whether so much is in flight that entry nodes should take in no more.

        Only they ask. What is in the flow always goes on, loops too: it could not be held up without deadlock.
        """
        most, queued = self.most, len(self.queue)
        others = self.operations + self.timers
        if not most or queued * MOST + others < most:
            return False
        if queued + others >= most:
            return True
        if self._weighed_at != self.delivered:  # once for all who ask between two drains: it takes a while
            self._weight, self._weighed_at = self.waiting, self.delivered
        return self._weight + others >= most

    def when_room(self, go_on: Callable[[], None]) -> None:
        """Have an entry node called as soon as it may take in more, which may be at once."""
        if self.is_full:
            self._kept_out.append(go_on)
        else:
            go_on()

    async def room(self) -> None:
        """Wait until an entry node may take in more."""
        while self.is_full:
            turn = asyncio.get_running_loop().create_future()
            self.when_room(partial(_wake_up, turn))
            await turn

    def _let_in(self) -> None:
        if not self.is_full:
            kept_out, self._kept_out = self._kept_out, []
            for go_on in kept_out:
                go_on()

    def put(self, receive: Receive, load: Any) -> None:
        """Queue one delivery: of a message, or of several to a ``receive_all``."""
        if self.passed:
            self.flush()
        self.queue.append((receive, load))
        if self.asleep:
            self.wake()

    def give(self, target: Node, msg: Msg) -> None:
        """Queue a message for a node, together with those that wait for the same node."""
        if self.passed:
            self.flush()
        if self.queue and target.receive_all is not None:
            receive, waiting = self.queue[-1]
            if receive is target.receive_all and len(waiting) < MOST:
                waiting.append(msg)
                return
            if receive is target.receive:
                self.queue[-1] = (target.receive_all, [waiting, msg])
                return
        self.put(target.receive, msg)

    def collect(self, pass_all: Receive) -> list[Msg]:
        """Let messages be collected that go the same way; ``flush`` sends them. Returns the list to fill."""
        self._pass_all = pass_all
        return self.passed

    def flush(self) -> None:
        """Send what has been collected."""
        msgs = self.passed.copy()
        self.passed.clear()
        if msgs:
            self._pass_all(msgs)

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
                count = 0
                for _ in range(min(BATCH, len(queue))):
                    receive, load = take()
                    receive(load)
                    count += 1
                    if load.__class__ is list:
                        count += len(load) - 1
                        break
                self.delivered += count
                if monotonic() > end:
                    break
        finally:
            if queue:
                asyncio.get_running_loop().call_soon(self._drain)
                if self._kept_out:
                    self._let_in()
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

    async def arrive(self, seconds: float) -> None:
        """Let what is on its way arrive, for so long. Timers do not count: a flow that repeats is never done."""
        end = monotonic() + seconds
        while monotonic() < end:
            if not (self.queue or self.operations):
                return
            await asyncio.sleep(0.02)

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
        if self._kept_out:
            self._let_in()
        if self._waiters and not (self.queue or self.operations):
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        # One turn later: what has just ended may have been followed up by something new.
        for waiter, recurring in self._waiters:
            if self.is_idle(recurring) and not waiter.done():
                waiter.set_result(None)


def _wake_up(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
