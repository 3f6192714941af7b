"""The range node: maps a number from one range to another."""

from __future__ import annotations

import math
from typing import Annotated, Any

from flowengine.fields import checkbox, number, required, section, select, typed
from flowengine.javascript_values import js_number, js_string, js_truthy, to_js_integral
from flowengine.messages import UNDEFINED, Msg, compile_path
from flowengine.node import Node, NodeConfig


class Range(Node):
    """Scales a property of the message."""

    type = "range"
    category = "function"
    color = "#E2D96E"
    icon = "range"
    copy_on_write = True
    form = (
        "name",
        "property",
        "action",
        section("input", "minin", "maxin"),
        section("target", "minout", "maxout", "round"),
    )

    class Config(NodeConfig):
        """``action``: scale, clamp to the target range, roll around in it, or drop what is outside the input range."""

        minin: Annotated[Any, number(), required()] = ""
        maxin: Annotated[Any, number(), required()] = ""
        minout: Annotated[Any, number(), required()] = ""
        maxout: Annotated[Any, number(), required()] = ""
        action: Annotated[str | None, select("scale", "clamp", "roll", "drop")] = "scale"
        round: Annotated[Any, checkbox()] = False
        property: Annotated[str | None, typed("msg"), required()] = "payload"

    def on_start(self) -> None:
        config = self.config
        self._path = compile_path(config.property or "payload")
        self._rounds = js_truthy(config.round)
        ends = (config.minin, config.maxin, config.minout, config.maxout)
        low, high, first, last = (float(js_number(end)) for end in ends)
        if low > high:
            low, high, first, last = high, low, last, first
        if self._rounds:
            first, last = _inwards(first, math.ceil), _inwards(last, math.floor)
        self._low, self._high, self._first, self._last = low, high, first, last

    def on_input(self, msg: Msg) -> Msg | None:
        value = self._path.get(msg)
        if value is UNDEFINED:
            return msg
        number = float(js_number(value))
        if number != number:
            self.log(f"{self.words('errors.not_a_number')}: {js_string(value)}")
            return None
        action = self.config.action
        if action == "drop" and (number < self._low or number > self._high):
            return None
        if action == "clamp":
            number = min(max(number, self._low), self._high)
        elif action == "roll":
            number = self._rolled(number)
        self._path.set(msg, self._scaled(number))
        return msg

    def _rolled(self, number: float) -> float:
        width = self._high - self._low
        return _remainder(_remainder(number - self._low, width) + width, width) + self._low

    def _scaled(self, number: float) -> int | float:
        share = _divided(number - self._low, self._high - self._low)
        scaled = share * (self._last - self._first) + self._first
        return to_js_integral(_rounded(scaled) if self._rounds else scaled)


def _inwards(end: float, round_end: Any) -> float:
    """Round an end of the target range so that it stays inside; what is not finite stays as it is."""
    return float(round_end(end)) if math.isfinite(end) else end


def _divided(number: float, divisor: float) -> float:
    """Divide as JavaScript does: by zero, too."""
    if divisor:
        return number / divisor
    return (
        math.nan
        if number == 0 or number != number
        else math.copysign(math.inf, number) * math.copysign(1, divisor)
    )


def _remainder(number: float, divisor: float) -> float:
    """``number % divisor`` with JavaScript's sign and NaN."""
    return math.fmod(number, divisor) if divisor and math.isfinite(number) else math.nan


def _rounded(number: float) -> float:
    """``Math.round``: halves go up."""
    if not math.isfinite(number) or abs(number) >= 2**52:
        return number
    below = math.floor(number)
    rounded = float(below + 1 if number - below >= 0.5 else below)
    return math.copysign(rounded, number) if rounded == 0 else rounded
