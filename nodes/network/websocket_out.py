"""The websocket out node: sends messages by websocket."""

from __future__ import annotations

from typing import Any, ClassVar

from flowengine.messages import Msg
from flowengine.node import DEFERRED

from .websocket_node import WebsocketNode
from .websocket_sessions import outgoing


class WebsocketOut(WebsocketNode):
    """Answers the session that a message came from (``_session``), or tells all where it came from none."""

    type = "websocket out"
    align = "right"
    outputs: ClassVar[int] = 0

    def on_input(self, msg: Msg) -> Any:
        if self._connection is None:
            return DEFERRED  # nothing was done with it
        data = outgoing(msg, whole_message=self._connection.whole_message)
        if not data:
            return None
        session = msg.get("_session")
        if isinstance(session, dict) and session.get("type") == "websocket":
            self._connection.reply(session.get("id"), data)
        else:
            self._connection.broadcast(data)
        return None
