"""The mqtt-broker config node: connections that are made, lost and made again."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from flowengine.nodes.network import mqtt_broker
from flowengine.nodes.network.mqtt_client import MqttClient
from flowengine.nodes.network.mqtt_paho import Address, Login
from flowengine.nodes.network.mqtt_topics import is_filter, is_topic, matches

from flowengine.messages import Msg
from flowengine.settings import Settings
from flowengine.testing import FlowHarness

from .conftest import Certificates, Mosquitto
from .flows import SEEN, TAB, config, flow, free_port, node, statuses, tcp_server, until

DISCONNECTED, CONNECTING, CONNECTED = (
    f"node-red:common.status.{word}" for word in ("disconnected", "connecting", "connected")
)


def using(port: int, *more: dict[str, Any], **fields: Any) -> FlowHarness:
    options = {name: fields.pop(name) for name in ("credentials", "settings") if name in fields}
    defaults = {"broker": "127.0.0.1", "port": port, "protocolVersion": 5}
    nodes = [
        config("b", "mqtt-broker", **{**defaults, **fields}),
        node("in", "mqtt in", "seen", topic="#", broker="b", datatype="utf8"),
        node("out", "mqtt out", broker="b"),
        SEEN,
    ]
    return flow(*nodes, *more, **options)


async def test_a_broker_that_vanishes_and_returns(mosquitto: Mosquitto):
    async with using(mosquitto.port, settings={"mqttReconnectTime": 50}) as harness:
        await harness.settle(5)
        mosquitto.stop()
        await until(lambda: statuses(harness, "in")[-1] in (DISCONNECTED, CONNECTING))
        await harness.send("out", {"topic": "t", "payload": "lost"})
        await until(lambda: any("Connection failed" in report.text for report in harness.logs))
        mosquitto.start()
        await until(lambda: statuses(harness, "in")[-1] == CONNECTED, 10)
        await harness.send("out", {"topic": "t", "payload": "again"})
        await until(lambda: harness.received("seen"))
    assert [msg["payload"] for msg in harness.received("seen")] == ["again"]
    texts = [report.text for report in harness.logs]
    assert f"Disconnected from broker: mqtt://127.0.0.1:{mosquitto.port}" in texts
    assert harness.errors == []


async def test_what_waits_for_the_broker_fails_when_it_vanishes():
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x00")  # CONNACK, and never a word after
        await asyncio.sleep(0.3)

    async with tcp_server(deaf) as port, using(port, protocolVersion=4) as harness:
        await harness.settle(5)
        await harness.send("out", {"topic": "t", "payload": "x", "qos": 1})
        await until(lambda: harness.errors)
        assert await harness.settle(5)
    assert harness.errors[0].text == "the connection to the broker was lost"


async def test_birth_close_and_will(mosquitto: Mosquitto):
    said = {
        "birthTopic": "birth",
        "birthPayload": "hello",
        "closeTopic": "close",
        "closePayload": "bye",
        "closeQos": "1",
        "willTopic": "will",
        "willPayload": "gone",
        "willMsg": {"contentType": "text/x"},
    }
    async with using(mosquitto.port) as other:
        await other.settle(5)
        async with using(mosquitto.port, **said) as harness:
            await until(lambda: any(msg["topic"] == "birth" for msg in other.received("seen")))
            assert await harness.settle(5)
        await until(lambda: any(msg["topic"] == "close" for msg in other.received("seen")))
        async with using(mosquitto.port, **said) as harness:
            await harness.settle(5)
            client = harness.engine.nodes["b"]._client
            client._unwatch(client._paho.socket())
            client._paho.socket().close()
            await until(lambda: any(msg["topic"] == "will" for msg in other.received("seen")))
            client.abort()
    will = next(msg for msg in other.received("seen") if msg["topic"] == "will")
    assert (will["payload"], will["contentType"]) == ("gone", "text/x")


async def test_a_broker_that_wants_a_password(password_mosquitto: Mosquitto):
    port = password_mosquitto.port
    right = {"b": {"user": "ann", "password": "s3cret"}}
    async with using(port, credentials=right) as harness:
        await until(lambda: statuses(harness, "in")[-1] == CONNECTED)
    async with using(port, credentials={"b": {"user": "ann", "password": "wr0ng"}}) as harness:
        await until(lambda: any("Connection failed" in report.text for report in harness.logs))
        told = (
            [report.text for report in harness.logs],
            harness.log_lines,
            harness.engine.nodes["b"].settings.login(),
        )
    assert "wr0ng" not in repr(told)
    assert CONNECTED not in statuses(harness, "in")


# Paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_encrypted_broker_is_verified(secure_mosquitto: Mosquitto, certificates: Certificates):
    port = secure_mosquitto.port
    trusting = config("tls", "tls-config", ca=str(certificates.ca), verifyservercert=True)
    async with using(port, trusting, usetls=True, tls="tls") as harness:
        assert await harness.settle(5)
        await harness.send("out", {"topic": "t", "payload": "x" * 100_000})
        await until(lambda: harness.received("seen"))
        assert len(harness.received("seen")[0]["payload"]) == 100_000
    suspicious = config("tls", "tls-config", verifyservercert=True)
    async with using(port, suspicious, usetls=True, tls="tls") as harness:
        await until(lambda: any("Connection failed" in report.text for report in harness.logs))
    async with using(port, usetls=True, verifyservercert=False) as harness:
        await until(lambda: statuses(harness, "in")[-1] == CONNECTED)


async def test_a_broker_behind_a_web_server(web_mosquitto: tuple[int, int]):
    port, web_port = web_mosquitto
    nodes = [
        config("web", "mqtt-broker", broker=f"ws://127.0.0.1:{web_port}/mqtt", protocolVersion=5),
        node("web-in", "mqtt in", "web-seen", topic="t", broker="web", datatype="utf8"),
        node("web-out", "mqtt out", broker="web"),
        node("web-seen", "helper"),
    ]
    large = 12_000_000  # more than fits into the buffers of a connection
    async with using(port, *nodes) as harness:
        await until(lambda: "node-red:common.status.connected" in statuses(harness, "in"))
        await until(lambda: "node-red:common.status.connected" in statuses(harness, "web-in"))
        for topic, payload in (("large", "x" * large), ("t", "small")):
            await harness.send("web-out", {"topic": topic, "payload": payload})
        await until(lambda: len(harness.received("seen")) == 2 and harness.received("web-seen"), 20)
    assert [len(msg["payload"]) for msg in harness.received("seen")] == [large, 5]
    assert harness.received("web-seen")[0]["payload"] == "small"
    assert harness.errors == []


async def test_messages_connect_and_disconnect(mosquitto: Mosquitto):
    async with using(mosquitto.port, autoConnect=False) as harness:
        await harness.settle(5)
        assert statuses(harness, "out") == [DISCONNECTED]
        await harness.send("out", {"action": "connect", "broker": {"clientid": "me"}})
        await until(lambda: statuses(harness, "in")[-1] == CONNECTED)
        await harness.send("out", {"action": "disconnect"})
        await until(lambda: statuses(harness, "in")[-1] == DISCONNECTED)
        await harness.send("out", {"action": "connect"})
        await until(lambda: statuses(harness, "in")[-1] == CONNECTED)
        await harness.send("out", {"action": "connect", "broker": {"force": True, "clientid": "other"}})
        await until(
            lambda: [report.text for report in harness.logs][-1].endswith(
                f"other@mqtt://127.0.0.1:{mosquitto.port}"
            )
        )
    texts = [report.text for report in harness.logs]
    assert f"Connected to broker: me@mqtt://127.0.0.1:{mosquitto.port}" in texts


async def test_a_kept_session_needs_a_name(mosquitto: Mosquitto):
    async with using(mosquitto.port, cleansession=False) as harness:
        assert [report.text for report in harness.warnings] == ["No client ID set, using clean session"]


async def test_a_kept_session_hears_what_was_said_while_it_was_away(mosquitto: Mosquitto):
    kept = {"cleansession": False, "clientid": "keeper", "sessionExpiry": "100"}
    async with using(mosquitto.port, autoUnsubscribe=False, **kept) as harness:
        await harness.settle(5)
        await harness.send("out", {"topic": "t", "payload": "now"})
        await until(lambda: harness.received("seen"))
    async with using(mosquitto.port) as other:
        await other.settle(5)
        await other.send("out", {"topic": "t", "payload": "meanwhile", "qos": 1})
        assert await other.settle(5)
    async with using(mosquitto.port, **kept) as harness:
        await until(lambda: [msg["payload"] for msg in harness.received("seen")] == ["meanwhile"])


async def test_the_connection_ends_with_its_last_node(mosquitto: Mosquitto):
    async with using(mosquitto.port) as harness:
        await harness.settle(5)
        broker = config("b", "mqtt-broker", broker="127.0.0.1", port=mosquitto.port, protocolVersion=5)
        await harness.engine.deploy([TAB, broker, SEEN], kind="nodes")
        await until(lambda: not harness.engine.nodes["b"].connected)


async def test_an_address_that_is_none_is_an_error():
    async with using(1, broker="gopher://x") as harness:
        await until(lambda: harness.errors)
    assert harness.errors[0].text == "Error: Invalid URL"


async def test_a_flow_stops_while_its_broker_is_away_or_deaf():
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with using(free_port()) as harness:
        await harness.settle(5)
    async with tcp_server(deaf) as port, asyncio.timeout(10), using(port) as harness:
        await asyncio.sleep(0.1)
    assert harness.engine.delivery.is_idle()


async def test_a_node_that_fails_does_not_take_the_connection_with_it(mosquitto: Mosquitto):
    async with using(mosquitto.port) as harness:
        await harness.settle(5)
        broker = harness.engine.nodes["b"]

        def fail(incoming: Any) -> None:
            raise ValueError("broken")

        broker.subscribe("x", {"qos": 0}, "test", fail)
        await harness.send("out", Msg(topic="x", payload="1"))
        await until(lambda: harness.received("seen"))
        assert [report.text for report in harness.errors] == [
            "MQTT subscription handler error: ValueError: broken"
        ]
        assert broker.connected


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("#", "a/b", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a.b", "axb", False),
        ("$share/g/a/+", "a/b", True),
        ("a(b", "a(b", True),
    ],
)
def test_filters_match_topics(wanted: str, topic: str, fits: bool):
    assert matches(wanted, topic) is fits


def test_filters_and_topics_have_rules():
    assert [is_filter(text) for text in ("#", "a/+/b/#", "a/b", "a#", "#/a", "a/+b")] == [True] * 3 + [
        False
    ] * 3
    assert [is_topic(text) for text in ("a/b", "", "a/+", "a\n", 5)] == [True, False, False, False, False]


def test_pauses_are_bounded():
    assert Settings().mqtt_reconnect_time / 1000 < mqtt_broker.LONGEST_PAUSE <= 60


async def test_a_connection_that_is_given_up_while_it_opens_does_not_stay():
    ended, opening, go_on = asyncio.Event(), threading.Event(), threading.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with tcp_server(talk) as port:
        client = MqttClient(Address("127.0.0.1", port), Login("late"))
        open_socket = client._open_socket

        def slowly() -> None:
            opening.set()
            go_on.wait(10)
            open_socket()

        client._open_socket = slowly
        connecting = asyncio.create_task(client.connect())
        await asyncio.to_thread(opening.wait, 10)
        connecting.cancel()
        await asyncio.wait((connecting,))
        go_on.set()
        async with asyncio.timeout(10):
            await ended.wait()
