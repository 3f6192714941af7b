"""Limits of a Service Host that all its nodes share: calls at once, requests and tokens a minute.

Who waits is served in turns, a node at a time, so that a busy node cannot starve the others.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable


class Bucket:
    """An allowance that refills evenly over a minute; it may go below zero when costs are known late."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self._level = per_minute
        self._clock = clock
        self._seen = clock()

    def level(self) -> float:
        now = self._clock()
        self._level = min(self.per_minute, self._level + (now - self._seen) * self.per_minute / 60)
        self._seen = now
        return self._level

    def take(self, amount: float) -> None:
        self._level = self.level() - amount

    def seconds_until(self, amount: float) -> float:
        """Seconds until that much is there; 0 where it is there now."""
        lacking = min(amount, self.per_minute) - self.level()
        return max(0.0, lacking * 60 / self.per_minute)


class Limiter:
    """Lets calls in when the limits allow. `enter` before a call, `leave` after it, `spend` what it cost."""

    def __init__(
        self,
        *,
        at_once: int = 0,
        requests_per_minute: float = 0,
        tokens_per_minute: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """0 stands for no limit."""
        self._at_once = at_once
        self._requests = Bucket(requests_per_minute, clock) if requests_per_minute > 0 else None
        self._tokens = Bucket(tokens_per_minute, clock) if tokens_per_minute > 0 else None
        self._inside = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._wake: asyncio.TimerHandle | None = None

    async def enter(self, owner: str) -> None:
        """Wait for leave. A waiter that is cancelled gives its place up."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            else:
                self._admit()
            raise

    def leave(self) -> None:
        self._inside -= 1
        self._admit()

    def spend(self, tokens: float) -> None:
        """Charge the tokens of a finished call."""
        if self._tokens is not None:
            self._tokens.take(tokens)

    def _admit(self) -> None:
        while self._waiting and not (0 < self._at_once <= self._inside):
            if (pause := self._pause()) > 0:
                self._wake_in(pause)
                return
            self._next()

    def _pause(self) -> float:
        requests = self._requests.seconds_until(1) if self._requests else 0.0
        tokens = self._tokens.seconds_until(1) if self._tokens else 0.0
        return max(requests, tokens)

    def _next(self) -> None:
        """Let in the first of the owner whose turn it is, and put that owner last."""
        owner, turns = self._waiting.popitem(last=False)
        turn = turns.popleft()
        if turns:
            self._waiting[owner] = turns
        if turn.cancelled():
            return
        self._inside += 1
        if self._requests is not None:
            self._requests.take(1)
        turn.set_result(None)

    def _wake_in(self, seconds: float) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = asyncio.get_running_loop().call_later(seconds, self._admit)
