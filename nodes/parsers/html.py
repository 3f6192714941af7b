"""The html node: picks elements out of HTML by a CSS selector."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, field_validator

from flowengine.errors import NodeError
from flowengine.fields import line, select, show_if, starts, typed
from flowengine.javascript_values import js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg, clone, compile_path
from flowengine.node import Node, NodeConfig

_SPECIAL = re.compile("[\"&'<>$\x80-\U0010ffff]")
_NAMED = {'"': "&quot;", "&": "&amp;", "'": "&apos;", "<": "&lt;", ">": "&gt;"}
_KINDS = ("html", "text", "attr", "compl")
MAX_DEPTH = 500
"""Elements within elements of one match."""


class Html(Node):
    """Sends what matches ``tag``, or ``msg.select``: as one array, or a message for each match."""

    type = "html"
    category = "parser"
    color = "#DEBD5C"
    icon = "parser-html"
    form = ("name", "property", "tag", "ret", "chr", "as", "outproperty")

    class Config(NodeConfig):
        """``ret``: html, text, attr or compl (attributes and content). ``as``: single or multi."""

        property: Annotated[str, typed("msg")] = "payload"
        outproperty: Annotated[str, typed("msg"), starts("payload")] = ""
        tag: Annotated[str, line(placeholder="ul > li")] = ""
        ret: Annotated[str, select(*_KINDS)] = "html"
        as_: Annotated[str, select("single", "multi")] = Field("single", alias="as")
        chr: Annotated[str, line(), show_if("ret=compl")] = "_"

        @field_validator("property", "ret", "as_", "chr", mode="before")
        @classmethod
        def _default(cls, value: Any, info: Any) -> Any:
            return value or cls.model_fields[info.field_name].default

        @field_validator("tag", "outproperty", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return value or ""

    def on_start(self) -> None:
        self._path = compile_path(self.config.property)
        self._target = compile_path(self.config.outproperty or self.config.property)

    def on_input(self, msg: Msg) -> Any:
        value = self._path.get(msg)
        if value is UNDEFINED:
            return msg
        matches = self._matches(value, msg)
        found = [self._shown(match) for match in matches] if self.config.ret in _KINDS else []
        if self.config.as_ == "multi":
            return [
                [self._part(msg, item, index, len(found)) for index, item in enumerate(found) if item != ""]
            ]
        self._target.set(msg, found)
        return msg

    def _matches(self, value: Any, msg: Msg) -> list[Any]:
        from selectolax.lexbor import LexborHTMLParser, SelectolaxError

        if isinstance(value, (bytes, bytearray)):
            value = bytes(value).decode("utf-8", "replace")
        if value is None:
            raise NodeError("cheerio.load() expects a string")
        if not isinstance(value, str):
            raise NodeError(f"Cannot create property 'prev' on {js_typeof(value)} '{js_string(value)}'")
        selector = self.config.tag or msg.get("select") or ""
        if not isinstance(selector, str) or not selector.strip():
            return []
        selector, place = _without_place(selector)
        try:
            matches = LexborHTMLParser(value).css(selector.replace(":contains(", ":lexbor-contains("))
            return list(matches)[place]
        except (SelectolaxError, ValueError):
            raise NodeError(self.words("errors.bad_selector", selector=selector)) from None

    def _shown(self, match: Any) -> Any:
        if self.config.ret == "text":
            return _text(match, 0)
        attributes = {key: "" if value is None else value for key, value in match.attributes.items()}
        if self.config.ret == "attr":
            return attributes
        if self.config.ret == "compl":
            return {self.config.chr: match.inner_html.strip(), **attributes}
        return "".join(_xml(child, 0) for child in match.iter(include_text=True)).strip()

    def _part(self, msg: Msg, value: Any, index: int, count: int) -> Msg:
        part: Msg = clone(msg)
        self._target.set(part, value)
        part["parts"] = {"id": msg["_msgid"], "index": index, "count": count, "type": "string", "ch": ""}
        return part


_PLACE = re.compile(
    r"(?P<selector>[^,]+):(?P<word>first|last|even|odd|eq|lt|gt)(?:\((?P<number>-?\d+)\))?\s*"
)


def _without_place(selector: str) -> tuple[str, slice]:
    """Take jQuery's word for a place among the matches (``li:first``, ``p:eq(1)``) off the end of a selector."""
    found = _PLACE.fullmatch(selector)
    if found is None or (found["number"] is None) == (found["word"] in ("eq", "lt", "gt")):
        return selector, slice(None)
    number = int(found["number"] or 0)
    places = {
        "first": slice(0, 1),
        "last": slice(-1, None),
        "even": slice(0, None, 2),
        "odd": slice(1, None, 2),
        "eq": slice(number, number + 1 or None),
        "lt": slice(0, number),
        "gt": slice(number + 1, None),
    }
    return found["selector"], places[found["word"]]


def _text(node: Any, depth: int) -> str:
    """Return what a reader sees of an element: not its scripts and styles."""
    if node.tag in ("script", "style"):
        return ""
    if node.css_first("script, style") is None:
        return str(node.text())
    _check_depth(depth)
    return "".join(
        (child.text_content or "") if child.tag == "-text" else _text(child, depth + 1)
        for child in node.iter(include_text=True)
        if child.tag != "-comment"
    )


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NodeError(f"HTML nested deeper than {MAX_DEPTH} elements")


def _xml(node: Any, depth: int) -> str:
    """Write an element as XML: whatever is empty closes itself."""
    _check_depth(depth)
    if node.tag == "-text":
        return _escaped(node.text_content or "")
    if node.tag == "-comment":
        return str(node.html)
    attributes = "".join(f' {name}="{_escaped(value or "")}"' for name, value in node.attributes.items())
    inner = "".join(_xml(child, depth + 1) for child in node.iter(include_text=True))
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>" if inner else f"<{node.tag}{attributes}/>"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _NAMED.get(found[0]) or f"&#x{ord(found[0]):X};", text)
