"""The delay node: holds messages back, each for a time, or all so that no more than so many pass in a time."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from pydantic import Field

from flowengine.fields import beside, number, required, select, show_if
from flowengine.javascript_values import js_number
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .delay_burst import Burst
from .delay_each import EachDelayed
from .delay_rate import Rate
from .delay_topics import Topics

UNITS = {"milliseconds": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86400}
DEFAULT_UNIT = "second"


class Way(Protocol):
    """A way of holding messages back."""

    def take(self, msg: Msg) -> None:
        """Take a message: it is sent, and told to be done, when its time has come."""

    def close(self) -> None:
        """Let go of all messages."""


class Delay(Node):
    """Holds messages back."""

    type = "delay"
    category = "function"
    color = "#e6e0f8"
    icon = "timer"
    copy_on_write = True
    keeps_empty_name = True

    class Config(NodeConfig):
        """``pauseType``: delay, delayv, random, rate, burst, queue or timed."""

        pause_type: Annotated[
            str | None, select("delay", "delayv", "random", "rate", "burst", "queue", "timed"), required()
        ] = Field("delay", alias="pauseType")
        timeout: Annotated[
            Any, number(least=0) | beside("timeoutUnits"), show_if("pauseType=delay|delayv")
        ] = "5"
        timeout_units: Annotated[
            str | None, select("milliseconds", "seconds", "minutes", "hours", "days")
        ] = Field("seconds", alias="timeoutUnits")
        rate: Annotated[Any, number(least=0), show_if("pauseType=rate|burst|queue|timed")] = "1"
        nb_rate_units: Annotated[
            Any, number(least=0) | beside("rateUnits"), show_if("pauseType=rate|burst|queue|timed")
        ] = Field("1", alias="nbRateUnits")
        rate_units: Annotated[str | None, select("second", "minute", "hour", "day")] = Field(
            "second", alias="rateUnits"
        )
        random_first: Annotated[Any, number(least=0), show_if("pauseType=random")] = Field(
            "1", alias="randomFirst"
        )
        random_last: Annotated[Any, number(least=0) | beside("randomUnits"), show_if("pauseType=random")] = (
            Field("5", alias="randomLast")
        )
        random_units: Annotated[str | None, select("milliseconds", "seconds", "minutes", "hours", "days")] = (
            Field("seconds", alias="randomUnits")
        )
        drop: Annotated[bool | None, show_if("pauseType=rate|burst")] = False
        allowrate: Annotated[bool | None, show_if("pauseType=rate|burst|queue|timed")] = False
        outputs: Annotated[int | None, select(1, 2), show_if("pauseType=rate|burst,drop")] = 1

    def on_start(self) -> None:
        config = self.config
        kind = config.pause_type
        self._way: Way | None = None
        if kind in ("delay", "delayv", "random"):
            timeout = _seconds(config.timeout, config.timeout_units)
            first, last = (
                _seconds(value, config.random_units) for value in (config.random_first, config.random_last)
            )
            self._way = EachDelayed(self, kind, timeout, (first, last))
        elif kind == "rate":
            self._way = Rate(self, self._rate())
        elif kind == "burst":
            count = js_number(config.nb_rate_units)
            self._way = Burst(self, int(_number(config.rate)), count * _unit(config.rate_units))
        elif kind in ("queue", "timed"):
            self._way = Topics(self, self._rate(), all_at_once=kind == "timed")

    def _rate(self) -> float:
        """Return the seconds between two messages."""
        count = _number(self.config.nb_rate_units)
        per = _number(self.config.rate)
        return (_unit(self.config.rate_units) * (count if count > 0 else 1)) / per if per else 0.0

    def on_input(self, msg: Msg) -> Any:
        if self._way is not None:
            self._way.take(msg)
        return DEFERRED

    def on_close(self, removed: bool) -> None:
        if self._way is not None:
            self._way.close()
            self.status({})


def _seconds(value: Any, units: str | None) -> float:
    return _number(value) * _unit(units)


def _unit(name: str | None) -> float:
    """Return the seconds of a unit, named in the singular or plural."""
    name = name or DEFAULT_UNIT
    return UNITS.get(name) or UNITS.get(name.removesuffix("s")) or UNITS[DEFAULT_UNIT]


def _number(value: Any) -> float:
    number = float(js_number(value))
    return number if number == number else 0.0
