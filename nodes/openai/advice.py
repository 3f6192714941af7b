"""What the log says of a call that failed: the text that flows know, without the key, and what to do about it."""

from __future__ import annotations

from flowengine.node import Node

from .api_errors import CONNECTION, INVALID_URL, TERMINATED, TIMED_OUT, ApiError
from .client import Access

KEY_REFUSED = frozenset((401, 403))
BY_TEXT = {TIMED_OUT: "advice_timeout", TERMINATED: "advice_cut", INVALID_URL: "advice_address"}


def for_log(error: ApiError, node: Node, host: Node | None, access: Access) -> str:
    """The error without the key, should the server have quoted it; and where the call went, and what may mend it.

    ``host`` is the Service Host of the node, ``access`` what it gave for this call.
    """
    text, key = access.hidden(error.message), _key(error)
    if not key or host is None:
        return text
    address = shown(access.base)
    if key == "advice_place" and host.name == access.base:
        return f"{text} ({address})"
    name = address if host.name == access.base else host.name or host.id
    reason = str(error.__cause__ or "")
    return f"{text} ({node.words(f'errors.{key}', address=address, host=name, reason=reason)})"


def _key(error: ApiError) -> str:
    if error.message == CONNECTION and (cause := error.__cause__) is not None:
        return "advice_address" if isinstance(cause, ApiError) else "advice_connection"
    if error.status is not None:
        return "advice_key" if error.status in KEY_REFUSED else "advice_place"
    return BY_TEXT.get(error.message, "")


def shown(base: str) -> str:
    """An address without what may be a secret: its query, and the user and password in it."""
    bare = base.partition("?")[0].partition("#")[0]
    scheme, mark, rest = bare.rpartition("://")
    server, slash, path = rest.partition("/")
    return f"{scheme}{mark}{server.rpartition('@')[2]}{slash}{path}"
