"""Settings that are tables: users, login at a provider, certificates, logging, packages."""

from __future__ import annotations

from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

Permissions = str | list[str]
WEEK = 7 * 24 * 3600


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, alias_generator=to_camel)


def _is_hash(value: str) -> str:
    """Refuse what no password could be checked against: the user would be shut out without a word."""
    if not value.startswith(("$argon2", "$2a$", "$2b$", "$2y$")):
        raise ValueError("this is no hash of a password; make one with `flowengine users hash`")
    return value


Hash = Annotated[str, AfterValidator(_is_hash)]


class UserEntry(_Part):
    """A user; ``password`` is an argon2 or bcrypt hash, as ``flowengine users hash`` or node-red-admin prints it."""

    username: str
    password: Hash = Field(repr=False)
    permissions: Permissions = "*"


class DefaultUser(_Part):
    """What visitors without a login may do."""

    permissions: Permissions = "read"


class TokenEntry(_Part):
    """A token for a machine that acts as a user, with no more than ``scope``."""

    token: str = Field(repr=False)
    user: str
    scope: Permissions = "*"


class AdminAuth(_Part):
    """Who may use the editor and its API."""

    type: Literal["credentials"] = "credentials"
    users: list[UserEntry] = []
    default: DefaultUser | None = None
    tokens: list[TokenEntry] = []
    session_expiry_time: int = Field(WEEK, gt=0)

    @field_validator("users", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value


class OpenIdProvider(_Part):
    """An OpenID Connect provider where users log in; it knows this server by ``<address>/auth/strategy/callback``.

    What a user may do is all that ``groupPermissions`` gives the user's groups and ``userPermissions`` the user's name,
    else ``defaultPermissions``; who gets nothing of these is refused. A name has to come from a claim that users cannot
    change by themselves where it is to count for anything.
    """

    issuer: str
    client_id: str
    client_secret: str = Field("", repr=False)
    scopes: list[str] = ["openid", "profile", "email"]
    label: str = ""
    username_claim: str | list[str] = ["preferred_username", "email", "sub"]
    groups_claim: str = "groups"
    group_permissions: dict[str, Permissions] = {}
    user_permissions: dict[str, Permissions] = {}
    default_permissions: Permissions | None = None
    email_domains: list[str] = []
    trust_email: bool = False
    """Whether e-mail addresses count that the provider does not call verified."""
    provider_logout: bool = False
    """Whether logging out here logs out at the provider too."""

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if not parts.hostname or parts.query or parts.fragment or not is_safe(value):
            raise ValueError("an issuer is an https address without a query (http only on this machine)")
        return value


class BasicAuth(_Part):
    """A user and the hash of a password, asked for by HTTP's basic authentication."""

    user: str
    password: Hash = Field(alias="pass", repr=False)


class StaticFolder(_Part):
    """A folder whose files are served below ``root``."""

    model_config = ConfigDict(extra="ignore")

    path: str
    root: str = "/"


class Https(_Part):
    """Files of the certificate (with its chain) and its key, in PEM."""

    cert: str
    key: str
    passphrase: str | None = Field(None, repr=False)


class Switch(_Part):
    """Whether something is there, and whether the editor shows it."""

    enabled: bool = True
    ui: bool = True


Level = Literal["off", "fatal", "error", "warn", "info", "debug", "trace"]


class Logging(_Part):
    """What goes to standard error. ``nodes`` are levels by node type or id that count instead of ``level``."""

    model_config = ConfigDict(extra="ignore")

    level: Level = "info"
    format: Literal["text", "json"] = "text"
    nodes: dict[str, Level] = {}
    audit: bool = False

    @model_validator(mode="before")
    @classmethod
    def _console(cls, value: Any) -> Any:
        """Take the level where Node-RED keeps it."""
        if isinstance(value, dict) and isinstance(console := value.get("console"), dict):
            known = {key: console[key] for key in ("level", "audit") if key in console}
            return known | {key: item for key, item in value.items() if key != "console"}
        return value


class Metrics(_Part):
    """Prometheus metrics. ``public`` shows them without a login; ``nodeTypes`` watches every message, which costs."""

    enabled: bool = True
    public: bool = False
    node_types: bool = False


class PaletteRules(_Part):
    """Which packages of nodes may be installed by the editor and the API; the command line asks nobody.

    ``allowList`` and ``denyList`` hold names, with ``*`` for any letters; the longest that fits decides.
    """

    model_config = ConfigDict(extra="ignore")

    allow_install: bool = True
    allow_update: bool = True
    allow_urls: bool = False
    allow_list: list[str] = ["*"]
    deny_list: list[str] = []

    def allows(self, name: str) -> bool:
        """Tell whether a package may be installed."""
        return _longest_fit(self.allow_list, name) > _longest_fit(self.deny_list, name)


def _longest_fit(patterns: list[str], name: str) -> int:
    """Return how exactly a list names a package, -1 where it does not."""
    bare = (pattern.partition("@")[0].lower() for pattern in patterns)
    return max((len(one) for one in bare if fnmatchcase(name, one)), default=-1)


def is_safe(address: str) -> bool:
    """Tell whether nobody on the way can read or change what goes to an address: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen at is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
