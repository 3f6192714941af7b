"""UDP sockets of flow nodes, by port: nodes that name the same port share one."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

from flowengine.host import Host

MOST_WAITING = 16 * 1024 * 1024
"""Bytes that may wait to be sent; what is beyond is refused."""
_SIOCGIFADDR = 0x8915

Receive = Callable[[bytes, str, int], None]


class UdpSocket(asyncio.DatagramProtocol):
    """A bound socket; everyone who holds it hears all datagrams, and it closes with the last of them."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._opening = asyncio.Lock()
        self._transport: asyncio.DatagramTransport | None = None
        self._holders: dict[str, Receive | None] = {}
        self._failed: Callable[[OSError], None] | None = None
        self.on_error: Callable[[OSError], None] = lambda error: None

    async def open(self) -> None:
        """Begin to receive, once."""
        async with self._opening:
            if self._transport is not None or not self._holders:
                return
            try:
                await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=self._own)
            finally:
                if (
                    not self._holders
                ):  # let go of meanwhile; before, the event loop had the socket in its hands
                    self._close()

    @property
    def is_open(self) -> bool:
        """Whether datagrams can be sent."""
        return self._transport is not None

    def hold(self, node_id: str, receive: Receive | None = None) -> None:
        """Keep the socket open for a node, which hears datagrams where it gives ``receive``."""
        self._holders[node_id] = receive

    def release(self, node_id: str) -> bool:
        """Let go of the socket; tells whether that has closed it."""
        self._holders.pop(node_id, None)
        if self._holders:
            return False
        if not self._opening.locked():
            self._close()
        return True

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        else:
            self._own.close()

    def send(self, data: bytes, host: str, port: int, failed: Callable[[OSError], None]) -> None:
        """Send a datagram to an address; ``failed`` is told at once why that cannot be."""
        transport = self._transport
        if transport is None or transport.is_closing():
            failed(OSError(errno.EBADF, "the socket is closed"))
        elif not data:
            self._send_nothing(host, port, failed)
        elif waiting(transport) > MOST_WAITING:
            failed(OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS)))
        else:
            self._failed = failed
            try:
                transport.sendto(data, (host, port))
            except OSError as error:
                failed(error)
            finally:
                self._failed = None

    def _send_nothing(self, host: str, port: int, failed: Callable[[OSError], None]) -> None:
        """Send an empty datagram, which event loops take for none."""
        try:
            self._own.sendto(b"", (host, port))
        except OSError as error:
            failed(error)

    def broadcast(self) -> None:
        """Let the socket send to everyone."""
        allow_broadcast(self._own)

    @property
    def address(self) -> tuple[str, int]:
        """Own address and port."""
        name = self._own.getsockname()
        return str(name[0]), int(name[1])

    # the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        """Hand a datagram to all who listen."""
        for receive in list(self._holders.values()):
            if receive is not None:
                receive(data, str(address[0]), int(address[1]))

    def error_received(self, error: Exception) -> None:
        """Tell whoever is sending, else whoever opened the socket."""
        if isinstance(error, OSError):
            (self._failed or self.on_error)(error)


class UdpSockets(dict[str, UdpSocket]):
    """The open sockets by port."""

    def __init__(self, host: Host) -> None:
        super().__init__()


def bind(port: int, *, ipv6: bool) -> socket.socket:
    """Bind a socket to a port of all addresses; 0 takes a free one. Raises OSError or OverflowError."""
    own = socket.socket(socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.setblocking(False)
        own.bind(("::" if ipv6 else "0.0.0.0", port))
    except BaseException:
        own.close()
        raise
    return own


def allow_broadcast(own: socket.socket) -> None:
    """Let a socket send to everyone, but not hear its own multicasts."""
    own.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if own.family == socket.AF_INET6:
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    else:
        own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)


def join_group(own: socket.socket, group: str, interface: str | None) -> None:
    """Join a multicast group, at the interface with this address. Raises OSError or ValueError."""
    if own.family == socket.AF_INET6:
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 128)
        member = ipaddress.IPv6Address(group).packed + struct.pack("@I", 0)
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        return
    own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 128)
    here = socket.inet_aton(interface) if interface else struct.pack("@I", socket.INADDR_ANY)
    own.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, ipaddress.IPv4Address(group).packed + here)


def interface_address(name: str) -> str | None:
    """Return the IPv4 address of an interface, or None where it has none or the system does not tell."""
    try:
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        return socket.inet_ntoa(answer[20:24])
    except (ImportError, OSError):
        return None


def is_address(host: str) -> bool:
    """Tell whether a host is an address already, which no name server has to be asked for."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def waiting(transport: asyncio.DatagramTransport) -> int:
    """Return how many bytes wait to be sent, where the event loop knows."""
    count = getattr(transport, "get_write_buffer_size", None)
    return int(count()) if count is not None else 0
