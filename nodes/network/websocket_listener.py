"""The websocket-listener config node: takes websockets at a path of the runtime's own server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from flowengine.fields import line, required, select
from flowengine.node import NodeConfig

from .websocket_sessions import MOST_MESSAGE, Session, WebsocketConfig

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest, WebSocketResponse


class WebsocketListener(WebsocketConfig):
    """Holds the sessions of all clients of a path."""

    type = "websocket-listener"
    label = ("{name}", "{path}")

    class Config(NodeConfig):
        """``wholemsg``: "true" where a whole message travels as JSON, not only its payload."""

        path: Annotated[str, line(placeholder="/ws/chat"), required()] = ""
        wholemsg: Annotated[str | bool | None, select("false", "true")] = "false"
        subprotocol: Annotated[str | None, line()] = ""

    def on_start(self) -> None:
        from flowengine.http.server import HttpServer

        self.whole_message = self.config.wholemsg in ("true", True)
        self._protocols = [
            part.strip() for part in (self.config.subprotocol or "").split(",") if part.strip()
        ]
        self._server: HttpServer = self.host.service("http_server", HttpServer)
        self._path = f"{self._server.root}/{self.config.path.removeprefix('/')}"
        if not self._server.add_websocket(self._path, self._serve):
            self._path = ""
            self.error(self.words("errors.duplicate_path", path=self.config.path))

    async def on_close(self, removed: bool) -> None:
        if self._path:
            self._server.remove_websocket(self._path)
        await asyncio.gather(*(session.close() for session in self.sessions.values()))

    async def _serve(self, request: BaseRequest) -> WebSocketResponse:
        from aiohttp.web import WebSocketResponse

        # Browsers give up where none of the protocols that they name is taken.
        named = request.headers.get("Sec-WebSocket-Protocol", "").partition(",")[0].strip()
        protocols = self._protocols or ([named] if named else [])
        socket = WebSocketResponse(protocols=protocols, max_msg_size=MOST_MESSAGE, compress=False)
        await socket.prepare(request)
        session = Session(self, socket)
        self.sessions[session.id] = session
        self.tell_opened(session.id, len(self.sessions))
        try:
            await self.read(session)
        finally:
            self.sessions.pop(session.id, None)
            self.tell_closed(session.id, len(self.sessions))
        return socket
