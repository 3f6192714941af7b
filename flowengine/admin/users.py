"""Users: those of the settings, and those that ``flowengine users`` keeps in ``.flowengine.users.json``."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import orjson

from ..atomic_files import write_atomic
from ..errors import SettingsError
from .passwords import hash_password, is_password
from .permissions import narrowed
from .provider_users import permissions_of
from .settings_tables import AdminAuth, OpenIdProvider, Permissions, UserEntry

NAME = ".flowengine.users.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who vouched for a user who is kept nowhere here, and in what groups."""

    issuer: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who is known; ``anonymous`` for a visitor where visitors may do something."""

    username: str
    permissions: Permissions
    anonymous: bool = False
    origin: Origin | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what /settings tells of a user."""
        if self.anonymous:
            return {"anonymous": True, "permissions": self.permissions}
        return {"username": self.username, "permissions": self.permissions}


class UserFile:
    """The file of users and machine tokens; read anew where it has changed."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._seen: tuple[int, int] = (0, 0)
        self._values: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        """Return ``{"users": {name: {...}}, "tokens": {id: {...}}}``. Raises SettingsError where it is damaged."""
        try:
            found = self._file.stat()
        except (FileNotFoundError, NotADirectoryError):
            return {"users": {}, "tokens": {}}
        if (found.st_mtime_ns, found.st_size) != self._seen:
            self._values = self._parsed(self._file.read_bytes())
            self._seen = (found.st_mtime_ns, found.st_size)
        return self._values

    def _parsed(self, content: bytes) -> dict[str, Any]:
        """Read the file's content. Raises SettingsError: without its users a server would be open to all."""
        try:
            values = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise SettingsError(f"{self._file} is damaged ({error}); mend it or restore it") from None
        parts = [values.get(name, {}) for name in ("users", "tokens")] if isinstance(values, dict) else [None]
        if not all(isinstance(part, dict) and all(map(_is_entry, part.values())) for part in parts):
            raise SettingsError(
                f"{self._file} is damaged (no table of users and tokens); mend it or restore it"
            )
        return {"users": {}, "tokens": {}, **values}

    def write(self, values: dict[str, Any]) -> None:
        """Write the file, for its owner only."""
        write_atomic(self._file, orjson.dumps(values, option=orjson.OPT_INDENT_2))
        self._seen = (0, 0)

    def put_user(self, username: str, password: str | None, permissions: Permissions | None) -> None:
        """Add a user or change one; None leaves as it is. Raises SettingsError for a new one without a password."""
        values = self.read()
        user = dict(values["users"].get(username) or {})
        if password is not None:
            user["password"] = hash_password(password)
        if "password" not in user:
            raise SettingsError(f'the new user "{username}" needs a password')
        if permissions is not None or "permissions" not in user:
            user["permissions"] = permissions or "*"
        self.write({**values, "users": {**values["users"], username: user}})

    def remove_user(self, username: str) -> None:
        """Remove a user and the tokens that act for it. Raises SettingsError where there is none."""
        values = self.read()
        if username not in values["users"]:
            raise SettingsError(f'there is no user "{username}"')
        users = {name: user for name, user in values["users"].items() if name != username}
        tokens = {key: token for key, token in values["tokens"].items() if token["user"] != username}
        self.write({**values, "users": users, "tokens": tokens})

    def add_token(self, username: str, name: str, scope: Permissions, days: float | None) -> str:
        """Make a token for a machine; it is returned once and kept as a hash."""
        values = self.read()
        token = f"fe_{secrets.token_urlsafe(32)}"
        entry = {
            "name": name,
            "user": username,
            "scope": scope,
            "expires": None if days is None else time() + days * 86400,
        }
        self.write({**values, "tokens": {**values["tokens"], token_hash(token): entry}})
        return token

    def remove_token(self, name: str) -> None:
        """Remove the tokens of a name. Raises SettingsError where there is none."""
        values = self.read()
        tokens = {key: token for key, token in values["tokens"].items() if token["name"] != name}
        if len(tokens) == len(values["tokens"]):
            raise SettingsError(f'there is no token "{name}"')
        self.write({**values, "tokens": tokens})


class Users:
    """All users of a server."""

    def __init__(self, auth: AdminAuth | None, folder: Path, provider: OpenIdProvider | None = None) -> None:
        self.file = UserFile(folder)
        self._auth, self._provider = auth, provider
        self._entries = {entry.username: entry for entry in auth.users} if auth else {}
        # For unknown names: checking a password must take as long as for known ones.
        self._decoy = ""

    @property
    def required(self) -> bool:
        """Whether anybody has to log in at all."""
        return self._provider is not None or self._auth is not None or bool(self.file.read()["users"])

    @property
    def have_passwords(self) -> bool:
        """Whether anybody can log in with a password, or could where no provider is named."""
        return self._provider is None or bool(self._entries or self.file.read()["users"])

    def find(self, username: str) -> User | None:
        """Return a user."""
        if (entry := self._entries.get(username)) is not None:
            return User(username, entry.permissions)
        kept = self.file.read()["users"].get(username)
        return User(username, kept["permissions"]) if kept else None

    def of_provider(self, username: str, origin: Origin) -> User | None:
        """Return a user that a provider vouched for, with the permissions that its groups have now."""
        if self._provider is None or origin.issuer != self._provider.issuer:
            return None
        permissions = permissions_of(self._provider, username, origin.groups)
        return None if permissions is None else User(username, permissions, origin=origin)

    def default(self) -> User | None:
        """Return what a visitor without a login is, if anything."""
        if self._auth is None or self._auth.default is None:
            return None
        return User("", self._auth.default.permissions, anonymous=True)

    def check(self, username: str, password: str) -> User | None:
        """Return the user whose password this is. Blocks for a tenth of a second: call it in a thread."""
        stored = self._password(username)
        if stored is None:
            is_password(password, self._any_hash())
            return None
        return self.find(username) if is_password(password, stored) else None

    def _any_hash(self) -> str:
        """Return a hash that takes as long to check as those of the users do."""
        for entry in (*self._entries.values(), *self.file.read()["users"].values()):
            return str(entry.password if isinstance(entry, UserEntry) else entry["password"])
        self._decoy = self._decoy or hash_password(secrets.token_hex())
        return self._decoy

    def _password(self, username: str) -> str | None:
        if (entry := self._entries.get(username)) is not None:
            return entry.password
        kept = self.file.read()["users"].get(username)
        return str(kept["password"]) if kept else None

    def machine(self, token: str) -> User | None:
        """Return the user that a machine's token acts as, with the token's scope."""
        for entry in self._auth.tokens if self._auth else ():
            if hmac.compare_digest(entry.token.encode(), token.encode()):
                return self._narrowed(entry.user, entry.scope)
        kept = self.file.read()["tokens"].get(token_hash(token))
        if not kept or (kept["expires"] is not None and kept["expires"] < time()):
            return None
        return self._narrowed(kept["user"], kept["scope"])

    def _narrowed(self, username: str, scope: Permissions) -> User | None:
        user = self.find(username)
        return User(username, narrowed(user.permissions, scope)) if user else None


def _is_entry(entry: Any) -> bool:
    """Tell whether this is a user or a token of the file."""
    return isinstance(entry, dict) and (
        {"password", "permissions"} <= entry.keys() or {"name", "user", "scope", "expires"} <= entry.keys()
    )


def token_hash(token: str) -> str:
    """Return what is kept of a token: nobody who reads the file can use it."""
    return hashlib.sha256(token.encode()).hexdigest()
