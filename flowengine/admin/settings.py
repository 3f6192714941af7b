"""Every setting of the server, on top of those of the engine.

The names in files are Node-RED's (``uiPort``); the text below a setting is its documentation, which
``flowengine init`` writes into a new ``flowengine.toml``.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ..settings import Settings
from ..tracing import TracingSettings
from .settings_tables import (
    AdminAuth,
    BasicAuth,
    Https,
    Logging,
    Metrics,
    OpenIdProvider,
    PaletteRules,
    StaticFolder,
    Switch,
)


class ServerSettings(Settings):
    """Settings of ``flowengine serve``."""

    flow_file: str = ""
    """Name of the flow file in the user folder; empty for flows.json."""
    flow_file_pretty: bool = True
    """Whether the flow file is written with line breaks, which version control likes."""
    read_only: bool = False
    """Whether deploys are refused and nothing is written."""
    safe_mode: bool = False
    """Whether the server starts with all flows stopped, until the next deploy."""
    history_length: int = Field(1000, ge=0)
    """How many deployed versions are kept; 0 for none."""
    http_root: str | None = None
    """Path of both the editor and the flows' addresses, instead of the two settings for each."""
    http_admin_root: str | Literal[False] = "/"
    """Path of the editor and its API; false for neither."""
    http_admin_cors: dict[str, Any] = {}
    """Origins that may use the API from other sites: { origin = "https://example.com" } or a list of them."""
    http_node_auth: BasicAuth | None = None
    """User and password hash that addresses of flows ask for: { user = "me", pass = "$argon2id$..." }."""
    http_static: str | list[StaticFolder] = ""
    """A folder, or a list of { path, root }, whose files are served as they are."""
    http_static_root: str = "/"
    """Path below which the folder of httpStatic is served."""
    http_static_auth: BasicAuth | None = None
    """User and password hash that the files of httpStatic ask for."""
    disable_editor: bool = False
    """Whether only the API is served, without the editor's page."""
    admin_auth: AdminAuth | None = None
    """Users, see `flowengine users`: { type = "credentials", users = [...], default = { permissions = "read" } }."""
    oidc: OpenIdProvider | None = None
    """Login through an OpenID Connect provider, instead of passwords or beside them; needs the extra: pip install
    'flowengine[oidc]'. A table with issuer (https://id.example.com), clientId and, as a rule, clientSecret and
    groupPermissions, say { admins = "*", staff = "read" }. Further keys: scopes, label (of the button), usernameClaim
    (preferred_username, else email, else sub), groupsClaim (groups; a.b for claims within claims), userPermissions (by
    name), defaultPermissions (without them, users with no other permissions are refused), emailDomains (whose users may
    log in), trustEmail (count addresses that are not called verified), providerLogout (log out there too). The provider
    has to know the address of this server with auth/strategy/callback at its end. The secret is better kept in the
    environment: FLOWENGINE_OIDC__CLIENT_SECRET."""
    public_url: str = ""
    """Address of the editor as browsers know it, where a proxy stands before the server: https://flows.example.com/red."""
    insecure: bool = False
    """Whether the server may listen beyond this machine without users."""
    allowed_hosts: list[str] = []
    """Names by which browsers may reach the server, besides this machine's own."""
    https: Https | None = None
    """Certificate and key, for https: { cert = "cert.pem", key = "key.pem" }."""
    logging: Logging = Field(default_factory=Logging)
    """What is logged: { level = "info", format = "text", nodes = { "http request" = "debug" } }."""
    metrics: Metrics = Field(default_factory=Metrics)
    """Prometheus metrics at /metrics: { enabled = true, public = false, nodeTypes = false }. Calls of models are always
    counted; nodeTypes adds messages and seconds by node type, and watching every message makes the plainest hops
    several times slower."""
    tracing: TracingSettings = Field(default_factory=TracingSettings)
    """OpenTelemetry traces, which need flowengine[otel]: { enabled = true, endpoint = "http://127.0.0.1:4318" };
    sampleRatio is from 0 to 1, exporter "otlp" or "console", recordContent true writes down prompts and answers too.
    What is left out is as OTEL_* variables say."""
    diagnostics: Switch = Field(default_factory=Switch)
    """The report at /diagnostics: { enabled = true, ui = true }."""
    palette: PaletteRules = Field(default_factory=PaletteRules)
    """Which packages of nodes the editor and the API may install: { allowInstall = true, allowUpdate = true,
    allowUrls = false, allowList = ["*"], denyList = [] }."""
    runtime_state: Switch = Field(default_factory=Switch)
    """Whether flows can be stopped and started as a whole: { enabled = true, ui = true }."""
    stop_timeout: float = Field(10.0, ge=0)
    """Seconds that messages in flight have to arrive when the server stops."""
    editor_theme: dict[str, Any] = {}
    """What the editor shows: passed on as it is."""

    @model_validator(mode="before")
    @classmethod
    def _one_root(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("httpRoot"), str):
            return {"httpAdminRoot": values["httpRoot"], "httpNodeRoot": values["httpRoot"], **values}
        return values

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment
        ):
            raise ValueError("an address begins with https:// or http:// and has no query")
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _palette(cls, values: Any) -> Any:
        """Take the rules for packages from where Node-RED keeps them."""
        theirs = values.get("externalModules") if isinstance(values, dict) else None
        if isinstance(theirs, dict) and isinstance(rules := theirs.get("palette"), dict):
            return {**values, "palette": {**rules, **(values.get("palette") or {})}}
        return values

    @property
    def admin_root(self) -> str:
        """Path of the editor without a slash at its end: "" for the root."""
        return _trimmed(self.http_admin_root)

    @property
    def static_folders(self) -> list[StaticFolder]:
        """The folders of files, longest root first."""
        if isinstance(self.http_static, str):
            folders = [StaticFolder(path=self.http_static)] if self.http_static else []
        else:
            folders = self.http_static
        base = _trimmed(self.http_static_root)
        rooted = [StaticFolder(path=one.path, root=base + _trimmed(one.root)) for one in folders]
        return sorted(rooted, key=lambda one: len(one.root), reverse=True)


def _trimmed(path: str | bool) -> str:
    text = path.strip("/") if isinstance(path, str) else ""
    return f"/{text}" if text else ""
