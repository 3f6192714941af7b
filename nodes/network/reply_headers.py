"""The mark that http request leaves among the headers it got.

Headers that come back unchanged are those of a reply, which nobody meant to send: they are dropped. The mark is
their hash, by the algorithm of npm's hash-sum, so that messages of recorded flows keep their meaning.
"""

from __future__ import annotations

from typing import Any

from flowengine.javascript_values import js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg

MARK = "x-node-red-request-node"


def drop_reply_headers(msg: Msg) -> dict[str, Any] | None:
    """Return the headers that a message means to send; those of a reply are taken out of it.

    The message has to own its headers.
    """
    headers = msg.get("headers")
    if not isinstance(headers, dict):
        return None
    if MARK in headers and headers.pop(MARK) == hash_headers(headers):
        del msg["headers"]
        return None
    return headers


def hash_headers(headers: dict[str, Any]) -> str:
    """Hash headers to 8 or more hex digits."""
    number = _fold_value(0, headers, "")
    return f"{number:08x}"


def _fold(number: int, text: str) -> int:
    if not text:
        return number
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        number = (number * 31 + units[at] + (units[at + 1] << 8)) & 0xFFFFFFFF
    return -2 * (number - 0x100000000) if number & 0x80000000 else number


def _fold_value(number: int, value: Any, key: str) -> int:
    number = _fold(_fold(_fold(number, key), _tag(value)), js_typeof(value))
    if value is None or value is UNDEFINED:
        return _fold(number, "null" if value is None else "undefined")
    if isinstance(value, (dict, list)):
        items = value if isinstance(value, dict) else {str(index): item for index, item in enumerate(value)}
        for name in sorted(items):
            number = _fold_value(number, items[name], name)
    return _fold(number, js_string(value))


def _tag(value: Any) -> str:
    """JavaScript's ``Object.prototype.toString``."""
    if value is None:
        return "[object Null]"
    if isinstance(value, list):
        return "[object Array]"
    return f"[object {js_typeof(value).capitalize()}]"
