"""The json node: JSON text to values, values to JSON text, either checked against a JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import field_validator

from flowengine.errors import FlowError, NodeError
from flowengine.fields import required, select, show_if, typed
from flowengine.javascript_values import js_json, js_parse, js_truthy
from flowengine.messages import UNDEFINED, Msg, compile_path
from flowengine.node import Node, NodeConfig

INDENT = 4

Check = Callable[[Any], list[dict[str, Any]]]


class Json(Node):
    """Converts between text and value, in the direction that fits, or always to one of them."""

    type = "json"
    category = "parser"
    color = "#DEBD5C"
    icon = "parser-json"
    copy_on_write = True
    form = ("name", "action", "property", "pretty")

    class Config(NodeConfig):
        """``action``: "" for what fits, "obj" always to a value, "str" always to text."""

        property: Annotated[str, typed("msg"), required()] = "payload"
        action: Annotated[str, select("", "str", "obj")] = ""
        pretty: Annotated[bool, show_if("action!=obj")] = False

        @field_validator("property", mode="before")
        @classmethod
        def _payload(cls, value: Any) -> Any:
            return value or "payload"

        @field_validator("action", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return value or ""

    def on_start(self) -> None:
        self._path = compile_path(self.config.property)
        self._indent = INDENT if self.config.pretty else None
        self._schema: Any = None
        self._check: Check | None = None

    def on_input(self, msg: Msg) -> Msg | None:
        check = self._compile(msg["schema"]) if js_truthy(msg.get("schema")) else None
        value = self._path.get(msg)
        if value is UNDEFINED:
            return msg
        if isinstance(value, (str, bytes, bytearray)):
            return self._from_text(msg, value, check)
        if value is None or isinstance(value, (dict, list, bool, int, float)) or hasattr(value, "isoformat"):
            return self._from_value(msg, value, check)
        self.warn(self.words("errors.dropped"))
        return None

    def _from_text(self, msg: Msg, text: str | bytes | bytearray, check: Check | None) -> Msg:
        wants_value = self.config.action in ("", "obj")
        if not wants_value and check is None:
            return msg
        try:
            value = js_parse(text if isinstance(text, str) else bytes(text).decode("utf-8", "replace"))
        except FlowError as error:
            raise NodeError(error.message) from None
        if wants_value:
            self._path.set(msg, value)
        return self._checked(msg, value, check)

    def _from_value(self, msg: Msg, value: Any, check: Check | None) -> Msg:
        self._checked(msg, value, check)
        if self.config.action in ("", "str"):
            try:
                text = js_json(value, self._indent)
            except (FlowError, RecursionError):
                raise NodeError(self.words("errors.dropped_error")) from None
            self._path.set(msg, UNDEFINED if text is None else text)
        return msg

    def _checked(self, msg: Msg, value: Any, check: Check | None) -> Msg:
        if check is None:
            return msg
        if errors := check(value):
            msg["schemaError"] = errors
            texts = ", ".join(f"data{error['instancePath']} {error['message']}" for error in errors)
            raise NodeError(f"{self.words('errors.schema_error')}: {texts}")
        del msg["schema"]
        return msg

    def _compile(self, schema: Any) -> Check:
        if self._check is None or schema != self._schema:
            from .json_schemas import compile_schema

            try:
                self._check = compile_schema(schema)
            except FlowError:
                self._schema = self._check = None
                raise NodeError(self.words("errors.schema_compile")) from None
            self._schema = schema
        assert self._check is not None
        return self._check
