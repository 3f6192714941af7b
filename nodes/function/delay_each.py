"""Delay by message: each waits its own time, fixed, random, or told by ``msg.delay``."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from random import uniform
from typing import Any

from flowengine.javascript_values import js_parse_float
from flowengine.messages import Msg
from flowengine.node import Node, TimerHandle

SHOWN_FROM = 1.0
"""Seconds from which a fixed delay shows how many messages wait."""


class EachDelayed:
    """Messages that wait, in the order of their arrival.

    ``msg.reset`` drops them all, ``msg.flush`` sends all, or as many as it says.
    """

    def __init__(self, node: Node, kind: str, seconds: float, bounds: tuple[float, float]) -> None:
        self._node = node
        self._kind = kind
        self._seconds = seconds
        self._bounds = bounds
        self._waiting: dict[int, tuple[Msg, TimerHandle]] = {}
        self._count = 0
        self._shows = kind == "delayv" or seconds > SHOWN_FROM or (kind == "random" and seconds == SHOWN_FROM)

    def take(self, msg: Msg) -> None:
        """Let the message wait, and do what it orders."""
        if len(msg) == 2 and "flush" in msg:
            self._node.done(msg)  # it is an order and nothing else
        else:
            self._count += 1
            timer = self._node.call_later(self._seconds_for(msg), self._send, self._count)
            self._waiting[self._count] = (msg, timer)
        if "reset" in msg:
            self._drop()
            self._node.status({"fill": "blue", "shape": "ring", "text": 0})
        is_fixed = self._kind == "delay"
        if "flush" in msg and not ("reset" in msg and is_fixed):
            self._flush(msg["flush"])
            self._node.done(msg)
        if self._shows and not (is_fixed and ("reset" in msg or "flush" in msg)):
            self._show()

    def close(self) -> None:
        """Let go of all messages."""
        self._drop()

    def _seconds_for(self, msg: Msg) -> float:
        if self._kind == "random":
            return max(0.0, uniform(*self._bounds))
        if self._kind == "delayv" and "delay" in msg:
            told = js_parse_float(msg["delay"])
            if told == told:
                return max(0.0, told / 1000)
        return max(0.0, self._seconds)

    def _send(self, number: int) -> None:
        msg, timer = self._waiting.pop(number)
        timer.cancel()
        if self._kind == "delay" and self._shows:
            self._show()
        if self._kind == "delayv" and not self._waiting:
            self._node.status({})
        self._node.send(msg)
        if self._kind != "delay" and self._shows:
            self._show()
        self._node.done(msg)

    def _drop(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for msg, timer in waiting.values():
            timer.cancel()
            self._node.done(msg)

    def _flush(self, wanted: Any) -> None:
        for number in list(self._waiting)[: how_many(wanted, len(self._waiting))]:
            self._send(number)
        self._show()

    def _show(self) -> None:
        self._node.status({"fill": "blue", "shape": "dot", "text": len(self._waiting)})


def how_many(wanted: Any, there: int) -> int:
    """Return how many messages a flush means: all, or the number it gives."""
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool) and wanted == wanted:
        return max(0, min(floor(wanted), there)) if abs(wanted) != float("inf") else there
    return there


class Depth:
    """Shows how many messages wait, a little later and so not for every one of them."""

    PAUSE = 0.5

    def __init__(self, node: Node, count: Callable[[], int]) -> None:
        self._node = node
        self._count = count
        self._timer: TimerHandle | None = None

    def report(self) -> None:
        """Show the number soon."""
        if self._timer is None or not self._timer.active:
            self._timer = self._node.call_later(self.PAUSE, self.show)

    def show(self) -> None:
        """Show the number now."""
        self._node.status({"fill": "blue", "shape": "dot", "text": self._count()})
