"""One request and its answer as flows see them: ``msg.req``, plain data, and ``msg.res``, to be answered once.

Answers follow Express 4: text is HTML unless the flow says otherwise, objects are JSON, ETags are weak ones,
and a client that has the answer already gets 304.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from ..errors import FlowError, NodeError
from .query_text import parse_query

Headers = list[tuple[str, str]]
Write = Callable[[int, Headers, bytes], None]
"""Takes status, headers and body of an answer to the wire."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""What HTTP takes for a method, and for the name of a header or a cookie."""
_NO_VALUE = re.compile("[^\t\x20-\x7e\x80-\xff]")
_WITH_CHARSET = re.compile(r"^text/|^application/(?:javascript|json)", re.IGNORECASE)
_SINGLE = frozenset(
    [
        "age",
        "authorization",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "from",
        "host",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "max-forwards",
        "proxy-authorization",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    ]
)
REASONS = {status.value: status.phrase for status in HTTPStatus} | {
    413: "Payload Too Large",
    418: "I'm a Teapot",
}


class HttpRequest(dict[str, Any]):
    """``msg.req``: method, url, headers, query, params, cookies, body and the like, by Express's names.

    Copies of a message share it, as they share any live object.
    """

    def copy(self) -> HttpRequest:
        """Return the request itself: there is only one."""
        return self


def make_request(
    method: str, url: str, headers: dict[str, Any], *, root: str, ip: str, secure: bool
) -> HttpRequest:
    """Make a request from what stood on the wire; ``headers`` by lower-case names, ``root`` is cut off ``url``."""
    if not url.startswith("/"):
        url = _without_origin(url)
    own = url[len(root) :] if root and url.startswith(root) else url
    path, _, query = own.partition("#")[0].partition("?")
    cookie = headers.get("cookie")
    host = headers.get("host", "")
    return HttpRequest(
        method=method,
        url=own or "/",
        originalUrl=url,
        baseUrl=root,
        path=path or "/",
        headers=headers,
        query=parse_query(query) if query else {},
        params={},
        cookies=read_cookies(cookie) if cookie else {},
        hostname=host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host,
        ip=ip,
        protocol="https" if secure else "http",
        secure=secure,
        xhr=headers.get("x-requested-with", "").lower() == "xmlhttprequest",
    )


def _without_origin(url: str) -> str:
    """Return path and query of ``http://host/path?query``, as clients of proxies ask."""
    return re.sub(r"^https?://[^/?#]*/?", "/", url, count=1, flags=re.IGNORECASE)


def join_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Join headers by lower-case name, as Node does: some count once, cookies join with a semicolon."""
    headers: dict[str, Any] = {}
    for name, value in pairs:
        name = name.lower()
        if name not in headers:
            headers[name] = [value] if name == "set-cookie" else value
        elif name == "set-cookie":
            headers[name].append(value)
        elif name not in _SINGLE:
            headers[name] += ("; " if name == "cookie" else ", ") + value
    return headers


def read_cookies(text: str, *, with_json: bool = True) -> dict[str, Any]:
    """Read a Cookie header; values that begin with ``j:`` are JSON where ``with_json``."""
    cookies: dict[str, Any] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if equals and name not in cookies and name != "__proto__":
            cookies[name] = _cookie_value(value.strip(), with_json)
    return cookies


def _cookie_value(value: str, with_json: bool) -> Any:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if "%" in value and not re.search("%(?![0-9A-Fa-f]{2})", value):
        try:
            value = unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            return value
    if with_json and value.startswith("j:"):
        from ..javascript_values import js_parse

        try:
            return js_parse(value[2:]) or value
        except FlowError:
            return value
    return value


class HttpResponse:
    """``msg.res``: the answer to one request. ``send`` it once."""

    __slots__ = ("__weakref__", "_headers", "_write", "request", "sent")

    def __init__(self, request: HttpRequest, write: Write) -> None:
        self.request = request
        self.sent = False
        self._write = write
        self._headers: dict[str, tuple[str, list[str]]] = {}

    def watch(self, told: Callable[[int], None]) -> None:
        """Tell the status of the answer when it goes out."""
        write = self._write

        def write_and_tell(status: int, headers: Headers, body: bytes) -> None:
            write(status, headers, body)
            told(status)

        self._write = write_and_tell

    def get(self, name: str) -> str | None:
        """Return a header set so far."""
        found = self._headers.get(name.lower())
        return found[1][0] if found and found[1] else None

    def set(self, name: str, value: str | list[str]) -> None:
        """Set a header. Raises NodeError where name or value cannot go on the wire, or the answer is out."""
        self._check()
        if isinstance(value, list) and name.lower() == "content-type":
            raise NodeError("Content-Type cannot be set to an Array", name="TypeError")
        values = value if isinstance(value, list) else [value]
        check_header(name, values)
        if (
            name.lower() == "content-type"
            and _WITH_CHARSET.match(values[0])
            and "charset=" not in values[0].replace(" ", "")
        ):
            values = [f"{values[0]}; charset=utf-8"]
        self._headers[name.lower()] = (name, values)

    def add(self, name: str, value: str) -> None:
        """Add one more header of a name."""
        there = self._headers.get(name.lower())
        self.set(name, [*(there[1] if there else ()), value])

    def vary(self, name: str) -> None:
        """Note that the answer depends on a header of the request."""
        there = self.get("vary")
        if there is None:
            self.set("Vary", name)
        elif there != "*" and name.lower() not in there.lower().split(", "):
            self.set("Vary", f"{there}, {name}")

    def json(self, text: str, status: int) -> None:
        """Answer with JSON, or with a script that calls ``?callback=`` with it."""
        if self.get("content-type") is None:
            self.set("X-Content-Type-Options", "nosniff")
            self.set("Content-Type", "application/json")
        callback = self.request["query"].get("callback")
        callback = callback[0] if isinstance(callback, list) else callback
        if isinstance(callback, str) and callback:
            self.set("X-Content-Type-Options", "nosniff")
            self.set("Content-Type", "text/javascript")
            callback = re.sub(r"[^\[\]\w$.]", "", callback, flags=re.ASCII)
            text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
            text = f"/**/ typeof {callback} === 'function' && {callback}({text});"
        self.send(text, status)

    def send(self, body: str | bytes | None, status: int = 200, *, tagged: bool = True) -> None:
        """Answer. Text becomes UTF-8; None has neither type nor ETag, nor has it what is not to be ``tagged``."""
        self._check()
        if isinstance(body, str):
            self._headers["content-type"] = (
                "Content-Type",
                [with_charset(self.get("content-type") or "text/html")],
            )
            body = body.encode("utf-8", "replace")
        elif body is not None and self.get("content-type") is None:
            self._headers["content-type"] = ("Content-Type", ["application/octet-stream"])
        if body is not None:
            self._headers["content-length"] = ("Content-Length", [str(len(body))])
            if tagged and "etag" not in self._headers:
                self._headers["etag"] = ("ETag", [etag(body)])
        self._out(status, body or b"")

    def send_status(self, status: int) -> None:
        """Answer with a status and its name as text."""
        self.set("Content-Type", "text/plain; charset=utf-8")
        self.send(REASONS.get(status, str(status)), status)

    def end(self, status: int) -> None:
        """Answer with the headers as they are, and no body."""
        self._check()
        self._finish(status, b"")

    def _out(self, status: int, body: bytes) -> None:
        if "if-none-match" in self.request["headers"] or "if-modified-since" in self.request["headers"]:
            status = 304 if self._is_fresh(status) else status
        if status in (204, 304):
            self._headers.pop("content-type", None)
            self._headers.pop("content-length", None)
            body = b""
        elif status == 205:
            self._headers["content-length"] = ("Content-Length", ["0"])
            body = b""
        self._headers.pop("transfer-encoding", None)
        self._finish(status, body)

    def _finish(self, status: int, body: bytes) -> None:
        self.sent = True
        self._write(
            status, [(name, value) for name, values in self._headers.values() for value in values], body
        )

    def _is_fresh(self, status: int) -> bool:
        headers = self.request["headers"]
        if self.request["method"] not in ("GET", "HEAD") or not (200 <= status < 300 or status == 304):
            return False
        if re.search(r"(?:^|,)\s*no-cache\s*(?:,|$)", headers.get("cache-control", "")):
            return False
        known = headers.get("if-none-match")
        if known is not None:
            own = (self.get("etag") or "").removeprefix("W/")
            return known == "*" or own in [tag.strip().removeprefix("W/") for tag in known.split(",")]
        modified = self.get("last-modified")
        return modified is not None and _not_after(modified, headers["if-modified-since"])

    def _check(self) -> None:
        if self.sent:
            raise NodeError(
                "Cannot set headers after they are sent to the client",
                name="Error [ERR_HTTP_HEADERS_SENT]",
                code="ERR_HTTP_HEADERS_SENT",
            )


@lru_cache(maxsize=256)
def with_charset(media_type: str) -> str:
    """Give a media type the character set UTF-8."""
    base, *parameters = (part.strip() for part in media_type.split(";"))
    kept = [part for part in parameters if part and not part.lower().startswith("charset=")]
    return "; ".join([base.lower(), *sorted([*kept, "charset=utf-8"])])


def etag(body: bytes) -> str:
    """Make the weak ETag of a body."""
    digest = b64encode(hashlib.sha1(body, usedforsecurity=False).digest())[:27].decode()
    return f'W/"{len(body):x}-{digest}"'


def _not_after(first: str, second: str) -> bool:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(first) <= parsedate_to_datetime(second)
    except (ValueError, TypeError):
        return False


def check_header(name: str, values: Iterable[str]) -> None:
    """Raise NodeError, with Node.js's words and code, where the name or a value of a header cannot go on the wire."""
    if not TOKEN.fullmatch(name):
        raise _wire_error(f'Header name must be a valid HTTP token ["{name}"]', "ERR_INVALID_HTTP_TOKEN")
    if any(_NO_VALUE.search(item) for item in values):
        raise _wire_error(f'Invalid character in header content ["{name}"]', "ERR_INVALID_CHAR")


def _wire_error(text: str, code: str) -> NodeError:
    return NodeError(text, name=f"TypeError [{code}]", code=code)
