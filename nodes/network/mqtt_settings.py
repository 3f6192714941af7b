"""The settings of an mqtt-broker node, and what a connect action changes about them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from flowengine.errors import FlowError, NodeError
from flowengine.fields import (
    area,
    checkbox,
    config_node,
    json_value,
    legacy,
    line,
    number,
    required,
    select,
    show_if,
)
from flowengine.javascript_values import js_parse, js_string
from flowengine.messages import generate_id
from flowengine.node import NodeConfig

from .buffers import buffer_from
from .mqtt_messages import integer, payload_text, set_integer, truth, user_properties
from .mqtt_paho import Address, Login

if TYPE_CHECKING:
    from .tls_config import TlsConfig

PORTS = {"mqtt": 1883, "tcp": 1883, "mqtts": 8883, "ssl": 8883, "tls": 8883, "ws": 80, "wss": 443}
_SECURE = frozenset(("mqtts", "ssl", "tls", "wss"))
_CHANGED = frozenset(
    [
        "url",
        "broker",
        "port",
        "clientid",
        "autoConnect",
        "usetls",
        "verifyservercert",
        "compatmode",
        "protocolVersion",
        "keepalive",
        "cleansession",
        "autoUnsubscribe",
        "userProperties",
        "userProps",
        "sessionExpiry",
        "sessionExpiryInterval",
    ]
)
_SHORT = {
    "respTopic": "responseTopic",
    "correl": "correlationData",
    "expiry": "messageExpiryInterval",
    "delay": "willDelayInterval",
    "userProps": "userProperties",
}


class BrokerConfig(NodeConfig):
    """The form of an mqtt-broker node."""

    broker: Annotated[str | None, line(placeholder="localhost"), required()] = ""
    port: Annotated[str | int | None, number(least=1, most=65535, whole=True)] = 1883
    tls: Annotated[str | None, config_node("tls-config"), show_if("usetls")] = ""
    clientid: Annotated[str | None, line()] = ""
    auto_connect: Annotated[bool | str | None, checkbox()] = Field(True, alias="autoConnect")
    usetls: Annotated[bool | str | None, checkbox()] = False
    verifyservercert: Annotated[bool | str | None, checkbox(), show_if("usetls,!tls")] = False
    compatmode: Annotated[bool | str | None, legacy()] = False
    protocol_version: Annotated[str | int | None, select("3", "4", "5")] = Field(4, alias="protocolVersion")
    keepalive: Annotated[int | str | None, number(least=0, unit="seconds")] = 60
    cleansession: Annotated[bool | str | None, checkbox()] = True
    auto_unsubscribe: Annotated[bool | str | None, checkbox()] = Field(True, alias="autoUnsubscribe")
    birth_topic: Annotated[str | None, line(placeholder="devices/42/birth")] = Field("", alias="birthTopic")
    birth_qos: Annotated[str | int | None, select("0", "1", "2", verbatim=True), show_if("birthTopic")] = (
        Field("0", alias="birthQos")
    )
    birth_retain: Annotated[str | bool | None, select("false", "true"), show_if("birthTopic")] = Field(
        "false", alias="birthRetain"
    )
    birth_payload: Annotated[Any, line(), show_if("birthTopic")] = Field("", alias="birthPayload")
    birth_msg: Annotated[
        dict[str, Any] | None, json_value(rows=3), show_if("birthTopic,protocolVersion=5")
    ] = Field({}, alias="birthMsg")
    close_topic: Annotated[str | None, line(placeholder="devices/42/close")] = Field("", alias="closeTopic")
    close_qos: Annotated[str | int | None, select("0", "1", "2", verbatim=True), show_if("closeTopic")] = (
        Field("0", alias="closeQos")
    )
    close_retain: Annotated[str | bool | None, select("false", "true"), show_if("closeTopic")] = Field(
        "false", alias="closeRetain"
    )
    close_payload: Annotated[Any, line(), show_if("closeTopic")] = Field("", alias="closePayload")
    close_msg: Annotated[
        dict[str, Any] | None, json_value(rows=3), show_if("closeTopic,protocolVersion=5")
    ] = Field({}, alias="closeMsg")
    will_topic: Annotated[str | None, line(placeholder="devices/42/will")] = Field("", alias="willTopic")
    will_qos: Annotated[str | int | None, select("0", "1", "2", verbatim=True), show_if("willTopic")] = Field(
        "0", alias="willQos"
    )
    will_retain: Annotated[str | bool | None, select("false", "true"), show_if("willTopic")] = Field(
        "false", alias="willRetain"
    )
    will_payload: Annotated[Any, line(), show_if("willTopic")] = Field("", alias="willPayload")
    will_msg: Annotated[dict[str, Any] | None, json_value(rows=3), show_if("willTopic,protocolVersion=5")] = (
        Field({}, alias="willMsg")
    )
    user_props: Annotated[str | None, area(rows=3), show_if("protocolVersion=5")] = Field(
        "", alias="userProps"
    )
    session_expiry: Annotated[
        str | int | None, number(least=0, whole=True, unit="seconds"), show_if("protocolVersion=5")
    ] = Field(0, alias="sessionExpiry")


class BrokerSettings:
    """What a connection is made with: the form's values, and those of connect actions over them."""

    def __init__(self, config: BrokerConfig, user: str, password: str) -> None:
        self.values = config.model_dump(by_alias=True)
        self.user, self.password = user, password
        self.own_id = f"flow{generate_id()}"
        form = {kind: _form_message(self.values, kind) for kind in ("birth", "close", "will")}
        self.messages: dict[str, dict[str, Any] | None] = form

    def change(self, data: dict[str, Any]) -> None:
        """Take the values of a connect action."""
        self.values.update({key: value for key, value in data.items() if key in _CHANGED})
        if "username" in data:
            self.user = js_string(data["username"] or "")
        if "password" in data:
            self.password = js_string(data["password"] or "")
        for kind in ("birth", "close", "will"):
            if kind in data:
                given = data[kind] if isinstance(data[kind], dict) else {}
                self.messages[kind] = _message(given, given.get("properties"))

    @property
    def version(self) -> int:
        """3, 4 or 5."""
        if truth(self.values["compatmode"]) or integer(self.values["protocolVersion"]) == 3:
            return 3
        return 5 if integer(self.values["protocolVersion"]) == 5 else 4

    @property
    def lacks_client_id(self) -> bool:
        """Whether a session is to be kept that has no name to be found by."""
        return truth(self.values["cleansession"]) is False and not self.values["clientid"]

    @property
    def url(self) -> str:
        """The broker's address, as the log shows it."""
        values = self.values
        if values.get("url"):
            return str(values["url"])
        broker = js_string(values["broker"] or "")
        if "://" in broker:
            return broker
        scheme = "mqtts" if truth(values["usetls"]) else "mqtt"
        if not broker:
            return f"{scheme}://localhost:1883"
        host = f"[{broker}]" if broker.count(":") > 1 else broker
        return f"{scheme}://{host}:{values['port'] or 1883}"

    @property
    def name(self) -> str:
        """Client and address, without secrets: for the log."""
        shown = self.url
        if "@" in shown:
            scheme, _, rest = shown.partition("://")
            shown = f"{scheme}://{rest.rpartition('@')[2]}"
        return f"{self.values['clientid']}@{shown}" if self.values["clientid"] else shown

    def address(self, tls: TlsConfig | None) -> Address:
        """Return where to connect. Raises NodeError where that is no address."""
        try:
            parts = urlsplit(self.url)
            scheme, port = parts.scheme.lower(), parts.port
        except ValueError:
            raise NodeError("Invalid URL", error_object=True, code="ERR_INVALID_URL") from None
        if scheme not in PORTS or not parts.hostname:
            raise NodeError("Invalid URL", error_object=True, code="ERR_INVALID_URL")
        path = None
        if scheme in ("ws", "wss"):
            path = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        context = self._context(tls) if scheme in _SECURE else None
        return Address(parts.hostname, port or PORTS[scheme], path, context)

    def _context(self, tls: TlsConfig | None) -> ssl.SSLContext:
        if tls is not None and truth(self.values["usetls"]) is not False:
            return tls.tls_context()
        context = ssl.create_default_context()
        if not truth(self.values["verifyservercert"]):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def login(self) -> Login:
        """Return how to present oneself."""
        values = self.values
        keepalive = integer(values["keepalive"])
        return Login(
            client_id=js_string(values["clientid"] or self.own_id),
            version=self.version,
            username=self.user or None,
            password=self.password or None,
            keepalive=60 if keepalive is None else max(0, keepalive),
            clean=truth(values["cleansession"]) is not False or self.lacks_client_id,
            will=self.messages["will"],
            properties=self._properties() if self.version == 5 else {},
        )

    def _properties(self) -> dict[str, Any]:
        values = self.values
        found: dict[str, Any] = {"requestResponseInformation": 1, "requestProblemInformation": 1}
        if pairs := _user_properties(values.get("userProperties", values["userProps"])):
            found["userProperties"] = pairs
        expiry = {"sessionExpiryInterval": values.get("sessionExpiryInterval", values["sessionExpiry"]) or 0}
        if integer(expiry["sessionExpiryInterval"]):
            set_integer(expiry, found, "sessionExpiryInterval", 0, 0xFFFFFFFF)
        return found


def _form_message(values: dict[str, Any], kind: str) -> dict[str, Any] | None:
    given = {part: values[f"{kind}{part.capitalize()}"] for part in ("topic", "payload", "qos", "retain")}
    return _message(given, values[f"{kind}Msg"])


def _message(given: dict[str, Any], properties: Any) -> dict[str, Any] | None:
    """Make a birth, close or will message; None without a topic."""
    if not given.get("topic"):
        return None
    named: dict[str, Any] = properties if isinstance(properties, dict) else {}
    more: dict[str, Any] = {_SHORT.get(key, key): value for key, value in named.items()}
    found: dict[str, Any] = {}
    for name in ("contentType", "responseTopic"):
        if isinstance(more.get(name), str) and more[name]:
            found[name] = more[name]
    correlation = more.get("correlationData")
    if correlation and isinstance(correlation, (str, bytes, bytearray, list)):
        found["correlationData"] = buffer_from(correlation)
    for name in ("messageExpiryInterval", "willDelayInterval"):
        set_integer(more, found, name, 0, 0xFFFFFFFF)
    if pairs := _user_properties(more.get("userProperties")):
        found["userProperties"] = pairs
    return {
        "topic": js_string(given["topic"]),
        "payload": payload_text(given.get("payload")),
        "qos": min(2, max(0, integer(given.get("qos") or 0) or 0)),
        "retain": truth(given.get("retain")) is True,
        "properties": found,
    }


def _user_properties(values: Any) -> dict[str, str]:
    """Read user properties from an object, or from the JSON of one."""
    if isinstance(values, str):
        try:
            values = js_parse(values) if values.lstrip(" ").startswith("{") else None
        except FlowError:
            return {}
    return user_properties(values)
