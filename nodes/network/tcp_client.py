"""A connection that a tcp node keeps open to a server: connect, tell how it goes, connect again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flowengine.errors import NodeError, error_text
from flowengine.messages import generate_id
from flowengine.node import Node

from .background import FirstAttempt, in_background, pauses
from .tcp_connections import Connection, Events, connect, ignore

if TYPE_CHECKING:
    from .tls_config import TlsConfig

LONGEST_PAUSE = 60.0
"""Seconds between attempts to connect at most; they begin with the setting ``socketReconnectTime``."""
QUICK = 0.02
"""Seconds until the next attempt where the connection was meant to end."""


class TcpClient:
    """Keeps one connection. ``quick`` asks for the next connection at once when this one ends."""

    def __init__(
        self,
        node: Node,
        host: str,
        port: int,
        tls: TlsConfig | None,
        *,
        data: Callable[[Connection, bytes], None] = ignore,
        ended: Callable[[Connection], None] = ignore,
        opened: Callable[[Connection], None] = ignore,
        closed: Callable[[Connection], None] = ignore,
        failed: Callable[[str], None] = ignore,
    ) -> None:
        self._node, self._host, self._port, self._tls = node, host, port, tls
        self._opened, self._closed, self._failed = opened, closed, failed
        self._over = asyncio.Event()
        self._events = Events(data=data, ended=ended, closed=self._on_closed)
        self.connection: Connection | None = None
        self.quick = False
        self._announce()
        first = FirstAttempt(node)
        in_background(node, self._run(first), first)

    def close(self) -> None:
        """End the connection; the node's tasks end with the node."""
        if self.connection is not None:
            self.connection.destroy()

    async def _run(self, attempt: FirstAttempt) -> None:
        first = self._node.host.settings.socket_reconnect_time / 1000
        waits = pauses(first, max(first, LONGEST_PAUSE))
        place = {"host": self._host, "port": self._port}
        while True:
            if await self._connect(attempt):
                waits = pauses(first, max(first, LONGEST_PAUSE))
            self._node.status(
                {"fill": "red", "shape": "ring", "text": "common.status.disconnected", **self._about()}
            )
            self.connection = None
            if self.quick:
                self.quick = False
                await asyncio.sleep(QUICK)
            else:
                self._node.log(self._node.words("errors.connection_lost", **place))
                await asyncio.sleep(next(waits))
            self._announce()

    def _announce(self) -> None:
        self._node.log(self._node.words("statuses.connecting", host=self._host, port=self._port))
        self._node.status({"fill": "grey", "shape": "dot", "text": "common.status.connecting"})

    async def _connect(self, attempt: FirstAttempt) -> bool:
        """Connect and stay until the end; tells whether there was a connection."""
        self._over.clear()
        try:
            self.connection = await connect(self._host, self._port, self._events, tls=self._tls)
        except NodeError as error:
            self._failed(error_text(error))
            return False
        finally:
            attempt.over()
        if not self._over.is_set():
            self._opened(self.connection)
            place = {"host": self._host, "port": self._port}
            self._node.log(self._node.words("statuses.connected", **place))
            self._node.status(
                {"fill": "green", "shape": "dot", "text": "common.status.connected", **self._about()}
            )
        await self._over.wait()
        self._closed(self.connection)
        return True

    def _about(self) -> dict[str, Any]:
        """The session in statuses of nodes that send messages about it."""
        if self._closed is ignore:
            return {}
        if self.connection is None:
            return {"_session": {"type": "tcp", "id": generate_id()}}
        return {"_session": self.connection.session}

    def _on_closed(self, connection: Connection, error: Exception | None) -> None:
        if error is not None:
            self._failed(f"Error: {error_text(error)}")
        self._over.set()
