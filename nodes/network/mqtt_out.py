"""The mqtt out node: publishes messages."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from flowengine.errors import FlowError, NodeError
from flowengine.fields import area, config_node, line, number, required, section, select
from flowengine.javascript_values import js_parse
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .mqtt_actions import take_action
from .mqtt_broker import CONNECTED, DISCONNECTED, MqttBroker, TopicRefused
from .mqtt_messages import integer, truth, user_properties


class MqttOut(Node):
    """Publishes ``payload`` to ``topic``; what the node says goes before what the message says."""

    type = "mqtt out"
    category = "network"
    color = "#D8BFD8"
    icon = "bridge"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    form = (
        "name",
        "broker",
        "topic",
        "qos",
        "retain",
        section("version5", "respTopic", "contentType", "userProps", "correl", "expiry"),
    )
    label = ("{name}", "{topic}")

    class Config(NodeConfig):
        """``respTopic``, ``contentType``, ``userProps``, ``correl`` and ``expiry`` are of version 5."""

        topic: Annotated[str | None, line(placeholder="sensors/42/temperature")] = ""
        qos: Annotated[str | int | None, select("", "0", "1", "2")] = ""
        retain: Annotated[str | bool | None, select("", "true", "false")] = ""
        resp_topic: str | None = Field("", alias="respTopic")
        content_type: str | None = Field("", alias="contentType")
        user_props: Annotated[str | None, area(rows=3)] = Field("", alias="userProps")
        correl: str | None = ""
        expiry: Annotated[str | int | None, number(least=0, whole=True, unit="seconds")] = ""
        broker: Annotated[str | None, config_node("mqtt-broker"), required()] = ""

    def on_start(self) -> None:
        config = self.config
        self._broker: MqttBroker | None = None
        found = self.node(config.broker)
        if not isinstance(found, MqttBroker):
            self.error(self.words("errors.missing_config"))
            return
        self._broker = found
        values = {
            "userProperties": self._user_properties(),
            "responseTopic": config.resp_topic,
            "correlationData": config.correl,
            "contentType": config.content_type,
            "messageExpiryInterval": config.expiry,
        }
        self._properties = {name: value for name, value in values.items() if value}
        self.status(dict(DISCONNECTED))
        if found.connected:
            self.status(dict(CONNECTED))
        found.register(self)

    async def on_close(self, removed: bool) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.deregister(self, gone=removed)

    def _user_properties(self) -> dict[str, str]:
        text = self.config.user_props or ""
        try:
            return user_properties(js_parse(text)) if text.lstrip(" ").startswith("{") else {}
        except FlowError:
            return {}

    def on_input(self, msg: Msg) -> Any:
        broker = self._broker
        if broker is None:
            return DEFERRED
        if msg.get("action"):
            if msg["action"] not in ("connect", "disconnect"):
                raise NodeError(self.words("errors.invalid_action_action"), error_object=True)
            return take_action(self, broker, msg)
        self._prepare(broker, msg)
        if "payload" not in msg:
            return None
        self._publish(broker, msg)
        return DEFERRED

    def _prepare(self, broker: MqttBroker, msg: Msg) -> None:
        config = self.config
        qos = integer(config.qos) if config.qos not in (None, "") else integer(msg.get("qos") or 0)
        msg["qos"] = qos if qos in (0, 1, 2) else 0
        if config.topic:
            msg["topic"] = config.topic
        msg["retain"] = truth(config.retain or msg.get("retain") or False) is True
        if broker.is_version_5:
            msg.update(self._properties)

    def _publish(self, broker: MqttBroker, msg: Msg) -> None:
        delivery = self.host.delivery

        def done(error: NodeError | str | None) -> None:
            if isinstance(error, TopicRefused):
                self.warn(error)
            else:
                self.done(msg, error)
            delivery.end()

        delivery.begin()  # until the broker has it
        try:
            published = broker.publish(msg, done)
        except Exception:
            delivery.end()
            raise
        if not published:
            delivery.end()
