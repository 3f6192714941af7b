"""Turns the events of a stream into messages: one each, on request with parts for join and the text at the end."""

from __future__ import annotations

from typing import Any

from flowengine.messages import Msg, generate_id
from flowengine.streamed_text import delta_text


def copied(msg: Msg, payload: Any) -> Msg:
    """The message with another payload; values below the top level stay with both, so it is marked shared."""
    copy = Msg(msg)
    copy["payload"] = payload
    copy.shared = True
    if msg.entry is not None:
        copy.entry = msg.entry
    if msg.stream:
        copy.stream = msg.stream
    return copy


class StreamMessages:
    """`take` events and send what it returns; `finish` returns what is left.

    With `parts` each message is held back until the next one comes, because the last has to say how many
    there are. With `text` a last message has the text of the whole stream.
    """

    def __init__(self, msg: Msg, *, parts: bool = False, text: bool = False, stream: str = "") -> None:
        self._msg = msg
        if stream:
            self._msg = copied(msg, None)
            self._msg.stream = stream
        self._parts_id = generate_id() if parts else ""
        self._texts: list[str] | None = [] if text else None
        self._held: Msg | None = None
        self._count = 0

    def take(self, event: Any) -> Msg | None:
        """The message to send now, if there is one."""
        if self._texts is not None:
            self._texts.append(delta_text(event))
        msg = copied(self._msg, event)
        if not self._parts_id:
            return msg
        msg["parts"] = {"id": self._parts_id, "type": "array", "index": self._count, "len": 1}
        self._count += 1
        held, self._held = self._held, msg
        return held

    def finish(self) -> list[Msg]:
        last: list[Msg] = []
        if self._held is not None:
            self._held["parts"]["count"] = self._count
            last.append(self._held)
        if self._texts is not None:
            text = copied(self._msg, "".join(self._texts))
            text["complete"] = True
            last.append(text)
        return last
