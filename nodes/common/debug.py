"""The debug node: shows messages in the editor, in the log and as the node's status."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from flowengine.debug_values import DebugMessage
from flowengine.errors import ExpressionError, NodeError, PropertyPathError
from flowengine.fields import Kind, hidden, show_if, starts, typed
from flowengine.javascript_values import js_inspect, js_string
from flowengine.messages import UNDEFINED, Msg, get_property
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle

LONGEST_STATUS = 32
LOG_DEPTH = 10
COUNT_PAUSE = 0.1
"""A count that changes faster than this is shown once it has come to rest."""
COUNT_DELAY = 0.2

Value = Callable[[Msg], Any]


class Debug(Node):
    """Shows a property of the message, the whole message, or what an expression makes of it."""

    type = "debug"
    category = "common"
    color = "#87a980"
    icon = "debug"
    button = "debug"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    keeps_empty_name = True
    form = ("name", "complete", "tosidebar", "console", "tostatus", "statusVal")
    label = (
        "{name}",
        {"if": "targetType=jsonata", "text": "JSONata"},
        {"if": "complete=true", "text": "msg"},
        {"if": "complete=false", "text": "msg.payload"},
        "msg.{complete}",
    )

    class Config(NodeConfig):
        """``complete``: a property, "true" for the whole message, or the expression where targetType is jsonata."""

        active: Annotated[bool, hidden()] = True
        tosidebar: bool = True
        console: bool = False
        tostatus: bool = False
        complete: Annotated[
            str, typed("msg", Kind("full", ("true",)), "jsonata", type_field="targetType"), starts("payload")
        ] = "false"
        target_type: Annotated[str | None, starts("msg")] = Field(None, alias="targetType")
        status_val: Annotated[
            str,
            typed(Kind("auto"), Kind("counter"), "msg", "jsonata", type_field="statusType"),
            show_if("tostatus"),
        ] = Field("", alias="statusVal")
        status_type: str = Field("auto", alias="statusType")

        @field_validator("active", "tosidebar", mode="before")
        @classmethod
        def _on_unless_off(cls, value: Any) -> Any:
            return True if value is None else value

        @field_validator("complete", "status_val", mode="before")
        @classmethod
        def _text(cls, value: Any) -> Any:
            return "" if value is None else js_string(value)

    def on_start(self) -> None:
        self.active = self.config.active
        self._longest = self.host.settings.debug_max_length
        self._property = _property_of(self.config)
        self._shown_status: dict[str, Any] | None = None
        self._count = 0
        self._counted_at = monotonic()
        self._count_timer: TimerHandle | None = None
        self._first_status()
        self._is_broken = False
        expression: Any = self.config.complete
        try:
            self._value = self._compile_value()
            expression = self.config.status_val
            self._status_value = self._compile_status_value()
        except ExpressionError:
            self.error(self.words("errors.invalid_expression", error=expression))
            self._is_broken = True

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        if _status_source(msg) == self.id:
            return None  # its own status: it would be shown, and come back, for ever
        if self.config.tostatus:
            self._show_status(msg)
        try:
            value = self._value(msg)
        except NodeError as error:
            self.error(str(error))
            return DEFERRED
        if self.config.console:
            self._write(value)
        if self.active and self.config.tosidebar:
            self._publish(msg, value)
        return None

    def on_close(self, removed: bool) -> None:
        if self.config.tostatus:
            self.status({})

    # what is shown

    def _compile_value(self) -> Value:
        if self.config.target_type == "jsonata" and self.config.complete:
            return self._expression(self.config.complete)
        if self._property == "true":
            return lambda msg: msg
        return _reader(self._property)

    def _compile_status_value(self) -> Value:
        if self.config.status_type == "auto":
            return _reader("payload") if self._property == "true" else self._value
        if self.config.status_type == "jsonata":
            return self._expression(self.config.status_val)
        return _reader(self.config.status_val or self._property)

    def _expression(self, text: str) -> Value:
        from flowengine.expressions import compile_jsonata

        evaluate = compile_jsonata(text, self)

        def value(msg: Msg) -> Any:
            try:
                return evaluate(msg)
            except ExpressionError:
                raise NodeError(self.words("errors.invalid_expression", error=text)) from None

        return value

    # where it is shown

    def _publish(self, msg: Msg, value: Any) -> None:
        shown = {
            "id": self.id,
            "z": self.config.z,
            "path": self.flow.path,
            "topic": msg.get("topic", UNDEFINED),
        }
        shown["name"] = self.name if "name" in self.config.model_fields_set else UNDEFINED
        if self.config.target_type != "jsonata" and self._property != "true":
            shown["property"] = self._property
        if self.alias != self.id:
            shown["_alias"] = self.alias
        data = {key: item for key, item in shown.items() if item is not UNDEFINED and (item or key != "z")}
        self.host.publish("debug", DebugMessage(data, value, self._longest, msg))

    def _write(self, value: Any) -> None:
        if isinstance(value, str):
            self.log(("\n" if "\n" in value else "") + value)
        elif value is None or isinstance(value, _PRIMITIVES):
            self.log(("\n" if value is None else "") + js_inspect(value))
        else:
            self.log("\n" + js_inspect(value, LOG_DEPTH))

    def _first_status(self) -> None:
        if self.config.tostatus:
            self.status({"fill": "grey", "shape": "ring"})
        if self.config.status_type == "counter":
            self._show_count()
        else:
            self.status({"fill": "", "shape": "", "text": ""})

    def _show_status(self, msg: Msg) -> None:
        if self.config.status_type == "counter":
            self._count_up()
            return
        try:
            status = _as_status(self._status_value(msg))
        except NodeError as error:
            self.error(str(error))
            return
        if self.config.status_type == "auto":
            status.update(_reported_status(msg))
        text = status["text"]
        if isinstance(text, str) and len(text) > LONGEST_STATUS:
            status["text"] = text[:LONGEST_STATUS] + "..."
        if status != self._shown_status:
            self.status(status)
            self._shown_status = status

    def _count_up(self) -> None:
        self._count += 1
        pause, self._counted_at = monotonic() - self._counted_at, monotonic()
        if pause > COUNT_PAUSE:
            self._show_count()
            return
        if self._count_timer is not None:
            self._count_timer.cancel()
        self._count_timer = self.call_later(COUNT_DELAY, self._show_count)

    def _show_count(self) -> None:
        self.status({"fill": "blue", "shape": "ring", "text": self._count})


_PRIMITIVES = (bool, int, float, type(UNDEFINED))


def _property_of(config: Any) -> str:
    named = "complete" in config.model_fields_set and config.complete
    return config.complete if named and config.complete != "false" else "payload"


def _reader(path: str) -> Value:
    def read(msg: Msg) -> Any:
        try:
            return get_property(msg, path)
        except PropertyPathError:
            return UNDEFINED

    return read


def _status_source(msg: Msg) -> Any:
    status = msg.get("status")
    source = status.get("source") if isinstance(status, dict) else None
    return source.get("id") if isinstance(source, dict) else None


def _as_status(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and value.get("fill") and value.get("shape") and value.get("text"):
        return {"fill": value["fill"], "shape": value["shape"], "text": value["text"]}
    return {"fill": "grey", "shape": "dot", "text": value if isinstance(value, str) else js_inspect(value)}


def _reported_status(msg: Msg) -> dict[str, Any]:
    """What a message of a catch or status node tells about itself."""
    status, error = msg.get("status"), msg.get("error")
    found: dict[str, Any] = {}
    if error is not None:
        found = {"fill": "red", "text": error.get("message") if isinstance(error, dict) else str(error)}
    if isinstance(status, dict):
        defaults = {"fill": "grey", "shape": "ring", "text": ""}
        found = {key: status.get(key) or default for key, default in defaults.items()}
    return found
