"""The cookies that a request brings along: those of its Cookie header and those of ``msg.cookies``."""

from __future__ import annotations

import re
from typing import Any

from flowengine.errors import NodeError
from flowengine.http.exchange import TOKEN
from flowengine.http.query_text import uri_component
from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED

from .cookie_jar import CookieJar
from .urls import Url

_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")


def give_cookies(jar: CookieJar, url: Url, header: str | None, cookies: Any) -> None:
    """Put cookies into a jar. Raises NodeError where one of ``cookies`` cannot go on the wire.

    What a header says goes out as it came, as with the quotes that some servers put round a value.
    """
    for part in (header or "").split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            jar.set(f"{name.strip()}={value.strip()}", url)
    for name, cookie in (cookies if isinstance(cookies, dict) else {}).items():
        value = cookie.get("value", UNDEFINED) if isinstance(cookie, dict) else cookie
        if value is None:
            continue  # for http response this clears a cookie; here it means nothing
        as_is = isinstance(cookie, dict) and cookie.get("encode") is False
        jar.set(_text(name, js_string(value) if as_is else uri_component(js_string(value))), url)


def _text(name: str, value: str) -> str:
    if not TOKEN.fullmatch(name):
        raise NodeError("argument name is invalid", name="TypeError")
    if not _VALUE.fullmatch(value):
        raise NodeError("argument val is invalid", name="TypeError")
    return f"{name}={value}"
