"""Rate limit with bursts: so many messages may pass in a time, however close together."""

from __future__ import annotations

from flowengine.messages import Msg
from flowengine.node import Node, TimerHandle


class Burst:
    """Lets ``count`` messages pass in any ``seconds``; others are dropped, or go to the second output."""

    def __init__(self, node: Node, count: int, seconds: float) -> None:
        self._node = node
        self._count = count
        self._seconds = seconds if seconds == seconds else 0.0
        self._timers: set[TimerHandle] = set()
        self._show(free=True)

    def take(self, msg: Msg) -> None:
        """Send the message or drop it."""
        if "reset" in msg:
            for timer in self._timers:
                timer.cancel()
            self._timers.clear()
            self._show(free=True)
        elif len(self._timers) < self._count:
            self._node.send(msg)
            self._timers.add(timer := self._node.call_later(self._seconds, lambda: self._free(timer)))
        else:
            if self._node.config.outputs == 2:
                self._node.send([None, msg])
            self._show(free=False)
        self._node.done(msg)

    def close(self) -> None:
        """Nothing waits here."""

    def _free(self, timer: TimerHandle) -> None:
        if len(self._timers) == self._count:
            self._show(free=True)
        self._timers.discard(timer)

    def _show(self, *, free: bool) -> None:
        fill, shape = ("green", "ring") if free else ("red", "dot")
        self._node.status({"fill": fill, "shape": shape, "text": ""})
