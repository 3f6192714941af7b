"""Rate limit for all messages: those that come too soon wait in a queue, or are dropped."""

from __future__ import annotations

from collections import deque
from time import monotonic

from flowengine.javascript_values import js_number, js_parse_float
from flowengine.messages import Msg
from flowengine.node import Node, TimerHandle

from .delay_each import Depth, how_many


def told_rate(node: Node, msg: Msg) -> float | None:
    """Return the seconds that ``msg.rate`` tells, where the node heeds it."""
    if not node.config.allowrate or "rate" not in msg:
        return None
    parsed = js_parse_float(msg["rate"])
    return None if parsed != parsed else max(0.0, js_number(msg["rate"]) / 1000)


class Rate:
    """Lets one message pass every ``seconds``."""

    def __init__(self, node: Node, seconds: float) -> None:
        self._node = node
        self._seconds = self._configured = seconds
        self._drops = bool(node.config.drop)
        self._limit = node.host.settings.node_message_buffer_max_length
        self._queue: deque[tuple[Msg, Msg]] = deque()
        self._timer: TimerHandle | None = None
        self._last_sent: float | None = None
        self._depth = Depth(node, lambda: len(self._queue))

    def take(self, msg: Msg) -> None:
        """Send the message, queue it or drop it, and do what it orders."""
        if not self._drops:
            self._take_into_queue(msg)
            if "flush" in msg:
                self._flush(msg)
        elif "reset" not in msg:
            self._pass_or_drop(msg)
        if "reset" in msg:
            self._reset(msg)

    def close(self) -> None:
        """Let go of all messages."""
        while self._queue:
            self._node.done(self._queue.popleft()[0])

    # with a queue: entries are the message that came, and what is sent of it

    def _take_into_queue(self, msg: Msg) -> None:
        copy = Msg(msg)
        copy.entry, copy.shared = msg.entry, msg.shared
        copy.pop("flush", None)
        if len(copy) <= 1:
            return
        rate = told_rate(self._node, msg)
        if self._timer is not None:
            if rate is not None and rate != self._seconds:
                self._seconds = rate
                self._restart()
            self._queue_up(msg, copy)
            return
        self._seconds = self._seconds if rate is None else rate
        if "reset" not in msg:
            self._node.send(copy)
        elif "flush" in msg:
            self._queue.append((msg, copy))
        self._depth.report()
        self._restart()
        self._node.done(msg)

    def _queue_up(self, msg: Msg, copy: Msg) -> None:
        if 0 < self._limit <= len(self._queue):
            self._queue.clear()
            self._node.error(self._node.words("errors.too_many"), copy)
            return
        if msg.get("toFront") is True:
            self._queue.appendleft((msg, copy))
        else:
            self._queue.append((msg, copy))
        self._depth.report()

    def _restart(self) -> None:
        self._stop()
        self._timer = self._node.call_later(self._seconds, self._send_next)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send_next(self) -> None:
        self._timer = None
        if self._queue:
            self._restart()
            self._send(*self._queue.popleft())
        self._depth.report()

    def _send(self, msg: Msg, copy: Msg) -> None:
        if len(copy) > 1:
            self._node.send(copy)
            self._node.done(msg)

    def _flush(self, order: Msg) -> None:
        count = how_many(order["flush"], len(self._queue))
        if count == 0:
            self._stop()
        for _ in range(count):
            msg, copy = self._queue.popleft()
            copy.pop("reset", None)
            self._send(msg, copy)
        if count:
            self._restart()
        self._depth.show()
        self._node.done(order)

    # without one

    def _pass_or_drop(self, msg: Msg) -> None:
        if (rate := told_rate(self._node, msg)) is not None:
            self._seconds = rate
        now = monotonic()
        if self._last_sent is None or now - self._last_sent > self._seconds:
            self._last_sent = now
            self._node.send(msg)
        elif self._node.config.outputs == 2:
            self._node.send([None, msg])
        self._node.done(msg)

    def _reset(self, msg: Msg) -> None:
        if "flush" not in msg:
            self._stop()
            self._last_sent = None
        self._queue.clear()
        self._seconds = self._configured
        self._node.status({"fill": "blue", "shape": "ring", "text": 0})
        self._node.done(msg)
