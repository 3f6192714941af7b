"""The cookies of one exchange: those a message gives, and those that servers set on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from itertools import count
from typing import Any

from flowengine.http.exchange import read_cookies

from .urls import Url


@dataclass(slots=True)
class Cookie:
    """One cookie. ``host_only``: not for hosts below its domain."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    age: int


class CookieJar:
    """Remembers cookies; ``header`` tells which of them an address gets."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._ages = count()

    def set(self, text: str, url: Url) -> None:
        """Take a Set-Cookie text from an address; what the address may not set is left out."""
        first, *rest = text.split(";")
        name, equals, value = first.partition("=")
        if not equals or not name.strip():
            return
        options = {
            key.strip().lower(): item.strip() for key, _, item in (part.partition("=") for part in rest)
        }
        domain = options.get("domain", "").lstrip(".").lower()
        if domain and not _belongs(url.host, domain):
            return
        path = options.get("path", "")
        cookie = Cookie(
            name=name.strip(),
            value=value.strip(),
            domain=domain or url.host,
            host_only=not domain,
            path=path if path.startswith("/") else _folder(url.path),
            secure="secure" in options,
            age=next(self._ages),
        )
        key = (cookie.domain, cookie.path, cookie.name)
        if _has_expired(options):
            self._cookies.pop(key, None)
            return
        if (known := self._cookies.get(key)) is not None:
            cookie.age = known.age
        self._cookies[key] = cookie

    def header(self, url: Url) -> str:
        """Return the Cookie header for an address, or an empty text."""
        fit = [cookie for cookie in self._cookies.values() if _fits(cookie, url)]
        fit.sort(key=lambda cookie: (-len(cookie.path), cookie.age))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fit)


def reply_cookies(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the cookies of Set-Cookie lines, each ``{"value": ..., "Path": ..., ...}``."""
    cookies: dict[str, dict[str, Any]] = {}
    for line in lines:
        name = line.partition("=")[0].strip()
        parts = read_cookies(line, with_json=False)
        if name and name in parts:
            value = parts.pop(name)
            cookies[name] = {**parts, "value": value}
    return cookies


def _fits(cookie: Cookie, url: Url) -> bool:
    if cookie.secure and url.scheme not in ("https", "wss"):
        return False
    if cookie.host_only and url.host != cookie.domain:
        return False
    if not cookie.host_only and not _belongs(url.host, cookie.domain):
        return False
    base = cookie.path.rstrip("/")
    return url.path == cookie.path or url.path.startswith(base + "/")


def _belongs(host: str, domain: str) -> bool:
    if host == domain:
        return True
    return host.endswith(f".{domain}") and "." in domain and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _folder(path: str) -> str:
    return path[: path.rfind("/")] or "/"


def _has_expired(options: dict[str, str]) -> bool:
    if (age := options.get("max-age")) is not None and age.lstrip("-").isdigit():
        return int(age) <= 0
    try:
        return parsedate_to_datetime(options["expires"]).astimezone(UTC) <= datetime.now(UTC)
    except (KeyError, ValueError, TypeError):
        return False
