"""Logins: tokens with an end, revocation, and a bound on wrong passwords."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from time import monotonic, time
from typing import Any

from .permissions import narrowed
from .settings_tables import Permissions
from .storage import Storage
from .users import Origin, User, Users, token_hash

SECTION = "sessions"
MOST_ATTEMPTS = 5
"""Wrong passwords for one name in ``WINDOW`` seconds; ``MOST_FROM_ONE`` from one address for any names."""
MOST_FROM_ONE = 30
WINDOW = 600.0


class Sessions:
    """The logins of a server; they outlive its restart. Only hashes of their tokens are kept."""

    def __init__(self, users: Users, storage: Storage, seconds: int) -> None:
        self._users, self._storage, self._seconds = users, storage, seconds
        self._sessions: dict[str, dict[str, Any]] = storage.read_config(SECTION)
        self.on_end: list[Callable[[str], None]] = []
        """Called with the hash of a token whose session has ended."""

    def create(self, user: User, client: str, scope: Permissions) -> tuple[str, int]:
        """Log a user in; returns the token and the seconds it is good for."""
        self._drop_expired()
        token = secrets.token_urlsafe(48)
        session = {
            "user": user.username,
            "client": client,
            "scope": scope,
            "expires": time() + self._seconds,
        }
        if user.origin is not None:
            session |= {"issuer": user.origin.issuer, "groups": list(user.origin.groups)}
        self._sessions[token_hash(token)] = session
        self._save()
        return token, self._seconds

    def find(self, token: str) -> User | None:
        """Return the user of a token: of a login, or of a machine."""
        session = self._sessions.get(token_hash(token))
        if session is None:
            return self._users.machine(token)
        if session["expires"] < time():
            self.revoke(token)
            return None
        user = self._user_of(session)
        # The permissions of now, not of the login: what was taken away is gone at once.
        return replace(user, permissions=narrowed(user.permissions, session["scope"])) if user else None

    def _user_of(self, session: dict[str, Any]) -> User | None:
        if (issuer := session.get("issuer")) is None:
            return self._users.find(session["user"])
        return self._users.of_provider(session["user"], Origin(issuer, tuple(session["groups"])))

    def revoke(self, token: str) -> None:
        """End a login."""
        key = token_hash(token)
        if self._sessions.pop(key, None) is not None:
            self._save()
            for tell in self.on_end:
                tell(key)

    def _drop_expired(self) -> None:
        now = time()
        self._sessions = {key: one for key, one in self._sessions.items() if one["expires"] >= now}

    def _save(self) -> None:
        self._storage.write_config(SECTION, self._sessions)


class Attempts:
    """Counts wrong passwords by name and by address; logins elsewhere, which have no name yet, by address alone."""

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def wait(self, username: str | None, address: str) -> float:
        """Return how many seconds a login has to wait; 0 for none."""
        of_name = 0.0 if username is None else self._wait(f"user {username}", MOST_ATTEMPTS)
        return max(of_name, self._wait(f"from {address}", MOST_FROM_ONE))

    def _wait(self, key: str, most: int) -> float:
        times = [at for at in self._times.get(key, ()) if at > monotonic() - WINDOW]
        return 0.0 if len(times) < most else times[-most] + WINDOW - monotonic()

    def begin(self, username: str | None, address: str) -> None:
        """Count a login that is about to be checked, so that many at once do not slip through."""
        now = monotonic()
        if len(self._times) > 10_000:
            self._times = {key: times for key, times in self._times.items() if times[-1] > now - WINDOW}
        keys = [f"from {address}"] if username is None else [f"from {address}", f"user {username}"]
        for key in keys:
            self._times.setdefault(key, []).append(now)
            del self._times[key][:-MOST_FROM_ONE]

    def succeeded(self, username: str | None, address: str) -> None:
        """Forget the wrong passwords of a name; the address keeps all but this one."""
        self._times.pop(f"user {username}", None)
        if times := self._times.get(f"from {address}"):
            times.pop()
