"""TCP connections of flow nodes: open or take them, write within bounds, know them by session id."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flowengine.errors import NodeError
from flowengine.host import Host
from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED, generate_id

from .socket_errors import connect_error

if TYPE_CHECKING:
    from .tls_config import TlsConfig

MOST_WAITING = 16 * 1024 * 1024
"""Bytes that may wait for a peer that is slow to take them; then its connection is ended."""
MOST_HELD = 256 * 1024 * 1024
"""Bytes that a connection may send without the end or the separator that a node waits for."""
CONNECT_TIMEOUT = 120.0
LINGER = 10.0
"""Seconds to wait for a peer to end its side of a connection."""


def ignore(*args: Any) -> None:
    """Do nothing."""


@dataclass(slots=True)
class Events:
    """What a connection tells: bytes that came, the peer's end, the end of it all (with an error, or None)."""

    opened: Callable[[Connection], None] = ignore
    data: Callable[[Connection, bytes], None] = ignore
    ended: Callable[[Connection], None] = ignore
    closed: Callable[[Connection, Exception | None], None] = ignore
    timed_out: Callable[[Connection], None] = ignore


class Connection(asyncio.Protocol):
    """One connection. ``idle`` seconds without a byte end it, where given."""

    def __init__(self, events: Events, idle: float | None = None) -> None:
        self.id = generate_id()
        self.ip, self.port = "", 0
        self.is_open = False
        self._is_resting = False
        self._events = events
        self._idle = idle
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the connection."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self.ip, self.port = peer[:2]
        own = transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.is_open = True
        self._touch()
        self._events.opened(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        self._touch()
        self._events.data(self, data)

    def eof_received(self) -> bool:
        """The peer has ended; so does this side."""
        self._events.ended(self)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is over."""
        self.is_open = False
        if self._timer is not None:
            self._timer.cancel()
        self._events.closed(self, error)

    def write(self, data: bytes) -> None:
        """Write; a peer that takes nothing is given up when too much waits."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > MOST_WAITING:
            self.destroy()
            return
        self._transport.write(data)
        self._touch()

    def close(self) -> None:
        """End the connection when what was written is out."""
        if self._transport is not None:
            self._transport.close()

    def end(self) -> None:
        """Tell the peer that nothing more comes, and wait for its own end, not longer than a while."""
        if self._transport is None:
            return
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()
            self._timer = asyncio.get_running_loop().call_later(LINGER, self.close)
        else:
            self._transport.close()

    def destroy(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def rest(self) -> None:
        """Let the peer wait; silence is ours then, and no reason to end."""
        if self._transport is not None and not self._is_resting:
            self._is_resting = True
            self._transport.pause_reading()
            self._touch()

    def go_on(self) -> None:
        """Take again what the peer sends."""
        if self._transport is not None and self._is_resting:
            self._is_resting = False
            self._transport.resume_reading()
            self._touch()

    @property
    def session(self) -> dict[str, str]:
        """What messages carry, so that a reply finds its way."""
        return {"type": "tcp", "id": self.id}

    def _touch(self) -> None:
        if self._idle is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._is_resting:
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._expire)

    def _expire(self) -> None:
        self._events.timed_out(self)
        self.close()


class ConnectionPool(dict[str, Connection]):
    """The connections of all tcp in nodes by session id, for tcp out nodes that reply."""

    def __init__(self, host: Host) -> None:
        super().__init__()


async def connect(
    host: str, port: int, events: Events, *, tls: TlsConfig | None = None, idle: float | None = None
) -> Connection:
    """Open a connection. Raises NodeError, worded as Node.js does, where it does not come about."""
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl": tls.tls_context(), "server_hostname": tls.server_name or host}
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            _, connection = await loop.create_connection(
                lambda: Connection(events, idle), host, port, **options
            )
    except (OSError, ssl.SSLError, ValueError, OverflowError) as error:
        raise connect_error(error, host, port) from None
    return connection


async def serve(
    own: socket.socket, events: Events, *, tls: TlsConfig | None = None, idle: float | None = None
) -> asyncio.Server:
    """Take connections at a socket that listens."""
    context = tls.tls_context(server_side=True) if tls is not None else None
    return await asyncio.get_running_loop().create_server(
        lambda: Connection(events, idle), sock=own, ssl=context
    )


def bound_socket(port: int) -> socket.socket:
    """Listen at a port of all addresses, at once: nodes that start later may connect. Raises NodeError."""
    try:
        if socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, backlog=511, dualstack_ipv6=True)
        return socket.create_server(("", port), backlog=511)
    except OSError as error:
        raise listen_error(error, port) from None
    except OverflowError:
        text = f"options.port should be >= 0 and < 65536. Received {port}."
        raise NodeError(text, name="RangeError [ERR_SOCKET_BAD_PORT]", code="ERR_SOCKET_BAD_PORT") from None


def listen_error(error: OSError, port: int) -> NodeError:
    """Word why a port cannot be listened at, as Node.js does."""
    import errno

    code = errno.errorcode.get(error.errno or 0, "EADDRINUSE")
    words = {"EADDRINUSE": "address already in use", "EACCES": "permission denied"}.get(
        code, str(error.strerror)
    )
    return NodeError(f"listen {code}: {words} :::{port}", error_object=True, code=code)


def payload_bytes(payload: Any, *, from_base64: bool = False) -> bytes:
    """Return what goes out for a payload."""
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    if isinstance(payload, str) and from_base64:
        return decode_base64(payload)
    return js_string(payload).encode("utf-8", "replace")


def decode_base64(text: str) -> bytes:
    """Decode base64 as leniently as Node.js: either alphabet, no padding needed, anything else passed over."""
    clean = "".join(
        char for char in text.partition("=")[0].replace("-", "+").replace("_", "/") if char in _BASE64
    )
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return base64.b64decode(clean + "=" * (-len(clean) % 4))


def seconds(milliseconds: int) -> float | None:
    """Read a setting of milliseconds; None stands for 0."""
    return milliseconds / 1000 if milliseconds > 0 else None


def is_given(value: Any) -> bool:
    """Tell whether a property is there and not null."""
    return value is not None and value is not UNDEFINED


_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
