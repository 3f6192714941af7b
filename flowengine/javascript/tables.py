"""Values that JSON cannot carry, as a table of entries that refer to each other by number.

A text is ``[root, table]``. An entry is an object with its members, or a list whose first item names its kind:
A list, B bytes, D date, E error, F function, H handle of a live object, I bigint, M map, N odd number,
R regular expression, S set, T typed array, U undefined, V boxed primitive, Y symbol. Inside an entry ``[n]``
stands for entry n and everything else for itself. Neither side recurses, so no message is nested too deeply,
and values that refer to themselves come out as they went in.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..errors import FlowError, error_stack
from ..messages import UNDEFINED

if TYPE_CHECKING:
    from .values import Handles

Entry = Any
Refer = Callable[[Any], Any]

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_NUMBERS = {"NaN": nan, "Infinity": inf, "-Infinity": -inf, "-0": -0.0}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_sources: WeakKeyDictionary[re.Pattern[str], str] = WeakKeyDictionary()
"""What a regular expression from JavaScript looked like there; Python's syntax differs."""

_ERROR_FIELDS = frozenset(("name", "stack", "message", "code", "cause", "args"))


class BigInt(int):
    """A JavaScript bigint; other integers are numbers."""


class JsMap(dict[Any, Any]):
    """A JavaScript Map."""


class Foreign:
    """What has no meaning outside the script it comes from: a function or a symbol."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name

    def __call__(self, *_: Any) -> None:
        """Refuse to run."""
        raise FlowError(f"The function {self.name} belongs to another node and cannot be called here")


class JsError(FlowError):
    """A JavaScript error; members beyond name, message and stack are attributes."""

    def __init__(self, name: str, message: str, stack: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.stack = stack


# --- to JavaScript ----------------------------------------------------------------------------------------


def encode_table(value: Any, handles: Handles) -> str:
    """Put a value into words, whatever it holds."""
    table: list[Entry] = []
    places: dict[int, int] = {}
    pending: list[tuple[Any, int]] = []

    def refer(item: Any) -> Any:
        kind = item.__class__
        if kind is str or kind is bool or item is None:
            return item
        if kind is int and -(2**53) <= item <= 2**53:
            return item
        if kind is float and isfinite(item) and (item or str(item) == "0.0"):
            return item
        if (place := places.get(id(item))) is None:
            place = places[id(item)] = len(table)
            table.append(None)
            pending.append((item, place))
        return [place]

    root = refer(value)
    while pending:
        item, place = pending.pop()
        table[place] = _describe(item, refer, handles)
    return "#" + json.dumps([root, table], separators=(",", ":"))


def _describe(value: Any, refer: Refer, handles: Handles) -> Entry:
    if value.__class__ is dict or _is_message(value):
        return {str(key): refer(item) for key, item in value.items() if item is not UNDEFINED}
    if isinstance(value, (list, tuple)):
        return ["A", *map(refer, value)]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ["B", b64encode(value).decode()]
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return ["D", (moment - _EPOCH) // timedelta(milliseconds=1)]
    if isinstance(value, (float, int)):
        return _describe_number(value)
    return _describe_rarely(value, refer, handles)


def _is_message(value: Any) -> bool:
    from ..messages import Msg

    return value.__class__ is Msg


def _describe_number(value: float) -> Entry:
    if isinstance(value, BigInt):
        return ["I", str(int(value))]
    if isinstance(value, int):
        return ["N", str(int(value))]
    if value != value:
        return ["N", "NaN"]
    return (
        ["N", "-0" if value == 0 else "Infinity" if value > 0 else "-Infinity"]
        if not isfinite(value) or not value
        else ["V", float(value)]
    )


def _describe_rarely(value: Any, refer: Refer, handles: Handles) -> Entry:
    if value is UNDEFINED:
        return ["U"]
    if isinstance(value, str):
        return ["V", str(value)]
    if isinstance(value, BaseException):
        return _describe_error(value, refer)
    if isinstance(value, re.Pattern):
        flags = "".join(letter for letter, bit in _FLAGS.items() if value.flags & bit)
        return ["R", _sources.get(value) or value.pattern.replace("(?P<", "(?<"), flags]
    if isinstance(value, (set, frozenset)):
        return ["S", *map(refer, value)]
    if isinstance(value, JsMap):
        return ["M", *(refer(part) for pair in value.items() for part in pair)]
    if isinstance(value, Foreign):
        return ["Y" if value.kind == "symbol" else "F", value.name]
    if callable(value) and hasattr(value, "__name__"):
        return ["F", value.__name__]
    return ["H", handles.number_of(value)]


def _describe_error(error: BaseException, refer: Refer) -> Entry:
    name = getattr(error, "name", None) or (
        "Error" if isinstance(error, FlowError) else error.__class__.__name__
    )
    more = {
        key: value
        for key, value in vars(error).items()
        if key not in _ERROR_FIELDS and not key.startswith("_")
    }
    for key in ("code", "cause"):
        if (value := getattr(error, key, None)) is not None:
            more[key] = value
    stack = error_stack(error) or ""
    return ["E", str(name), str(error), stack, {key: refer(value) for key, value in more.items()}]


def view_of(value: Any) -> dict[str, Any]:
    """Return what JavaScript may see of a live object.

    The object says so itself by ``javascript_view()``; a mapping shows its items, others their public attributes.
    """
    view = getattr(value, "javascript_view", None)
    if callable(view):
        return dict(view())
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    return {key: item for key, item in getattr(value, "__dict__", {}).items() if not key.startswith("_")}


# --- from JavaScript --------------------------------------------------------------------------------------


def decode_table(root: Any, table: list[Entry], handles: Handles) -> Any:
    """Build the value that a table describes."""
    if root.__class__ is list and table[root[0]] == ["U"]:
        return UNDEFINED
    values = [_shell(entry, handles) for entry in table]

    def read(item: Any) -> Any:
        return values[item[0]] if item.__class__ is list else item

    late = []
    for value, entry in zip(values, table, strict=True):
        if entry.__class__ is dict:
            value.update((key, read(item)) for key, item in entry.items())
        elif entry[0] in "AEMT":
            _fill(value, entry, read)
        elif entry[0] in "SV":
            late.append(entry)
    return _with_sets(root, values, table, read) if late else read(root)


def _shell(entry: Entry, handles: Handles) -> Any:
    """Make the value of an entry, still empty where it refers to others."""
    if entry.__class__ is dict:
        return {}
    kind = entry[0]
    if kind == "H":
        return handles.get(entry[1])
    make = _SHELLS.get(kind)
    return None if make is None else make(entry)


def _date(milliseconds: float) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _pattern(source: str, flags: str) -> Any:
    from ..javascript_values import js_regex

    try:
        pattern = js_regex(source, flags)
    except FlowError:
        return f"/{source}/{flags}"
    _sources[pattern] = source
    return pattern


_SHELLS: dict[str, Callable[[Entry], Any]] = {
    "A": lambda entry: [],
    "B": lambda entry: b64decode(entry[1]),
    "D": lambda entry: None if entry[1] is None else _date(entry[1]),
    "E": lambda entry: JsError(*entry[1:4]),
    "F": lambda entry: Foreign("function", entry[1]),
    "I": lambda entry: BigInt(entry[1]),
    "M": lambda entry: JsMap(),
    "N": lambda entry: _NUMBERS[entry[1]],
    "R": lambda entry: _pattern(entry[1], entry[2]),
    "T": lambda entry: [],
    "Y": lambda entry: Foreign("symbol", entry[1]),
}
"""Values by kind of entry; of the kinds that are not here undefined in a list is None, the others are filled late."""


def _fill(value: Any, entry: Entry, read: Refer) -> None:
    kind = entry[0]
    if kind == "A":
        value.extend(map(read, entry[1:]))
    elif kind == "T":
        value.extend(entry[2:])
    elif kind == "M":
        value.update((read(entry[at]), read(entry[at + 1])) for at in range(1, len(entry), 2))
    else:
        for key, item in entry[4].items():
            setattr(value, key, read(item))


def _with_sets(root: Any, values: list[Any], table: list[Entry], read: Refer) -> Any:
    """Sets cannot be filled before their members are there, nor be changed behind those that refer to them."""
    for place, entry in enumerate(table):
        if entry.__class__ is list and entry[0] == "S":
            items = [read(item) for item in entry[1:]]
            try:
                values[place] = set(items)
            except TypeError:  # objects are no members of a Python set
                values[place] = items
        elif entry.__class__ is list and entry[0] == "V":
            values[place] = read(entry[1])
    for place, entry in enumerate(table):
        if entry.__class__ is dict:
            values[place].update((key, read(item)) for key, item in entry.items())
        elif entry[0] == "A":
            values[place][:] = map(read, entry[1:])
    return read(root)
