"""What websocket in and websocket out share: the listener or client that they name."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import config_node
from flowengine.node import Node, NodeConfig

from .websocket_sessions import WebsocketConfig


class WebsocketNode(Node):
    """Is told of the sessions of its listener or client, and of what arrives where it ``hears``."""

    category = "network"
    color = "#D7D7A0"
    icon = "globe"
    copy_on_write = True
    hears: ClassVar[bool] = False

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
            self._connection.register(self, listens=self.hears)

    def on_close(self, removed: bool) -> None:
        if self._connection is not None:
            self._connection.unregister(self)
        self.status({})
