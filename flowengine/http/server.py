"""The runtime's own HTTP server, for flow nodes and whatever is mounted beside them.

It is made by the first node that needs it (``host.service("http_server", HttpServer)``) and listens until the
engine stops. Routes come and go while it runs. Requests to routes are read by ``connection``; websockets
and mounted applications get their connections whole.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ssl import SSLContext
from time import monotonic, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..host import Host
from .connection import Connection
from .cors import allow_origin, answer_preflight
from .exchange import HttpRequest, HttpResponse
from .heads import http_date
from .paths import RoutePath, UndecodableError, compile_route_path, plain_path

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest, StreamResponse, WebSocketResponse

IDLE, READING, SENDING = 5.0, 60.0, 300.0
"""Seconds that a client may keep a connection without asking, and may take to send a head and a whole request."""
BACKLOG = 511

Handler = Callable[[HttpRequest, HttpResponse, bytes | None], None]
"""Takes a request, its answer to be, and its body; None stands for a body beyond the limit, which is not read."""


@dataclass(slots=True, eq=False)
class Route:
    """What answers a method and a path.

    ``limit`` tells by the request's headers how many bytes a body may have; None where it is read and dropped.
    """

    method: str
    path: RoutePath
    handler: Handler
    limit: Callable[[dict[str, Any]], int | None]
    order: int = 0


class HttpServer:
    """Listens at ``uiHost`` and ``uiPort``; flow routes lie below ``httpNodeRoot``."""

    def __init__(self, host: Host, ssl: SSLContext | None = None) -> None:
        settings = host.settings
        self._host, self._ssl = host, ssl
        self._socket, self._failure = _bind(settings.ui_host, settings.ui_port)
        self._shown_host = settings.ui_host
        root = settings.http_node_root
        self.root = "" if not isinstance(root, str) else "/" + root.strip("/") if root.strip("/") else ""
        self._cors = settings.http_node_cors
        self._plain: dict[tuple[str, str], list[Route]] = {}
        self._patterns: dict[str, list[Route]] = {}
        self._routes = 0
        self._websockets: dict[str, Callable[[BaseRequest], Awaitable[WebSocketResponse]]] = {}
        self._mounts: list[tuple[str, Callable[[], Any]]] = []
        self.connections: set[Connection] = set()
        self._own: Any = None
        self._server: asyncio.Server | None = None
        self._date = (0, "")
        self._sweep: asyncio.TimerHandle | None = None
        self._listening = host.spawn(self._listen())

    # life

    async def ready(self) -> None:
        """Wait until the server listens. Raises OSError where its address cannot be had."""
        await asyncio.shield(self._listening)

    @property
    def url(self) -> str:
        """The base address, without a slash at its end. Raises OSError where the address cannot be had."""
        if self._socket is None:
            raise self._failure or OSError("the server is closed")
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(
            self._shown_host, self._shown_host
        )
        return f"{'https' if self._ssl else 'http'}://{host}:{self._socket.getsockname()[1]}"

    async def _listen(self) -> None:
        if self._socket is None:
            raise self._failure or OSError("the server is closed")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=self._socket, ssl=self._ssl)
        self._sweep = loop.call_later(1.0, self._expire)

    def _expire(self) -> None:
        now = monotonic()
        for connection in list(self.connections):
            connection.expire(now, IDLE, READING, SENDING)
        self._sweep = asyncio.get_running_loop().call_later(1.0, self._expire)

    async def close(self) -> None:
        """Stop listening and end all connections."""
        self._listening.cancel()
        if self._sweep is not None:
            self._sweep.cancel()
        if self._server is not None:
            self._server.close()
        elif self._socket is not None:
            self._socket.close()
        for connection in list(self.connections):
            connection.close()
        if self._own is not None:
            await self._own.shutdown(1.0)
        if self._server is not None:
            await self._server.wait_closed()

    # routes

    def add_route(
        self, method: str, path: str, handler: Handler, limit: Callable[[dict[str, Any]], int | None]
    ) -> Route:
        """Let a handler answer a method and an Express path below ``root``. Raises PathTextError."""
        self._routes += 1
        route = Route(method.upper(), compile_route_path(path), handler, limit, self._routes)
        self._place(route).append(route)
        return route

    def remove_route(self, route: Route) -> None:
        """Take a route away; requests under way are still answered."""
        place = self._place(route)
        if route in place:
            place.remove(route)

    def _place(self, route: Route) -> list[Route]:
        if route.path.plain is None:
            return self._patterns.setdefault(route.method, [])
        return self._plain.setdefault((route.method, route.path.plain), [])

    def find(self, request: HttpRequest) -> Route | None:
        """Return the route that answers a request, with its parameters in ``request["params"]``."""
        if request["baseUrl"] and not _is_below(request["originalUrl"], self.root):
            return None
        method, path = request["method"], request["path"]
        found = self._match(method, path, request)
        return self._match("GET", path, request) if found is None and method == "HEAD" else found

    def _match(self, method: str, path: str, request: HttpRequest) -> Route | None:
        here = self._plain.get((method, plain_path(path)))
        found = here[0] if here else None
        for route in self._patterns.get(method, ()):
            if found is not None and found.order < route.order:
                break
            try:
                params = route.path.match(path)
            except UndecodableError as error:
                request["undecodable"] = str(error)
                return None
            if params is not None:
                request["params"] = params
                return route
        return found

    def answer(
        self, route: Route | None, request: HttpRequest, response: HttpResponse, body: bytes | None
    ) -> None:
        """Have a request answered."""
        if self._cors and _is_below(request["originalUrl"], self.root):
            if request["method"] == "OPTIONS":
                answer_preflight(self._cors, request, response)
                return
            if route is not None:
                allow_origin(self._cors, request, response)
        if route is not None:
            route.handler(request, response, body)
        elif request["method"] == "OPTIONS" and (allowed := self._methods(request)):
            response.set("Allow", allowed)
            response.send(allowed)
        else:
            _refuse(request, response)

    def _methods(self, request: HttpRequest) -> str:
        methods = {method for method, _ in self._plain} | set(self._patterns)
        matches = [route for method in methods if (route := self._match(method, request["path"], request))]
        matches.sort(key=lambda route: route.order)
        return ",".join("GET,HEAD" if route.method == "GET" else route.method for route in matches)

    @property
    def date_line(self) -> str:
        """The Date header of this second."""
        now = int(time())
        if self._date[0] != now:
            self._date = (now, f"Date: {http_date(now)}\r\n")
        return self._date[1]

    # websockets and mounted applications

    def add_websocket(
        self, path: str, handler: Callable[[BaseRequest], Awaitable[WebSocketResponse]]
    ) -> bool:
        """Let a handler take the websockets of a path (``root`` is part of it); False where another one does."""
        return self._websockets.setdefault(path, handler) is handler

    def remove_websocket(self, path: str) -> None:
        """Offer no websockets there any more."""
        self._websockets.pop(path, None)

    def mount(self, prefix: str, protocol: Callable[[], Any]) -> None:
        """Give connections that ask below ``prefix`` to another protocol, such as aiohttp's ``web.Server``.

        With ``/`` it gets what no flow route answers. A connection stays with it, so its application
        should leave to ``handle`` what is not its own.
        """
        self._mounts.append((prefix.rstrip("/"), protocol))
        self._mounts.sort(key=lambda mount: len(mount[0]), reverse=True)

    @property
    def is_shared(self) -> bool:
        """Whether the server's application answers what no flow does.

        Broken bodies are then refused with a status of their own. In a run without it they are errors inside of a
        flow (500), as in a Node-RED whose admin API lies elsewhere.
        """
        return any(not prefix for prefix, _ in self._mounts)

    def taker(self, method: str, url: str, *, websocket: bool) -> Callable[[], Any] | None:
        """Return the protocol that takes over the connection of a request, if one does."""
        if websocket and url.partition("?")[0] in self._websockets:
            return self._aiohttp
        for prefix, protocol in self._mounts:
            if _is_below(url, prefix) and (prefix or not self._is_routed(method, url)):
                return protocol
        return None

    def _is_routed(self, method: str, url: str) -> bool:
        path = url.partition("?")[0].removeprefix(self.root) or "/"
        probe = HttpRequest(method=method, path=path, baseUrl=self.root, originalUrl=url)
        return self.find(probe) is not None

    def _aiohttp(self) -> Any:
        if self._own is None:
            from aiohttp.web import Server

            self._own = Server(self.handle, access_log=None)
        return self._own()

    async def handle(self, request: BaseRequest) -> StreamResponse:
        """Answer a request of an aiohttp server from the flows: websockets and routes."""
        from .bridge import answer_from_flows

        websocket = self._websockets.get(request.rel_url.raw_path)
        if websocket is not None and request.headers.get("Upgrade", "").lower() == "websocket":
            return await websocket(request)
        return await answer_from_flows(self, request)


def _bind(host: str, port: int) -> tuple[socket.socket | None, OSError | None]:
    """Listen at once, so that nodes of the same flow may connect as soon as they start."""
    try:
        if host in ("", "::") and socket.has_dualstack_ipv6():
            return socket.create_server(
                ("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
            ), None
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG), None
    except OSError as error:
        return None, error


def _is_below(url: str, prefix: str) -> bool:
    return not prefix or (url.startswith(prefix) and url[len(prefix) : len(prefix) + 1] in ("", "/", "?"))


def _refuse(request: HttpRequest, response: HttpResponse) -> None:
    """Answer a request that nothing here answers."""
    from html import escape

    status, text = (
        404,
        f"Cannot {request['method']} {quote(request['originalUrl'].partition('?')[0], safe=_URL)}",
    )
    if "undecodable" in request:
        status, text = 400, f"URIError: {request['undecodable']}"
    response.set("Content-Security-Policy", "default-src 'none'")
    response.set("X-Content-Type-Options", "nosniff")
    page = _PAGE.format(escape(text, quote=True).replace("&#x27;", "&#39;"))
    response.send(page, status, tagged=False)


_URL = "!#$%&'()*+,/:;=?@[]~"
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>{}</pre>
</body>
</html>
"""
