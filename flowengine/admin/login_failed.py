"""Why a login at an OpenID Connect provider did not succeed."""

from __future__ import annotations

STATUSES = {
    "denied": 403,
    "expired": 400,
    "refused": 403,
    "rejected": 403,
    "too_many": 429,
    "unreachable": 502,
    "untrusted": 502,
    "wrong_state": 400,
}
"""Statuses by code; ``locales/<lang>/admin.json`` has a sentence for each below ``login``."""


class LoginFailed(Exception):
    """Ends a login. ``code`` names the sentence for the user; the text is for the log and holds no secret."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code

    @property
    def status(self) -> int:
        """HTTP status of the page that says so."""
        return STATUSES[self.code]
