"""What goes wrong between the node and the API, worded as flows know it.

The sentences here are what flows have always seen (and compare in switch nodes), so no locale changes them.
A `Problem` is one of ours: its sentence stands in the locale files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_json, js_parse

CONNECTION = "Connection error."
TIMED_OUT = "Request timed out."
TERMINATED = "terminated"
INVALID_URL = "Invalid URL"


class ApiError(NodeError):
    """A call that failed. `status`, `headers` and `body` are the server's, where it answered at all."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = body

    @property
    def kind(self) -> str:
        """A short name of the failure where no status tells it: timeout, connection, or the service's code."""
        if self.message in (CONNECTION, TERMINATED):
            return "connection"
        if self.message == TIMED_OUT:
            return "timeout"
        error = self.body.get("error") if isinstance(self.body, dict) else None
        code = error.get("code") or error.get("type") if isinstance(error, dict) else None
        return code if isinstance(code, str) else self.__class__.__name__

    def detailed(self) -> NodeError:
        """The same error with what the server said about it, for flows that ask for details."""
        inner = self.body.get("error") if isinstance(self.body, dict) else None
        code = inner.get("code") if isinstance(inner, dict) else None
        cause = {"status": self.status, "headers": dict(self.headers), "body": self.body}
        return NodeError(self.message, code=code or self.status, cause=cause)


class Problem(ApiError):
    """A failure that we word ourselves: `key` names the sentence, below `errors` in the node's locale file."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    @property
    def kind(self) -> str:
        return self.key


class ConnectionLost(ApiError):
    """No answer came, or none in time: worth another try."""


def status_error(status: int, text: str, headers: Mapping[str, str]) -> ApiError:
    """The error of an answer that is no success."""
    try:
        body = js_parse(text) if text else None
    except Exception:  # whatever the body is, it is not JSON
        return ApiError(worded(status, None, text), status=status, headers=headers, body=text)
    error = body.get("error") if isinstance(body, dict) else None
    message = worded(status, error, "" if body or body in ([], {}) else text)
    return ApiError(message, status=status, headers=headers, body=body)


def event_error(error: Any, message: Any = None) -> ApiError:
    """The error that an event of a stream reports."""
    return ApiError(worded(None, error, message if isinstance(message, str) else ""), body={"error": error})


def worded(status: int | None, error: Any, text: str) -> str:
    """`<status> <message>`, with the message taken from the error, the error itself, or the plain text."""
    message = error.get("message") if isinstance(error, dict) else None
    if message:
        text = message if isinstance(message, str) else js_json(message) or ""
    elif error or error in ([], {}):
        text = js_json(error) or ""
    if status is None:
        return text or "(no status code or body)"
    return f"{status} {text}" if text else f"{status} status code (no body)"
