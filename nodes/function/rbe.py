"""The filter node (type ``rbe``): lets messages pass when a value changes, by any or by a given amount."""

from __future__ import annotations

from typing import Annotated, Any

from flowengine.errors import PropertyPathError
from flowengine.fields import check, line, required, select, show_if, typed
from flowengine.javascript_values import js_number, js_parse_float, js_string, strict_equal
from flowengine.messages import UNDEFINED, Msg, Path, clone, compile_path
from flowengine.node import Node, NodeConfig

NO_TOPIC = "_no_topic"


class Rbe(Node):
    """Compares a property of each message with that of the one before, for each topic apart."""

    type = "rbe"
    category = "function"
    color = "#e2d96e"
    icon = "rbe"
    copy_on_write = True
    form = ("name", "func", "gap", "inout", "start", "property", "septopics", "topi")

    class Config(NodeConfig):
        """``func``: rbe, rbei, deadband(Eq) or narrowband(Eq); ``gap``: a number, or a percentage."""

        func: Annotated[
            str | None, select("rbe", "rbei", "deadband", "deadbandEq", "narrowband", "narrowbandEq")
        ] = "rbe"
        gap: Annotated[
            str | int | float | None,
            line(placeholder="10%") | check(r"regex:^\d*\.?\d*%?$"),
            show_if("func!=rbe|rbei"),
        ] = ""
        start: Annotated[str | int | float | None, line(), show_if("func=narrowband|narrowbandEq")] = ""
        inout: Annotated[str | None, select("out", "in"), show_if("func!=rbe|rbei")] = "out"
        septopics: bool | None = True
        property: Annotated[str | None, typed("msg"), required()] = "payload"
        topi: Annotated[str | None, typed("msg"), show_if("septopics"), required()] = "topic"

    def on_start(self) -> None:
        config = self.config
        gap = str(config.gap or "0")
        self._percent = gap.endswith("%")
        self._gap = float(js_parse_float(gap)) if self._percent else float(js_number(gap))
        self._by_topic = config.septopics is not False
        self._start = UNDEFINED if config.start in (None, "") else config.start
        self._func = config.func or "rbe"
        self._of_input = config.inout == "in"
        self._property = compile_path(config.property or "payload")
        self._topic = compile_path(config.topi or "topic")
        self._previous: dict[Any, Any] = {}

    def on_input(self, msg: Msg) -> Msg | None:
        topic = _read(self._topic, msg)
        if "reset" in msg:
            self._reset(topic, msg)
        value = _read(self._property, msg)
        if value is UNDEFINED:
            return None
        key = js_string(topic) if self._by_topic and topic else NO_TOPIC
        passes = self._is_new(key, value) if self._func in ("rbe", "rbei") else self._is_within(key, value)
        return msg if passes else None

    def _reset(self, topic: Any, msg: Msg) -> None:
        if self._by_topic and isinstance(topic, str) and topic:
            self._previous.pop(js_string(msg.get("topic", UNDEFINED)), None)
        else:
            self._previous.clear()

    # any change

    def _is_new(self, key: Any, value: Any) -> bool:
        is_first = key not in self._previous
        known = self._previous.get(key, UNDEFINED)
        if _is_object(value):
            known = known if _is_object(known) else {}
            self._previous[key] = known
            if _same(value, known):
                return False
        elif strict_equal(value, known):
            return False
        self._previous[key] = clone(value)
        return not (is_first and self._func == "rbei")

    # a change by an amount

    def _is_within(self, key: Any, value: Any) -> bool:
        number = float(js_parse_float(value))
        if number != number:
            self.warn(self.words("errors.no_number"))
            return False
        known = self._known(key, number)
        gap = self._gap
        if self._percent:
            gap = 0.0 if known != known else abs(known * self._gap / 100)
        if known != known:
            known = number - gap - 1
        passes = self._passes(abs(number - known), gap)
        self._previous[key] = number if passes or self._of_input else known
        return passes

    def _known(self, key: Any, number: float) -> float:
        """Return the number to compare with, NaN where there is none."""
        if key in self._previous:
            return float(self._previous[key])
        if not self._func.startswith("narrowband"):
            return float("nan")
        return number if self._start is UNDEFINED else float(js_number(self._start))

    def _passes(self, change: float, gap: float) -> bool:
        if change == gap:
            return self._func in ("deadbandEq", "narrowband")
        if change > gap:
            return self._func in ("deadband", "deadbandEq")
        return change < gap and self._func in ("narrowband", "narrowbandEq")


def _read(path: Path, msg: Msg) -> Any:
    try:
        return path.get(msg)
    except PropertyPathError:
        return UNDEFINED


def _is_object(value: Any) -> bool:
    return value is None or not isinstance(value, (str, int, float, bool, type(UNDEFINED)))


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal all the way down; 1 and True are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, (bytes, bytearray)) and isinstance(other, (bytes, bytearray)):
        return one == other
    if _is_object(one) and _is_object(other) and one is not None and other is not None:
        return bool(one == other)
    return one is other or strict_equal(one, other)
