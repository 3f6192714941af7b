"""The websocket-client config node: keeps a websocket to a server open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from flowengine.errors import NodeError
from flowengine.fields import check, config_node, line, number, required, select
from flowengine.javascript_values import js_parse_float, js_string
from flowengine.messages import UNDEFINED, generate_id
from flowengine.node import Node, NodeConfig

from .background import FirstAttempt, in_background, pauses
from .proxies import proxy_for
from .request_headers import HeaderRows
from .tls_config import TlsConfig
from .urls import parse_url
from .websocket_sessions import MOST_MESSAGE, Session, WebsocketConfig

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse

FIRST_PAUSE, LONGEST_PAUSE = 3.0, 30.0
"""Seconds between two attempts to connect."""
CONNECT_TIMEOUT = 30.0


class WebsocketClient(WebsocketConfig):
    """Connects when the first node asks for it, and again whenever the connection is lost."""

    type = "websocket-client"
    label = ("{name}", "{path}")

    class Config(NodeConfig):
        """``hb``: seconds between heartbeats. ``headers``: of the handshake, as ``{"keyType", "keyValue", ...}``."""

        path: Annotated[str, line(placeholder="wss://example.com/chat") | check("url"), required()] = ""
        tls: Annotated[str | None, config_node("tls-config")] = ""
        wholemsg: Annotated[str | bool | None, select("false", "true")] = "false"
        hb: Annotated[str | float | None, number(least=0, unit="seconds")] = ""
        subprotocol: Annotated[str | None, line()] = ""
        headers: HeaderRows = []

    def on_start(self) -> None:
        self.whole_message = self.config.wholemsg in ("true", True)
        self._protocols = [
            part.strip() for part in (self.config.subprotocol or "").split(",") if part.strip()
        ]
        beat = float(js_parse_float(self.config.hb)) if self.config.hb else 0.0
        self._heartbeat = beat if beat > 0 else None
        tls = self.node(self.config.tls)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        self._connecting: asyncio.Task[Any] | None = None
        self._is_connecting = False

    async def on_close(self, removed: bool) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        await asyncio.gather(*(session.close() for session in self.sessions.values()))

    def register(self, node: Node, *, listens: bool) -> None:
        super().register(node, listens=listens)
        if self._connecting is None:
            first = FirstAttempt(self)
            self._connecting = in_background(self, self._stay_connected(first), first)

    def broadcast(self, data: str | bytes) -> None:
        if self._is_connecting:
            self.warn(self.words("errors.connecting"))
        super().broadcast(data)

    def reply(self, session_id: Any, data: str | bytes) -> None:
        """Answer nobody: a client has no sessions of others."""

    async def _stay_connected(self, first: FirstAttempt) -> None:
        from aiohttp import ClientSession

        waits = pauses(FIRST_PAUSE, LONGEST_PAUSE)
        async with ClientSession() as http:
            while True:
                if await self._connect(http, first):
                    waits = pauses(FIRST_PAUSE, LONGEST_PAUSE)
                await asyncio.sleep(next(waits))

    async def _connect(self, http: ClientSession, first: FirstAttempt) -> bool:
        """Connect and stay until the end; tells whether there was a connection."""
        from aiohttp import ClientError

        self._is_connecting = True
        try:
            socket = await self._open(http)
        except (ClientError, OSError, TimeoutError, ValueError, NodeError):
            failed = generate_id()
            self.tell_error(failed)
            self.tell_closed(failed, 0)
            return False
        finally:
            self._is_connecting = False
            first.over()
        session = Session(self, socket)
        self.sessions[session.id] = session
        self.tell_opened(session.id, "")
        try:
            await self.read(session)
            if _is_fault(socket.exception()):
                self.tell_error(session.id)
        finally:
            self.sessions.pop(session.id, None)
            self.tell_closed(session.id, 0)
            await session.close()
        return True

    async def _open(self, http: ClientSession) -> ClientWebSocketResponse:
        from aiohttp import ClientWSTimeout

        url = parse_url(self.config.path)
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await http.ws_connect(
                str(url),
                protocols=self._protocols,
                heartbeat=self._heartbeat,
                timeout=ClientWSTimeout(ws_close=1.0),
                max_msg_size=MOST_MESSAGE,
                headers=self._headers(),
                proxy=proxy_for(str(url), self.host.env) or None,
                ssl=self._tls.tls_context() if self._tls and url.scheme == "wss" else True,
                server_hostname=self._tls.server_name if self._tls and url.scheme == "wss" else None,
            )

    def _headers(self) -> dict[str, str]:
        headers = {}
        for rule in self.config.headers:
            name = rule.get("keyValue") if rule.get("keyType") == "other" else rule.get("keyType")
            kind, value = rule.get("valueType"), rule.get("valueValue")
            if kind == "env":
                value = self.env(value) if value else UNDEFINED
            elif kind != "other":
                value = kind
            if name and value not in (None, UNDEFINED, ""):
                headers[name] = js_string(value)
        return headers


def _is_fault(error: BaseException | None) -> bool:
    """Tell whether a connection ended by a fault of the other side; one that was merely cut is no more than closed."""
    from aiohttp import WebSocketError

    return isinstance(error, (WebSocketError, TimeoutError))
