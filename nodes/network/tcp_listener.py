"""A port where a tcp node takes connections."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from flowengine.errors import NodeError, error_text
from flowengine.node import Node

from .tcp_connections import Connection, Events, bound_socket, seconds, serve

if TYPE_CHECKING:
    from .tls_config import TlsConfig


class TcpListener:
    """Listens at once and serves until it is closed; tells in the log of its node how that goes."""

    def __init__(self, node: Node, port: int, tls: TlsConfig | None, events: Events) -> None:
        self._node, self._port, self._tls = node, port, tls
        self._events = events
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        events.timed_out = self._timed_out
        try:
            self._socket = bound_socket(port)
        except NodeError as error:
            node.error(node.words("errors.cannot_listen", port=port, error=error_text(error)))
            return
        node.spawn(self._serve(self._socket))

    async def close(self) -> None:
        """Take no more connections; those that there are stay."""
        if self._server is not None:
            self._server.close()
            self._node.log(self._node.words("statuses.stopped_listening", port=self._port))
        elif self._socket is not None:
            self._socket.close()
            await asyncio.sleep(0)

    async def _serve(self, own: socket.socket) -> None:
        idle = seconds(self._node.host.settings.socket_timeout)
        self._server = await serve(own, self._events, tls=self._tls, idle=idle)
        self._node.log(self._node.words("statuses.listening_port", port=self._port))

    def _timed_out(self, connection: Connection) -> None:
        self._node.log(self._node.words("errors.timeout", port=self._port))
