"""Request options: what fields of a payload may change about a request, where the method does not send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED

from .api_errors import ApiError

# What a payload must never say: which server it is, who asks, and how long the body is.
GUARDED = frozenset(("authorization", "host", "connection", "content-length", "transfer-encoding", "cookie"))
OPTION_NAMES = frozenset(
    (
        "headers",
        "query",
        "body",
        "timeout",
        "maxRetries",
        "stream",
        "method",
        "path",
        "idempotencyKey",
        "signal",
    )
)


@dataclass(slots=True)
class Options:
    """What fields of a payload may change about a request: never its verb, path or authorization."""

    headers: dict[str, str | None] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = UNDEFINED
    timeout: float | None = None
    retries: int | None = None

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Options:
        """Raises ApiError where the timeout is no whole number of milliseconds."""
        query = fields.get("query")
        return cls(
            headers=option_headers(fields.get("headers")),
            query=query if isinstance(query, dict) else {},
            body=fields.get("body", UNDEFINED),
            timeout=milliseconds(fields["timeout"]) / 1000 if "timeout" in fields else None,
            retries=whole(fields.get("maxRetries")),
        )


def option_headers(given: Any) -> dict[str, str | None]:
    """Headers that a payload may set, from an object or from pairs."""
    rows = given.items() if isinstance(given, dict) else given if isinstance(given, list) else ()
    named = ((str(row[0]), row[1]) for row in rows if not isinstance(row, list) or len(row) == 2)
    return {
        name: None
        if value is None
        else ", ".join(map(js_string, value if isinstance(value, list) else [value]))
        for name, value in named
        if name.lower() not in GUARDED
    }


def milliseconds(value: Any) -> float:
    """A timeout; raises ApiError where it is no whole number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ApiError("timeout must be an integer")
    if value < 0:
        raise ApiError("timeout must be a positive integer")
    return value


def whole(value: Any) -> int | None:
    """A number of retries, within reason; None where the payload gives none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0, min(int(value), 100))
