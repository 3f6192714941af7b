"""The websocket out node: sends messages by websocket."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from flowengine.fields import config_node
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .websocket_sessions import WebsocketConfig, outgoing


class WebsocketOut(Node):
    """Answers the session that a message came from (``_session``), or tells all where it came from none."""

    type = "websocket out"
    category = "network"
    color = "#D7D7A0"
    icon = "globe"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True

    class Config(NodeConfig):
        """One of both: the id of a websocket-listener or of a websocket-client."""

        server: Annotated[str | None, config_node("websocket-listener")] = ""
        client: Annotated[str | None, config_node("websocket-client")] = ""

    def on_start(self) -> None:
        found = self.node(self.config.client or self.config.server)
        self._connection = found if isinstance(found, WebsocketConfig) else None
        if self._connection is None:
            self.error(self.words("errors.missing_conf"))
        else:
            self._connection.register(self, listens=False)

    def on_close(self, removed: bool) -> None:
        if self._connection is not None:
            self._connection.unregister(self)
        self.status({})

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
