"""What is wrong with a text that is not XML, in the words and at the place that flows know from sax-js."""

from __future__ import annotations

import re
from xml.parsers import expat

from flowengine.errors import NodeError

_ATTRIBUTE_NAME = re.compile(r"\s[^\s=<>/'\"]+\s*$")


def not_xml(text: str, error: expat.ExpatError, *, is_open: bool) -> NodeError:
    """Word expat's error; ``is_open`` tells whether an element was open where it stopped."""
    lines = text.split("\n")
    at = sum(len(line) + 1 for line in lines[: error.lineno - 1]) + error.offset
    reason = expat.errors.messages[error.code]
    if reason == "no element found":
        at = len(text)
        return _worded("Unclosed root tag", text, at, column=_column(text, at) - 1)
    words, at = _reason(reason, text, at, is_open)
    return _worded(words, text, at)


def _reason(reason: str, text: str, at: int, is_open: bool) -> tuple[str, int]:
    """Return the words, and the place of the character that sax-js stops at."""
    if reason == "mismatched tag":
        return "Unexpected close tag", _next(text, ">", at)
    if reason == "undefined entity" or "&#" in text[max(0, text.rfind("&", 0, at)) : at]:
        return "Invalid character entity", _next(text, ";", at)
    if reason == "unclosed token":
        return "Unexpected end", at
    if not text.lstrip().startswith("<"):
        return "Non-whitespace before first tag.", at
    if not reason.startswith("not well-formed"):
        return reason, at
    return _malformed(text, at, is_open)


def _malformed(text: str, at: int, is_open: bool) -> tuple[str, int]:
    opened = text.rfind("<", 0, at)
    if opened <= text.rfind(">", 0, at):  # in text
        in_entity = text.rfind("&", 0, at) > text.rfind(";", 0, at)
        return ("Invalid character in entity name" if in_entity else "not well-formed (invalid token)"), at
    inside = text[opened:at]
    if text.startswith("</", opened) and not is_open:
        end = _next(text, ">", at)
        return f"Unmatched closing tag: {text[opened + 2 : end].strip()}", end
    if inside == "<":
        return "Unencoded <", at
    if inside.startswith("<!--"):
        return "Malformed comment", at
    if inside.rstrip().endswith("="):
        return "Unquoted attribute value", at
    if inside.endswith("/"):
        return "Forward-slash in opening tag not followed by >", at
    has_name = _ATTRIBUTE_NAME.search(inside) is not None
    return ("Attribute without value" if has_name else "Invalid attribute name"), at


def _next(text: str, char: str, at: int) -> int:
    found = text.find(char, at)
    return at if found == -1 else found


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)


def _worded(words: str, text: str, at: int, column: int | None = None) -> NodeError:
    line = text.count("\n", 0, at)
    column = _column(text, at) if column is None else column
    return NodeError(f"{words}\nLine: {line}\nColumn: {column}\nChar: {text[at : at + 1]}", error_object=True)
