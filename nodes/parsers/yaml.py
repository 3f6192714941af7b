"""The yaml node: YAML text to values, values to YAML text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import field_validator

from flowengine.errors import FlowError, NodeError
from flowengine.fields import required, typed
from flowengine.messages import UNDEFINED, Msg, compile_path
from flowengine.node import Node, NodeConfig

from .yaml_reading import read_yaml
from .yaml_writing import write_yaml


class Yaml(Node):
    """Parses text, renders objects and arrays."""

    type = "yaml"
    category = "parser"
    color = "#DEBD5C"
    icon = "parser-yaml"
    copy_on_write = True

    class Config(NodeConfig):
        property: Annotated[str, typed("msg"), required()] = "payload"

        @field_validator("property", mode="before")
        @classmethod
        def _payload(cls, value: Any) -> Any:
            return value or "payload"

    def on_start(self) -> None:
        self._path = compile_path(self.config.property)

    def on_input(self, msg: Msg) -> Msg | None:
        value = self._path.get(msg)
        if value is UNDEFINED:
            return msg
        if isinstance(value, str):
            self._path.set(msg, read_yaml(value))
            return msg
        if isinstance(value, (bytes, bytearray)):
            self.warn(self.words("errors.dropped_object"))
            return None
        if value is None or isinstance(value, (dict, list, datetime)):
            try:
                self._path.set(msg, write_yaml(value))
            except (FlowError, RecursionError):
                raise NodeError(self.words("errors.dropped_error")) from None
            return msg
        self.warn(self.words("errors.dropped"))
        return None
