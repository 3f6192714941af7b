"""XML text to objects, by expat, in the shape and with the options of xml2js."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Any
from xml.parsers import expat

from flowengine.errors import NodeError

from .xml_errors import not_xml

MAX_DEPTH = 10_000
"""Elements within elements; deeper text is hostile rather than data."""

_OWN_NAMES = ("amp", "apos", "gt", "lt", "quot")
_AFTER_ROOT = "junk after document element"


def parse(text: str, options: dict[str, Any]) -> Any:
    """Return the object, None for an empty text. Raises NodeError for text that is not XML, or declares entities."""
    if not text.strip():
        return None
    return _Reader(options).read(text)


_NAMED = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&(\w+);", re.DOTALL)


def _spelled_out(text: str) -> str:
    """Write the characters that HTML has names for, such as ``&nbsp;``, as numbers: XML knows five names only."""

    def spelled(found: re.Match[str]) -> str:
        code = name2codepoint.get(found[1]) if found[1] not in _OWN_NAMES else None
        return found[0] if code is None else f"&#{code};"

    return _NAMED.sub(spelled, text)


class _Element:
    """An element whose end has not been seen."""

    __slots__ = ("has_cdata", "name", "text", "values")

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self.name, self.values, self.text, self.has_cdata = name, values, "", False


class _Reader:
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.attr_key, self.char_key = options["attrkey"], options["charkey"]
        self.explicit_array = options.get("explicitArray", True)
        self.stack: list[_Element] = []
        self.result: Any = None

    def read(self, text: str, *, is_spelled_out: bool = False) -> Any:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = self._cdata
        parser.EntityDeclHandler = _refuse_entities
        try:
            parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        except expat.ExpatError as error:
            if expat.errors.messages[error.code] == "undefined entity" and not is_spelled_out:
                return _Reader(self.options).read(_spelled_out(text), is_spelled_out=True)
            if (
                expat.errors.messages[error.code] != _AFTER_ROOT
            ):  # what follows the root element is passed over
                raise not_xml(text, error, is_open=bool(self.stack)) from None
        return self.result

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise NodeError(f"XML nested deeper than {MAX_DEPTH} elements", error_object=True)
        values: dict[str, Any] = {}
        if attributes and not self.options.get("ignoreAttrs"):
            if self.options.get("mergeAttrs"):
                for key, value in attributes.items():
                    self._put(values, key, value)
            else:
                values[self.attr_key] = dict(attributes)
        self.stack.append(_Element(name.lower() if self.options.get("normalizeTags") else name, values))

    def _text(self, text: str) -> None:
        self.stack[-1].text += text

    def _cdata(self) -> None:
        self.stack[-1].has_cdata = True

    def _end(self, _: str) -> None:
        element = self.stack.pop()
        value = self._value(element)
        if self.stack:
            self._put(self.stack[-1].values, element.name, value)
        else:
            self.result = {element.name: value} if self.options.get("explicitRoot", True) else value

    def _value(self, element: _Element) -> Any:
        text, values = element.text, element.values
        blank = not text.strip() and not element.has_cdata
        if not blank:
            text = text.strip() if self.options.get("trim") else text
            text = re.sub(r"\s{2,}", " ", text).strip() if self.options.get("normalize") else text
            if not values and not self.options.get("explicitCharkey"):
                return text
            values = {self.char_key: text, **values}
        if self.options.get("explicitChildren"):
            values = self._with_children(values)
        if values:
            return values
        return self.options.get("emptyTag") or text

    def _with_children(self, values: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in values.items() if key in (self.attr_key, self.char_key)}
        children = {key: value for key, value in values.items() if key not in kept}
        return {**kept, self.options.get("childkey", "$$"): children} if children else kept

    def _put(self, values: dict[str, Any], key: str, value: Any) -> None:
        if key not in values:
            values[key] = [value] if self.explicit_array else value
            return
        if not isinstance(values[key], list):
            values[key] = [values[key]]
        values[key].append(value)


def _refuse_entities(*_: Any) -> None:
    # A few lines of entities that name each other unfold into gigabytes.
    raise NodeError("XML that declares entities is refused", error_object=True)
