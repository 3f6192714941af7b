"""The mqtt-broker config node: one connection to a broker for all nodes that use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from flowengine.errors import NodeError, error_text
from flowengine.fields import tab
from flowengine.messages import Msg
from flowengine.node import ConfigNode, Node

from .background import FirstAttempt, in_background, pauses
from .mqtt_client import MqttClient
from .mqtt_messages import Incoming, integer, payload_text, publish_properties
from .mqtt_settings import BrokerConfig, BrokerSettings
from .mqtt_subscriptions import Subscription, Subscriptions
from .mqtt_topics import is_topic
from .tls_config import TlsConfig

LONGEST_PAUSE = 60.0
"""Seconds between attempts to connect at most; they begin with the setting ``mqttReconnectTime``."""
CLOSE_PATIENCE = 2.0
DISCONNECTED = {"fill": "red", "shape": "ring", "text": "node-red:common.status.disconnected"}
CONNECTING = {"fill": "yellow", "shape": "ring", "text": "node-red:common.status.connecting"}
CONNECTED = {"fill": "green", "shape": "dot", "text": "node-red:common.status.connected"}

Done = Callable[[NodeError | str | None], None]


class TopicRefused(NodeError):
    """A topic that nothing can be published to."""


class MqttBroker(ConfigNode):
    """Connects when the first node asks, and again whenever the connection is lost."""

    type = "mqtt-broker"
    credentials = {"user": "text", "password": "password"}
    form = (
        "name",
        tab(
            "connection",
            "broker",
            "port",
            "protocolVersion",
            "clientid",
            "keepalive",
            "cleansession",
            "sessionExpiry",
            "autoConnect",
            "autoUnsubscribe",
            "userProps",
        ),
        tab("security", "user", "password", "usetls", "tls", "verifyservercert"),
        tab(
            "messages",
            "birthTopic",
            "birthPayload",
            "birthQos",
            "birthRetain",
            "birthMsg",
            "closeTopic",
            "closePayload",
            "closeQos",
            "closeRetain",
            "closeMsg",
            "willTopic",
            "willPayload",
            "willQos",
            "willRetain",
            "willMsg",
        ),
    )
    label = ("{name}", "{clientid}@{broker}:{port}", "{broker}:{port}")

    class Config(BrokerConfig):
        """See BrokerConfig."""

    def on_start(self) -> None:
        secrets = self.credential_values
        user, password = str(secrets.get("user") or ""), str(secrets.get("password") or "")
        self.settings = BrokerSettings(self.config, user, password)
        tls = self.node(self.config.tls)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        self._client: MqttClient | None = None
        self._running: asyncio.Task[Any] | None = None
        self._connected_once: list[Callable[[], None]] = []
        self._subscriptions = Subscriptions()
        self._aliases: dict[int, str] = {}
        self.connecting = False
        self.server: dict[str, Any] = {}
        self._check_client_id()

    async def on_close(self, removed: bool) -> None:
        await self.disconnect()

    def _check_client_id(self) -> None:
        if self.settings.lacks_client_id:
            self.warn(self.words("errors.nonclean_missingclientid"))

    @property
    def connected(self) -> bool:
        """Whether messages can be published."""
        return self._client is not None and self._client.connected

    @property
    def is_version_5(self) -> bool:
        """Whether properties can be sent."""
        return self.settings.version == 5

    # users

    def register(self, node: Node) -> None:
        """Tell a node of the connection from now on; the first one has it made."""
        self.users[node.id] = node
        if len(self.users) == 1 and self.settings.values["autoConnect"] not in (False, "false"):
            self.connect()
            self.call_later(0, self._show_state)

    async def deregister(self, node: Node, *, gone: bool) -> None:
        """Tell a node nothing more; when the last one is gone for good, so is the connection."""
        node.status(DISCONNECTED)
        self.users.pop(node.id, None)
        if gone and not self.users and self.connected:
            await self.disconnect()

    def _show(self, status: dict[str, Any]) -> None:
        for node in self.users.values():
            node.status(dict(status))

    def _show_state(self) -> None:
        self._show(CONNECTING if self.connecting else CONNECTED if self.connected else DISCONNECTED)

    # the connection

    def can_connect(self) -> bool:
        """Whether there is no connection, nor one on its way."""
        return not self.connected and not self.connecting

    def connect(self, then: Callable[[], None] | None = None) -> None:
        """Connect, and keep connecting; ``then`` is called when that has come about once."""
        if not self.can_connect():
            return
        if self._running is not None:
            self._running.cancel()
        self._connected_once = [then] if then is not None else []
        self.connecting = True
        self._show(CONNECTING)
        first = FirstAttempt(self)
        self._running = in_background(self, self._stay_connected(first), first)

    async def disconnect(self) -> None:
        """Say the close message and take leave."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
        client = self._client
        if client is not None:
            client.on_lost = lambda code, reason: None
            await self._say_close(client)
            if client.connected:
                self.log(self.words("statuses.disconnected", broker=self.settings.name))
            await client.close()
        if self.connecting or client is not None:
            self._show(DISCONNECTED)
        self.connecting = False
        self._client = None

    async def _say_close(self, client: MqttClient) -> None:
        message = self.settings.messages["close"]
        if message is None or not client.connected:
            return
        said = asyncio.Event()
        self.publish(Msg(message), lambda error: said.set())
        try:
            async with asyncio.timeout(CLOSE_PATIENCE):
                await said.wait()
        except TimeoutError:
            pass

    async def _stay_connected(self, attempt: FirstAttempt) -> None:
        first = self.host.settings.mqtt_reconnect_time / 1000
        waits = pauses(first, max(first, LONGEST_PAUSE))
        try:
            client = MqttClient(self.settings.address(self._tls), self.settings.login())
        except (NodeError, ValueError) as error:
            self.connecting = False
            self._show(DISCONNECTED)
            self.error(error)
            return
        while True:
            lost = asyncio.Event()
            is_connected = await self._connect(client, lost)
            attempt.over()
            if is_connected:
                waits = pauses(first, max(first, LONGEST_PAUSE))
                await lost.wait()
            await asyncio.sleep(next(waits))
            self.connecting = True
            self._show(CONNECTING)

    async def _connect(self, client: MqttClient, lost: asyncio.Event) -> bool:
        """Connect once; tells whether there is a connection now."""
        self._client = client
        client.on_message = self._hear
        client.is_full = lambda: self.host.delivery.is_full
        client.on_lost = lambda code, reason: self._on_lost(lost, code, reason)
        try:
            answer = await client.connect()
        except (NodeError, OSError, ValueError, TimeoutError):
            self.log(self.words("statuses.connect_failed", broker=self.settings.name))
            return False
        self.connecting = False
        self.server = answer
        self._aliases = {}
        self.log(self.words("statuses.connected", broker=self.settings.name))
        self._show(CONNECTED)
        for subscription in self._subscriptions.all():
            self._ask_for(subscription)
        if (birth := self.settings.messages["birth"]) is not None:
            self.publish(Msg(birth), self._report)
        connected, self._connected_once = self._connected_once, []
        for then in connected:
            then()
        return True

    def _on_lost(self, lost: asyncio.Event, code: str, reason: str) -> None:
        broker = self.settings.name
        if code:
            self.log(self.words("statuses.broker_disconnected", broker=broker, code=code, reason=reason))
        else:
            self.log(self.words("statuses.disconnected", broker=broker))
        self._show(DISCONNECTED)
        lost.set()

    def _report(self, error: NodeError | str | None) -> None:
        if isinstance(error, TopicRefused):
            self.warn(error)
        elif error is not None:
            self.error(error)

    # hearing

    def subscribe(
        self, topic: str, options: dict[str, Any], ref: str, heard: Callable[[Incoming], None]
    ) -> None:
        """Let ``heard`` hear of a topic filter, for the node ``ref``; again after every new connection."""
        for old in self._subscriptions.abandoned(ref, topic):
            self.unsubscribe(old, ref, gone=True)
        self._ask_for(self._subscriptions.add(topic, Subscription(topic, options, heard), ref))

    def _ask_for(self, subscription: Subscription) -> None:
        if self._client is None or not self._client.connected:
            return
        options = dict(subscription.options)
        if self._has_identifiers:
            options["properties"] = {"subscriptionIdentifier": self._subscriptions.mark(subscription.topic)}
        self._client.subscribe(subscription.topic, options)

    @property
    def _has_identifiers(self) -> bool:
        """Whether the broker marks messages with the subscription they belong to."""
        return self.is_version_5 and bool(self.server.get("SubscriptionIdentifierAvailable", 1))

    def unsubscribe(self, topic: str, ref: str, *, gone: bool) -> None:
        """Let a node hear nothing more of a topic filter.

        Where the broker shall keep the subscription over a redeploy (``autoUnsubscribe`` is off) and the node is not
        ``gone``, it stays until the node subscribes to something else.
        """
        if not gone and self.config.auto_unsubscribe in (False, "false"):
            self._subscriptions.leave(topic, ref)
        elif self._subscriptions.remove(topic, ref) and self._client is not None:
            self._client.unsubscribe(topic)

    def _hear(self, incoming: Incoming) -> None:
        for subscription in self._subscriptions.matching(incoming, marked=self._has_identifiers):
            try:
                subscription.heard(incoming)
            except Exception as error:  # a node's fault must not end the connection of the others
                self.error(self.words("errors.handler", error=error_text(error)))

    # publishing

    def publish(self, msg: Msg, done: Done) -> bool:
        """Publish a message; ``done`` is told how that went. False without a connection: then nothing happens."""
        client = self._client
        if client is None or not client.connected:
            return False
        msg["payload"] = payload_text(msg.get("payload"))
        properties = self._properties(msg) if self.is_version_5 else None
        if properties is not None and not msg.get("topic") and "responseTopic" in properties:
            msg["topic"] = msg.pop("responseTopic", "")
        if not is_topic(msg.get("topic")):
            done(TopicRefused(self.words("errors.invalid_topic"), error_object=True))
            return True
        if properties is not None and (alias := properties.get("topicAlias")) is not None:
            if self._aliases.get(alias) == msg["topic"]:
                msg["topic"] = ""
            else:
                self._aliases[alias] = msg["topic"]
        qos, retain = int(msg.get("qos") or 0), bool(msg.get("retain"))
        client.publish(msg["topic"], msg["payload"], qos, retain, properties, done)
        return True

    def _properties(self, msg: Msg) -> dict[str, Any]:
        if not isinstance(msg.get("userProperties", {}), (dict, list)):
            del msg["userProperties"]
        alias = integer(msg.pop("topicAlias", None))
        if alias is not None:
            msg["topicAlias"] = alias
        ready = dict(msg)
        if isinstance(ready.get("properties"), dict):  # birth and close messages carry theirs apart
            ready |= ready.pop("properties")
        return publish_properties(ready, int(self.server.get("TopicAliasMaximum", 0)))
