"""The Service Host: where API calls go, who makes them, and how many there may be.

Its client, and so its pool of connections, is shared by all messages of all nodes that use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from flowengine.errors import FlowError, NodeError
from flowengine.fields import checkbox, line, number, required, secret, section, select, show_if, typed
from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import ConfigNode, Node, NodeConfig
from flowengine.typed_values import compile_value

from .api_errors import Problem
from .client import RETRIES, TIMEOUT, Access, Client
from .limits import Limiter

API_BASE = "https://api.openai.com/v1"
KEY_HEADER = "Authorization"
NO_KEY = "OpenAI API key is not configured"
# Node-RED evaluates expressions only with a callback, and these properties are read without one.
NO_EXPRESSIONS = "Calls to RED.util.evaluateJSONataExpression must include a callback."


class ServiceHost(ConfigNode):
    """A server that API nodes call, with its key, its organization and its limits."""

    type = "Service Host"
    credentials = {"secureApiKeyValue": "password", "secureApiKeyValueType": "text"}
    form = (
        "name",
        "apiBase",
        section(
            "key",
            "secureApiKeyValueType",
            "secureApiKeyValue",
            "secureApiKeyValueRef",
            "allowEnvironmentKey",
            "secureApiKeyHeaderOrQueryName",
            "secureApiKeyIsQuery",
        ),
        section("account", "organizationId", "projectId"),
        section("limits", "timeout", "maxRetries", "maxConcurrent", "requestsPerMinute", "tokensPerMinute"),
    )
    label = ("{name}", "{apiBase}")
    credential_hints = {"secureApiKeyValue": secret() | show_if("secureApiKeyValueType=|cred")}

    class Config(NodeConfig):
        api_base: Annotated[
            Any, typed("str", "env", "msg", "flow", "global", type_field="apiBaseType"), required()
        ] = Field(API_BASE, alias="apiBase")
        api_base_type: str | None = Field("str", alias="apiBaseType")
        key_name: Annotated[
            Any, typed("str", "env", "msg", "flow", "global", type_field="secureApiKeyHeaderOrQueryNameType")
        ] = Field(KEY_HEADER, alias="secureApiKeyHeaderOrQueryName")
        key_name_type: str | None = Field("str", alias="secureApiKeyHeaderOrQueryNameType")
        key_in_query: Annotated[Any, checkbox()] = Field(False, alias="secureApiKeyIsQuery")
        key_reference: Annotated[
            Any, line(placeholder="OPENAI_API_KEY"), show_if("secureApiKeyValueType!=|cred")
        ] = Field("", alias="secureApiKeyValueRef")
        key_type: Annotated[str | None, select("cred", "env", "msg", "flow", "global", "str")] = Field(
            None, alias="secureApiKeyValueType"
        )
        organization: Annotated[
            Any, typed("str", "env", "msg", "flow", "global", type_field="organizationIdType")
        ] = Field(None, alias="organizationId")
        organization_type: str | None = Field("str", alias="organizationIdType")
        project: Annotated[Any, typed("str", "env", "msg", "flow", "global", type_field="projectIdType")] = (
            Field(None, alias="projectId")
        )
        project_type: str | None = Field("str", alias="projectIdType")
        environment_key: bool = Field(False, alias="allowEnvironmentKey")
        timeout: Annotated[float, number(unit="seconds")] = Field(TIMEOUT, gt=0)
        max_retries: int = Field(RETRIES, ge=0, alias="maxRetries")
        max_concurrent: int = Field(0, ge=0, alias="maxConcurrent")
        requests_per_minute: float = Field(0, ge=0, alias="requestsPerMinute")
        tokens_per_minute: float = Field(0, ge=0, alias="tokensPerMinute")

    client: Client

    def on_start(self) -> None:
        config = self.config
        limited = config.max_concurrent or config.requests_per_minute or config.tokens_per_minute
        self.client = Client(
            timeout=config.timeout,
            retries=config.max_retries,
            limiter=self._limiter() if limited else None,
            environment=self.host.env,
            carried=self._trace_headers,
        )

    def _trace_headers(self) -> Mapping[str, str]:
        make = self.host.trace_headers
        return {} if make is None else make()

    def _limiter(self) -> Limiter:
        config = self.config
        return Limiter(
            at_once=config.max_concurrent,
            requests_per_minute=config.requests_per_minute,
            tokens_per_minute=config.tokens_per_minute,
        )

    async def on_close(self, removed: bool) -> None:
        await self.client.close()

    @classmethod
    def check(cls, config: Any, checker: Any) -> Iterable[tuple[str, str]]:
        from .checks import host_findings

        return host_findings(config, checker)

    def accessor(self, node: Node) -> Accessor:
        """What turns messages of a node into access; typed values are the node's, not this host's."""
        return Accessor(self, node)


class Accessor:
    """Evaluates the typed properties of a Service Host for the messages of one node."""

    def __init__(self, host: ServiceHost, node: Node) -> None:
        config = host.config
        self._base = typed_value(config.api_base, config.api_base_type, node)
        self._name = typed_value(config.key_name, config.key_name_type, node)
        self._organization = typed_value(config.organization, config.organization_type, node)
        self._project = typed_value(config.project, config.project_type, node)
        # 1 is no True here: flow files that say so have always meant a header.
        self._in_query = config.key_in_query is True or config.key_in_query == "true"
        self._key = self._typed_key(host, node)
        self._no_key = partial(host.words, "errors.check_no_key", name=host.name or host.id)
        self._env = node.env
        self._environment_key = config.environment_key
        self._last: tuple[Any, ...] = ()
        self._access: Access | None = None

    @staticmethod
    def _typed_key(host: ServiceHost, node: Node) -> Callable[[Msg], Any]:
        stored = host.credential_values
        secret = stored.get("secureApiKeyValue")
        kind = host.config.key_type or stored.get("secureApiKeyValueType") or "cred"
        if kind == "cred":
            return lambda _: secret
        return typed_value(host.config.key_reference or secret or "", kind, node)

    def access(self, msg: Msg) -> Access:
        """Where this message's call goes and who makes it. Raises FlowError where a value is missing or wrong."""
        values = (
            self._base(msg),
            self._name(msg),
            self._organization(msg),
            self._project(msg),
            self._key(msg),
        )
        if self._access is None or values != self._last:
            self._access = self._made(*values)
            self._last = values
        return self._access

    def _made(self, base: Any, name: Any, organization: Any, project: Any, key: Any) -> Access:
        headers: dict[str, str] = {}
        add(headers, "OpenAI-Organization", organization, self._env("OPENAI_ORG_ID"))
        add(headers, "OpenAI-Project", project or UNDEFINED, self._env("OPENAI_PROJECT_ID"))
        key = self._checked_key(key)
        named = text(name).strip() or KEY_HEADER
        address = text(base) or text(self._env("OPENAI_BASE_URL")).strip() or API_BASE
        if self._in_query:
            return Access(address, headers, {named: key}, "")
        is_bearer = named.lower() == KEY_HEADER.lower()
        headers[named] = f"Bearer {key}" if is_bearer else key
        return Access(address, headers, {}, named.lower())

    def _checked_key(self, key: Any) -> str:
        if key in (None, UNDEFINED, "") and self._environment_key:
            key = self._env("OPENAI_API_KEY")
        if key is None or key is UNDEFINED or key == "":
            raise NodeError(NO_KEY, logged=f"{NO_KEY} ({self._no_key()})")
        if not isinstance(key, str):
            raise Problem("key_kind")
        return key


def typed_value(value: Any, kind: str | None, node: Node) -> Callable[[Msg], Any]:
    """The function that gives a typed value; one that cannot be read fails with each message, not at start."""
    if value is None:
        return lambda _: UNDEFINED
    if kind == "jsonata":
        return failing(NodeError(NO_EXPRESSIONS, error_object=True))
    try:
        return compile_value(value, kind or "str", node)
    except FlowError as error:
        return failing(error)


def failing(error: FlowError) -> Callable[[Msg], Any]:
    """A typed value that fails with each message."""

    def fail(_: Msg) -> Any:
        raise error

    return fail


def text(value: Any) -> str:
    """A value as text; nothing for null and undefined."""
    return "" if value is None or value is UNDEFINED else js_string(value)


def add(headers: dict[str, str], name: str, value: Any, fallback: Any) -> None:
    """Set a header; an empty text is sent, a missing value is looked up in the environment, null is left out."""
    if value is UNDEFINED and isinstance(fallback, str) and fallback.strip():
        value = fallback.strip()
    if value is not UNDEFINED and value is not None:
        headers[name] = text(value)
