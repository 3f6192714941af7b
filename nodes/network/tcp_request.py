"""The tcp request node: sends a payload to a server and sends on what it answers."""

from __future__ import annotations

from collections import deque
from typing import Annotated, Any

from flowengine.errors import NodeError
from flowengine.fields import config_node, line, number, select, show_if
from flowengine.javascript_values import js_number, js_string
from flowengine.messages import UNDEFINED, Msg, clone
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle

from .tcp_connections import MOST_HELD, Connection, Events, connect, seconds
from .tcp_pieces import Pieces
from .tls_config import TlsConfig

_ESCAPES = {"\\n": 0x0A, "\\r": 0x0D, "\\t": 0x09, "\\e": 0x1B, "\\f": 0x0C, "\\0": 0x00}


class Client:
    """A connection to one server, with what waits for it and what it has answered so far."""

    def __init__(self, name: str, first: Msg, room: int) -> None:
        self.name = name
        self.first = self.last = first
        self.waiting: deque[Msg] = deque(maxlen=room)
        self.connection: Connection | None = None
        self.connecting = False
        self.answer = bytearray()
        self.timer: TimerHandle | None = None
        self.pieces: Pieces | None = None
        self.counted = False

    @property
    def connected(self) -> bool:
        return self.connection is not None and self.connection.is_open


class TcpRequest(Node):
    """``out`` says when an answer is complete: after a time, at a character, after so many bytes, never, at once."""

    type = "tcp request"
    category = "network"
    color = "#C0C0C0"
    icon = "bridge"
    copy_on_write = True
    form = ("name", "server", "port", "tls", "out", "splitc", "ret", "newline", "trim")
    label = ("{name}", "tcp:{server}:{port}")

    class Config(NodeConfig):
        """``out``: time, char, count, sit or immed; ``splitc``: milliseconds, the character, or the count."""

        server: Annotated[str | None, line(placeholder="localhost")] = ""
        port: Annotated[str | int | None, number(least=1, most=65535, whole=True)] = ""
        out: Annotated[str | None, select("time", "char", "count", "sit", "immed")] = "time"
        ret: Annotated[str | None, select("buffer", "string")] = "buffer"
        splitc: Annotated[str | int | None, line(placeholder="1000"), show_if("out=time|char|count")] = "0"
        newline: Annotated[str | None, line(placeholder=r"\n"), show_if("ret=string,out=sit")] = ""
        trim: Annotated[bool | None, show_if("ret=string,out=sit,newline")] = False
        tls: Annotated[str | None, config_node("tls-config")] = ""

    def on_start(self) -> None:
        config = self.config
        self._out = "time" if config.out == "immed" else config.out
        self._at_once = config.out == "immed"
        self._split = split_byte(config.splitc) if config.out == "char" else _number(config.splitc)
        settings = self.host.settings
        self._room = settings.tcp_msg_queue_size
        self._idle = seconds(settings.socket_timeout)
        newline = config.newline or ""
        self._newline = newline.replace("\\n", "\n", 1).replace("\\r", "\r", 1).replace("\\t", "\t", 1)
        tls = self.node(config.tls)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        self._clients: dict[str, Client] = {}
        self._ending: set[Connection] = set()
        self._last_name = ""

    def on_close(self, removed: bool) -> None:
        for client in list(self._clients.values()):
            self._drop(client)
        for connection in list(self._ending):
            connection.destroy()
        self.status({})

    def on_input(self, msg: Msg) -> Any:
        payload = msg.get("payload", UNDEFINED)
        if payload is not UNDEFINED and not isinstance(payload, (str, bytes, bytearray)):
            if payload is None:
                raise NodeError("Cannot read properties of null (reading 'toString')", name="TypeError")
            msg["payload"] = js_string(payload)
        host = self.config.server or msg.get("host", UNDEFINED)
        port = _number(self.config.port) or msg.get("port", UNDEFINED)
        if self._out == "sit" and msg.get("reset"):
            self._reset(msg["reset"])
            if "payload" not in msg:
                return DEFERRED
        name = f"{js_string(host)}:{js_string(port)}"
        if name != self._last_name:
            self.status({})
            self._last_name = name
        self._give(name, msg, host, port)
        return DEFERRED

    def _give(self, name: str, msg: Msg, host: Any, port: Any) -> None:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = Client(name, msg, self._room)
        client.last = msg
        client.waiting.append(msg)
        if client.connected:
            self._write(client)
        elif not client.connecting:
            if not (host and port):
                self.warn(self.words("errors.no_host"))
                return
            client.first, client.connecting = msg, True
            self.spawn(self._connect(client, js_string(host), int(_number(port))))

    def _reset(self, reset: Any) -> None:
        names = list(self._clients) if reset is True else [reset] if isinstance(reset, str) else []
        for name in names:
            if (client := self._clients.get(name)) is not None:
                self._drop(client)
        self._tell_count("dot" if self._clients else "ring")

    # the connection

    async def _connect(self, client: Client, host: str, port: int) -> None:
        events = Events(
            data=lambda connection, data: self._on_data(client, data),
            ended=lambda connection: self._ended(client),
            closed=lambda connection, error: self._closed(client, error),
            timed_out=lambda connection: self._timed_out(),
        )
        try:
            client.connection = await connect(host, port, events, tls=self._tls, idle=self._idle)
        except NodeError:
            self._failed(client)
            return
        finally:
            client.connecting = False
        self._tell_count("dot")
        self._write(client)
        if self._at_once:
            self._ending.add(client.connection)
            client.connection.end()
            self._clients.pop(client.name, None)
            self.status({})
        elif self._out != "sit":
            self._count(client, True)

    def _write(self, client: Client) -> None:
        while client.waiting and client.connection is not None:
            msg = client.waiting.popleft()
            payload = msg.get("payload", UNDEFINED)
            if payload is not UNDEFINED:
                client.connection.write(
                    payload.encode("utf-8", "replace") if isinstance(payload, str) else bytes(payload)
                )
            self.done(msg)

    def _failed(self, client: Client) -> None:
        self.status({"fill": "red", "shape": "ring", "text": "common.status.error"})
        self.error(f"{self.words('errors.connect_fail')} {client.name}", client.first)
        self._drop(client)

    def _ended(self, client: Client) -> None:
        self.status({"fill": "grey", "shape": "ring", "text": "common.status.disconnected"})

    def _closed(self, client: Client, error: Exception | None) -> None:
        self._count(client, False)
        if client.connection is not None:
            self._ending.discard(client.connection)
        if error is not None and self._clients.get(client.name) is client:
            self._failed(client)
        elif client.timer is None and self._clients.get(client.name) is client:
            del self._clients[client.name]

    def _timed_out(self) -> None:
        self.status({"fill": "grey", "shape": "dot", "text": "tcpin.errors.connect-timeout"})

    def _drop(self, client: Client) -> None:
        self._count(client, False)
        self._clients.pop(client.name, None)
        if client.timer is not None:
            client.timer.cancel()
        if client.connection is not None:
            client.connection.destroy()

    def _count(self, client: Client, waits: bool) -> None:
        """Count a request that waits for its answer as work in flight."""
        if waits is not client.counted:
            client.counted = waits
            delivery = self.host.delivery
            delivery.begin() if waits else delivery.end()

    # the answer

    def _on_data(self, client: Client, data: bytes) -> None:
        if self._clients.get(client.name) is not client:
            return
        if self._out == "sit":
            self._pass_on(client, data)
            return
        client.answer += data
        if self._out == "time":
            if client.timer is None:
                client.timer = self.call_later(self._split / 1000, self._answer, client, None)
        elif self._out == "count":
            if len(client.answer) >= self._split:
                self._answer(client, max(1, int(self._split)))
        elif (end := client.answer.find(int(self._split) & 0xFF)) >= 0 and 0 <= self._split <= 255:
            self._answer(client, end + 1)
        if len(client.answer) > MOST_HELD:
            self.error(self.words("errors.too_much"), client.first)
            self._drop(client)

    def _answer(self, client: Client, length: int | None) -> None:
        """Send on the answer, or its first ``length`` bytes, and end the connection."""
        client.timer = None
        payload = bytes(client.answer[:length])
        self._send(client, payload.decode("utf-8", "replace") if self.config.ret == "string" else payload)
        if client.connected:
            self.status({})
        self._drop(client)

    def _pass_on(self, client: Client, data: bytes) -> None:
        """Send on what a connection that stays has sent."""
        if self.config.ret != "string":
            self._send(client, data)
            return
        if client.pieces is None:
            client.pieces = Pieces("utf8", self._newline, stream=True, keep=self.config.trim is True)
        for piece in client.pieces.take(data):
            self._send(client, piece)

    def _send(self, client: Client, payload: str | bytes) -> None:
        msg = clone(client.last)
        msg["payload"] = payload
        self.send(msg)

    def _tell_count(self, shape: str) -> None:
        count = len(self._clients)
        key = "statuses.connection" if count == 1 else "statuses.connections"
        self.status({"fill": "green", "shape": shape, "text": self.words(key, count=count)})


def split_byte(text: str | int | None) -> float:
    """Read the character that ends an answer: itself, an escape such as a backslash and n, or ``0x0a``."""
    text = str(text or "")
    if text.startswith("\\"):
        return _ESCAPES.get(text[:2], -1)
    if text.startswith("0x"):
        try:
            return int(text, 16)
        except ValueError:
            return -1
    return ord(text[0]) if text else -1


def _number(value: Any) -> float:
    number = js_number(value) if value not in (None, UNDEFINED) else 0.0
    return number if number == number else 0.0
