"""The trigger node: sends one message at once and another after a time, or resends one until it is reset."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Annotated, Any

from pydantic import Field

from flowengine.errors import FlowError
from flowengine.fields import Kind, beside, checkbox, line, number, required, select, show_if, starts, typed
from flowengine.javascript_values import js_number, js_parse_float, js_string
from flowengine.messages import UNDEFINED, Msg, clone, compile_path
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle
from flowengine.typed_values import compile_value

UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "hr": 3600.0}
DEFAULT_DURATION = 250.0
ALL_TOPICS = "_none"

Value = Callable[[Msg], Any]


class Topic:
    """A topic that is triggered: the timer that runs (None where it waits for a reset), and what is sent then."""

    __slots__ = ("later", "newest", "runs", "timer")

    def __init__(self) -> None:
        self.runs = False
        self.timer: TimerHandle | None = None
        self.later: Any = UNDEFINED
        self.newest: Msg | None = None


KINDS = ("str", "num", "bool", "json", "bin", "date", "env", "flow", "global")
"""Types of value that either message may have."""


class Trigger(Node):
    """Triggered by a message, for all messages or for each topic apart."""

    type = "trigger"
    category = "function"
    color = "#e6e0f8"
    icon = "trigger"
    copy_on_write = True
    form = (
        "name",
        "op1",
        "duration",
        "op2",
        "outputs",
        "extend",
        "overrideDelay",
        "reset",
        "bytopic",
        "topic",
    )

    class Config(NodeConfig):
        """``op1`` is sent at once, ``op2`` after ``duration``; a negative duration means to resend ``op1``."""

        op1: Annotated[
            Any,
            typed(
                *KINDS,
                Kind("pay"),
                Kind("nul"),
                type_field="op1type",
            ),
        ] = "1"
        op2: Annotated[
            Any,
            typed(
                *KINDS,
                Kind("pay"),
                Kind("payl"),
                Kind("nul"),
                type_field="op2type",
            ),
        ] = "0"
        op1type: Annotated[str | None, starts("str")] = "val"
        op2type: Annotated[str | None, starts("str")] = "val"
        duration: Annotated[Any, number() | beside("units"), required()] = "250"
        units: Annotated[str | None, select("ms", "s", "min", "hr")] = "ms"
        extend: Annotated[bool | str | None, checkbox()] = "false"
        override_delay: Annotated[bool | str | None, checkbox()] = Field("false", alias="overrideDelay")
        reset: Annotated[Any, line()] = ""
        bytopic: Annotated[str | None, select("all", "topic")] = "all"
        topic: Annotated[str | None, typed("msg"), show_if("bytopic=topic"), required()] = "topic"
        outputs: Annotated[Any, select(1, 2)] = 1

    def on_start(self) -> None:
        config = self.config
        duration = float(js_parse_float(config.duration))
        duration = DEFAULT_DURATION if duration != duration else duration
        self._loops = duration < 0
        self._seconds = abs(duration) * UNITS.get(config.units or "ms", 0.001)
        self._extends = not self._loops and config.extend in ("true", True)
        self._second = 1 if js_number(config.outputs) == 2 else 0
        self._topic_path = compile_path(config.topic or "topic")
        self._reset = js_string(config.reset) if config.reset else ""
        named = config.model_fields_set
        self._type1, self._first = self._operand(
            config.op1 or "1", config.op1type if "op1type" in named else "", "1"
        )
        self._type2, self._later = self._operand(
            config.op2 or "0", config.op2type if "op2type" in named else "", "0"
        )
        self._topics: dict[str, Topic] = {}

    def on_input(self, msg: Msg) -> Any:
        found = self._topic_path.get(msg)
        key = js_string(found) if self.config.bytopic not in ("all", "", None) and found else ALL_TOPICS
        if self._is_reset(msg):
            self._stop(key)
            return None
        topic = self._topics.setdefault(key, Topic())
        if self._type2 == "payl":
            topic.newest = _copy(msg)
        seconds = self._seconds_for(msg)
        if not topic.runs or self._loops:
            self._trigger(key, topic, msg, seconds)
            return DEFERRED
        if self._extends and seconds > 0:
            self._extend(key, topic, msg, seconds)
        return None

    def on_close(self, removed: bool) -> None:
        self._topics.clear()
        self.status({})

    # what a message means

    def _is_reset(self, msg: Msg) -> bool:
        payload = msg.get("payload")
        return "reset" in msg or bool(
            self._reset and payload is not None and js_string(payload) == self._reset
        )

    def _seconds_for(self, msg: Msg) -> float:
        if self.config.override_delay not in (False, None, "", "false") and "delay" in msg:
            told = float(js_parse_float(msg["delay"]))
            if told == told:  # below 0 means at once, 0 means for ever
                return told / 1000 if told >= 0 else 0.001
        return self._seconds

    def _stop(self, key: str) -> None:
        topic = self._topics.pop(key, None)
        if topic is not None and topic.timer is not None:
            topic.timer.cancel()
        self._show()

    def _trigger(self, key: str, topic: Topic, msg: Msg, seconds: float) -> None:
        topic.later = self._later(msg)
        if self._type1 not in ("pay", "nul"):
            _set_payload(msg, self._first(msg))
        topic.runs = True
        if topic.timer is not None:
            topic.timer.cancel()
        if self._loops:
            topic.runs = self._type1 != "nul"
            if topic.runs and seconds > 0:
                topic.timer = self.call_later(
                    seconds, self._resend, topic, _copy(msg), seconds, recurring=True
                )
        elif seconds > 0:
            kept = Msg() if self._type2 in ("nul", "payl") else _copy(msg)
            topic.timer = self.call_later(seconds, self._send_later, key, topic, kept)
        self.done(msg)
        self._show()
        if self._type1 != "nul":
            self.send(msg)

    def _extend(self, key: str, topic: Topic, msg: Msg, seconds: float) -> None:
        if topic.timer is not None:
            topic.timer.cancel()
        kept = Msg() if self._type2 == "nul" else msg
        topic.timer = self.call_later(seconds, self._send_later, key, topic, kept)

    # later

    def _send_later(self, key: str, topic: Topic, msg: Msg) -> None:
        if self._type2 in ("flow", "global", "date"):
            topic.later = self._later(msg)
        self._topics.pop(key, None)
        self._show()
        if self._type2 == "payl":
            msg = topic.newest or msg
        elif self._type2 != "nul":
            _set_payload(msg, topic.later)
        if self._type2 != "nul":
            self.send([None, msg] if self._second else msg)

    def _resend(self, topic: Topic, msg: Msg, seconds: float) -> None:
        topic.timer = self.call_later(seconds, self._resend, topic, msg, seconds, recurring=True)
        if self._type1 == "date":
            msg["payload"] = int(time() * 1000)
        self.send(_copy(msg))

    def _show(self) -> None:
        count = len(self._topics)
        status: dict[str, Any] = {"fill": "blue", "shape": "dot"} if count else {}
        self.status({**status, "text": count} if count > 1 else status)

    # values

    def _operand(self, value: Any, kind: str | None, default: str) -> tuple[str, Value]:
        """Return an operand's type and what gives its value; values that cannot be read fail when they are due."""
        kind = kind or "str"
        if kind == "val":
            kind = {"true": "bool", "false": "bool", "null": "null"}.get(value, "str")
        if kind == "null" and value == "null":
            return kind, lambda msg: None
        if kind == "date" and value == default:
            value = ""
        if kind == "pay":
            return kind, lambda msg: clone(msg.get("payload", UNDEFINED))
        if kind == "str" and "{{" in js_string(value):
            return kind, self._template(js_string(value))
        try:
            return kind, compile_value(value, kind, self)
        except FlowError as error:
            return kind, _failing(error)

    def _template(self, text: str) -> Value:
        from .mustache import compile_mustache

        return compile_mustache(text)


def _copy(msg: Msg) -> Msg:
    """Copy a message that is kept here and sent as well: what both hold is copied by whoever changes it."""
    copy = Msg(msg)
    copy.entry = msg.entry
    copy.shared = msg.shared = True
    return copy


def _set_payload(msg: Msg, value: Any) -> None:
    if value is UNDEFINED:
        msg.pop("payload", None)
    else:
        msg["payload"] = value


def _failing(error: FlowError) -> Value:
    def fail(msg: Msg) -> Any:
        raise error

    return fail
