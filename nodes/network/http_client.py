"""Requests to web servers: one pool of connections for all nodes, redirects, cookies, errors as Node.js names them."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flowengine.errors import NodeError
from flowengine.host import Host
from flowengine.http.exchange import TOKEN, check_header, join_headers
from flowengine.http.session import HttpSession

from .cookie_jar import CookieJar, reply_cookies
from .socket_errors import connect_error, error_code
from .urls import Url

if TYPE_CHECKING:
    from aiohttp import ClientResponse

REDIRECTS = frozenset((300, 301, 302, 303, 304, 307, 308))
MOST_REDIRECTS = 21
KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: less than the five that most servers give it."""
_PRIVATE = frozenset(("host", "cookie", "authorization"))
_PARSE_CODES = (
    ("Duplicate Content-Length", "HPE_UNEXPECTED_CONTENT_LENGTH"),
    ("Transfer-Encoding can't", "HPE_INVALID_TRANSFER_ENCODING"),
    ("header token", "HPE_INVALID_HEADER_TOKEN"),
    ("header value", "HPE_INVALID_HEADER_TOKEN"),
    ("chunk size", "HPE_INVALID_CHUNK_SIZE"),
)


@dataclass(slots=True)
class Call:
    """A request to make. ``timeout`` in seconds for every hop; ``headers`` and ``proxy`` may hold secrets."""

    method: str
    url: Url
    headers: dict[str, Any] = field(repr=False)
    body: bytes | None = None
    timeout: float = 120.0
    follow: bool = True
    jar: CookieJar = field(default_factory=CookieJar, repr=False)
    proxy: str = field(default="", repr=False)
    proxy_account: tuple[str, str] | None = field(default=None, repr=False)
    ssl: ssl.SSLContext | bool = True
    server_name: str | None = None
    redirects: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Reply:
    """An answer, whole."""

    status: int
    headers: dict[str, Any]
    body: bytes
    url: Url


class HttpClient:
    """Sends requests. Made for all nodes of an engine, or for one that keeps its connections to itself."""

    def __init__(self, host: Host | None = None) -> None:
        self._session = HttpSession(
            KEEP_ALIVE,
            {"User-Agent": "flowengine"},
            ("Accept", "Accept-Encoding", "Content-Type"),
            auto_decompress=False,
            max_line_size=65536,
            max_field_size=65536,
        )

    async def send(self, call: Call, again: Callable[[Reply], dict[str, str] | None] | None = None) -> Reply:
        """Make a request and follow where it is led. Raises NodeError.

        ``again`` may look at the answer and return headers to ask once more with (a challenge to be met).
        """
        while True:
            reply = await self._hop(call)
            if "set-cookie" in reply.headers:
                for line in reply.headers["set-cookie"]:
                    call.jar.set(line, call.url)
            if again is not None and (more := again(reply)) is not None:
                call, again = replace(call, headers=_with(call.headers, more)), None
                continue
            location = reply.headers.get("location")
            if not (call.follow and location and reply.status in REDIRECTS):
                return reply
            call = redirected(call, reply, location)

    async def _hop(self, call: Call) -> Reply:
        self._session.ready()
        try:
            async with asyncio.timeout(call.timeout):
                response = await self._request(call)
                try:
                    body = await response.read()
                finally:
                    response.release()
        except Exception as error:
            if isinstance(error, _known_errors()):
                raise request_error(error, call) from None
            raise
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)
        return Reply(response.status, join_headers(pairs), body, call.url)

    async def _request(self, call: Call) -> ClientResponse:
        from multidict import CIMultiDict
        from yarl import URL

        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in call.headers.items():
            for item in value if isinstance(value, list) else (value,):
                headers.add(name, item)
        if cookies := call.jar.header(call.url):
            headers["Cookie"] = cookies
        _check_head(call.method, headers.items())
        asked_proxy = proxy_login(call)
        if asked_proxy and call.url.scheme == "http":  # the proxy reads the request itself
            headers.extend(asked_proxy)
        return await self._session.ready().request(
            call.method,
            URL(str(replace(call.url.without_user(), fragment=None)), encoded=True),
            headers=headers,
            data=_in_pieces(call.body),
            allow_redirects=False,
            proxy=call.proxy or None,
            proxy_headers=asked_proxy,
            ssl=call.ssl,
            server_hostname=call.server_name if call.url.scheme == "https" else None,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def proxy_login(call: Call) -> dict[str, str] | None:
    """Return the header by which a proxy knows who asks, where it wants to know."""
    if not call.proxy or call.proxy_account is None:
        return None
    user, password = call.proxy_account
    return {"Proxy-Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def _in_pieces(body: bytes | None) -> bytes | BytesIO | None:
    """Have a large body sent piece by piece, so that other connections get their turn."""
    return BytesIO(body) if body is not None and len(body) > 1 << 20 else body


def redirected(call: Call, reply: Reply, location: str) -> Call:
    """Return the request that a redirect asks for; another site does not get what was meant for the first."""
    if len(call.redirects) >= MOST_REDIRECTS:
        raise _failure(
            f"Redirected {MOST_REDIRECTS} times. Aborting.", "ERR_TOO_MANY_REDIRECTS", "MaxRedirectsError"
        )
    try:
        url = call.url.join(location.encode("latin-1", "replace").decode("utf-8", "replace"))
    except NodeError as error:
        raise _failure(str(error), str(error.code), cause=error) from None
    method, body, headers = call.method, call.body, dict(call.headers)
    if reply.status == 303 and method not in ("GET", "HEAD"):
        method, body = "GET", None
    if (url.host, url.port) != (call.url.host, call.url.port):
        headers = {name: value for name, value in headers.items() if name.lower() not in _PRIVATE}
    step: dict[str, Any] = {"location": location}
    if "set-cookie" in reply.headers:
        step["cookies"] = reply_cookies(reply.headers["set-cookie"])
    call.redirects.append(step)
    return replace(call, method=method, url=url, body=body, headers=headers)


def request_error(error: BaseException, call: Call) -> NodeError:
    """Word a failed request as Node-RED's http request does."""
    if isinstance(error, TimeoutError):
        return _failure(
            f"Timeout awaiting 'request' for {call.timeout * 1000:g}ms", "ETIMEDOUT", "TimeoutError"
        )
    from aiohttp import ClientConnectorError, ClientPayloadError, ClientResponseError, ServerDisconnectedError

    if isinstance(error, ClientPayloadError):
        return _failure("The server aborted pending request", "ECONNRESET", "ReadError")
    if isinstance(error, ServerDisconnectedError):
        return _failure("socket hang up", "ECONNRESET")
    if isinstance(error, ClientConnectorError) or getattr(error, "certificate_error", None):
        return _connect_failure(error, call)
    if isinstance(error, ClientResponseError):
        text, code = _unreadable(error.message)
        return _failure(f"Parse Error: {text}", code)
    code = error_code(error)
    return _failure("socket hang up" if code == "ECONNRESET" else f"read {code}", code)


def _check_head(method: str, headers: Iterable[tuple[str, str]]) -> None:
    """Refuse what would end a line of the head of a request, or could not be read by a server. Raises NodeError."""
    if not TOKEN.fullmatch(method):
        raise _failure(f'Method must be a valid HTTP token ["{method}"]', "ERR_INVALID_HTTP_TOKEN")
    try:
        for name, value in headers:
            check_header(name, [value])
    except NodeError as error:
        raise _failure(str(error), str(error.code)) from None


def _unreadable(message: str) -> tuple[str, str]:
    """Return why an answer is no HTTP and Node.js's code for it, from the words of aiohttp's parser."""
    text = message.partition("\n")[0].rstrip(": ")
    if not text or text.startswith("Bad status line"):
        return "Expected HTTP/, RTSP/ or ICE/", "HPE_INVALID_CONSTANT"
    return text, next((code for words, code in _PARSE_CODES if words in text), "HPE_INVALID_CONSTANT")


def _connect_failure(error: Any, call: Call) -> NodeError:
    cause = getattr(error, "certificate_error", None) or error.os_error
    code = error_code(cause)
    return _failure(str(named := connect_error(cause, error.host, error.port)), code, cause=named)


def _failure(text: str, code: str, name: str = "RequestError", cause: NodeError | None = None) -> NodeError:
    return NodeError(text, name=name, code=code, cause=cause or NodeError(text, error_object=True, code=code))


def _with(headers: dict[str, Any], more: dict[str, str]) -> dict[str, Any]:
    names = {name.lower() for name in more}
    return {name: value for name, value in headers.items() if name.lower() not in names} | more


def _known_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a request may end with; aiohttp is only imported by who makes one."""
    from aiohttp import ClientError

    return (ClientError, OSError, ValueError)
