"""The tcp out node: sends payloads to a server, to all clients of a port, or back to where a message came from."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from flowengine.fields import config_node, line, number, required, select, show_if
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import Node, NodeConfig

from .tcp_client import TcpClient
from .tcp_connections import Connection, ConnectionPool, Events, is_given, payload_bytes
from .tcp_in import port_number
from .tcp_listener import TcpListener
from .tls_config import TlsConfig


class TcpOut(Node):
    """Writes payloads; without a connection they are dropped, as there is nobody to get them."""

    type = "tcp out"
    category = "network"
    color = "#C0C0C0"
    icon = "bridge"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    keeps_empty_name = True
    form = ("name", "beserver", "host", "port", "tls", "base64", "end")
    label = ("{name}", {"if": "beserver=reply", "text": "tcp:reply"}, "tcp:{host}:{port}", "tcp:{port}")

    class Config(NodeConfig):
        """``beserver``: client, server or reply. ``end``: end the connection after each message."""

        host: Annotated[str | None, line(placeholder="localhost"), show_if("beserver=client")] = ""
        port: Annotated[
            str | int | None, number(least=1, most=65535, whole=True), show_if("beserver!=reply"), required()
        ] = ""
        beserver: Annotated[str | None, select("client", "server", "reply")] = "client"
        base64: bool | None = False
        end: Annotated[bool | None, show_if("beserver!=server")] = False
        tls: Annotated[str | None, config_node("tls-config"), show_if("beserver!=reply")] = ""

    def on_start(self) -> None:
        config = self.config
        self._port = port_number(config.port)
        self._pool: ConnectionPool = self.host.service("tcp_connections", ConnectionPool)
        self._clients: dict[str, Connection] = {}
        self._listener: TcpListener | None = None
        self._client: TcpClient | None = None
        tls = self.node(config.tls)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        role = config.beserver or "client"
        self._write = {"client": self._to_server, "reply": self._reply}.get(role, self._to_clients)
        if role == "client":
            host = config.host or "localhost"
            self._client = TcpClient(
                self, host, self._port, self._tls, ended=self._ended, failed=self._failed
            )
        elif role != "reply":
            self._tell_count()
            events = Events(opened=self._connected, closed=self._disconnected)
            self._listener = TcpListener(self, self._port, self._tls, events)

    async def on_close(self, removed: bool) -> None:
        if self._client is not None:
            self._client.close()
        for connection in list(self._clients.values()):
            connection.close()
        if self._listener is not None:
            await self._listener.close()

    def on_input(self, msg: Msg) -> None:
        self._write(msg)

    # to a server

    def _to_server(self, msg: Msg) -> None:
        client = self._client
        if client is None or (connection := client.connection) is None or not connection.is_open:
            return
        if not is_given(msg.get("payload")):
            return
        connection.write(self._bytes(msg))
        if self.config.end:
            client.quick = True
            self.status({})
            connection.close()

    def _ended(self, connection: Connection) -> None:
        self.status({})

    def _failed(self, text: str) -> None:
        self.log(self.words("errors.error", error=text))

    # back to where it came from

    def _reply(self, msg: Msg) -> None:
        session = msg.get("_session")
        if isinstance(session, dict) and session.get("type") == "tcp":
            found = self._pool.get(str(session.get("id")))
            connections = [found] if found is not None else []
        else:
            connections = list(self._pool.values())
        for connection in connections:
            if msg.get("reset") is True:
                connection.destroy()
            else:
                connection.write(self._bytes(msg))

    # to all clients

    def _connected(self, connection: Connection) -> None:
        self.log(self.words("statuses.connection_from", host=connection.ip, port=connection.port))
        self._clients[connection.id] = connection
        self._tell_count()

    def _disconnected(self, connection: Connection, error: Exception | None) -> None:
        self._clients.pop(connection.id, None)
        key = "statuses.connection_closed" if error is None else "errors.socket_error"
        self.log(self.words(key, host=connection.ip, port=connection.port))
        self._tell_count()

    def _to_clients(self, msg: Msg) -> None:
        if not is_given(msg.get("payload")):
            return
        data = self._bytes(msg)
        for connection in list(self._clients.values()):
            connection.write(data)
            if self.config.end:
                connection.close()

    def _tell_count(self) -> None:
        count = len(self._clients)
        key = "statuses.connection" if count == 1 else "statuses.connections"
        self.status({"text": self.words(key, count=count)})

    def _bytes(self, msg: Msg) -> bytes:
        payload: Any = msg.get("payload", UNDEFINED)
        return payload_bytes(payload, from_base64=bool(self.config.base64))
