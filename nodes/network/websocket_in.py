"""The websocket in node: starts a flow with what arrives by websockets."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import config_node
from flowengine.node import Node, NodeConfig

from .websocket_sessions import WebsocketConfig


class WebsocketIn(Node):
    """Sends what its listener or client hears, with ``_session``."""

    type = "websocket in"
    category = "network"
    color = "#D7D7A0"
    icon = "globe"
    inputs: ClassVar[int] = 0
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
            self._connection.register(self, listens=True)

    def on_close(self, removed: bool) -> None:
        if self._connection is not None:
            self._connection.unregister(self)
        self.status({})
