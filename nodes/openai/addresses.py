"""Addresses of servers: the API base of a Service Host, where redirects lead, proxies of the environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from .api_errors import CONNECTION, INVALID_URL, ApiError, ConnectionLost
from .connections import Origin

if TYPE_CHECKING:
    from yarl import URL

HTTP = ("http", "https")
PROXY_VARIABLES = (
    *("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"),
    *("all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)


def read_base(text: str, schemes: Iterable[str]) -> URL:
    """Read an API base. Raises ApiError where it is no address of these schemes."""
    from yarl import URL

    try:
        url = URL(text.lstrip().partition("#")[0])
    except ValueError:
        raise ApiError(INVALID_URL) from None
    if url.scheme.lower() not in schemes or not url.host:
        raise ApiError(INVALID_URL)
    return url


def parted_base(text: str) -> tuple[Origin, str, dict[str, str]]:
    """The server of an API base, the path that others follow, and the query of its own. A fragment means nothing."""
    url = read_base(text, HTTP)
    if url.user is not None or url.password is not None:
        # Addresses with credentials in them are refused, as browsers do.
        raise ApiError(CONNECTION) from ApiError(INVALID_URL)
    query = dict(parse_qsl(url.raw_query_string, keep_blank_values=True))
    return Origin.of(url), url.raw_path.removesuffix("/"), query


def joined(url: str, location: str) -> URL:
    """Where a redirect leads. Raises ConnectionLost where that is no place of the web."""
    from yarl import URL

    try:
        target = URL(url, encoded=True).join(URL(location))
    except ValueError:
        raise ConnectionLost(CONNECTION) from None
    if target.scheme not in HTTP:
        raise ConnectionLost(CONNECTION)
    return target


def proxy_for(scheme: str, host: str, environment: Mapping[str, str]) -> str | None:
    """The proxy that the environment names for a server, None where it names none or spares the host."""
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "ALL_PROXY", "all_proxy"):
        if proxy := environment.get(name):
            break
    else:
        return None
    return (
        None if is_spared(host, environment.get("no_proxy") or environment.get("NO_PROXY") or "") else proxy
    )


def is_spared(host: str, spared: str) -> bool:
    """Whether a list such as `localhost, .example.com` names a host, or a domain that it belongs to."""
    for name in (part.strip().lstrip(".").lower() for part in spared.split(",")):
        if name == "*" or (name and (host.lower() == name or host.lower().endswith(f".{name}"))):
            return True
    return False
