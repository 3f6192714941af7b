"""What travels along the wires: messages, their ids, and copies of them.

JavaScript's values in Python: a missing key is ``undefined``, None is ``null``, bytes are a Buffer, an aware
datetime is a Date, a set is a Set, ``re.Pattern`` a RegExp, an exception an Error, an integral number an int.
"""

from __future__ import annotations

from random import randbytes
from typing import Any

from .property_paths import Path, compile_path, get_property, set_property, step
from .undefined import UNDEFINED, Undefined

__all__ = [
    "UNDEFINED",
    "Msg",
    "Path",
    "Undefined",
    "clone",
    "compile_path",
    "generate_id",
    "get_property",
    "own",
    "set_property",
    "step",
]


class Msg(dict[str, Any]):
    """A message: a dict of its properties.

    ``shared`` tells that values below the top level belong to other messages as well: ``own`` it before
    changing one in place. ``entry`` is where the message came into the flow, for whoever accounts for it;
    ``stream`` the streamed answer it is a piece of, while somebody watches (see model_calls.py).
    """

    shared: bool = False
    entry: Any = None
    stream: str = ""


def generate_id() -> str:
    """Make a new id of 16 hex digits."""
    if not _ids:
        # Many at once, and cut up without a loop of Python's: an id costs half of what it does alone.
        _ids.extend(map(randbytes(8 * len(_CUTS)).hex().__getitem__, _CUTS))
    return _ids.pop()


_ids: list[str] = []
_CUTS = [slice(at, at + 16) for at in range(0, 16 * 256, 16)]


def clone(value: Any) -> Any:
    """Copy a value so deeply that no change of the one shows in the other.

    Containers are copied, shared references and cycles kept; live objects (requests, sockets, errors) and
    values that cannot change are handed on.
    """
    try:
        return _clone(value, {})
    except RecursionError:
        return _clone_deep(value)


def own(msg: Msg) -> Msg:
    """Give a message sole ownership of all its values; returns the message."""
    if msg.shared:
        memo: dict[int, Any] = {id(msg): msg}
        try:
            for key, value in msg.items():
                if value.__class__ in _COPIED:
                    msg[key] = _clone(value, memo)
        except RecursionError:
            for key, value in msg.items():
                msg[key] = _clone_deep(value)
        msg.shared = False
    return msg


_COPIED: frozenset[Any] = frozenset((dict, list, set, bytearray, Msg))


def _clone(value: Any, memo: dict[int, Any]) -> Any:
    kind: Any = value.__class__
    if kind is dict or kind is Msg:
        if (known := memo.get(id(value))) is not None:
            return known
        copy: Any = kind(value)
        memo[id(value)] = copy
        for key, item in value.items():
            if item.__class__ in _COPIED:
                copy[key] = _clone(item, memo)
        if kind is Msg and value.entry is not None:
            copy.entry = value.entry
        if kind is Msg and value.stream:
            copy.stream = value.stream
        return copy
    if kind is list:
        if (known := memo.get(id(value))) is not None:
            return known
        memo[id(value)] = copy = value.copy()
        for index, item in enumerate(copy):
            if item.__class__ in _COPIED:
                copy[index] = _clone(item, memo)
        return copy
    if kind is set or kind is bytearray:
        return value.copy()
    return value


def _clone_deep(value: Any) -> Any:
    """The same without recursion, for values nested deeper than Python's stack."""
    memo: dict[int, Any] = {}

    def shallow(item: Any) -> Any:
        if item.__class__ not in _COPIED:
            return item
        if (known := memo.get(id(item))) is None:
            known = memo[id(item)] = Msg(item) if item.__class__ is Msg else item.copy()
            pending.append(known)
        return known

    pending: list[Any] = []
    result = shallow(value)
    while pending:
        copy = pending.pop()
        if isinstance(copy, dict):
            for key, item in copy.items():
                copy[key] = shallow(item)
        elif isinstance(copy, list):
            copy[:] = map(shallow, copy)
    return result
