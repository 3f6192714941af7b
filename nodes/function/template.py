"""The template node: fills a text from the message, and sets a property to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from flowengine.errors import NodeError
from flowengine.fields import PLACES, code, required, select, typed, wide
from flowengine.javascript_values import js_parse, js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import DEFERRED, Node, NodeConfig
from flowengine.typed_values import compile_target, compile_value

from .mustache import Fill, compile_mustache

_ENV = re.compile(r"env\.(.+)")
_CONTEXT = re.compile(r"(flow|global)(?:\[(\w+)\])?\.(.+)")


class Template(Node):
    """Renders a mustache template, or sets a plain text."""

    type = "template"
    category = "function"
    color = "rgb(243, 181, 103)"
    icon = "template"
    copy_on_write = True
    keeps_empty_name = True
    form = ("name", "field", "template", "format", "syntax", "output")

    class Config(NodeConfig):
        """``syntax``: mustache or plain; ``output``: str, json or yaml; ``format``: the language of the editor."""

        field: Annotated[str | None, typed(*PLACES, type_field="fieldType"), required()] = "payload"
        field_type: str | None = Field("msg", alias="fieldType")
        format: Annotated[
            str | None,
            select(
                "handlebars",
                "html",
                "json",
                "javascript",
                "css",
                "markdown",
                "php",
                "python",
                "sql",
                "yaml",
                "text",
                verbatim=True,
            ),
        ] = "handlebars"
        syntax: Annotated[str | None, select("mustache", "plain")] = "mustache"
        template: Annotated[Any, code("html", rows=14, language_field="format") | wide()] = (
            "This is the payload: {{payload}} !"
        )
        output: Annotated[str | None, select("str", "json", "yaml")] = "str"

    def on_start(self) -> None:
        config = self.config
        self._is_mustache = (config.syntax or "mustache") == "mustache"
        self._escapes = config.output == "json"
        self._values: dict[str, Callable[[Msg], Any]] = {}
        kind = config.field_type or "msg"
        self._write = compile_target(config.field or "payload", kind, self) if kind in _TARGETS else None
        self._rendered: Fill | NodeError | None = self._compile(config.template)

    def _compile(self, template: Any) -> Fill | NodeError | None:
        """Compile the node's own template; what is wrong with it is said for every message."""
        if not self._is_mustache or not isinstance(template, str) or not template:
            return None
        try:
            return compile_mustache(template)
        except NodeError as error:
            return error

    def on_input(self, msg: Msg) -> Any:
        text = self._text(msg)
        value = self._parsed(text) if self.config.output in ("json", "yaml") else text
        if self._write is None:
            return DEFERRED
        self._write(msg, value)
        return msg

    def _text(self, msg: Msg) -> Any:
        rendered = self._rendered
        if rendered is None:
            template = self.config.template
            if "template" in msg and (template is None or template == ""):
                template = msg["template"]
            if not self._is_mustache:
                return template
            rendered = _compiled(template)
        if isinstance(rendered, NodeError):
            raise NodeError(str(rendered))
        return self._render(rendered, msg)

    def _render(self, fill: Fill, msg: Msg) -> str:
        try:
            return fill(msg, self._elsewhere, escapes=self._escapes)
        except Exception as error:
            raise NodeError(str(error)) from error  # the node reports texts, not error objects

    def _elsewhere(self, name: str) -> Any:
        """Look up ``env.NAME``, ``flow.key`` and ``global[store].key``."""
        value = self._values.get(name)
        if value is None:
            value = self._values[name] = self._compile_name(name)
        return value(_NO_MESSAGE)

    def _compile_name(self, name: str) -> Callable[[Msg], Any]:
        if match := _ENV.match(name):
            return compile_value(match[1], "env", self)
        if match := _CONTEXT.match(name):
            scope, store, key = match.groups()
            context = self.flow_context if scope == "flow" else self.global_context
            return lambda msg: context.get(key, store)
        return lambda msg: ""

    def _parsed(self, text: Any) -> Any:
        try:
            if self.config.output == "json":
                return js_parse(js_string(text))
            from ..parsers.yaml_reading import read_yaml

            return read_yaml(js_string(text))
        except Exception as error:
            raise NodeError(str(error)) from error


_TARGETS = ("msg", "flow", "global")
_NO_MESSAGE = Msg()


def _compiled(template: Any) -> Fill:
    """Compile a template that came with a message. Raises NodeError where it is none."""
    if isinstance(template, str):
        return compile_mustache(template)
    if template is None or template is UNDEFINED or template is False or template == 0:
        raise NodeError(
            f'Invalid template! Template should be a "string" but "{js_typeof(template)}" was given as the first '
            "argument for mustache#render(template, view, partials)"
        )
    raise NodeError("this.tail.search is not a function")
