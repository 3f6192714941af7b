"""All plain connections of a client: kept between calls, made where none is free.

Nothing limits how many there are, since each call in flight needs one; only how many are being made at once.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from functools import cache

from .connections import KEEP_ALIVE, Answer, Connection, ConnectionBrokenError, Origin, spell_request

MOST_CONNECTING = 256
"""Connections to one server that are being made at once. What does not fit in a server's queue of those it has yet to
take has to try again after a second, and who waits for a connection may meanwhile get one that comes free."""


class Line:
    """The calls and the free connections of one server."""

    __slots__ = ("connecting", "idle", "waiting")

    def __init__(self) -> None:
        self.idle: list[Connection] = []
        self.connecting = 0
        self.waiting: deque[asyncio.Future[Connection | None]] = deque()

    def take(self) -> Connection | None:
        """Take a free connection."""
        idle = self.idle
        while idle:
            # The one used last is the likeliest to live.
            if (connection := idle.pop()).is_open:
                return connection
        return None

    async def turn(self) -> Connection | None:
        """Wait for a connection that comes free, or (None) for leave to make one."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(turn.result())
            raise

    def give(self, connection: Connection | None) -> None:
        """Give a free connection, or leave to make one, to the call that has waited longest."""
        while self.waiting:
            if not (turn := self.waiting.popleft()).done():
                turn.set_result(connection)
                return
        if connection is not None:
            self.idle.append(connection)


class Pool:
    """The connections to all servers."""

    def __init__(self) -> None:
        self._lines: dict[Origin, Line] = {}
        self._open: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None

    async def ask(
        self, origin: Origin, verb: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Send a request. Raises OSError where there is no connection, or it breaks before the answer."""
        line = self._lines.get(origin)
        if line is None:
            line = self._lines[origin] = Line()
        connection = line.take() or await self._next(origin, line)
        try:
            return await connection.ask(spell_request(origin, verb, target, headers, body))
        except BaseException:  # cancelled or broken: what may still come belongs to nobody
            connection.drop()
            raise

    def keep(self, connection: Connection) -> None:
        """Keep a connection for the next call."""
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._lines[connection.origin].give(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(KEEP_ALIVE / 2, self._end_old)

    def forget(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._open.discard(connection)
        line = self._lines.get(connection.origin)
        if line is not None and connection in line.idle:
            line.idle.remove(connection)

    def close(self) -> None:
        """Close all connections; calls under way fail."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for line in self._lines.values():
            for turn in line.waiting:
                if not turn.done():
                    turn.set_exception(ConnectionBrokenError("closed"))
            line.waiting.clear()
        for connection in list(self._open):
            connection.drop()

    async def _next(self, origin: Origin, line: Line) -> Connection:
        """Return the connection that comes free next, or a new one."""
        while line.connecting >= MOST_CONNECTING:
            connection = await line.turn()
            if connection is not None and connection.is_open:
                return connection
        line.connecting += 1
        try:
            return await self._connect(origin)
        finally:
            line.connecting -= 1
            line.give(None)

    async def _connect(self, origin: Origin) -> Connection:
        context = secure() if origin.scheme == "https" else None
        connection = Connection(self, origin)
        await asyncio.get_running_loop().create_connection(
            lambda: connection,
            origin.host,
            origin.port,
            ssl=context,
            server_hostname=origin.host if context else None,
        )
        self._open.add(connection)
        return connection

    def _end_old(self) -> None:
        now = asyncio.get_running_loop().time()
        self._sweep = None
        lines = self._lines.values()
        for line in lines:
            for connection in [one for one in line.idle if now - one.idle_since >= KEEP_ALIVE]:
                connection.drop()
        if any(line.idle for line in lines):
            self._sweep = asyncio.get_running_loop().call_later(KEEP_ALIVE / 2, self._end_old)


@cache
def secure() -> ssl.SSLContext:
    """Return what TLS connections trust: the certificates of the system."""
    return ssl.create_default_context()
