"""Connecting and disconnecting a broker by message: ``msg.action`` is connect or disconnect."""

from __future__ import annotations

from typing import Any

from flowengine.errors import NodeError
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node

from .mqtt_broker import MqttBroker


def take_action(node: Node, broker: MqttBroker, msg: Msg) -> Any:
    """Connect or disconnect; returns what ``on_input`` is to return. Raises NodeError."""
    if msg["action"] == "disconnect":
        return _disconnect(node, broker, msg)
    data = msg.get("broker")
    data = data if isinstance(data, dict) else None
    if broker.can_connect():
        return _connect(node, broker, msg, data)
    if data is None:
        return None
    if not data.get("force"):
        raise NodeError(node.words("errors.invalid_action_alreadyconnected"), error_object=True)
    return _reconnect(node, broker, msg, data)


def _connect(node: Node, broker: MqttBroker, msg: Msg, data: dict[str, Any] | None) -> Any:
    if data is not None:
        broker.settings.change(data)
    broker.connect(lambda: node.done(msg))
    return DEFERRED


async def _reconnect(node: Node, broker: MqttBroker, msg: Msg, data: dict[str, Any]) -> Any:
    await broker.disconnect()
    return _connect(node, broker, msg, data)


async def _disconnect(node: Node, broker: MqttBroker, msg: Msg) -> None:
    await broker.disconnect()
