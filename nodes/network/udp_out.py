"""The udp out node: sends payloads as datagrams."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from flowengine.errors import NodeError, error_text
from flowengine.fields import line, number, select, show_if
from flowengine.javascript_values import js_number, js_string
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle

from .buffers import buffer_from
from .socket_errors import error_code
from .tcp_connections import payload_bytes
from .tcp_in import port_number
from .udp_in import find_interface, membership_code, membership_words
from .udp_sockets import UdpSocket, UdpSockets, allow_broadcast, bind, is_address, join_group

DELAY = 0.075
"""Seconds after which all udp in nodes have their ports, so that one of them can be shared."""


class UdpOut(Node):
    """Sends to ``addr`` and ``port``, or to ``msg.ip`` and ``msg.port`` where these are empty."""

    type = "udp out"
    category = "network"
    color = "#C0C0C0"
    icon = "bridge"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "multicast", "addr", "port", "iface", "outport", "ipv", "base64")
    label = ("{name}", "udp {addr}:{port}")

    class Config(NodeConfig):
        """``multicast``: "false", "broad" or "multi"; ``outport``: the port to send from."""

        addr: Annotated[str | None, line(placeholder="192.168.0.10")] = ""
        iface: Annotated[str | None, line(placeholder="eth0"), show_if("multicast=multi")] = ""
        port: Annotated[str | int | None, number(least=1, most=65535, whole=True)] = ""
        ipv: Annotated[str | None, select("udp4", "udp6")] = "udp4"
        outport: Annotated[str | int | None, number(least=1, most=65535, whole=True)] = ""
        base64: bool | None = False
        multicast: Annotated[str | bool | None, select("false", "broad", "multi")] = "false"

    def on_start(self) -> None:
        self._sockets: UdpSockets = self.host.service("udp_sockets", UdpSockets)
        self._socket: UdpSocket | None = None
        self._interface = find_interface(self, self.config.iface)
        self._outport = str(self.config.outport or "")
        self._key = self._outport or str(self.config.port or "0")
        self._family = socket.AF_INET6 if self.config.ipv == "udp6" else socket.AF_INET
        self._timer: TimerHandle | None = self.call_later(DELAY, self._get_ready)

    def on_close(self, removed: bool) -> None:
        if self._socket is not None and self._socket.release(self.id):
            if self._sockets.get(self._key) is self._socket:
                del self._sockets[self._key]
            self.log(self.words("statuses.output_stopped"))
        self.status({})

    def _get_ready(self) -> None:
        """Share the socket of a port, or bind one."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        multicast = self.config.multicast
        place = {"outport": self._outport, "host": self.config.addr or "", "port": self.config.port or ""}
        if self._key != "0" and (shared := self._sockets.get(self._key)) is not None:
            self._socket = shared
            if str(multicast or "false").lower() != "false":
                shared.broadcast()
            self.log(self.words("statuses.re_use", **place))
            self._show_interface()
        else:
            try:
                own = bind(port_number(self._outport), ipv6=self._family == socket.AF_INET6)
            except (OSError, OverflowError) as error:
                self.error(self.words("errors.error", error=error_code(error)))
                return
            self._socket = self._sockets[self._key] = UdpSocket(own)
            self._announce(own, place, str(multicast or "false").lower())
        self._socket.hold(self.id)
        self.spawn(self._socket.open())

    def _announce(self, own: socket.socket, place: dict[str, Any], multicast: str) -> None:
        if multicast == "multi":
            try:
                allow_broadcast(own)
                join_group(own, self.config.addr or "", self._interface)
            except (OSError, ValueError) as error:
                self.error(self.words(membership_words(error), error=membership_code(error)))
                return
            self._show_interface()
            self.log(self.words("statuses.mc_ready", iface=self._interface or "", **place))
        elif multicast != "false":
            allow_broadcast(own)
            self.log(self.words("statuses.bc_ready", **place))
        else:
            self.log(self.words("statuses.ready" if self._outport else "statuses.ready_nolocal", **place))

    def _show_interface(self) -> None:
        if self._interface:
            self.status({"text": f"{self.config.iface} : {self._interface}"})

    def on_input(self, msg: Msg) -> Any:
        if "payload" not in msg:
            return DEFERRED
        if self._timer is not None:
            self._get_ready()
        host = self.config.addr or msg.get("ip") or ""
        port = js_number(self.config.port or msg.get("port") or 0)
        if not host:
            self.warn(self.words("errors.ip_notset"))
            return None
        if port == 0:
            self.warn(self.words("errors.port_notset"))
            return None
        if not 1 <= port <= 65535:
            self.warn(self.words("errors.port_invalid"))
            return None
        return self._send(msg, js_string(host), int(port))

    def _send(self, msg: Msg, host: str, port: int) -> Any:
        own = self._socket
        if own is None:
            return None
        payload = msg["payload"]
        data = buffer_from(payload, from_base64=True) if self.config.base64 else payload_bytes(payload)
        if is_address(host) and own.is_open:
            own.send(data, host, port, self._told(msg, host, port))
            return None
        return self._look_up_and_send(own, msg, data, host, port)

    async def _look_up_and_send(self, own: UdpSocket, msg: Msg, data: bytes, host: str, port: int) -> None:
        await own.open()
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, family=self._family, type=socket.SOCK_DGRAM)
        except OSError as error:
            code = error_code(error)
            self._fail(NodeError(f"getaddrinfo {code} {host}", error_object=True, code=code), msg)
            return
        own.send(data, str(found[0][4][0]), port, self._told(msg, host, port))

    def _told(self, msg: Msg, host: str, port: int) -> Callable[[OSError], None]:
        def failed(error: OSError) -> None:
            code = error_code(error)
            self._fail(NodeError(f"send {code} {host}:{port}", error_object=True, code=code), msg)

        return failed

    def _fail(self, error: NodeError, msg: Msg) -> None:
        self.error(f"udp : {error_text(error)}", msg)
