"""Property paths such as ``payload.items[0].name``, ``a["b c"]`` and ``a[msg.topic]``, as Node-RED reads them.

A path is parsed once (``compile_path`` keeps what it has seen) and then walks dicts, lists, strings and
bytes the way JavaScript's ``object[key]`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from .errors import PropertyPathError
from .undefined import UNDEFINED


class NothingThereError(PropertyPathError):
    """A path leads through undefined or null."""

    name = "TypeError"
    code = None


class Path:
    """A parsed property path. Made by ``compile_path``."""

    __slots__ = ("_key", "parts", "text")

    def __init__(self, text: str, parts: tuple[Any, ...]) -> None:
        self.text = text
        self.parts = parts
        # A path of one plain key is by far the most frequent one.
        self._key = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None

    @property
    def is_key(self) -> bool:
        """Whether the path is one plain key, which every message can be asked for."""
        return self._key is not None

    @property
    def reader(self) -> Callable[[Any], Any]:
        """What ``get`` does, for messages only: without a detour where the path is one plain key."""
        key = self._key
        return self.get if key is None else lambda msg: msg.get(key, UNDEFINED)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"

    def get(self, msg: Any) -> Any:
        """Return the value at this path, or UNDEFINED.

        Raises PropertyPathError where the path leads through undefined or null, as JavaScript does.
        """
        if self._key is not None and isinstance(msg, dict):
            return msg.get(self._key, UNDEFINED)
        value = msg
        for part in self.parts:
            value = step(value, self._key_of(part, msg))
        return value

    def set(self, msg: Any, value: Any, create: bool | None = None) -> bool:
        """Set the value at this path; UNDEFINED deletes. Tells whether there was a place for it.

        Missing objects and arrays on the way are created unless ``create`` is False. In a message that
        shares values with another branch, what lies on the way is copied first.
        """
        if self._key is not None and isinstance(msg, dict):
            if value is UNDEFINED:
                msg.pop(self._key, None)
            else:
                msg[self._key] = value
            return True
        keys = [self._key_of(part, msg) for part in self.parts]
        shared = getattr(msg, "shared", False)
        create = value is not UNDEFINED if create is None else create
        place = msg
        for key, next_key in pairwise(keys):
            place = _descend(place, key, next_key, create, shared)
            if place is None:
                return False
        return _put(place, keys[-1], value)

    def delete(self, msg: Any) -> bool:
        """Delete the value at this path, if it is there."""
        return self.set(msg, UNDEFINED, create=False)

    def _key_of(self, part: Any, msg: Any) -> Any:
        return part.value(msg) if part.__class__ is Reference else part

    @property
    def has_reference(self) -> bool:
        """Whether the path refers to the message (``a[msg.b]``), so that its keys differ from message to message."""
        return any(part.__class__ is Reference for part in self.parts)

    def resolve(self, msg: Any) -> Path:
        """Return this path with the references to the message replaced by their values."""
        return (
            Path(self.text, tuple(self._key_of(part, msg) for part in self.parts))
            if self.has_reference
            else self
        )


class Reference:
    """A key that the message itself gives: the ``msg.b`` of ``a[msg.b]``."""

    __slots__ = ("_path", "_position")

    def __init__(self, path: Path, position: int) -> None:
        self._path, self._position = path, position

    def value(self, msg: Any) -> Any:
        """Return the key."""
        try:
            key = self._path.get(msg)
        except PropertyPathError:
            key = UNDEFINED
        if key is UNDEFINED:
            raise PropertyPathError(f"Invalid expression started at position {self._position}")
        return key


def step(value: Any, key: Any) -> Any:
    """JavaScript's ``value[key]``: UNDEFINED where there is no such key; an error below undefined and null."""
    if isinstance(value, dict):
        found = value.get(key, UNDEFINED)
        return value.get(str(key), UNDEFINED) if found is UNDEFINED and not isinstance(key, str) else found
    if isinstance(value, (list, bytes, bytearray, str, tuple)):
        return _step_sequence(value, key)
    if value is None or value is UNDEFINED:
        name = "null" if value is None else "undefined"
        raise NothingThereError(f"Cannot read properties of {name} (reading '{key}')")
    if isinstance(value, Mapping):
        return value.get(key, UNDEFINED)
    if isinstance(value, BaseException):
        return _step_error(value, key)
    return UNDEFINED


def _step_sequence(value: Any, key: Any) -> Any:
    if key == "length":
        return len(value)
    index = int(key) if isinstance(key, str) and key.isdigit() else key
    if isinstance(index, int) and 0 <= index < len(value):
        return value[index]
    return UNDEFINED


def _step_error(error: BaseException, key: Any) -> Any:
    if key == "message":
        return str(error)
    if key == "name":
        return getattr(error, "name", None) or error.__class__.__name__
    return getattr(error, key, UNDEFINED) if key in ("code", "cause", "stack") else UNDEFINED


def _descend(place: Any, key: Any, next_key: Any, create: bool, shared: bool) -> Any:
    """Go one step down to a dict or list, making or copying it where needed; None where nothing fits."""
    if isinstance(place, dict) and not isinstance(key, str):
        key = str(key)
    there = step(place, key)
    if there is UNDEFINED or (there is None and isinstance(place, list)):
        if not create:
            return None
        there = {} if isinstance(next_key, str) else []
        return there if _put(place, key, there) else None
    if not isinstance(there, (dict, list)):
        return None
    if shared:
        there = there.copy()
        _put(place, key, there)
    return there


def _put(place: Any, key: Any, value: Any) -> bool:
    if isinstance(place, dict):
        key = key if isinstance(key, str) else str(key)
        if value is UNDEFINED:
            place.pop(key, None)
        else:
            place[key] = value
        return True
    if isinstance(place, list):
        # JavaScript would hang other keys onto the array; no message could carry them further.
        return not str(key).isdigit() or _put_item(place, int(key), value)
    return False


def _put_item(items: list[Any], index: int, value: Any) -> bool:
    if value is UNDEFINED:
        del items[index : index + 1]
    elif index < len(items):
        items[index] = value
    elif index - len(items) > MAX_HOLES:
        raise PropertyPathError(f"index {index} is too far beyond the end of an array of {len(items)}")
    else:
        items.extend([None] * (index - len(items)))
        items.append(value)
    return True


MAX_HOLES = 1_000_000
"""JavaScript keeps holes for free; a Python list does not, so a stray index must not fill the memory."""


def compile_path(text: str) -> Path:
    """Parse the path of a message property; a leading ``msg.`` is dropped. Raises PropertyPathError."""
    return compile_key(text.removeprefix("msg."))


@lru_cache(maxsize=4096)
def compile_key(text: str) -> Path:
    """Parse a path as it stands: the key of a context value."""
    return Path(text, tuple(_Parser(text).parse()))


def get_property(msg: Any, text: str) -> Any:
    """Return the value at the path, or UNDEFINED."""
    return compile_path(text).get(msg)


def set_property(msg: Any, text: str, value: Any, create: bool | None = None) -> bool:
    """Set the value at the path; UNDEFINED deletes."""
    return compile_path(text).set(msg, value, create)


def _fail(text: str) -> PropertyPathError:
    return PropertyPathError(f"Invalid property expression: {text}")


class _Parser:
    """Reads a path character by character; the positions in its errors are Node-RED's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.parts: list[Any] = []

    def parse(self) -> list[Any]:
        if not self.text:
            raise _fail("zero-length")
        self._name()
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == ".":
                self._dot()
            elif char == "[":
                self._box()
            elif _opens_name(char):  # Node-RED reads a[0]b as a[0].b
                self._name()
            else:
                raise _fail(f"unexpected {_shown(char)} at position {self.at}")
        return self.parts

    def _peek(self, at: int) -> str:
        return self.text[at] if at < len(self.text) else "undefined"

    def _name(self) -> None:
        """Read a bare name up to the next ``.`` or ``[``, or a quoted one at its start."""
        start = self.at
        if self._peek(start) in "'\"":
            self._quoted()
            after = self._peek(self.at)
            if self.at < len(self.text) and after not in "[.":
                raise _fail(f"unexpected {after} expression at position {self.at}")
            return
        while self.at < len(self.text) and (char := self.text[self.at]) not in ".[":
            if char in "'\"] ":
                raise _fail(f"unexpected {_shown(char)} at position {self.at}")
            self.at += 1
        if self.at == start:
            char = self._peek(self.at)
            raise _fail(f"unexpected {char} at position {self.at}")
        self.parts.append(self.text[start : self.at])

    def _dot(self) -> None:
        self.at += 1
        if self.at >= len(self.text):
            raise _fail("unterminated expression")
        if not _opens_name(self.text[self.at]):
            raise _fail(f"unexpected {self.text[self.at]} at position {self.at}")
        self._name()

    def _box(self) -> None:
        opened = self.at
        self.at += 1
        if self.at >= len(self.text):
            raise _fail("unterminated expression")
        char = self.text[self.at]
        if self.text.startswith("msg.", self.at) or self.text.startswith("msg[", self.at):
            self._reference(opened)
        elif char in "'\"":
            start = self.at + 1
            self._quoted()
            if self._peek(self.at) != "]":
                raise _fail(f"unexpected array expression at position {start}")
            self.at += 1
        elif char.isdigit():
            self._index()
        else:
            raise _fail(f"unexpected {char} at position {self.at}")

    def _quoted(self) -> None:
        quote, start = self.text[self.at], self.at + 1
        end = self.text.find(quote, start)
        if end == -1:
            raise _fail("unterminated expression")
        if end == start:
            raise _fail(f"zero-length string at position {start}")
        self.parts.append(self.text[start:end])
        self.at = end + 1

    def _index(self) -> None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != "]":
            if self.text[self.at] == " ":
                raise _fail(f"unexpected ' ' at position {self.at}")
            self.at += 1
        if self.at >= len(self.text):
            raise _fail("unterminated expression")
        digits = self.text[start : self.at]
        if not digits.isdigit():
            raise _fail(f"unexpected array expression at position {start}")
        self.parts.append(int(digits))
        self.at += 1

    def _reference(self, opened: int) -> None:
        depth, end = 1, self.at
        while end < len(self.text):
            depth += {"[": 1, "]": -1}.get(self.text[end], 0)
            if depth == 0:
                break
            end += 1
        else:
            raise _fail(f"unmatched '[' at position {opened}")
        try:
            self.parts.append(Reference(compile_path(self.text[self.at : end]), opened + 1))
        except PropertyPathError:
            raise PropertyPathError(f"Invalid expression started at position {opened + 1}") from None
        self.at = end + 1


def _opens_name(char: str) -> bool:
    return char in "$_" or (char.isascii() and char.isalnum())


def _shown(char: str) -> str:
    return "' '" if char == " " else char
