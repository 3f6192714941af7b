"""The mqtt in node: starts a flow with the messages of a topic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from flowengine.errors import NodeError
from flowengine.fields import checkbox, config_node, line, required, section, select, show_if
from flowengine.messages import Msg, own
from flowengine.node import Node, NodeConfig

from .mqtt_actions import take_action
from .mqtt_broker import CONNECTED, DISCONNECTED, MqttBroker
from .mqtt_messages import Incoming, PayloadError, integer, set_integer, truth
from .mqtt_topics import is_filter

LOCAL = ("localhost", "127.0.0.1")


class MqttIn(Node):
    """Sends ``topic``, ``payload``, ``qos``, ``retain`` and the properties of version 5.

    With an input, messages say what to subscribe to: ``action`` is subscribe, unsubscribe, getSubscriptions,
    connect or disconnect.
    """

    type = "mqtt in"
    category = "network"
    color = "#D8BFD8"
    icon = "bridge"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "broker", "inputs", "topic", "qos", "datatype", section("version5", "nl", "rap", "rh"))
    label = ("{name}", "{topic}")

    class Config(NodeConfig):
        """``datatype``: auto-detect, buffer, utf8, json, base64 or auto. ``inputs``: 1 for subscriptions by message."""

        topic: Annotated[
            str | None, line(placeholder="sensors/+/temperature"), show_if("inputs!=1"), required()
        ] = ""
        qos: Annotated[str | int | None, select("0", "1", "2"), show_if("inputs!=1")] = "2"
        datatype: Annotated[str | None, select("auto-detect", "auto", "buffer", "utf8", "json", "base64")] = (
            "auto-detect"
        )
        broker: Annotated[str | None, config_node("mqtt-broker"), required()] = ""
        nl: Annotated[bool | str | None, checkbox(), show_if("inputs!=1")] = False
        rap: Annotated[bool | str | None, checkbox(), show_if("inputs!=1")] = True
        rh: Annotated[str | int | None, select("0", "1", "2"), show_if("inputs!=1")] = 0
        inputs: Annotated[int | str | None, select(0, 1)] = Field(0)

    def on_start(self) -> None:
        config = self.config
        self._subscribed: dict[str, dict[str, Any]] = {}
        self._broker: MqttBroker | None = None
        self._dynamic = str(config.inputs) == "1"
        self._datatype = (
            config.datatype if "datatype" in config.model_fields_set and config.datatype else "utf8"
        )
        if not self._dynamic and not is_filter(config.topic):
            self.warn(self.words("errors.invalid_topic"))
            return
        found = self.node(config.broker)
        if not isinstance(found, MqttBroker):
            self.error(self.words("errors.missing_config"))
            return
        self._broker = found
        self.status(dict(DISCONNECTED))
        if not config.topic and not self._dynamic:
            self.error(self.words("errors.not_defined"))
            return
        found.register(self)
        if not self._dynamic:
            self._broker.subscribe(
                config.topic or "", self._own_options(), self.id, self._heard(self._datatype)
            )
        if found.connected:
            self.status(dict(CONNECTED))

    async def on_close(self, removed: bool) -> None:
        broker, self._broker = self._broker, None
        if broker is None:
            return
        for topic in self._subscribed if self._dynamic else [self.config.topic or ""]:
            broker.unsubscribe(topic, self.id, gone=removed)
        await broker.deregister(self, gone=removed)

    def _own_options(self) -> dict[str, Any]:
        config = self.config
        qos = integer(config.qos)
        options: dict[str, Any] = {"qos": qos if qos in (0, 1, 2) else 2}
        if self._broker is not None and self._broker.is_version_5:
            options["rh"] = 0
            set_integer({"rh": config.rh}, options, "rh", 0, 2)
            for name in ("nl", "rap"):
                if (flag := truth(getattr(config, name))) is not None:
                    options[name] = flag
        return options

    def _heard(self, datatype: str) -> Callable[[Incoming], None]:
        def heard(incoming: Incoming) -> None:
            try:
                msg = incoming.message(datatype)
            except PayloadError as error:
                about = {"payload": error.payload, "topic": incoming.topic}
                self.error(self.words(str(error)), Msg(about, qos=incoming.qos, retain=incoming.retain))
                return
            if self._broker is not None and self._broker.settings.values["broker"] in LOCAL:
                msg["_topic"] = incoming.topic
            self.send(msg)

        return heard

    # subscriptions by message

    def on_input(self, msg: Msg) -> Any:
        action, broker = msg.get("action"), self._broker
        if broker is None:
            return None
        if action in ("connect", "disconnect"):
            return take_action(self, broker, msg)
        if action == "getSubscriptions":
            msg["topic"] = "subscriptions"
            msg["payload"] = [dict(item) for item in self._subscribed.values()]
            return msg
        if action not in ("subscribe", "unsubscribe"):
            raise NodeError(self.words("errors.invalid_action_action"), error_object=True)
        for wanted in self._wanted(own(msg), every=action == "unsubscribe"):
            self._forget(broker, wanted["topic"])
            if action == "subscribe":
                self._subscribe(broker, wanted)
        msg["subscriptions"] = [dict(item) for item in self._subscribed.values()]
        return None

    def _wanted(self, msg: Msg, *, every: bool) -> list[dict[str, Any]]:
        """Return the subscriptions that a message names. Raises NodeError."""
        topic = msg.get("topic", False)
        if every and topic is True:
            return list(self._subscribed.values())
        if not isinstance(topic, (str, dict, list)):
            raise NodeError(self.words("errors.invalid_action_badsubscription"), error_object=True)
        items = topic if isinstance(topic, list) else [topic]
        wanted = [{"topic": item} if isinstance(item, str) else item for item in items]
        for item in wanted:
            if not isinstance(item, dict) or not item.get("topic") or not is_filter(item["topic"]):
                raise NodeError(self.words("errors.invalid_topic"), error_object=True)
        return wanted

    def _forget(self, broker: MqttBroker, topic: str) -> None:
        if self._subscribed.pop(topic, None) is not None:
            broker.unsubscribe(topic, self.id, gone=True)

    def _subscribe(self, broker: MqttBroker, wanted: dict[str, Any]) -> None:
        options: dict[str, Any] = {}
        if "qos" not in wanted:
            options["qos"] = 2
        set_integer(wanted, options, "qos", 0, 2)
        _note(wanted, "qos", options.get("qos"))
        if broker.is_version_5:
            options["rh"] = 0
            set_integer(wanted, options, "rh", 0, 2)
            rap = truth(wanted.get("rap"))
            options["rap"] = wanted["rap"] = True if rap is None else rap
            _note(wanted, "rh", options["rh"])
            if (flag := truth(wanted.pop("nl", None))) is not None:
                options["nl"] = wanted["nl"] = flag
        broker.subscribe(
            wanted["topic"], options, self.id, self._heard(wanted.get("datatype") or self._datatype)
        )
        self._subscribed[wanted["topic"]] = wanted


def _note(wanted: dict[str, Any], name: str, value: int | None) -> None:
    """Note what was subscribed to in the subscription that the message brought."""
    wanted.pop(name, None)
    if value is not None:
        wanted[name] = value
