"""What an address of the API is: declared once, read by the router, the guard and the description for machines."""

from __future__ import annotations

import asyncio
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from ..http.bodies import BodyError, byte_count, inflated, unsupported
from ..words import SOURCE_LANGUAGE, is_spoken
from .errors import ApiError
from .users import User

if TYPE_CHECKING:
    from .runtime import Runtime

ANY_OBJECT: Mapping[str, Any] = {"type": "object"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
PATIENCE = 300.0
"""Seconds that a body may take to come."""
ROOM = 100
"""Levels of nesting that a body leaves for what it becomes a part of."""
_WEIGHT = re.compile(r"[01](?:\.\d{0,3})?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address below the admin root.

    ``path`` is aiohttp's pattern. ``permission`` is what a user needs: "" for anybody who is logged in, None for the
    whole world. ``answers`` are the statuses beside those that any address may have; ``body`` is the JSON Schema of a
    request's body.
    """

    method: str
    path: str
    permission: str | None
    run: Callable[[Call], Awaitable[Any]]
    summary: str
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "well"})
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)


class Call:
    """One request to an endpoint."""

    def __init__(self, request: web.Request, runtime: Runtime, user: User | None) -> None:
        self.request = request
        self.runtime = runtime
        self.user = user

    @property
    def username(self) -> str:
        """Name of the user for logs and the history; empty for visitors and where nobody logs in."""
        return self.user.username if self.user else ""

    def param(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return self.request.query.get(name, default)

    def wants_json(self) -> bool:
        """Tell whether the client asked for JSON and nothing else, which is how Node-RED tells the two forms apart."""
        return self.request.headers.get("Accept", "") == "application/json"

    @property
    def language(self) -> str:
        """The language to answer in: ``?lang=``, Node-RED's ``?lng=``, or what the browser prefers."""
        return language_of(self.request)

    async def body(self) -> Any:
        """Read a JSON or form body; an empty one is an empty object. Raises ApiError."""
        content = await self._content()
        kind = self.request.content_type
        if not content:
            return {}
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
        # A browser sends other sites' text/plain without asking; so nothing but JSON is taken for JSON.
        if kind != "application/json" and not kind.endswith("+json"):
            raise ApiError(415, "unsupported_type")
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ApiError(400, "not_json", reason=error) from None
        if _is_too_deep(body):
            raise ApiError(400, "not_json", reason="it is nested too deeply")
        return body

    async def _content(self) -> bytes:
        """Read a body to its end: unpacked, in UTF-8, without a mark of byte order. Raises ApiError."""
        try:
            async with asyncio.timeout(PATIENCE):
                packed = await self.request.read()
        except TimeoutError:
            raise ApiError(408, "not_json", reason="it did not come to its end in time") from None
        if not packed:
            return packed
        limit = byte_count(self.runtime.settings.api_max_length) or sys.maxsize - 1
        try:
            content = inflated(self.request.headers, packed, limit)
            return _in_utf8(content, (self.request.charset or "utf-8").lower()).removeprefix(BOM_UTF8)
        except BodyError as error:
            code = "too_large" if error.status == 413 else "not_json"
            raise ApiError(error.status, code, reason=error) from None

    async def fields(self) -> dict[str, Any]:
        """Read a body that has to be an object. Raises ApiError."""
        body = await self.body()
        if not isinstance(body, dict):
            raise ApiError(400, "invalid_request")
        return body


def _is_too_deep(body: Any) -> bool:
    """Tell whether a value could not be written again: orjson writes 254 levels, some of which others are to have."""
    for _ in range(ROOM):
        body = [body]
    try:
        orjson.dumps(body)
    except TypeError:
        return True
    return False


def _in_utf8(content: bytes, charset: str) -> bytes:
    """Write a text in UTF-8. Raises BodyError where it is in a charset that is not a kind of Unicode's."""
    if charset in ("utf-8", "utf8"):
        return content
    if not charset.startswith("utf-"):
        raise unsupported("charset", charset.upper())
    try:
        return content.decode(charset, "replace").encode()
    except LookupError:
        raise unsupported("charset", charset.upper()) from None


def language_of(request: web.Request) -> str:
    """Return the language that a request asks for; of those that a browser prefers, the first that there is."""
    for wanted in (request.query.get("lang", ""), request.query.get("lng", "")):
        if _LANGUAGE.fullmatch(wanted):
            return wanted
    preferred = _preferred(request.headers.get("Accept-Language", ""))
    return next(filter(is_spoken, preferred), preferred[0] if preferred else SOURCE_LANGUAGE)


def _preferred(header: str) -> list[str]:
    """Read ``Accept-Language``: languages, the most wanted first."""
    found = []
    for part in header[:1000].split(","):
        language, _, weight = part.partition(";")
        language, number = language.strip(), weight.strip().removeprefix("q=") or "1"
        if _LANGUAGE.fullmatch(language) and _WEIGHT.fullmatch(number) and float(number) > 0:
            found.append((-float(number), language))
    return [language for _, language in sorted(found, key=lambda item: item[0])]
