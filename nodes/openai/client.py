"""The HTTP client of a Service Host: one pool of connections for all its messages, with retries and redirects."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from .addresses import PROXY_VARIABLES, joined, parted_base, proxy_for
from .api_errors import CONNECTION, TIMED_OUT, ApiError, ConnectionLost, status_error
from .connections import Answer, Origin
from .headers import merged
from .limits import Limiter
from .multipart import Form
from .patience import Patience
from .pool import Pool
from .query import spell_query
from .replies import Reply, Stream, body_of
from .request import Request
from .retries import backoff, retry_delay, worth_retrying
from .sessions import SessionAnswer, Sessions

TIMEOUT = 600.0
RETRIES = 2
REDIRECTS = frozenset((301, 302, 303, 307, 308))
MOST_REDIRECTS = 20
HIDDEN = "••••••"
SHORTEST_KEY = 12
"""Shorter ones are those of servers that take any, such as "ollama": taking them out spoils texts and hides nothing."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a message's request goes and who asks. The key is in `headers` or `query`, never in a repr."""

    base: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_header: str = "authorization"

    def hidden(self, text: str) -> str:
        """A text of the server without the key, which some servers quote when they refuse it."""
        named = (value for name, value in self.headers.items() if name.lower() == self.key_header)
        for secret in (*named, *self.query.values()):
            key = secret.removeprefix("Bearer ")
            if len(key) >= SHORTEST_KEY:
                text = text.replace(key, HIDDEN)
        return text


class Client:
    """Sends requests, for any number of messages at once. `environment` names the proxies.

    `carried` gives headers that every request takes along, unless it has its own.
    Nothing limits how many connections it opens: each call in flight needs one.
    """

    def __init__(
        self,
        *,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        limiter: Limiter | None = None,
        environment: Mapping[str, str] | None = None,
        carried: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.timeout = timeout
        self.retries = retries
        self.limiter = limiter
        self._carried = carried
        found = environment or {}
        self._environment = {name: found[name] for name in PROXY_VARIABLES if found.get(name)}
        self._pool = Pool()
        self._sessions = Sessions()
        self._closed = False
        self._patience = Patience(timeout)
        self._bases: dict[str, tuple[Origin, str, dict[str, str]]] = {}

    def turn(self, owner: str) -> AbstractAsyncContextManager[None]:
        """Hold a place among the calls that the limits allow; `owner` is the node that asks."""
        return _FREE if self.limiter is None else _limited(self.limiter, owner)

    async def send(self, request: Request, access: Access) -> Reply:
        """Send a request and read the answer. Raises ApiError for anything but a success."""
        reply = await self._persist(request, access, whole=True)
        assert isinstance(reply, Reply)
        return reply

    async def open(self, request: Request, access: Access) -> Stream:
        """Send a request and return as soon as the answer begins. Raises ApiError for anything but a success."""
        stream = await self._persist(request, access, whole=False)
        assert isinstance(stream, Stream)
        return stream

    async def close(self) -> None:
        """Close all connections; calls that are still under way fail, and no new ones are made."""
        self._closed = True
        self._pool.close()
        await self._sessions.close()

    async def websocket(self, url: str, headers: Mapping[str, str]) -> Any:
        """Open a websocket; raises aiohttp's errors."""
        self._insist_on_being_open()
        return await self._sessions.websocket(url, headers)

    async def _persist(self, request: Request, access: Access, whole: bool) -> Reply | Stream:
        """Try until there is an answer that is no passing failure, or no try is left."""
        origin, target = self._address(request, access)
        headers = {**self._carried(), **request_headers(request, access)}
        left = self.retries if request.retries is None else request.retries
        attempts = 1
        while True:
            try:
                answer = await self._attempt(request, origin, target, headers, access, whole, attempts)
            except ConnectionLost:
                if left <= 0:
                    raise
                delay = backoff(attempts)
            else:
                if answer.status < 300:
                    return answer
                failure = answer if isinstance(answer, Reply) else await answer.reply()
                if left <= 0 or not worth_retrying(failure.status, failure.headers):
                    raise status_error(failure.status, failure.text(), failure.headers)
                delay = retry_delay(failure.headers, attempts)
            left -= 1
            attempts += 1
            await asyncio.sleep(delay)

    async def _attempt(
        self,
        request: Request,
        origin: Origin,
        target: str,
        headers: dict[str, str],
        access: Access,
        whole: bool,
        attempts: int,
    ) -> Reply | Stream:
        """Ask once. A broken connection before the answer is a ConnectionLost, after it an ApiError."""
        patience = self._patience if request.timeout is None else Patience(request.timeout)
        if self._environment or isinstance(request.body, Form):
            self._sessions.ready()
        try:
            with patience.wait():
                answer = await self._follow(request, origin, target, headers, access)
                if whole:
                    return Reply(answer.status, answer.headers, await body_of(answer), attempts)
                return Stream(answer, attempts, patience)
        except TimeoutError:
            raise ConnectionLost(TIMED_OUT) from None
        except OSError as error:
            # The error may quote the address, and the address may hold the key: the reason says enough.
            raise ConnectionLost(CONNECTION) from OSError(reason_of(error))

    async def _follow(
        self, request: Request, origin: Origin, target: str, headers: dict[str, str], access: Access
    ) -> Answer | SessionAnswer:
        """Send the request, and again wherever redirects lead."""
        verb, body = request.verb, request.body
        for _ in range(MOST_REDIRECTS):
            answer = await self._ask(origin, verb, target, headers, body)
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or location is None:
                return answer
            answer.leave()
            url = joined(f"{origin.scheme}://{origin.name}{target}", location)
            headers = dict(headers)
            if answer.status == 303 or (answer.status in (301, 302) and verb == "POST"):
                verb, body = "GET", None
                drop(headers, "content-type", "content-length")
            if Origin.of(url) != origin:
                drop(headers, access.key_header, "authorization")
            origin, target = Origin.of(url), url.raw_path_qs
        raise ConnectionLost(CONNECTION)

    async def _ask(
        self, origin: Origin, verb: str, target: str, headers: dict[str, str], body: bytes | Form | None
    ) -> Answer | SessionAnswer:
        self._insist_on_being_open()
        proxy = proxy_for(origin.scheme, origin.host, self._environment) if self._environment else None
        if proxy or isinstance(body, Form):
            return await self._sessions.ask(origin, verb, target, headers, body, proxy)
        return await self._pool.ask(origin, verb, target, headers, body)

    def _insist_on_being_open(self) -> None:
        if self._closed:
            raise ApiError(CONNECTION)

    def _address(self, request: Request, access: Access) -> tuple[Origin, str]:
        """Join base, path and query; a field of the payload wins over the base's own query and over the key."""
        parts = self._bases.get(access.base)
        if parts is None:
            parts = self._bases[access.base] = parted_base(access.base)
        origin, path, own_query = parts
        spelt = spell_query({**own_query, **access.query, **request.query})
        return origin, f"{path}{request.path}?{spelt}" if spelt else path + request.path


_FREE = nullcontext()


@asynccontextmanager
async def _limited(limiter: Limiter, owner: str) -> AsyncIterator[None]:
    await limiter.enter(owner)
    try:
        yield
    finally:
        limiter.leave()


def request_headers(request: Request, access: Access) -> dict[str, str]:
    """All headers of a request. Raises Problem for what no header can be."""
    body = {"content-type": request.content_type} if request.content_type else {}
    headers = merged((access.headers, body, request.headers), guarded=access.key_header)
    if isinstance(request.body, Form):
        headers["content-length"] = str(request.body.size)
    return headers


def reason_of(error: OSError) -> str:
    """Why there is no connection, in the system's words and without any address; else the name of the class."""
    if (about_tls := getattr(error, "reason", None)) is not None and isinstance(about_tls, str):
        return about_tls
    if error.errno is None:
        return error.__class__.__name__
    # Names that cannot be looked up have numbers of their own, below zero, and words without the name.
    return os.strerror(error.errno) if error.errno > 0 else error.strerror or error.__class__.__name__


def drop(headers: dict[str, str], *names: str) -> None:
    """Take headers away, as far as they are there."""
    for name in names:
        headers.pop(name, None)
