"""Values on their way to JavaScript and back, as text.

Plain messages are JSON, written and read by orjson. What JSON lacks goes as a table (see ``tables``), which
starts with ``#``; the other half of both is ``prelude/codec.js``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from weakref import ref

import orjson

from ..messages import Msg
from .tables import BigInt, JsError, decode_table, encode_table

__all__ = ["BigInt", "Handles", "JsError", "decode", "encode"]

SMALL = 400
"""Characters of JSON up to which a message is passed in one piece."""

LARGEST = 2**53

_OPTIONS = (
    orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
)


class Handles:
    """Live objects (a request, a socket) that JavaScript sees by number; they stay in Python."""

    def __init__(self) -> None:
        self._last = 0
        self._numbers: dict[int, int] = {}
        self._objects: dict[int, Callable[[], Any]] = {}

    def number_of(self, value: Any) -> int:
        """Return the number of an object, the same each time it is asked for."""
        key = id(value)
        if (number := self._numbers.get(key, 0)) and self._objects[number]() is value:
            return number
        self._last = number = self._last + 1

        def forget(_: Any) -> None:
            del self._objects[number]
            if self._numbers.get(key) == number:
                del self._numbers[key]

        try:
            self._objects[number] = ref(value, forget)
        except TypeError:  # an object that cannot be referred to weakly
            self._objects[number] = lambda: value
        self._numbers[key] = number
        return number

    def known(self, value: Any) -> int:
        """Return the number of an object that has one, else 0."""
        number = self._numbers.get(id(value), 0)
        return number if number and self._objects[number]() is value else 0

    def get(self, number: int) -> Any:
        """Return the object of this number, or None where it is gone."""
        found = self._objects.get(number)
        return None if found is None else found()


def encode(value: Any, handles: Handles) -> str:
    """Put a value into words for JavaScript."""
    try:
        data = orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:
        return encode_table(value, handles)
    # orjson writes NaN and infinity as null.
    if b"null" in data and _has_odd_number(value):
        return encode_table(value, handles)
    return data.decode()


def encode_message(msg: Msg, handles: Handles, is_named: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Put a message into words; large members as texts of their own, which are read when the function looks.

    Most functions look at little of what passes through: the rest is not even parsed. That goes for small members
    too, unless the text of the function names them (``is_named``). Returns the text and the names of such members;
    where there are any it is ``@`` and JSON of the names, a line with the message, and one for every name.
    """
    head: dict[str, Any] = {}
    names: list[str] = []
    texts: list[str] = []
    for name, value in msg.items():
        kind = value.__class__
        if (
            (kind is str and len(value) < SMALL)
            or (kind is int and -LARGEST < value < LARGEST)
            or value is None
            or kind is bool
        ):
            head[name] = value
            continue
        # A live object that is known already, as a request is from its second message on, need not be described.
        number = 0 if kind in _DATA else handles.known(value)
        text = f'#[[0],[["H",{number}]]]' if number else encode(value, handles)
        if len(text) < SMALL and text[0] != "#" and is_named(name):
            head[name] = value
            continue
        head[name] = None
        names.append(name)
        texts.append(text)
    if not names:
        return _encode_plain(head, handles), names
    return "\n".join((f"@{_encode_plain(names, handles)}", _encode_plain(head, handles), *texts)), names


def encode_seen(msg: Msg, handles: Handles, seen: frozenset[str]) -> tuple[str, list[str]] | None:
    """Put those members of a message into words that a function can see; returns their names too.

    None where one of them is more than data: it had better be read only when the function looks.
    """
    head = {name: value for name, value in msg.items() if name in seen}
    if not _SIMPLE.issuperset(map(type, head.values())):
        return None
    return f"@[]\n{encode(head, handles)}", list(head)


_SIMPLE = frozenset((dict, list, float, str, int, bool, type(None)))
_DATA = frozenset((dict, list, float, str, int, bytes, Msg))


def _encode_plain(value: Any, handles: Handles) -> str:
    """Put a value into words that holds no odd number: every null in it is one."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS).decode()
    except TypeError:  # a text with half of a surrogate pair
        return encode_table(value, handles)


def _plain(value: Any) -> Any:
    if value.__class__ is Msg:
        return dict(value)
    raise TypeError


def _has_odd_number(value: Any) -> bool:
    kind = value.__class__
    if kind is float:
        return value - value != 0.0  # type: ignore[no-any-return]
    if kind is dict or kind is Msg:
        return any(map(_has_odd_number, value.values()))
    return kind is list and any(map(_has_odd_number, value))


def decode(text: str, handles: Handles) -> Any:
    """Read what JavaScript put into words."""
    if text[0] == "#":
        root, table = _loads(text[1:])
        return decode_table(root, table, handles)
    return _loads(text)


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # half of a surrogate pair, which JavaScript's texts may hold
        return json.loads(text)
