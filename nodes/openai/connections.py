"""Plain connections to servers: HTTP/1.1 with nothing between the call and the socket.

A general client spends more on a call than the call itself takes here. What needs more than a request and its
answer (proxies, forms with files, websockets) goes by ``sessions.py``.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from httptools import HttpParserError, HttpResponseParser

if TYPE_CHECKING:
    from yarl import URL

    from .pool import Pool

KEEP_ALIVE = 30.0
"""Seconds that a connection is kept for the next call."""
MOST_WAITING = 1 << 18
"""Bytes of an answer that may wait for their reader before no more are taken from the network."""
FIXED = {"User-Agent": "flowengine", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
BODILESS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
"""Verbs whose requests have no length unless they have a body."""


class ConnectionBrokenError(OSError):
    """The other side has hung up, or does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a server is. ``name`` is what requests call it."""

    scheme: str
    host: str
    port: int
    name: str

    @classmethod
    def of(cls, url: URL) -> Origin:
        """Return the origin of an address."""
        host = url.raw_host or ""
        name = f"[{host}]" if ":" in host else host
        port = url.port or (443 if url.scheme == "https" else 80)
        return cls(url.scheme, host, port, name if url.is_default_port() else f"{name}:{port}")


class Answer:
    """A server's answer, from the moment its headers are there. Read it, then ``leave`` it."""

    __slots__ = (
        "_blocks",
        "_connection",
        "_error",
        "_inflate",
        "_waiter",
        "_waiting",
        "headers",
        "is_complete",
        "status",
    )

    def __init__(self, connection: Connection, status: int, headers: dict[str, str]) -> None:
        self.status, self.headers = status, headers
        self.is_complete = False
        self._connection = connection
        self._blocks: deque[bytes] = deque()
        self._waiting = 0
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._inflate = _inflater(headers.get("content-encoding", ""))

    async def block(self) -> bytes:
        """Return what has come, at least one byte; b"" at the end. Raises OSError where the server breaks off."""
        while not self._blocks:
            if self._error is not None:
                raise self._error
            if self.is_complete:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        found = self._blocks.popleft() if len(self._blocks) == 1 else b"".join(self._blocks)
        self._blocks.clear()
        self._waiting = 0
        self._connection.read_on()
        return found

    async def read(self) -> bytes:
        """Return all that is still to come."""
        found = []
        while block := await self.block():
            found.append(block)
        return found[0] if len(found) == 1 else b"".join(found)

    def leave(self) -> None:
        """Let the next call have the connection; one that is not read to its end is of no more use."""
        self._connection.leave(self)

    # the connection's side

    def feed(self, data: bytes) -> None:
        """Take a piece of the body."""
        if self._inflate is not None:
            data = self._inflate(data)
        if data:
            self._blocks.append(data)
            self._waiting += len(data)
            if self._waiting > MOST_WAITING:
                self._connection.read_no_more()
            self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Take the end, or the reason why there will be none."""
        self.is_complete, self._error = error is None, error
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _inflater(coding: str) -> Any:
    coding = coding.strip().lower()
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress
    return _Deflated().decompress if coding == "deflate" else None


class _Deflated:
    """Deflate is to have zlib's envelope, but some servers leave it off."""

    def __init__(self) -> None:
        self._inflate: Any = None

    def decompress(self, data: bytes) -> bytes:
        if self._inflate is None:
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0xF == 8 else -zlib.MAX_WBITS)
        return cast(bytes, self._inflate.decompress(data))


class Connection(asyncio.Protocol):
    """One connection, which serves one call after the other."""

    def __init__(self, pool: Pool, origin: Origin) -> None:
        self.origin = origin
        self.idle_since = 0.0
        self._pool = pool
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._head: asyncio.Future[Answer] | None = None
        self._answer: Answer | None = None
        self._headers: dict[str, str] = {}
        self._is_paused = self._keeps = False

    @property
    def is_open(self) -> bool:
        """Whether the other side has not hung up yet."""
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; the answer is there when its headers are."""
        self._answer = None
        self._head = head = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            head.set_exception(ConnectionBrokenError("closed"))
        else:
            self._transport.write(request)
        return head

    def leave(self, answer: Answer) -> None:
        """Go back to the pool after a whole answer, else close."""
        if answer is not self._answer:
            return
        self._answer = self._head = None
        if answer.is_complete and self._keeps:
            self._pool.keep(self)
        else:
            self.drop()

    def drop(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def read_no_more(self) -> None:
        """Let the server wait."""
        if self._transport is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def read_on(self) -> None:
        """Take from the network again."""
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()

    # the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came; an idle server has nothing to say."""
        if self._head is None:
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, zlib.error) as error:
            self._fail(ConnectionBrokenError(str(error)))
            self.drop()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits. An answer without a length ends here."""
        self._transport = None
        self._pool.forget(self)
        del self._parser  # it refers to this connection: without a circle both go at once
        answer = self._answer
        if (
            answer is not None
            and not answer.is_complete
            and error is None
            and not _is_measured(answer.headers)
        ):
            answer.end()
        self._fail(ConnectionBrokenError("the server has hung up"))

    def _fail(self, error: Exception) -> None:
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)
        if self._answer is not None and not self._answer.is_complete:
            self._answer.end(error)

    # the parser's calls

    def on_message_begin(self) -> None:
        """An answer begins."""
        self._headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; those of one name make a list."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """The answer is there, if it is more than "go on"."""
        status = self._parser.get_status_code()
        if status >= 200 and self._head is not None and not self._head.done():
            self._answer = Answer(self, status, self._headers)
            self._head.set_result(self._answer)

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self._answer is not None:
            self._answer.feed(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._answer is not None:
            self._keeps = self._parser.should_keep_alive()
            self._answer.end()


def _is_measured(headers: Mapping[str, str]) -> bool:
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()


_FIXED_LINES = [(name.lower(), f"{name}: {value}\r\n") for name, value in FIXED.items()]
_UNSAFE = re.compile(r"[^\x21-\x7e]")
_URL = "!#$%&'()*+,/:;=?@[]~"


def spell_request(
    origin: Origin, verb: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> bytes:
    """Write a request; ``headers`` have lower-case names and go before the fixed ones."""
    if _UNSAFE.search(target):
        target = quote(target, safe=_URL)
    lines = [f"{verb} {target} HTTP/1.1\r\nHost: {origin.name}\r\n"]
    lines += [line for name, line in _FIXED_LINES if name not in headers]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    if (body or verb not in BODILESS) and "content-length" not in headers:
        lines.append(f"Content-Length: {len(body or b'')}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1") + (body or b"")
