"""The http response node: answers a request that came in by an http in node."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from flowengine.errors import NodeError
from flowengine.fields import check, line, pairs
from flowengine.http.exchange import TOKEN, HttpResponse
from flowengine.http.query_text import uri_component
from flowengine.javascript_values import js_json, js_number, js_parse_float, js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg, own
from flowengine.node import Node, NodeConfig

from .reply_headers import drop_reply_headers


class HttpResponseNode(Node):
    """Answers ``msg.res`` with ``payload``, ``statusCode``, ``headers`` and ``cookies`` of the message."""

    type = "http response"
    category = "network"
    color = "#E7E7AE"
    icon = "globe"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    label = ("{name}", "http ({statusCode})")

    class Config(NodeConfig):
        """What stands here goes before what the message says."""

        status_code: Annotated[str | int | None, line(placeholder="200") | check("integer")] = Field(
            "", alias="statusCode"
        )
        headers: Annotated[dict[str, Any], pairs()] = {}

        @field_validator("headers", mode="before")
        @classmethod
        def _none_is_none(cls, value: Any) -> Any:
            return value if isinstance(value, dict) else {}

    def on_start(self) -> None:
        self._status = _integer(self.config.status_code)
        self._headers = {name: header_value(value) for name, value in self.config.headers.items()}

    def on_input(self, msg: Msg) -> None:
        response = msg.get("res")
        if not isinstance(response, HttpResponse):
            self.warn(self.words("errors.no_response"))
            return
        self._set_headers(msg, response)
        if isinstance(cookies := msg.get("cookies"), dict):
            for name, cookie in cookies.items():
                set_cookie(response, name, cookie)
        status = self._status or _integer(msg.get("statusCode")) or 200
        if not 100 <= status <= 999:
            name = "RangeError [ERR_HTTP_INVALID_STATUS_CODE]"
            raise NodeError(f"Invalid status code: {status}", name=name, code="ERR_HTTP_INVALID_STATUS_CODE")
        answer(response, msg.get("payload", UNDEFINED), status)

    def _set_headers(self, msg: Msg, response: HttpResponse) -> None:
        for name, value in self._headers.items():
            response.set(name, value)
        headers = msg.get("headers")
        if not headers or not isinstance(headers, dict):
            return
        headers = drop_reply_headers(own(msg))
        for name, value in (headers or {}).items():
            if name not in self._headers:
                response.set(name, header_value(value))


def answer(response: HttpResponse, payload: Any, status: int) -> None:
    """Answer with a payload: objects as JSON, numbers and text as text, Buffers as they are."""
    if isinstance(payload, str):
        response.send(payload, status)
    elif isinstance(payload, (bytes, bytearray)):
        response.send(bytes(payload), status)
    elif payload is UNDEFINED:
        response.set("content-length", "0")
        response.send(None, status)
    elif isinstance(payload, bool) or js_typeof(payload) not in ("number", "object"):
        raise _no_text(payload)
    elif isinstance(payload, (int, float)):
        response.send(js_string(payload), status)
    else:
        response.json(js_json(payload), status)


def _no_text(payload: Any) -> NodeError:
    kind = js_typeof(payload)
    shown = f"type {kind} ({js_string(payload)})" if kind in ("boolean", "bigint", "symbol") else kind
    return NodeError(
        f'The "string" argument must be of type string or an instance of Buffer or ArrayBuffer. Received {shown}',
        name="TypeError [ERR_INVALID_ARG_TYPE]",
        code="ERR_INVALID_ARG_TYPE",
    )


def header_value(value: Any) -> str | list[str]:
    """Make what goes on the wire of a value in ``headers``."""
    return [js_string(item) for item in value] if isinstance(value, list) else js_string(value)


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"\.?{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_PATH = re.compile(r"[\x20-\x3a\x3d-\x7e]*")
_PRIORITIES = ("low", "medium", "high")
_SAME_SITES = ("lax", "strict", "none")


def set_cookie(response: HttpResponse, name: str, cookie: Any) -> None:
    """Set a cookie from a value or ``{"value", "maxAge", "path", ...}``; null clears it.

    Raises NodeError where name or options could not be told from the rest of the header.
    """
    if not TOKEN.fullmatch(name):
        raise NodeError("argument name is invalid", name="TypeError")
    options = cookie if isinstance(cookie, dict) else {}
    if cookie is None or options.get("value", UNDEFINED) is None:
        epoch = datetime.fromtimestamp(0, UTC)
        options = {
            "expires": epoch,
            "path": "/",
            **{key: item for key, item in options.items() if key != "value"},
        }
        value: Any = ""
    else:
        value = options.get("value", UNDEFINED) if isinstance(cookie, dict) else cookie
    text = f"j:{js_json(value)}" if isinstance(value, (dict, list)) else js_string(value)
    response.add("Set-Cookie", "; ".join([f"{name}={uri_component(text)}", *_attributes(options)]))


def _attributes(options: dict[str, Any]) -> list[str]:
    expires, parts = options.get("expires"), []
    if options.get("signed"):
        raise NodeError('cookieParser("secret") required for signed cookies', name="Error")
    if options.get("maxAge") is not None:
        age = js_number(options["maxAge"])
        if not math.isfinite(age):
            raise _no_option("maxAge")
        expires = datetime.now(UTC) + timedelta(milliseconds=age)
        parts.append(f"Max-Age={math.floor(age / 1000)}")
    if domain := options.get("domain"):
        if not _DOMAIN.fullmatch(js_string(domain)):
            raise _no_option("domain")
        parts.append(f"Domain={js_string(domain)}")
    path = "/" if options.get("path") is None else js_string(options["path"])
    if not _PATH.fullmatch(path):
        raise _no_option("path")
    parts += [f"Path={path}"] if path else []
    if expires is not None and expires != "":
        if not isinstance(expires, datetime):
            raise _no_option("expires")
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    flags = (("httpOnly", "HttpOnly"), ("secure", "Secure"), ("partitioned", "Partitioned"))
    parts += [word for key, word in flags if options.get(key)]
    if priority := options.get("priority"):
        parts.append(f"Priority={_one_of(_PRIORITIES, priority, 'priority')}")
    if same := options.get("sameSite"):
        parts.append(f"SameSite={_one_of(_SAME_SITES, 'strict' if same is True else same, 'sameSite')}")
    return parts


def _one_of(words: tuple[str, ...], value: Any, option: str) -> str:
    if not isinstance(value, str) or value.lower() not in words:
        raise _no_option(option)
    return value.capitalize()


def _no_option(name: str) -> NodeError:
    return NodeError(f"option {name} is invalid", name="TypeError")


def _integer(value: Any) -> int:
    number = js_parse_float(value) if value not in (None, "", UNDEFINED) else math.nan
    return int(number) if math.isfinite(number) else 0
