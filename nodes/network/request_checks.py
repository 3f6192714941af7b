"""What cannot stand in the head of a request: it would end the line, or could not be read by a server."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowengine.errors import NodeError

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_VALUES = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


def check_head(method: str, headers: Iterable[tuple[str, str]]) -> None:
    """Refuse a method, or the name or value of a header. Raises NodeError with the code that Node.js has for it."""
    if not _TOKEN.fullmatch(method):
        raise _refused(f'Method must be a valid HTTP token ["{method}"]', "ERR_INVALID_HTTP_TOKEN")
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise _refused(f'Header name must be a valid HTTP token ["{name}"]', "ERR_INVALID_HTTP_TOKEN")
        if _NOT_IN_VALUES.search(value):
            raise _refused(f'Invalid character in header content ["{name}"]', "ERR_INVALID_CHAR")


def _refused(text: str, code: str) -> NodeError:
    return NodeError(
        text, name="RequestError", code=code, cause=NodeError(text, error_object=True, code=code)
    )
