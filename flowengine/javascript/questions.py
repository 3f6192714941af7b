"""Questions that JavaScript awaits: a subroutine behind a link in node, a JSONata expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import FlowError, NodeError
from ..messages import UNDEFINED, Msg, generate_id
from ..node import Node, TimerHandle
from .values import Handles, decode, encode

Reply = Callable[[int, str], None]

FindLink = Callable[[str], Node]
"""Finds the link in node of an id or a name; raises FlowError where there is none."""


class Questions:
    """The open questions of one function node."""

    def __init__(self, node: Node, handles: Handles, reply: Reply, find_link: FindLink) -> None:
        self._node = node
        self._find_link = find_link
        self._handles = handles
        self._reply_text = reply
        self._calls: dict[str, tuple[int, TimerHandle]] = {}
        self._expressions: dict[str, Callable[[Msg], Any]] = {}

    def ask(self, number: int, kind: str, *values: Any) -> None:
        """Begin to answer a question."""
        try:
            if kind == "linkcall":
                self._call(number, *values)
            else:
                self._evaluate(number, *values)
        except FlowError as error:
            self._refuse(number, error)

    def _reply(self, number: int, value: Any) -> None:
        self._reply_text(number, "" if value is UNDEFINED else encode(value, self._handles))

    def _refuse(self, number: int, error: BaseException) -> None:
        self._reply_text(number, "!" + encode(error, self._handles))

    # subroutines

    def _call(self, number: int, target: str, milliseconds: float, text: str) -> None:
        link_in = self._find_link(target)
        event = generate_id() + generate_id()[:12]
        msg = Msg(decode(text, self._handles))
        msg.setdefault("_linkSource", []).append({"id": event, "node": self._node.id})
        timer = self._node.call_later(milliseconds / 1000, self._time_out, event)
        self._calls[event] = (number, timer)
        link_in.receive(msg)

    def _time_out(self, event: str) -> None:
        if (call := self._calls.pop(event, None)) is not None:
            self._refuse(call[0], NodeError("timeout", error_object=True))

    def answer_call(self, event: str, msg: Msg) -> None:
        """Take what a subroutine returned."""
        if msg.get("_linkSource") == []:
            del msg["_linkSource"]
        if (call := self._calls.pop(event, None)) is not None:
            call[1].cancel()
            self._reply(call[0], msg)

    # expressions

    def check_jsonata(self, text: str) -> str:
        """Compile an expression; returns what is wrong with it, or nothing."""
        from ..expressions import compile_jsonata

        try:
            self._expressions[text] = compile_jsonata(text, self._node)
        except FlowError as error:
            return encode(error, self._handles)
        return ""

    def _evaluate(self, number: int, text: str, message: str) -> None:
        try:
            value = self._expressions[text](Msg(decode(message, self._handles)))
        except Exception as error:
            self._refuse(number, error)
        else:
            self._reply(number, value)

    def close(self) -> None:
        """Forget what nobody waits for any more."""
        for _, timer in self._calls.values():
            timer.cancel()
        self._calls.clear()
