"""What a function does to the flow: the messages it sends, how its calls end, what it reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from ..javascript_values import js_string
from ..messages import Msg, clone
from ..node import Node
from .engine import OutOfMemoryError
from .seen import seen_members
from .tables import JsError
from .values import Handles, decode, encode_message, encode_seen

KEPT = 1000
"""Messages that wait for a ``node.done()``; of more, the oldest are taken to be forgotten."""


class Deeds:
    """The deeds of one function node, with the messages that are with it."""

    def __init__(self, node: Node, handles: Handles, megabytes: int) -> None:
        self.node = node
        self.handles = handles
        self.completes = True
        """Whether a message is complete when the function returns; not where it calls ``node.done`` itself."""
        self.has_status = False
        """Whether the function has set a status."""
        self.is_exhausted = False
        """Whether a call failed for want of memory."""
        self._megabytes = megabytes
        self._last = 0
        self._messages: dict[int, Msg] = {}
        self._arrived: dict[int, dict[str, Any]] = {}
        """By number of the call: the members that the function may not look at, as they came."""
        self._source = ""
        self._seen: frozenset[str] | None = None
        self._given: dict[int, list[str]] = {}
        """By number of the call: the members that JavaScript got, where it got no others."""
        self._named: dict[str, bool] = {}

    def arrive(self, msg: Msg) -> tuple[int, str]:
        """Take in a message; returns its number and its text for JavaScript."""
        self._last = number = self._last + 1
        self._messages[number] = msg
        if self._seen is not None and (found := encode_seen(msg, self.handles, self._seen)) is not None:
            self._given[number] = found[1]
            return number, found[0]
        text, names = encode_message(msg, self.handles, self._is_named)
        if names:
            self._arrived[number] = {name: msg[name] for name in names}
        return number, text

    def know(self, source: str) -> None:
        """Learn the text of the function, which tells what it will look at."""
        self._source = source
        self._seen = seen_members(source)
        self._named.clear()

    def _is_named(self, name: str) -> bool:
        if (named := self._named.get(name)) is None:
            named = self._named[name] = name in self._source or "defineProp" in self._source
        return named

    def forget(self, number: int) -> None:
        """Drop a message whose call was stopped."""
        self._messages.pop(number, None)
        self._arrived.pop(number, None)
        self._given.pop(number, None)

    def renewed(self, number: int, value: dict[str, Any], *, keeps: bool = False) -> Msg:
        """Return the message that came in, as the function has left it: others may refer to it.

        ``keeps``: some of its members are still those that came in, which other messages may share.
        """
        msg = self._messages.get(number)
        if msg is None:
            return Msg(value)
        msg.clear()
        msg.update(value)
        if msg.shared and not keeps:
            msg.shared = False
        return msg

    def _read(self, text: str, number: int) -> Any:
        if text[0] == "@" and (given := self._given.get(number)) is not None:
            return self._refilled(self._messages[number], given, text)
        value = self._value(text, number)
        return self.renewed(number, value, keeps=text[0] == "@") if value.__class__ is dict else value

    def _refilled(self, msg: Msg, given: list[str], text: str) -> Msg:
        """Put what JavaScript got of a message back into it, as the function has left it."""
        value = decode(text[2:], self.handles)
        for name in given:
            if name not in value:
                msg.pop(name, None)
        msg.update(value)
        return msg

    def _value(self, text: str, number: int) -> Any:
        """Read a message; members that the function has not looked at are taken from what came in."""
        if text[0] != "@":
            return decode(text, self.handles)
        names, _, rest = text[1:].partition("\n")
        value = decode(rest, self.handles)
        arrived = self._arrived.get(number, {})
        if not names:  # all of them
            value.update(arrived)
        else:
            value.update((name, arrived[name]) for name in orjson.loads(names) if name in arrived)
        return value

    def send(self, number: int, is_copy: bool, text: str, output: int) -> None:
        """Send one message from an output."""
        msg = clone(self._value(text, number)) if is_copy else self._read(text, number)
        self.node.send([*[None] * output, msg] if output else Msg(msg) if msg.__class__ is dict else msg)

    def send_all(self, number: int, text: str) -> None:
        """Send what a list says: messages, or lists of them, per output."""
        outputs = decode(text, self.handles)
        if number:
            _replace_first(outputs, lambda value: self.renewed(number, value))
        self.node.send(outputs)

    def finish(self, number: int, returns: bool, text: str, about: str) -> None:
        """Take the end of a call: the message that it returned (``text``), or what became of the one that came in."""
        if returns:
            msg = self._read(text, number)
            self.node.send(msg)
        elif about:
            msg = self._read(about, number)
        else:
            msg = self._messages.get(number)
        if self.completes and msg is not None:
            self.node.done(msg)
        self._arrived.pop(number, None)
        self._given.pop(number, None)
        if self.completes:
            self._messages.pop(number, None)
        elif len(self._messages) > KEPT:
            # Nobody says node.done() for these any more.
            self._messages.pop(next(iter(self._messages)))

    def finish_all(self, first: int, texts: str) -> None:
        """Take the ends of calls one after the other: each the message that it returned, or nothing."""
        for number, text in enumerate(texts.split("\0"), first):
            self.finish(number, bool(text), text, "")

    def fail(self, number: int, error: str, about: str) -> None:
        """Take the error that a call ended with."""
        msg = self._read(about, number)
        self._messages.pop(number, None)
        self._arrived.pop(number, None)
        self._given.pop(number, None)
        self.node.done(msg, self._error(error) if error else None)

    def _error(self, text: str) -> Any:
        error = decode(text, self.handles)
        if isinstance(error, JsError) and error.name == "InternalError" and str(error) == "out of memory":
            self.is_exhausted = True
            return OutOfMemoryError(self._megabytes)
        return error

    def done(self, number: int, error: str, about: str) -> None:
        """Take ``node.done()``."""
        msg = self._read(about, number)
        self.node.done(msg, decode(error, self.handles) if error else None)

    def report(self, kind: str, text: str, about: str = "", number: int = 0) -> None:
        """Take an error, a warning, a status or a line for the log."""
        node = self.node
        if kind == "nonMessage":
            node.error(node.words("errors.non_message", type=text))
            return
        value = self._error(text) if kind == "error" else decode(text, self.handles)
        if kind == "error":
            node.error(value, self._read(about, number) if about else None)
        elif kind == "status":
            self.has_status = True
            node.status(value if isinstance(value, dict) else {"text": js_string(value)})
        elif kind == "warn":
            node.warn(value)
        elif kind == "log":
            node.log(value)
        else:
            node.host.log(kind, js_string(value), node)

    def console(self, level: str, text: str) -> None:
        """Write to the log what ``console`` was given."""
        self.node.host.log({"log": "info", "trace": "debug"}.get(level, level), text, self.node)


def _replace_first(outputs: Any, renew: Callable[[dict[str, Any]], Msg]) -> None:
    for messages in outputs:
        if not isinstance(messages, list):
            continue
        for index, message in enumerate(messages):
            if message is not None:
                messages[index] = renew(message)
                return
