"""What both CSV dialects have in common: the layout a node asks for, and what reading gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from flowengine.errors import NodeError
from flowengine.javascript_values import js_json, js_keys, js_string


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is laid out, and what is wanted of it."""

    separator: str
    line_end: str
    columns: str
    header_in: bool
    header_out: str
    skip: int
    numbers: bool
    empty_strings: bool
    null_values: bool
    whole: bool


@dataclass(slots=True)
class Parsed:
    """Rows of a text, the names of their columns, whether it was the last part, and how many line breaks it had."""

    rows: list[dict[str, Any]]
    columns: str
    is_last: bool
    line_breaks: int


class Dialect(Protocol):
    """A way to read and write CSV."""

    header_sent: bool

    def start(self) -> bool:
        """Read the columns that the node names; False where they cannot be read."""

    def begin(self) -> None:
        """Learn that a message has come."""

    def read(self, text: str, parts: dict[str, Any] | None) -> Parsed | None:
        """Read a text, or a part of one; None where all of it is skipped."""

    def write(self, payload: Any, msg: dict[str, Any]) -> tuple[str, str]:
        """Write objects or arrays; returns the text and the names of its columns."""

    def refuse(self) -> None:
        """Say that a payload is neither text nor object."""


def text_of(value: Any) -> str:
    """Return a cell as text: objects as JSON, Buffers as the text in them."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if value is None or isinstance(value, (dict, list)):
        return js_json(value) or ""
    return js_string(value)


def names_of(row: Any) -> list[str]:
    """Return the names of a row's values, as JavaScript's ``Object.keys`` does. Raises NodeError for nothing."""
    if row is None:
        raise NodeError("Cannot convert undefined or null to object", name="TypeError")
    if isinstance(row, dict):
        return js_keys(row)
    return [str(at) for at in range(len(row))] if isinstance(row, (list, str, bytes)) else []


def is_last_part(parts: dict[str, Any] | None) -> bool:
    """Tell whether the parts say that this is the last one."""
    if parts is None or not isinstance(parts.get("count"), (int, float)):
        return False
    index = parts.get("index")
    return isinstance(index, (int, float)) and index + 1 >= parts["count"]


def index_of(parts: dict[str, Any] | None) -> Any:
    """Return the index of a part, 0 for a whole text."""
    return parts.get("index", 0) if parts is not None else 0
