"""Objects to XML text, as the builder of xml2js renders them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_string

MAX_DEPTH = 900
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)


def build(value: Any, options: dict[str, Any]) -> str:
    """Return the XML of a value; an object with one key gives the root its name."""
    name = str(options.get("rootName") or "root")
    if isinstance(value, dict) and len(value) == 1 and name == "root":
        name, value = next(iter(value.items()))
    builder = _Builder(options)
    root = _Tag(name)
    builder.fill(root, value, 0)
    return builder.declaration() + builder.write(root, 0)


_START = (
    r":A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = re.compile(rf"[{_START}][{_START}\-.0-9\xB7\u0300-\u036F\u203F\u2040]*")


def _legal(name: str) -> str:
    """Return the name of an element or attribute. Raises NodeError where it can be none in XML."""
    if not _NAME.fullmatch(name):
        raise NodeError("Invalid character in name", error_object=True)
    return name


class _Tag:
    __slots__ = ("attributes", "children", "name")

    def __init__(self, name: str) -> None:
        self.name = _legal(name)
        self.attributes: dict[str, str] = {}
        self.children: list[_Tag | str] = []


class _Builder:
    def __init__(self, options: dict[str, Any]) -> None:
        render = options.get("renderOpts") or {}
        self.pretty = render.get("pretty", True)
        self.indent = render.get("indent", "  ")
        self.newline = render.get("newline", "\n")
        self.attr_key, self.char_key = options.get("attrkey", "$"), options.get("charkey", "_")
        self.cdata = bool(options.get("cdata"))
        self.headless = bool(options.get("headless"))
        self.xmldec = options.get("xmldec") or {"version": "1.0", "encoding": "UTF-8", "standalone": True}

    def declaration(self) -> str:
        if self.headless:
            return ""
        parts = [f'version="{self.xmldec.get("version", "1.0")}"']
        if encoding := self.xmldec.get("encoding"):
            parts.append(f'encoding="{encoding}"')
        if "standalone" in self.xmldec:
            parts.append(f'standalone="{"yes" if self.xmldec["standalone"] else "no"}"')
        return f"<?xml {' '.join(parts)}?>" + (self.newline if self.pretty else "")

    def fill(self, tag: _Tag, value: Any, depth: int) -> None:
        """Put a value into a tag: its attributes, text and elements."""
        if depth > MAX_DEPTH:
            raise NodeError(f"objects nested deeper than {MAX_DEPTH} have no XML", error_object=True)
        if value is None or isinstance(value, datetime):  # a Date has no members
            return
        if isinstance(value, (bytes, bytearray)):  # its members are called 0, 1, ...
            value = {str(at): item for at, item in enumerate(value[:1])}
        if isinstance(value, dict):
            for key, item in value.items():
                self._member(tag, key, item, depth)
        elif isinstance(value, list):
            for entry in value:
                for key, item in entry.items() if isinstance(entry, dict) else ():
                    self._element(tag, key, item, depth)
        else:
            tag.children.append(self._text(value))

    def _member(self, tag: _Tag, key: str, value: Any, depth: int) -> None:
        if key == self.attr_key and isinstance(value, dict):
            tag.attributes.update({_legal(name): js_string(item) for name, item in value.items()})
        elif key == self.char_key:
            tag.children.append(self._text(value))
        elif isinstance(value, list):
            for item in value:
                self._element(tag, key, item, depth)
        else:
            self._element(tag, key, value, depth)

    def _element(self, tag: _Tag, key: str, value: Any, depth: int) -> None:
        child = _Tag(key)
        tag.children.append(child)
        if value != "":
            self.fill(child, value, depth + 1)

    def _text(self, value: Any) -> str:
        text = js_string(value)
        if self.cdata and isinstance(value, str) and any(char in text for char in "&<>"):
            return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        return text.translate(_TEXT)

    def write(self, tag: _Tag, level: int) -> str:
        """Return a tag as text; beside tags a text gets a line of its own, as in xml2js."""
        attributes = "".join(
            f' {name}="{value.translate(_ATTRIBUTE)}"' for name, value in tag.attributes.items()
        )
        pad = self.indent * level if self.pretty else ""
        if not tag.children:
            return f"{pad}<{tag.name}{attributes}/>"
        flat = not self.pretty or (len(tag.children) == 1 and isinstance(tag.children[0], str))
        if flat:
            parts = [child if isinstance(child, str) else self.write(child, 0) for child in tag.children]
            return f"{pad}<{tag.name}{attributes}>{''.join(parts)}</{tag.name}>"
        inner = self.newline.join(
            self.indent * (level + 1) + child if isinstance(child, str) else self.write(child, level + 1)
            for child in tag.children
        )
        return f"{pad}<{tag.name}{attributes}>{self.newline}{inner}{self.newline}{pad}</{tag.name}>"
