"""The HTTP server with the editor and its API beside the flows' own addresses, on one port.

What belongs to the API goes to it even where a flow has the same address, as in Node-RED.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from ssl import SSLContext
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..host import Host
from ..http.exchange import HttpRequest, HttpResponse
from ..http.server import HttpServer, Route
from .passwords import is_password
from .settings import ServerSettings
from .settings_tables import BasicAuth

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest, StreamResponse


class AdminServer(HttpServer):
    """Hands connections to the admin application; asks for a password before flows where the settings say so."""

    def __init__(self, host: Host, settings: ServerSettings, ssl: SSLContext | None) -> None:
        super().__init__(host, ssl)
        self._admin_root = settings.admin_root
        self._has_admin = settings.http_admin_root is not False
        self._first_parts: frozenset[str] = frozenset()
        self._node_auth = PasswordGate(settings.http_node_auth)

    def serve_admin(self, application: Callable[[], Any], first_parts: frozenset[str]) -> None:
        """Give the application its addresses: below the admin root, those that begin with one of these parts."""
        self._application = application
        self._first_parts = first_parts
        self.mount("/", application)

    def is_admin(self, url: str) -> bool:
        """Tell whether an address is the editor's or its API's."""
        path = unquote(url.partition("?")[0])
        if not self._has_admin or not self._first_parts:
            return False
        if self._admin_root:
            return path == self._admin_root or path.startswith(f"{self._admin_root}/")
        return path == "/" or path.split("/", 2)[1] in self._first_parts

    def has_route(self, method: str, url: str) -> bool:
        """Tell whether a flow answers a request."""
        return self._is_routed(method, url)

    def taker(self, method: str, url: str, *, websocket: bool) -> Callable[[], Any] | None:
        """Return the protocol that takes over the connection of a request, if one does."""
        if self.is_admin(url):
            return self._application
        return super().taker(method, url, websocket=websocket)

    def answer(
        self, route: Route | None, request: HttpRequest, response: HttpResponse, body: bytes | None
    ) -> None:
        """Have a flow answer a request, once its sender is known where that is asked for."""
        if route is None or not self._node_auth.closed or request["method"] == "OPTIONS":
            super().answer(route, request, response, body)
            return
        task = asyncio.get_running_loop().create_task(self._answer_known(route, request, response, body))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def _answer_known(
        self, route: Route, request: HttpRequest, response: HttpResponse, body: bytes | None
    ) -> None:
        if await self._node_auth.opens(request["headers"].get("authorization", "")):
            super().answer(route, request, response, body)
        else:
            response.set("WWW-Authenticate", 'Basic realm="Authorization Required"')
            response.send_status(401)

    async def handle(self, request: BaseRequest) -> StreamResponse:
        """Answer a request of an aiohttp server from the flows."""
        if request.headers.get("Upgrade") and not await self._node_auth.opens(
            request.headers.get("Authorization", "")
        ):
            from aiohttp.web import Response

            return Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Authorization Required"'})
        return await super().handle(request)

    @property
    def _checks(self) -> set[asyncio.Task[None]]:
        return self._node_auth.checks


class PasswordGate:
    """HTTP's basic authentication against one user; open where there is none."""

    def __init__(self, auth: BasicAuth | None) -> None:
        self._auth = auth
        self._opened: set[bytes] = set()
        self.checks: set[asyncio.Task[None]] = set()

    @property
    def closed(self) -> bool:
        """Whether a password is asked for at all."""
        return self._auth is not None

    async def opens(self, authorization: str) -> bool:
        """Tell whether a header carries the user and password."""
        if self._auth is None:
            return True
        # Checking a hash takes a tenth of a second: what was right once need not be checked again.
        known = hashlib.sha256(authorization.encode()).digest()
        if known in self._opened:
            return True
        scheme, _, encoded = authorization.partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        is_right = await asyncio.to_thread(is_password, password, self._auth.password)
        if (
            scheme.lower() != "basic"
            or not hmac.compare_digest(user.encode(), self._auth.user.encode())
            or not is_right
        ):
            return False
        self._opened.add(known)
        return True
