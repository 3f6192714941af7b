"""The inject node: starts a flow, by its button, when the flow starts, at intervals or at times of day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowengine.errors import ExpressionError, FlowError, NodeError, error_text
from flowengine.fields import line, number, rows, section, show_if, starts, typed, wide
from flowengine.javascript_values import js_number
from flowengine.messages import Msg, compile_path
from flowengine.node import Node, NodeConfig
from flowengine.overflow import Overflow
from flowengine.typed_values import compile_value

LONGEST_INTERVAL = 2147483
"""Seconds that a timer of Node.js can wait."""
FIRST_DELAY = 0.1

Setter = Callable[[Msg], object]


class Property(BaseModel):
    """One property to set: its path ``p``, and a value ``v`` of type ``vt``."""

    model_config = ConfigDict(extra="allow")

    p: Any = ""
    v: Any = ""
    vt: str | None = "str"


class Inject(Node):
    """Sends a message with the properties it is configured with."""

    type = "inject"
    category = "common"
    color = "#a6bbcf"
    icon = "inject"
    button = "inject"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "props", section("when", "repeat", "crontab", "once", "onceDelay"))

    class Config(NodeConfig):
        """``repeat`` and ``onceDelay`` in seconds; ``crontab`` a cron expression."""

        props: Annotated[
            list[Property],
            rows(
                {
                    "p": line(placeholder="payload"),
                    "v": typed(
                        "str",
                        "num",
                        "bool",
                        "json",
                        "date",
                        "jsonata",
                        "bin",
                        "env",
                        "flow",
                        "global",
                        "msg",
                        type_field="vt",
                    ),
                },
                new={"p": "", "v": "", "vt": "str"},
                inherits="p:payload,topic",
            )
            | wide(),
            starts([{"p": "payload", "v": "", "vt": "date"}, {"p": "topic", "v": "", "vt": "str"}]),
        ] = Field(default_factory=lambda: [Property(p="payload"), Property(p="topic")])
        repeat: Annotated[str | int | float | None, number(least=0, most=2147483, unit="seconds")] = ""
        crontab: Annotated[str | None, line(placeholder="0 8 * * 1-5")] = ""
        once: bool = False
        once_delay: Annotated[str | int | float | None, number(least=0, unit="seconds"), show_if("once")] = (
            Field(FIRST_DELAY, alias="onceDelay")
        )

        @model_validator(mode="before")
        @classmethod
        def upgrade(cls, values: dict[str, Any]) -> dict[str, Any]:
            """Take ``payload`` and ``topic``, where older flows keep their values, into ``props``."""
            props = values.get("props")
            if not isinstance(props, list):
                props = [{"p": "payload"}, {"p": "topic", "vt": "str"}]
            return {**values, "props": [_filled(prop, values) for prop in props if isinstance(prop, dict)]}

    def on_start(self) -> None:
        self._setters = [self._setter(prop, at_start=True) for prop in self.config.props]
        self._interval = self._repeat()
        self._overflow = Overflow(self)
        if self.config.once:
            self.call_later(_seconds(self.config.once_delay or FIRST_DELAY), self._begin)
        else:
            self._schedule()

    def on_input(self, msg: Msg) -> Msg:
        setters = self._setters
        given = msg.pop("__user_inject_props__", None)
        if isinstance(given, list):
            setters = [self._setter(Property.model_validate(prop)) for prop in given]
        failures = [text for text in (_failure(setter, msg) for setter in setters) if text is not None]
        if failures:
            raise NodeError("; ".join(failures))
        return msg

    # values

    def _setter(self, prop: Property, *, at_start: bool = False) -> Setter:
        """Make the function that sets a property; what cannot be compiled fails at every message."""
        is_expression = prop.vt == "jsonata"
        if not prop.p or (is_expression and not prop.v):
            return _set_nothing
        try:
            value = compile_value(prop.v, prop.vt or "str", self)
            path = compile_path(str(prop.p))
        except FlowError as error:
            if is_expression and at_start:
                self.error(self.words("errors.invalid_expression", error=error.message))
            return _failing(error.message if is_expression else error_text(error))
        if is_expression:
            value = self._explaining(value)
        return lambda msg: path.set(msg, value(msg), create=True)

    def _explaining(self, value: Callable[[Msg], Any]) -> Callable[[Msg], Any]:
        def evaluate(msg: Msg) -> Any:
            try:
                return value(msg)
            except ExpressionError as error:
                raise NodeError(self.words("errors.invalid_expression", error=error.message)) from error

        return evaluate

    # times

    def _repeat(self) -> float:
        seconds = float(js_number(self.config.repeat))
        if seconds > LONGEST_INTERVAL:
            self.error(self.words("errors.too_long"))
            return 0.0
        return seconds if seconds > 0 else 0.0

    def _begin(self) -> None:
        self.receive(Msg())
        self._schedule()

    def _schedule(self) -> None:
        if self._interval:
            self.call_later(self._interval, self._again, recurring=True)
        elif self.config.crontab:
            from .cron import Cron

            self._cron = Cron(self.config.crontab)
            self._wait_for_time()

    def _again(self) -> None:
        drops = self._overflow.drops()
        self.call_later(self._interval, self._again, recurring=True)
        if not drops:
            self.receive(Msg())

    def _wait_for_time(self) -> None:
        seconds = self._cron.seconds_to_next()
        if seconds is not None:
            self.call_later(
                min(seconds, LONGEST_INTERVAL), self._at_time, seconds > LONGEST_INTERVAL, recurring=True
            )

    def _at_time(self, too_early: bool) -> None:
        drops = not too_early and self._overflow.drops()
        self._wait_for_time()
        if not too_early and not drops:
            self.receive(Msg())


def _filled(prop: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    name = prop.get("p")
    if "v" in prop or not (name == "payload" or (name == "topic" and prop.get("vt") == "str")):
        return prop
    filled = {**prop, "v": values.get(name, "")}
    if name == "payload":
        filled["vt"] = values.get("payloadType") or "str"
    return filled


def _seconds(value: Any) -> float:
    seconds = float(js_number(value))
    return seconds if seconds > 0 else 0.0


def _set_nothing(msg: Msg) -> None:
    """Stand in for a property without a name, or with an empty expression."""


def _failing(text: str) -> Setter:
    def fail(msg: Msg) -> None:
        raise NodeError(text)

    return fail


def _failure(setter: Setter, msg: Msg) -> str | None:
    """Set a property; returns what went wrong, so that the other properties have their turn."""
    try:
        setter(msg)
    except Exception as error:
        return error_text(error)
    return None
