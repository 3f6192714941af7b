"""The tool in node: where a flow begins that models and agents can call as a tool."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from flowengine.errors import FlowError, NodeError
from flowengine.fields import area, json_value, number, required, wide
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig
from flowengine.words import sentence

from .tool_flows import Tool, ToolError, tool_flows

TIMEOUT = 60.0
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
NO_ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}}


class ToolIn(Node):
    """Sends a message for each call of its tool; the payload is the arguments."""

    type = "tool in"
    category = "AI"
    color = "#ABABAB"
    icon = "sign-in"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "description", "schema", "timeout")

    class Config(NodeConfig):
        """``name`` is the tool's name; ``schema`` the JSON Schema of its arguments; ``timeout`` in seconds."""

        description: Annotated[str, area(rows=3), required()] = ""
        arguments: Annotated[dict[str, Any], json_value(rows=8), wide()] = Field({}, alias="schema")
        timeout: Annotated[float, number(unit="seconds")] = Field(TIMEOUT, gt=0)

        @field_validator("arguments", mode="before")
        @classmethod
        def _read_schema(cls, value: Any) -> Any:
            """The editor keeps an object as JSON text."""
            return json.loads(value) if isinstance(value, str) and value.strip() else value or {}

    def on_start(self) -> None:
        if not NAME.fullmatch(self.name):
            raise NodeError(self.words("errors.name", name=self.name))
        schema = self.config.arguments or NO_ARGUMENTS
        self.tool = Tool(self.name, self.config.description, {"type": "object", **schema})
        self._complaints: Callable[[Any], list[dict[str, Any]]] | None = None
        tool_flows(self.host).add(self)

    def on_input(self, msg: Msg) -> Msg:
        return msg

    def on_close(self, removed: bool) -> None:
        tool_flows(self.host).remove(self)

    def check_arguments(self, arguments: Any) -> None:
        """Raise ToolError where arguments do not fit the schema: the caller can then do better."""
        if self._complaints is None:
            self._complaints = self._compiled()
        if wrong := self._complaints(arguments):
            reasons = "; ".join(f"{one['instancePath']} {one['message']}".strip() for one in wrong)
            raise ToolError(self.words("errors.arguments", name=self.name, reasons=reasons))

    def _compiled(self) -> Callable[[Any], list[dict[str, Any]]]:
        from ..parsers.json_schemas import compile_schema

        try:
            return compile_schema(self.tool.parameters)
        except FlowError as error:
            raise ToolError(self.words("errors.schema", name=self.name, reason=error)) from None

    @classmethod
    def check(cls, config: Any, checker: Any) -> Iterable[tuple[str, str]]:
        from ..parsers.json_schemas import compile_schema

        def words(key: str, **values: Any) -> str:
            return sentence(checker.language, cls.__module__, f"errors.{key}", values)

        if not NAME.fullmatch(config.name):
            yield "error", words("name", name=config.name)
        elif any(is_twin(node, config) for node in checker.flows.by_id.values()):
            yield "error", words("name_taken", name=config.name)
        if not config.description.strip():
            yield "warning", words("no_description")
        try:
            compile_schema({"type": "object", **config.arguments})
        except FlowError as error:
            yield "error", words("schema", name=config.name, reason=error)


def is_twin(node: dict[str, Any], config: Any) -> bool:
    """Whether a node offers a tool of the same name."""
    is_other = node["type"] == ToolIn.type and node["id"] != config.id
    return is_other and bool(node.get("name") == config.name)
