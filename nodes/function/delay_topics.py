"""Rate limit by topic: of each topic only the last message waits; they go in turn, or all at once."""

from __future__ import annotations

from asyncio import get_running_loop
from math import floor

from flowengine.javascript_values import strict_equal
from flowengine.messages import Msg
from flowengine.node import Node, TimerHandle

from .delay_each import Depth, how_many
from .delay_rate import told_rate

NO_TOPIC = "_none_"


EARLY = 0.002
"""Seconds that a timer may come too early; the next beat is not the same one then."""


class Topics:
    """Sends every ``seconds``, counted from when the node started."""

    def __init__(self, node: Node, seconds: float, *, all_at_once: bool) -> None:
        self._node = node
        self._seconds = self._configured = seconds
        self._all_at_once = all_at_once
        self._waiting: list[Msg] = []
        self._timer: TimerHandle | None = None
        self._depth = Depth(node, lambda: len(self._waiting))
        self._began = get_running_loop().time()

    def take(self, msg: Msg) -> None:
        """Let the message wait in place of the one of its topic, and do what it orders."""
        rate = told_rate(self._node, msg)
        if rate is not None and rate != self._seconds:
            self._set_rate(rate)
        msg.setdefault("topic", NO_TOPIC)
        self._put(msg)
        if "flush" in msg:
            self._flush(msg)
        if "reset" in msg:
            self._reset(msg)
        self._wait()

    def close(self) -> None:
        """Let go of all messages."""
        waiting, self._waiting = self._waiting, []
        for msg in waiting:
            self._node.done(msg)

    def _put(self, msg: Msg) -> None:
        for position, other in enumerate(self._waiting):
            if strict_equal(other.get("topic"), msg["topic"]):
                if self._node.config.outputs == 2:
                    self._node.send([None, other])
                self._node.done(other)
                self._waiting[position] = msg
                return
        self._waiting.append(msg)
        self._depth.report()

    def _set_rate(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = get_running_loop().time()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        """Wait for the next beat, which is only heard where messages wait for it."""
        if self._timer is not None or not self._waiting:
            return
        since = get_running_loop().time() - self._began
        beat = (floor((since + EARLY) / self._seconds) + 1) * self._seconds if self._seconds > 0 else since
        self._timer = self._node.call_later(beat - since, self._send)

    def _send(self) -> None:
        self._timer = None
        count = len(self._waiting) if self._all_at_once else 1
        sent, self._waiting = self._waiting[:count], self._waiting[count:]
        for msg in sent:
            self._node.send(msg)
            self._node.done(msg)
        self._depth.report()
        self._wait()

    def _flush(self, order: Msg) -> None:
        count = how_many(order["flush"], len(self._waiting))
        sent, self._waiting = self._waiting[:count], self._waiting[count:]
        for msg in sent:
            msg.pop("flush", None)
            msg.pop("reset", None)
            if len(msg) > 2:  # more than an id and a topic
                self._node.send(msg)
                self._node.done(msg)
        self._node.status({})
        self._node.done(order)

    def _reset(self, order: Msg) -> None:
        self.close()
        if self._seconds != self._configured:
            self._set_rate(self._configured)
        self._node.status({"text": "reset"})
        self._node.done(order)
