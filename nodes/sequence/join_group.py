"""A group of messages that is being joined: what has come so far, and what becomes of it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_number, js_string
from flowengine.messages import UNDEFINED, Msg, Path, clone, compile_path
from flowengine.node import TimerHandle
from flowengine.typed_values import to_buffer

from .separators import separator_bytes

MAX_HOLES = 1_000_000
"""How far beyond the last item an index may point: what is between is filled."""


_KEYED = frozenset(("object", "merged", "buffer"))
"""Kinds that are no lists of values in the order they came in."""

_ORDERS = frozenset(("reset", "complete", "restartTimeout"))
"""Properties of a message that tell the node what to do."""


class Group:
    """Values by position or key. ``kind``: string, array, buffer, object, merged; anything else is as array."""

    __slots__ = (
        "ch",
        "count",
        "filled",
        "items",
        "kind",
        "length",
        "msg",
        "path",
        "pending",
        "shared",
        "timer",
        "values",
    )

    def __init__(
        self, kind: Any, count: Any, *, ch: Any = UNDEFINED, length: Any = 0, path: Path | None = None
    ) -> None:
        self.kind = kind
        self.count = count
        self.ch = ch
        self.length = length
        self.path = path or compile_path("payload")
        self.filled = 0
        self.items: list[Any] = []
        self.values: dict[str, Any] = {}
        self.msg = Msg()
        self.shared = False
        self.pending: list[Msg] = []
        self.timer: TimerHandle | None = None

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> Group:
        """Make a group as the ``parts`` of its first message describe it."""
        path = compile_path(parts["property"]) if parts.get("property") else None
        ch, length = parts.get("ch", UNDEFINED), parts.get("len", 0)
        return cls(parts.get("type"), parts.get("count", 0), ch=ch, length=length, path=path)

    @property
    def is_full(self) -> bool:
        """Whether as much has come as was to come; a count of 0 is never reached."""
        count = self.count if self.count.__class__ is int else js_number(self.count)
        return 0 < count <= self.filled

    def follow(self, msg: Msg, parts: dict[str, Any]) -> bool:
        """Take in a message where it has the next value of a list; tells whether it was."""
        index, kind = parts.get("index"), self.kind
        if index.__class__ is not int or index != len(self.items) or kind != parts.get("type"):
            return False
        if kind in _KEYED:
            return False
        value = self.path.get(msg) if parts.get("property") else msg.get("payload")
        self.items.append(None if value is UNDEFINED else value)
        self.filled += 1
        self.add(msg, parts)
        return True

    def take_run(self, group_id: Any, msgs: list[Msg], at: int) -> int:
        """Take in what ``follow`` would of messages from ``at`` on, but none that makes the group full.

        Returns how many these are; it is 0 too where one of them has more to say than its value.
        """
        if self.kind in _KEYED or self.count.__class__ is not int:
            return 0
        kind, shared = self.kind, False
        index = len(self.items)
        values: list[Any] = []
        merged: dict[str, Any] = {}
        for msg in islice(msgs, at, at + max(self.count - 1 - self.filled, 0)):
            parts = msg.get("parts")
            if (
                parts.__class__ is not dict
                or parts.get("index") != index
                or parts.get("id") != group_id
                or parts.get("type") != kind
                or "property" in parts
            ):
                break
            values.append(msg.get("payload"))
            merged.update(msg)
            shared = shared or msg.shared
            index += 1
        if not values or not _ORDERS.isdisjoint(merged):
            return 0
        self.items += values
        self.filled += len(values)
        self.msg.update(merged)
        self.msg.entry = msgs[at + len(values) - 1].entry
        self.shared = self.shared or shared
        return len(values)

    def add(self, msg: Msg, parts: Any) -> None:
        """Let the message's properties be those of the result; later messages win."""
        self.msg.update(msg)
        self.msg.entry = msg.entry
        self.shared = self.shared or msg.shared
        if not self.count and isinstance(parts, dict):
            self.count = parts.get("count", 0)

    def put(self, value: Any, key: Any, index: Any) -> None:
        """Take in a value: by key, merged, at an index, or at the end."""
        if self.kind == "object":
            self.values[js_string(key)] = value
            self.filled = len(self.values)
        elif self.kind == "merged":
            self.values.update((key, item) for key, item in (value or {}).items() if key != "_msgid")
            self.filled = len(self.values)
        elif (position := _position(index)) is not None:
            self._put_at(position, value)
        elif value is not UNDEFINED:
            self.items.append(value)
            self.filled += 1

    def _put_at(self, index: int, value: Any) -> None:
        missing = index + 1 - len(self.items)
        if missing > MAX_HOLES:
            raise NodeError(
                f"msg.parts.index {index} is too far beyond the {len(self.items)} parts there are"
            )
        if missing > 0:
            self.items.extend([None] * missing)
        if self.items[index] is None:
            self.filled += 1
        self.items[index] = None if value is UNDEFINED else value

    def result(self, *, keeps: bool, apart: bool) -> Msg:
        """Return the joined message. ``keeps``: the group goes on; ``apart``: it holds whole messages."""
        self.msg.shared = self.shared
        result = clone(self.msg) if apart else Msg(self.msg)
        result.entry = self.msg.entry
        result.shared = self.shared or keeps or len(self.path.parts) > 1
        self.path.set(result, self._value(keeps))
        parts = result.pop("parts", None)
        if isinstance(parts, dict) and "parts" in parts:
            result["parts"] = parts["parts"]
        result.pop("complete", None)
        if keeps:
            self.msg.pop("complete", None)
            self._restore_parts(result)
        return result

    def _restore_parts(self, result: Msg) -> None:
        self.msg.pop("parts", None)
        if "parts" in result:
            self.msg["parts"] = result["parts"]

    def _value(self, keeps: bool) -> Any:
        if self.kind in ("object", "merged"):
            return {key: value for key, value in self.values.items() if value is not UNDEFINED}
        if self.kind == "string":
            return self._text()
        if self.kind == "buffer":
            return self._buffer()
        if self.kind == "array" and js_number(self.length) > 1:
            parts = [part for part in self.items if part is not None]
            return [item for part in parts for item in (part if isinstance(part, list) else [part])]
        return list(self.items) if keeps else self.items

    def _text(self) -> str:
        if self.ch is UNDEFINED or self.ch is None:
            kind = "null" if self.ch is None else "undefined"
            raise NodeError(f"Cannot read properties of {kind} (reading 'toString')", name="TypeError")
        return js_string(self.ch).join("" if item is None else js_string(item) for item in self.items)

    def _buffer(self) -> bytes:
        ch = b"" if self.ch is UNDEFINED or self.ch is None else separator_bytes(self.ch)
        return ch.join(
            item if isinstance(item, (bytes, bytearray)) else to_buffer(item) for item in self.items
        )


def _position(index: Any) -> int | None:
    """Return the place that ``parts.index`` names, or None where it names none."""
    if index is UNDEFINED or isinstance(index, bool):
        return None
    number = js_number(index)
    return number if isinstance(number, int) and number >= 0 else None
