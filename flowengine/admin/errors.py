"""What the API answers when it cannot do what was asked: ``{"code", "message"}`` and a status."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Ends a request. ``code`` also names the sentence in ``locales/<lang>/admin.json``; ``values`` fill it."""

    def __init__(
        self, status: int, code: str, *, headers: dict[str, str] | None = None, **values: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.values = values


def not_found() -> ApiError:
    """Say that there is no such thing."""
    return ApiError(404, "not_found")
