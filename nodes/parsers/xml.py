"""The xml node: XML text to objects and back, in the shape that xml2js gives them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import field_validator

from flowengine.fields import line, required, typed
from flowengine.messages import UNDEFINED, Msg, clone, compile_path
from flowengine.node import Node, NodeConfig

from .xml_building import build
from .xml_parsing import parse


class Xml(Node):
    """Parses text, renders anything else that is an object; ``msg.options`` are xml2js's options."""

    type = "xml"
    category = "parser"
    color = "#DEBD5C"
    icon = "parser-xml"
    copy_on_write = True

    class Config(NodeConfig):
        """``attr`` and ``chr``: the keys of attributes and of text, "$" and "_" where they are empty."""

        property: Annotated[str, typed("msg"), required()] = "payload"
        attr: Annotated[str, line(placeholder="$")] = ""
        chr: Annotated[str, line(placeholder="_")] = ""

        @field_validator("property", mode="before")
        @classmethod
        def _payload(cls, value: Any) -> Any:
            return value or "payload"

        @field_validator("attr", "chr", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return value or ""

    def on_start(self) -> None:
        self._path = compile_path(self.config.property)

    def on_input(self, msg: Msg) -> Msg | None:
        value = self._path.get(msg)
        if value is UNDEFINED:
            return msg
        given = msg.get("options")
        if isinstance(value, str):
            options: dict[str, Any] = clone(given) if isinstance(given, dict) else {}
            options["async"] = True
            options["attrkey"] = self.config.attr or options.get("attrkey") or "$"
            options["charkey"] = self.config.chr or options.get("charkey") or "_"
            result: Any = parse(value, options)
        elif value is None or isinstance(value, (dict, list)):
            options = clone(given) if isinstance(given, dict) else {"renderOpts": {"pretty": False}}
            options["async"] = False
            result = build(value, options)
        else:
            self.warn(self.words("errors.not_xml"))
            return None
        if isinstance(given, dict):
            msg["options"] = options
        self._path.set(msg, result)
        return msg
