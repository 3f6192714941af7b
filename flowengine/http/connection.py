"""One client's connection: HTTP/1.1 to requests and back, without a framework in between.

Requests of a connection are answered one after the other; while one waits for its answer nothing more is read.
A connection that a websocket or a mounted application takes over is handed on for good.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import httptools

from .exchange import Headers, HttpRequest, HttpResponse, join_headers, make_request
from .heads import answer_head
from .takeover import Takeover

if TYPE_CHECKING:
    from .server import HttpServer, Route

MOST_HEAD = 65536
"""Bytes of a request line with its headers."""
MOST_WAITING = 64
"""Requests that a client may send ahead of their answers."""


class Connection(asyncio.Protocol):
    """Reads requests, hands them to the server's routes, writes answers."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._takeover: Takeover | None = None
        self._other: Callable[[], Any] | None = None
        self._rest = b""
        self._ip = ""
        self._secure = False
        self._waiting: deque[tuple[Route | None, HttpRequest, bytes | None, bool]] = deque()
        self._answering = False
        self._reading_paused = False
        self._writing_paused = False
        self._closing = False
        self.since = monotonic()
        """When the present state began: waiting for a request, reading one, answering one."""
        self._in_head = True
        self._head_bytes = 0
        self._url = b""
        self._pairs: Headers = []
        self._chunks: list[bytes] = []
        self._size = 0
        self._limit: int | None = None
        self._route: Route | None = None
        self._request: HttpRequest | None = None
        self._has_enough = False
        """Whether a body went beyond its limit: its request is answered, and is the last of this connection."""
        self._dropping = False
        """Whether the rest of that body is still coming."""
        self._keep_alive = True
        self._head_only = False

    # the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up a client."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._ip = peer[0] if isinstance(peer, tuple) else ""
        self._secure = transport.get_extra_info("sslcontext") is not None
        self._server.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client; answers that come later go nowhere."""
        self._transport = None
        self._waiting.clear()
        self._server.connections.discard(self)
        del self._parser  # it refers to this connection: without a circle both go at once, with all they hold

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError:
            self._refuse(400)
            return
        if self._takeover is not None:
            self._hand_over()
        elif self._in_head and self._head_bytes > MOST_HEAD:
            self._refuse(431)

    def eof_received(self) -> bool:
        """Close: a client that ends its half has gone, as far as anyone can tell."""
        return False

    def pause_writing(self) -> None:
        """Read nothing more while the client is slow to take its answers."""
        self._writing_paused = True
        self._balance()

    def resume_writing(self) -> None:
        """Go on."""
        self._writing_paused = False
        self._balance()

    # the parser's calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._start_message()
        self.since = monotonic()

    def on_url(self, url: bytes) -> None:
        """A piece of the request line."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._pairs.append((name.decode("latin-1"), value.decode("latin-1").rstrip(" \t")))

    def on_headers_complete(self) -> None:
        """Decide who gets the request, and how much of a body it may have."""
        self._in_head = False
        self._head_bytes = 0
        if self._has_enough:
            return
        method = self._parser.get_method().decode()
        url = self._url.decode("latin-1")
        headers = join_headers(self._pairs)
        upgrade = (
            headers.get("upgrade", "").lower() == "websocket"
            and "upgrade" in headers.get("connection", "").lower()
        )
        if self._takeover is None:
            self._other = self._server.taker(method, url, websocket=upgrade)
            self._takeover = Takeover() if self._other else None
        if self._takeover is not None:
            self._takeover.begin(method, url, self._pairs)
            return
        request = make_request(method, url, headers, root=self._server.root, ip=self._ip, secure=self._secure)
        self._route = self._server.find(request)
        self._request = request
        self._limit = self._route.limit(headers) if self._route else None
        if self._limit is not None and int(headers.get("content-length") or 0) > self._limit:
            self._turn_away(request)
        elif headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self._takeover is not None:
            self._takeover.body(data)
            return
        if self._limit is None or self._request is None:
            return
        self._size += len(data)
        if self._size <= self._limit:
            self._chunks.append(data)
        else:
            self._turn_away(self._request)

    def on_message_complete(self) -> None:
        """The request is there."""
        if self._takeover is not None:
            self._takeover.end()
            return
        if self._request is None:
            self._dropped()
            return
        body = b"".join(self._chunks)
        self._chunks = []
        keep = self._parser.should_keep_alive()
        self._waiting.append((self._route, self._request, body, keep))
        # Between requests nothing is kept of the last one, and the connection counts as idle.
        self._request, self._url, self._pairs = None, b"", []
        if not self._answering:
            self._next()
        elif len(self._waiting) > MOST_WAITING:
            self._refuse(429)
        self._balance()

    # bodies beyond the limit

    def _turn_away(self, request: HttpRequest) -> None:
        """Have a request answered though its body is not all there, and read no other."""
        self._has_enough = self._dropping = True
        self._waiting.append((self._route, request, None, False))
        self._request, self._chunks = None, []
        if not self._answering:
            self._next()

    def _dropped(self) -> None:
        """Close where a body that nobody wants has come to its end, and its request is answered."""
        self._dropping = False
        if self._has_enough and not self._answering and not self._waiting and self._transport is not None:
            self._transport.close()

    # answering

    def _start_message(self) -> None:
        self._in_head = True
        self._url = b""
        self._pairs = []
        self._chunks = []
        self._size = 0
        self._limit = None
        self._route = None
        self._request = None

    def _next(self) -> None:
        """Give the oldest request to its route."""
        route, request, body, keep = self._waiting.popleft()
        self._answering = True
        self._keep_alive = keep
        self._head_only = request["method"] == "HEAD"
        self.since = monotonic()
        response = HttpResponse(request, self._write)
        self._server.answer(route, request, response, body)

    def _write(self, status: int, headers: Headers, body: bytes) -> None:
        """Write an answer and go on to the next request."""
        self._answering = False
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        keep = self._keep_alive and not self._closing
        head = answer_head(status, headers, len(body), self._server.date_line, keep_alive=keep)
        if self._head_only or not body:
            transport.write(head)
        elif len(body) < 65536:
            transport.write(head + body)
        else:
            transport.writelines((head, body))
        self.since = monotonic()
        if not keep:
            self._end(transport)
        elif self._waiting or self._takeover is not None:
            asyncio.get_running_loop().call_soon(self._go_on)
        else:
            self._balance()

    def _end(self, transport: asyncio.Transport) -> None:
        """Close; while the client is still sending only our half, or it might not get to see its answer."""
        if not self._dropping:
            transport.close()
        elif transport.can_write_eof():
            transport.write_eof()

    def _go_on(self) -> None:
        if self._answering or self._transport is None:
            return
        if self._waiting:
            self._next()
        self._balance()
        if self._takeover is not None:
            self._hand_over()

    def _refuse(self, status: int) -> None:
        """Answer what is no request, and close."""
        if self._transport is None:
            return
        self._closing = True
        self._waiting.clear()
        self._transport.write(answer_head(status, [], 0, self._server.date_line, keep_alive=False))
        self._transport.close()

    def _balance(self) -> None:
        """Read while there is nothing to answer and the client takes what it gets."""
        ahead = bool(self._waiting) or self._takeover is not None
        pause = self._writing_paused or (self._answering and ahead)
        if self._transport is None or pause is self._reading_paused:
            return
        self._reading_paused = pause
        if pause:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    # taking over

    def _upgrade(self, rest: bytes) -> None:
        if self._takeover is not None:
            self._rest += rest
            self._hand_over()
            return
        # Upgrades that nobody offers (h2c) are plain requests; the parser itself goes no further.
        self._parser = httptools.HttpRequestParser(self)
        if rest:
            self.data_received(rest)

    def _hand_over(self) -> None:
        """Give the connection to another protocol, with what it asked for, when all before it is answered."""
        takeover, transport = self._takeover, self._transport
        if takeover is None or transport is None or self._other is None:
            return
        if takeover.is_too_long:
            self._refuse(413)
        elif self._answering or self._waiting or not takeover.ready:
            self._balance()
        else:
            self._server.connections.discard(self)
            self._transport = None
            if self._reading_paused:
                transport.resume_reading()
            protocol = self._other()
            transport.set_protocol(protocol)
            protocol.connection_made(transport)
            protocol.data_received(takeover.text() + self._rest)

    # the server's calls

    def expire(self, now: float, idle: float, reading: float, sending: float) -> None:
        """Close when the client has sent nothing, not all of a head, or not all of a request for so many seconds."""
        if self._transport is None or self._answering or self._waiting:
            return
        if self._request is None and not self._pairs and not self._url:
            if now - self.since > idle:
                self._transport.close()
        elif now - self.since > (reading if self._in_head else sending):
            self._refuse(408)

    def close(self) -> None:
        """End the connection, without waiting for answers."""
        if self._transport is not None:
            self._transport.abort() if self._answering else self._transport.close()
