"""The split node: sends the parts of a text, Buffer, array or object, each with ``parts`` to join them by.

Parts are made as they are sent, and a long sequence is sent in portions, with the other messages of the flow
in between: what is under way at one time stays small, however long the array is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from flowengine.delivery import MOST
from flowengine.errors import FlowError, NodeError, error_text
from flowengine.fields import Kind, hidden, number, required, section, typed
from flowengine.javascript_values import js_keys, js_string
from flowengine.messages import UNDEFINED, Msg, compile_path, generate_id
from flowengine.node import DEFERRED, Node, NodeConfig

from .separators import byte_list, separator_bytes, unescape, whole_number

PORTION = 1000
"""Parts to send in one go."""

Parts = dict[str, Any]
"""What the ``parts`` of a message tell of the sequence it is in."""

Piece = tuple[Any, int]
"""The value of a part, and its index."""

Work = tuple[Msg, Parts, Iterator[Piece]]
"""A message that takes on part after part, what ``parts`` tell of the next one, and the parts to come."""


class Split(Node):
    """Splits a property of the message."""

    type = "split"
    category = "sequence"
    color = "#e2d96e"
    icon = "split"
    copy_on_write = True
    form = (
        "name",
        "property",
        section("texts", "splt", "stream"),
        section("arrays", "arraySplt"),
        section("objects", "addname"),
    )

    class Config(NodeConfig):
        """``splt``: what to split text and Buffers by, of type str, bin or len; ``arraySplt``: items a part."""

        splt: Annotated[Any, typed("str", "bin", Kind("len", has_value=True), type_field="spltType")] = "\\n"
        splt_type: str | None = Field("str", alias="spltType")
        array_splt: Annotated[Any, number(least=1, whole=True)] = Field(1, alias="arraySplt")
        array_splt_type: Annotated[str | None, hidden()] = Field("len", alias="arraySpltType")
        stream: bool | None = False
        addname: Annotated[str | None, typed("msg")] = ""
        property: Annotated[str | None, typed("msg"), required()] = "payload"

    def on_start(self) -> None:
        config = self.config
        self._property = config.property or "payload"
        self._path = compile_path(self._property)
        self._key_path = compile_path(config.addname) if config.addname else None
        self._stream = config.stream is True
        self._index = 0
        self._text = ""
        self._buffer = b""
        self._waiting: list[Msg] = []
        self._work: deque[Work] = deque()
        self._is_broken = False
        try:
            self._read_lengths()
        except FlowError as error:
            self.error(self.words("errors.invalid_split", error=error_text(error)))
            self._is_broken = True

    def _read_lengths(self) -> None:
        splt, kind = self.config.splt, self.config.splt_type or "str"
        self._length, self._separator, self._bytes = 0, "", b""
        self._ch: Any = None
        if kind == "len":
            self._length = _positive(splt, "invalid split length")
        elif kind == "bin":
            self._ch = byte_list(splt)
            self._bytes = separator_bytes(self._ch)
            self._separator = js_string(self._bytes)
        else:
            self._ch = self._separator = unescape(js_string(splt or "\\n"))
            self._bytes = separator_bytes(self._separator)
        self._items = _positive(self.config.array_splt, "invalid array split length")

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken or (value := self._path.get(msg)) is UNDEFINED:
            return DEFERRED
        msg.pop("_msgid", None)
        parts = msg["parts"] = self._parts(msg)
        if (work := self._split(msg, parts, value)) is None:
            return None
        self._work.append(work)
        if len(self._work) == 1:
            self._send_portion(msg)
        return DEFERRED

    def on_close(self, removed: bool) -> None:
        self._work.clear()
        self._waiting.clear()

    def _parts(self, msg: Msg) -> Parts:
        parts: Parts = {"parts": msg["parts"]} if "parts" in msg else {}
        parts["id"] = generate_id()
        if self._property != "payload":
            parts["property"] = self._property
        return parts

    # sending

    def _send_portion(self, _: Msg) -> None:
        """Send some parts; where there are more, go on when these have been delivered."""
        if not self._work:
            return
        msg, parts, pieces = self._work[0]
        try:
            if self._send_parts(msg, parts, islice(pieces, PORTION)) < PORTION:
                self._work.popleft()
        except Exception as error:
            self._work.popleft()
            self.error(error, msg)
        if self._work:
            self.host.delivery.put(self._send_portion, self._work[0][0])

    def _send_parts(self, msg: Msg, parts: Parts, pieces: Iterator[Piece]) -> int:
        msg.shared = True  # what lies beside the property is in all parts
        shares, entry = self._shares(msg), msg.entry
        key = self._property if self._path.is_key else None
        delivery, passed = self.host.delivery, self.collect()
        sent = 0
        for value, index in pieces:
            if key is not None:
                msg[key] = value
            else:
                self._path.set(msg, value)
            msg["parts"] = own_parts = parts.copy()
            own_parts["index"] = index
            part = Msg(msg)
            part["_msgid"] = generate_id()
            # Attributes that are as the class has them take neither time nor memory.
            if entry is not None:
                part.entry = entry
            if shares or value.__class__ in _CONTAINERS:
                part.shared = True
            passed.append(part)
            if len(passed) == MOST:
                delivery.flush()
            sent += 1
        delivery.flush()
        return sent

    def _shares(self, msg: Msg) -> bool:
        """Whether the parts have more in common than what each gets for itself."""
        own = (self._path.parts[0], "parts")
        return (
            len(self._path.parts) > 1
            or self._ch.__class__ is list
            or any(value.__class__ in _CONTAINERS for value in msg["parts"].values())
            or any(value.__class__ in _CONTAINERS for key, value in msg.items() if key not in own)
        )

    def _end(self, msg: Msg, *, waits: bool = False) -> None:
        """Complete the message, or let it wait until what is left of it has been sent with a later one."""
        if waits:
            self._waiting.append(msg)
        else:
            self.done(msg)

    def _end_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for msg in waiting:
            self.done(msg)

    def _next(self) -> int:
        self._index += 1
        return self._index - 1

    # splitting

    def _split(self, msg: Msg, parts: Parts, value: Any) -> Work | None:
        """Return what there is to send, or None where the value has no parts."""
        by_length = self._length > 0
        if isinstance(value, str):
            split = self._text_by_length if by_length else self._text_by_separator
            return msg, parts, split(msg, parts, value)
        if isinstance(value, list):
            work = Msg(msg)
            work.entry = msg.entry
            return work, parts, self._array(msg, parts, value)
        if isinstance(value, (bytes, bytearray)):
            data = self._buffer + bytes(value)
            cut = self._buffer_by_length if by_length else self._buffer_by_separator
            return msg, parts, cut(msg, parts, data)
        if value is None:
            raise NodeError("Cannot convert undefined or null to object", name="TypeError")
        return (msg, parts, self._object(msg, parts, value)) if isinstance(value, dict) else None

    def _array(self, msg: Msg, parts: Parts, items: list[Any]) -> Iterator[Piece]:
        step = self._items
        parts.update(type="array", count=-(-len(items) // step), len=step)
        for index, at in enumerate(range(0, len(items), step)):
            yield items[at] if step == 1 else items[at : at + step], index
        self._end(msg)

    def _object(self, msg: Msg, parts: Parts, value: dict[str, Any]) -> Iterator[Piece]:
        parts["type"] = "object"
        for index, key in enumerate(js_keys(value)):
            if self._key_path is not None:
                self._key_path.set(msg, key)
            parts.update(key=key, index=index, count=len(value))
            yield value[key], index
        self._end(msg)

    def _text_by_separator(self, msg: Msg, parts: Parts, text: str) -> Iterator[Piece]:
        text = self._text + text
        pieces = text.split(self._separator) if self._separator else list(text) or [""]
        rest = pieces.pop() if self._stream else ""
        parts.update(type="string", ch=self._ch)
        if not self._stream:
            parts["count"] = len(pieces)
            self._index = 0
        self._text = rest
        for piece in pieces:
            yield piece, self._next()
        self._end(msg)

    def _text_by_length(self, msg: Msg, parts: Parts, text: str) -> Iterator[Piece]:
        parts.update(type="string", ch="", len=self._length)
        self._text = yield from self._by_length(msg, parts, self._text + text)

    def _buffer_by_length(self, msg: Msg, parts: Parts, data: bytes) -> Iterator[Piece]:
        parts.update(type="buffer", len=self._length)
        self._buffer = yield from self._by_length(msg, parts, data)

    def _by_length(self, msg: Msg, parts: Parts, data: Any) -> Any:
        """Yield pieces of equal length; returns what is left for the next message."""
        step = self._length
        count = -(-len(data) // step)
        if not self._stream:
            parts["count"] = count
            self._index = 0
        start = max(count - 1, 0) * step
        for at in range(0, start, step):
            yield data[at : at + step], self._next()
        if count > 1:
            self._end_waiting()
        rest = data[start:]
        if self._stream and len(rest) < step:
            self._end(msg, waits=True)
            return rest
        yield rest, self._next()
        self._end_waiting()
        self._end(msg)
        return data[:0]

    def _buffer_by_separator(self, msg: Msg, parts: Parts, data: bytes) -> Iterator[Piece]:
        *pieces, last = data.split(self._bytes) if self._bytes else [data]
        parts.update(type="buffer", ch=self._ch)
        if not self._stream:
            parts["count"] = len(pieces) + 1
            self._index = 0
        for piece in pieces:
            yield piece, self._next()
        if pieces:
            self._end_waiting()
        if last and not self._stream:
            yield last, self._next()
            self._end_waiting()
        self._buffer = last if self._stream else b""
        self._end(msg, waits=bool(self._buffer))


_CONTAINERS = frozenset((dict, list, set, bytearray, Msg))


def _positive(value: Any, complaint: str) -> int:
    number = whole_number(value)
    if number is None or number < 1:
        raise NodeError(f"{complaint}: {js_string(value)}", error_object=True)
    return number
