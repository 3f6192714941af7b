"""Web addresses as browsers read them (WHATWG), which is how Node-RED's nodes read them.

Only what special schemes (http, https, ws, wss) need: lenient about slashes and spaces, strict about hosts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote

from flowengine.errors import NodeError

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_FORBIDDEN = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
# What percent-encoding leaves alone, part by part; quote() never touches letters, digits and "_.-~".
_USERINFO = "!$%&'()*+,"
_PATH = "!$%&'()*+,/:;=@[]^|"
_QUERY = "!$%&()*+,/:;=?@[\\]^`{|}"
_FRAGMENT = "!#$%&'()*+,/:;=?@[\\]^{|}"


@dataclass(frozen=True, slots=True)
class Url:
    """An address in its parts, each spelled as it goes on the wire. ``port`` is None where it is the usual one."""

    scheme: str
    username: str
    password: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None = None

    @property
    def netloc(self) -> str:
        """Host and port."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What tells one site from another."""
        return self.scheme, self.host, self.port or PORTS.get(self.scheme, 0)

    @property
    def target(self) -> str:
        """Path and query, as in a request line."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def user(self) -> str:
        """The user, decoded."""
        return unquote(self.username)

    @property
    def secret(self) -> str:
        """The password, decoded."""
        return unquote(self.password)

    def without_user(self) -> Url:
        """The same without user and password."""
        return replace(self, username="", password="") if self.username or self.password else self

    def __str__(self) -> str:
        user = self.username + (f":{self.password}" if self.password else "")
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{user + '@' if user else ''}{self.netloc}{self.target}{fragment}"

    def __repr__(self) -> str:
        return f"Url({str(self.without_user())!r})"

    def join(self, reference: str) -> Url:
        """Return the address that a reference on this page leads to. Raises NodeError where it is none."""
        text = _clean(reference)
        found = _SCHEME.match(text)
        if found is not None and (
            found[1].lower() != self.scheme or text[found.end() :].startswith(("/", "\\"))
        ):
            return parse_url(text)
        if found is not None:
            text = text[found.end() :]
        text, hash_mark, fragment = text.partition("#")
        text, question, query = text.partition("?")
        text = text.replace("\\", "/")
        if text.startswith("//"):
            return parse_url(f"{self.scheme}:{text}{question}{query}{hash_mark}{fragment}")
        if text.startswith("/"):
            path = text
        elif text:
            path = self.path[: self.path.rfind("/") + 1] + text
        else:
            path = self.path
        kept = self.query if not text and not question else None
        return replace(
            self,
            path=_path(path),
            query=_encode(query, _QUERY) if question else kept,
            fragment=_encode(fragment, _FRAGMENT) if hash_mark else None,
        )


def parse_url(text: str) -> Url:
    """Read an absolute address. Raises NodeError, worded as in JavaScript, where it is none."""
    text = _clean(text)
    found = _SCHEME.match(text)
    if found is None:
        raise invalid_url()
    scheme = found[1].lower()
    if scheme not in PORTS:
        raise NodeError(
            f"Unsupported protocol: {scheme}:", name="RequestError", code="ERR_UNSUPPORTED_PROTOCOL"
        )
    rest, hash_mark, fragment = text[found.end() :].partition("#")
    rest, question, query = rest.partition("?")
    authority, _, path = rest.replace("\\", "/").lstrip("/").partition("/")
    userinfo, _, place = authority.rpartition("@")
    user, _, password = userinfo.partition(":")
    host, port = _place(place, scheme)
    return Url(
        scheme=scheme,
        username=_encode(user, _USERINFO),
        password=_encode(password, _USERINFO),
        host=host,
        port=port,
        path=_path(f"/{path}"),
        query=_encode(query, _QUERY) if question else None,
        fragment=_encode(fragment, _FRAGMENT) if hash_mark else None,
    )


def invalid_url() -> NodeError:
    """Make the error of an address that is none."""
    return NodeError("Invalid URL", name="TypeError", code="ERR_INVALID_URL")


def _clean(text: str) -> str:
    return re.sub("[\t\n\r]", "", text.strip("".join(map(chr, range(33)))))


def _place(text: str, scheme: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", text)
    if found is None or not found[1]:
        raise invalid_url()
    port = int(found[2]) if found[2] else PORTS[scheme]
    if port > 65535:
        raise invalid_url()
    return _host(found[1]), None if port == PORTS[scheme] else port


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return f"[{IPv6Address(text[1:-1]).compressed}]"
        except AddressValueError:
            raise invalid_url() from None
    host = unquote(text, errors="replace")
    if not host.isascii():
        from idna import IDNAError, encode

        try:
            host = encode(host, uts46=True).decode()
        except IDNAError:
            raise invalid_url() from None
    host = host.lower()
    if _FORBIDDEN.search(host):
        raise invalid_url()
    return _ipv4(host) if re.search(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$", host) else host


def _ipv4(host: str) -> str:
    """Spell ``127.1`` and ``0x7f000001`` as the four numbers they stand for."""
    parts = host.removesuffix(".").split(".")
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        raise invalid_url() from None
    *first, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise invalid_url()
    return str(IPv4Address(sum(number << 8 * (3 - at) for at, number in enumerate(first)) + last))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)


def _path(text: str) -> str:
    parts: list[str] = []
    segments = text.replace("\\", "/").split("/")[1:]
    for position, segment in enumerate(segments):
        dots = segment.lower().replace("%2e", ".")
        is_last = position == len(segments) - 1
        if dots == "..":
            parts = parts[:-1]
        elif dots != ".":
            parts.append(_encode(segment, _PATH))
        if is_last and dots in (".", ".."):
            parts.append("")
    return "/" + "/".join(parts)


def _encode(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
