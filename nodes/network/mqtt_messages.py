"""MQTT messages and flow messages: payload types, and the properties of version 5 by their names in flows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flowengine.errors import FlowError
from flowengine.javascript_values import js_json, js_parse, js_parse_float, js_string
from flowengine.messages import UNDEFINED, Msg

from .buffers import buffer_from

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessage

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# Names of flows (and of MQTT.js) to those of Paho.
_NAMES = {
    "responseTopic": "ResponseTopic",
    "correlationData": "CorrelationData",
    "contentType": "ContentType",
    "messageExpiryInterval": "MessageExpiryInterval",
    "payloadFormatIndicator": "PayloadFormatIndicator",
    "topicAlias": "TopicAlias",
    "willDelayInterval": "WillDelayInterval",
    "subscriptionIdentifier": "SubscriptionIdentifier",
    "sessionExpiryInterval": "SessionExpiryInterval",
    "requestResponseInformation": "RequestResponseInformation",
    "requestProblemInformation": "RequestProblemInformation",
    "reasonString": "ReasonString",
}
_KINDS = {
    "text/css": "string",
    "text/html": "string",
    "text/plain": "string",
    "application/xml": "string",
    "application/json": "json",
    **dict.fromkeys(
        [
            "application/octet-stream",
            "application/pdf",
            "application/x-gtar",
            "application/x-gzip",
            "application/x-tar",
            "application/zip",
            "audio/aac",
            "audio/ac3",
            "audio/basic",
            "audio/mp4",
            "audio/ogg",
            "image/bmp",
            "image/gif",
            "image/jpeg",
            "image/tiff",
            "image/png",
        ],
        "buffer",
    ),
}


class PayloadError(FlowError):
    """A payload is not what it was said to be; the message is the key of a sentence."""

    payload: Any = b""


@dataclass(slots=True)
class Incoming:
    """A message from a broker; ``properties`` by the names of flows, None before version 5."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: dict[str, Any] | None = None
    subscriptions: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def read(cls, message: MQTTMessage) -> Incoming:
        """Take over what Paho has read."""
        given = vars(message.properties) if message.properties is not None else None
        properties = None
        subscriptions: frozenset[int] = frozenset()
        if given is not None:
            properties = {name: given[theirs] for name, theirs in _NAMES.items() if theirs in given}
            subscriptions = frozenset(given.get("SubscriptionIdentifier", ()))
            properties.pop("subscriptionIdentifier", None)
            if "payloadFormatIndicator" in properties:
                properties["payloadFormatIndicator"] = properties["payloadFormatIndicator"] == 1
            if pairs := given.get("UserProperty"):
                properties["userProperties"] = _joined(pairs)
        return cls(
            message.topic,
            bytes(message.payload),
            message.qos,
            bool(message.retain),
            properties,
            subscriptions,
        )

    def message(self, datatype: str) -> Msg:
        """Make the flow message. Raises PayloadError where the payload is no JSON but should be."""
        msg = Msg(topic=self.topic, payload=None, qos=self.qos, retain=self.retain)
        if self.properties:
            msg.update(self.properties)
        msg["payload"] = self._payload(datatype)
        return msg

    def _payload(self, datatype: str) -> Any:
        if datatype == "buffer":
            return self.payload
        if datatype == "base64":
            from base64 import b64encode

            return b64encode(self.payload).decode()
        if datatype == "utf8":
            return self.payload.decode("utf-8", "replace")
        properties = self.properties or {}
        is_text = properties.get("payloadFormatIndicator") is True
        text = _text(self.payload)
        if datatype == "json":
            if text is None and not is_text:
                raise _refused("errors.invalid_json_string", self.payload)
            return _json(text if text is not None else self.payload.decode("utf-8", "replace"), self.payload)
        return self._detected(datatype, text, is_text, str(properties.get("contentType") or "").lower())

    def _detected(self, datatype: str, text: str | None, is_text: bool, media_type: str) -> Any:
        """Return the payload as its content type says, else as text or JSON where it is some."""
        kind = _KINDS.get(media_type)
        if kind == "buffer":
            return self.payload
        if is_text and text is None:
            text = self.payload.decode("utf-8", "replace")
        if kind == "string":
            return self.payload.decode("utf-8", "replace")
        if kind == "json":
            said = self.payload.decode("utf-8", "replace")
            parsed = _json(said, said)
            return parsed if datatype == "auto-detect" else said
        if text is None:
            return self.payload
        if datatype == "auto-detect":
            try:
                return js_parse(text)
            except FlowError:
                return text
        return text


def payload_text(payload: Any) -> str | bytes:
    """Return what is published for a payload."""
    if payload is None or payload is UNDEFINED:
        return ""
    if isinstance(payload, (str, bytes)):
        return payload
    if isinstance(payload, bytearray):
        return bytes(payload)
    if isinstance(payload, (dict, list)):
        return js_json(payload)
    return js_string(payload)


def publish_properties(msg: dict[str, Any], alias_maximum: int) -> dict[str, Any]:
    """Gather the version 5 properties of a message; what is not of its type is left out."""
    found: dict[str, Any] = {}
    for name in ("responseTopic", "contentType"):
        if isinstance(msg.get(name), str) and msg[name]:
            found[name] = msg[name]
    correlation = msg.get("correlationData")
    if correlation:
        found["correlationData"] = buffer_from(correlation)
    set_integer(msg, found, "messageExpiryInterval", 0, 0xFFFFFFFF)
    set_integer(msg, found, "topicAlias", 1, alias_maximum)
    flag = truth(msg.get("payloadFormatIndicator"))
    if flag is not None:
        found["payloadFormatIndicator"] = flag
    if pairs := user_properties(msg.get("userProperties")):
        found["userProperties"] = pairs
    return found


def paho_properties(packet: str, values: dict[str, Any]) -> Any:
    """Make Paho's properties for a kind of packet."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties: Any = Properties(getattr(PacketTypes, packet))  # type: ignore[no-untyped-call]
    for name, value in values.items():
        if name == "userProperties":
            properties.UserProperty = list(value.items())
        elif name in _NAMES:
            setattr(properties, _NAMES[name], int(value) if isinstance(value, bool) else value)
    return properties


def user_properties(values: Any) -> dict[str, str]:
    """Return user properties with every value as text."""
    if isinstance(values, list):
        values = {str(index): item for index, item in enumerate(values)}
    if not isinstance(values, dict):
        return {}
    return {
        key: value if isinstance(value, str) else js_json(value)
        for key, value in values.items()
        if value is not None and value is not UNDEFINED
    }


def set_integer(source: dict[str, Any], target: dict[str, Any], name: str, least: int, most: int) -> None:
    """Copy a whole number, if it is one within these bounds."""
    if name in source and (number := integer(source[name])) is not None and least <= number <= most:
        target[name] = number


def integer(value: Any) -> int | None:
    """Read a whole number as JavaScript's ``parseInt`` does; None where it is none."""
    number = js_parse_float(value) if value is not None and not isinstance(value, bool) else float("nan")
    return int(number) if number == number and abs(number) != float("inf") else None


def truth(value: Any) -> bool | None:
    """Read true and false, also as text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _text(payload: bytes) -> str | None:
    """Return the text that a payload is; what has control characters is none."""
    if _CONTROL.search(payload):
        return None
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def _json(text: str, payload: str | bytes) -> Any:
    try:
        return js_parse(text)
    except FlowError:
        raise _refused("errors.invalid_json_parse", payload) from None


def _refused(key: str, payload: str | bytes) -> PayloadError:
    error = PayloadError(key)
    error.payload = payload
    return error


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Join pairs of user properties; a name that comes twice becomes a JSON list."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else js_json(values) for key, values in found.items()}
