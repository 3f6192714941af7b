"""The mqtt out node: what a real broker gets, seen by another client."""

from __future__ import annotations

from typing import Any

import pytest
from flowengine.nodes.network import mqtt_client

from flowengine.testing import FlowHarness

from .conftest import Mosquitto
from .flows import CAUGHT, SEEN, config, flow, node, until


def publishing(broker: Mosquitto, version: int = 5, **fields: Any) -> FlowHarness:
    nodes = [
        config("b", "mqtt-broker", broker="127.0.0.1", port=broker.port, protocolVersion=version),
        node("out", "mqtt out", broker="b", **fields),
        node("in", "mqtt in", "seen", topic="#", datatype="buffer", broker="b"),
        node("complete", "complete", "done", scope=["out"]),
        node("done", "helper"),
        SEEN,
        *CAUGHT,
    ]
    return flow(*nodes)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("é", "é".encode()),
        (b"\x00", b"\x00"),
        ({"a": 1}, b'{"a":1}'),
        (5, b"5"),
        (True, b"true"),
        (None, b""),
    ],
)
async def test_a_payload_is_published_as_bytes(mosquitto: Mosquitto, payload: Any, expected: bytes):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        await harness.send("out", {"topic": "t", "payload": payload})
        await until(lambda: harness.received("seen"))
    assert harness.received("seen")[0]["payload"] == expected


async def test_the_nodes_properties_go_before_the_messages(mosquitto: Mosquitto):
    fields = {
        "qos": "1",
        "topic": "fixed",
        "contentType": "text/x",
        "userProps": '{"k":"v","n":1}',
        "expiry": "60",
    }
    async with publishing(mosquitto, respTopic="r", correl="c", **fields) as harness:
        await harness.settle(5)
        await harness.send("out", {"topic": "t", "qos": 0, "payload": "x", "userProperties": {"other": "1"}})
        await until(lambda: harness.received("seen"))
    (msg,) = harness.received("seen")
    assert (msg["topic"], msg["qos"], msg["contentType"], msg["responseTopic"]) == ("fixed", 1, "text/x", "r")
    assert (msg["correlationData"], msg["userProperties"]) == (b"c", {"k": "v", "n": "1"})
    assert 0 < msg["messageExpiryInterval"] <= 60


async def test_correlation_data_is_bytes_or_an_error(mosquitto: Mosquitto):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for data in ([1, 2], 5, {"a": 1}):
            await harness.send("out", {"topic": "t", "payload": "x", "correlationData": data})
        await until(lambda: len(harness.received("caught")) == 2 and harness.received("seen"))
    assert [msg["correlationData"] for msg in harness.received("seen")] == [b"\x01\x02"]
    received = [report.text.partition("Received ")[2] for report in harness.errors]
    assert received == ["type number (5)", "an instance of Object"]


async def test_a_topic_alias_is_sent_instead_of_the_topic(mosquitto: Mosquitto):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for payload in (1, 2):
            await harness.send("out", {"topic": "long/topic", "payload": payload, "topicAlias": 1})
        await until(lambda: len(harness.received("seen")) == 2)
    assert [msg["topic"] for msg in harness.received("seen")] == ["long/topic"] * 2
    assert harness.received("done")[1]["topic"] == ""


async def test_a_message_is_complete_when_the_broker_has_it(mosquitto: Mosquitto):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for qos in (0, 1, 2):
            await harness.send("out", {"topic": "t", "payload": "x", "qos": qos})
        assert await harness.settle(5)
        assert len(harness.received("done")) == 3


async def test_topics_that_cannot_be_published_to_are_warnings(mosquitto: Mosquitto):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for topic in ("a/#", "a/+", "", 5, None):
            await harness.send("out", {"topic": topic, "payload": "x"})
        assert await harness.settle(1)
    assert [report.text for report in harness.warnings] == ["Error: Invalid topic specified"] * 5
    assert harness.received("done") == []


async def test_thousands_of_messages_all_arrive_in_order(mosquitto: Mosquitto):
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for at in range(3000):
            await harness.send("out", {"topic": "t", "payload": at, "qos": 1})
        await until(lambda: len(harness.received("seen")) == 3000, 30)
        assert await harness.settle(5)
    assert [int(msg["payload"]) for msg in harness.received("seen")] == list(range(3000))
    assert harness.errors == []


async def test_more_than_the_bound_is_an_error_not_a_queue(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mqtt_client, "MOST_PENDING", 5)
    async with publishing(mosquitto) as harness:
        await harness.settle(5)
        for at in range(50):
            harness.engine.give("out", {"topic": "t", "payload": at, "qos": 1})
        assert await harness.settle(5)
    assert any("more than 5 messages wait" in report.text for report in harness.errors)
    assert len(harness.received("done")) + len(harness.errors) == 50
