"""The tcp in node: starts a flow with what comes by TCP, from clients or from a server."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from flowengine.fields import config_node, legacy, line, number, required, select, show_if
from flowengine.javascript_values import js_number
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .socket_errors import error_code
from .tcp_client import TcpClient
from .tcp_connections import Connection, ConnectionPool, Events
from .tcp_listener import TcpListener
from .tcp_pieces import Pieces, TooMuch
from .tls_config import TlsConfig


class TcpIn(Node):
    """Sends ``payload``, ``topic`` and ``_session``, and ``ip`` and ``port`` of clients."""

    type = "tcp in"
    category = "network"
    color = "#C0C0C0"
    icon = "bridge"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "server", "host", "port", "tls", "datamode", "datatype", "newline", "trim", "topic")
    label = ("{name}", "tcp:{host}:{port}", "tcp:{port}")

    class Config(NodeConfig):
        """``server``: "server" to take connections, "client" to open one. ``datamode``: stream or single."""

        server: Annotated[str | bool | None, select("server", "client")] = "server"
        host: Annotated[str | None, line(placeholder="localhost"), show_if("server=client")] = ""
        port: Annotated[str | int | None, number(least=1, most=65535, whole=True), required()] = ""
        datamode: Annotated[str | None, select("stream", "single")] = "stream"
        datatype: Annotated[str | None, select("buffer", "utf8", "base64")] = "buffer"
        newline: Annotated[str | None, line(placeholder=r"\n"), show_if("datamode=stream,datatype=utf8")] = ""
        topic: Annotated[Any, line()] = ""
        trim: Annotated[bool | None, show_if("datamode=stream,datatype=utf8,newline")] = False
        base64: Annotated[bool | None, legacy()] = False
        tls: Annotated[str | None, config_node("tls-config")] = ""

    def on_start(self) -> Any:
        config = self.config
        self._port = port_number(config.port)
        self._pool: ConnectionPool = self.host.service("tcp_connections", ConnectionPool)
        self._own: dict[str, Connection] = {}
        self._pieces: dict[str, Pieces] = {}
        self._listener: TcpListener | None = None
        self._client: TcpClient | None = None
        tls = self.node(config.tls)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        if config.server is True or config.server == "server":
            events = Events(self._connected, self._on_data, self._end, self._disconnected)
            self._listener = TcpListener(self, self._port, self._tls, events)
            return
        self._client = TcpClient(
            self,
            config.host or "localhost",
            self._port,
            self._tls,
            opened=self._add,
            data=self._on_data,
            ended=self._end,
            closed=self._forget,
            failed=self.log,
        )

    async def on_close(self, removed: bool) -> None:
        if self._client is not None:
            self._client.close()
        for connection in list(self._own.values()):
            connection.close()
        if self._listener is not None:
            await self._listener.close()

    # connections

    def _add(self, connection: Connection) -> None:
        self._own[connection.id] = self._pool[connection.id] = connection
        self._pieces.setdefault(connection.id, self._new_pieces())

    def _new_pieces(self) -> Pieces:
        config = self.config
        separator = (config.newline or "").replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
        stream = not config.datamode or config.datamode == "stream"
        return Pieces(config.datatype or "buffer", separator, stream=stream, keep=config.trim is True)

    def _forget(self, connection: Connection) -> None:
        self._own.pop(connection.id, None)
        self._pool.pop(connection.id, None)
        self._pieces.pop(connection.id, None)

    def _connected(self, connection: Connection) -> None:
        self._add(connection)
        self._tell("connect", connection)

    def _disconnected(self, connection: Connection, error: Exception | None) -> None:
        self._forget(connection)
        if error is not None:
            self.log(f"Error: read {error_code(error)}")
        self._tell("disconnect", connection)

    def _tell(self, event: str, connection: Connection) -> None:
        count = len(self._own)
        key = "statuses.connection" if count == 1 else "statuses.connections"
        where = {"ip": connection.ip, "port": connection.port, "_session": connection.session}
        self.status({"text": self.words(key, count=count), "event": event, **where})

    # what they send

    def _on_data(self, connection: Connection, data: bytes) -> None:
        pieces = self._pieces.setdefault(connection.id, self._new_pieces())
        try:
            for payload in pieces.take(data):
                self._send(connection, payload)
        except TooMuch:
            self.error(self.words("errors.too_much"))
            connection.destroy()
        if self.host.delivery.is_full:
            connection.rest()
            self.host.delivery.when_room(connection.go_on)

    def _end(self, connection: Connection) -> None:
        pieces = self._pieces.get(connection.id)
        rest = pieces.rest() if pieces else None
        if rest is not None:
            if self._client is not None:
                self._client.quick = True
            self._send(connection, rest)

    def _send(self, connection: Connection, payload: str | bytes) -> None:
        msg = Msg(topic=self.config.topic, payload=payload)
        if self._client is None:
            msg["ip"], msg["port"] = connection.ip, connection.port
        msg["_session"] = connection.session
        self.send(msg)


def port_number(value: Any) -> int:
    """Read a port; 0 where it is none."""
    number = js_number(value)
    return int(number) if number == number else 0
