"""The udp in node: starts a flow with every datagram that comes to a port."""

from __future__ import annotations

import base64
import errno
import socket
from typing import Annotated, ClassVar

from flowengine.fields import line, number, required, select, show_if
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig
from flowengine.overflow import Overflow

from .tcp_in import port_number
from .udp_sockets import UdpSocket, UdpSockets, allow_broadcast, bind, interface_address, join_group


class UdpIn(Node):
    """Sends ``payload``, ``ip``, ``port`` and ``fromip``."""

    type = "udp in"
    category = "network"
    color = "#C0C0C0"
    icon = "bridge"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "multicast", "group", "iface", "port", "ipv", "datatype")
    label = ("{name}", "udp {port}")

    class Config(NodeConfig):
        """``datatype``: buffer, utf8 or base64. ``multicast``: "true" to join ``group``."""

        iface: Annotated[str | None, line(placeholder="eth0"), show_if("multicast=true")] = ""
        port: Annotated[str | int | None, number(least=1, most=65535, whole=True), required()] = ""
        ipv: Annotated[str | None, select("udp4", "udp6")] = "udp4"
        multicast: Annotated[str | bool | None, select("false", "true")] = "false"
        group: Annotated[
            str | None, line(placeholder="225.0.18.83"), show_if("multicast=true"), required()
        ] = ""
        datatype: Annotated[str | None, select("buffer", "utf8", "base64")] = "buffer"

    def on_start(self) -> None:
        self._sockets: UdpSockets = self.host.service("udp_sockets", UdpSockets)
        self._key = str(self.config.port or "")
        self._socket: UdpSocket | None = None
        self._overflow = Overflow(self)
        self._interface = find_interface(self, self.config.iface)
        shared = self._sockets.get(self._key)
        # A udp out node may hold a socket by the port it sends to: that one hears nothing here.
        if shared is not None and str(shared.address[1]) == self._key:
            self.log(self.words("errors.already_used", port=self._key))
            self._socket = shared
            shared.hold(self.id, self._on_datagram)
            self._show_interface()
            if not shared.is_open:
                self.spawn(self._open(shared))
            return
        try:
            own = bind(port_number(self.config.port), ipv6=self.config.ipv == "udp6")
        except (OSError, OverflowError) as error:
            self._tell_failure(error if isinstance(error, OSError) else OSError(errno.EINVAL, str(error)))
            return
        self._socket = self._sockets[self._key] = UdpSocket(own)
        self._socket.on_error = self._tell_failure
        self._socket.hold(self.id, self._on_datagram)
        self.spawn(self._listen(self._socket, own))

    def on_close(self, removed: bool) -> None:
        if self._socket is not None and self._socket.release(self.id):
            self._sockets.pop(self._key, None)
            self.log(self.words("statuses.listener_stopped"))
        self.status({})

    async def _listen(self, shared: UdpSocket, own: socket.socket) -> None:
        """Join the group, now that the nodes that hear of it have started, and begin to receive."""
        if self.config.multicast in ("true", True):
            self._join(own)
        await self._open(shared)

    async def _open(self, own: UdpSocket) -> None:
        await own.open()
        host, port = own.address
        self.log(self.words("statuses.listener_at", host=self._interface or host, port=port))

    def _join(self, own: socket.socket) -> None:
        try:
            allow_broadcast(own)
            join_group(own, self.config.group or "", self._interface)
        except (OSError, ValueError) as error:
            self.error(self.words(membership_words(error), error=membership_code(error)))
            return
        self._show_interface()
        self.log(self.words("statuses.mc_group", group=self.config.group))

    def _show_interface(self) -> None:
        if self._interface:
            self.status({"text": f"{self.config.iface} : {self._interface}"})

    def _tell_failure(self, error: OSError) -> None:
        if error.errno == errno.EACCES and port_number(self.config.port) < 1024:
            self.error(self.words("errors.access_error"))
        else:
            self.error(self.words("errors.error", error=membership_code(error)))

    def _on_datagram(self, data: bytes, ip: str, port: int) -> None:
        if self._overflow.drops():
            return
        payload: str | bytes = data
        if self.config.datatype == "base64":
            payload = base64.b64encode(data).decode()
        elif self.config.datatype == "utf8":
            payload = data.decode("utf-8", "replace")
        self.send(Msg(payload=payload, fromip=f"{ip}:{port}", ip=ip, port=port))


def find_interface(node: Node, name: str | None) -> str | None:
    """Return the address of the interface that a node names, by name or address; warns where there is none."""
    if not name or "." in name:
        return name or None
    found = interface_address(name)
    if found is None:
        node.warn(node.words("errors.if_not_found", iface=name))
    return found


def membership_words(error: OSError | ValueError) -> str:
    """Return the key of the sentence for a group that cannot be joined."""
    if isinstance(error, ValueError) or error.errno == errno.EINVAL:
        return "errors.bad_mcaddress"
    return "errors.interface" if error.errno == errno.ENODEV else "errors.error"


def membership_code(error: OSError | ValueError) -> str:
    """Return the code of an error."""
    return errno.errorcode.get(getattr(error, "errno", None) or 0, "EINVAL")
