"""The mqtt in node with a real broker."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from .conftest import Mosquitto
from .flows import CAUGHT, SEEN, config, flow, node, until


def hearing(broker: Mosquitto, topic: str = "a/#", *more: dict[str, Any], **fields: Any) -> FlowHarness:
    version = fields.pop("version", 5)
    nodes = [
        config("b", "mqtt-broker", broker="127.0.0.1", port=str(broker.port), protocolVersion=str(version)),
        node("in", "mqtt in", "seen", topic=topic, broker="b", **{"datatype": "auto-detect", **fields}),
        node("out", "mqtt out", broker="b"),
        SEEN,
        *CAUGHT,
    ]
    return flow(*nodes, *more)


async def publish(harness: FlowHarness, *msgs: dict[str, Any]) -> None:
    assert await harness.settle(5)
    for msg in msgs:
        await harness.send("out", {"topic": "a/b", **msg})
    assert await harness.settle(5)


def payloads(harness: FlowHarness) -> list[Any]:
    return [msg["payload"] for msg in harness.received("seen")]


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_messages_arrive_in_every_version_and_quality(mosquitto: Mosquitto, version: int, qos: int):
    async with hearing(mosquitto, version=version) as harness:
        await publish(harness, {"payload": {"a": 1}, "qos": qos})
        await until(lambda: harness.received("seen"))
    (msg,) = harness.received("seen")
    assert (msg["topic"], msg["payload"], msg["qos"], msg["retain"]) == ("a/b", {"a": 1}, qos, False)


@pytest.mark.parametrize(
    ("datatype", "expected"),
    [
        ("auto-detect", [{"a": 1}, "text", b"\xff\xe1"]),
        ("auto", ['{"a":1}', "text", b"\xff\xe1"]),
        ("buffer", [b'{"a":1}', b"text", b"\xff\xe1"]),
        ("utf8", ['{"a":1}', "text", "\ufffd\ufffd"]),
        ("base64", ["eyJhIjoxfQ==", "dGV4dA==", "/+E="]),
    ],
)
async def test_a_payload_is_read_as_the_node_says(mosquitto: Mosquitto, datatype: str, expected: list[Any]):
    async with hearing(mosquitto, datatype=datatype) as harness:
        await publish(harness, *({"payload": payload} for payload in ('{"a":1}', "text", b"\xff\xe1")))
        await until(lambda: len(harness.received("seen")) == 3)
    assert payloads(harness) == expected


async def test_what_should_be_json_and_is_none_is_an_error(mosquitto: Mosquitto):
    async with hearing(mosquitto, datatype="json") as harness:
        await publish(harness, {"payload": "text"}, {"payload": b"\xff"}, {"payload": "[1]"})
        await until(lambda: harness.received("seen"))
    assert [report.text for report in harness.errors] == [
        "Failed to parse JSON string",
        "Invalid JSON string",
    ]
    assert harness.received("caught")[0]["payload"] == b"text"
    assert payloads(harness) == [[1]]


async def test_the_content_type_of_version_5_decides(mosquitto: Mosquitto):
    text = json.dumps({"a": 1})
    async with hearing(mosquitto) as harness:
        kinds = ("application/json", "text/plain", "image/png", "other/thing")
        await publish(harness, *({"payload": text, "contentType": kind} for kind in kinds))
        await until(lambda: len(harness.received("seen")) == 4)
    assert payloads(harness) == [{"a": 1}, text, text.encode(), {"a": 1}]


async def test_overlapping_subscriptions_hear_a_message_once_each(mosquitto: Mosquitto):
    more = [node("in2", "mqtt in", "seen2", topic="a/+", broker="b"), node("seen2", "helper")]
    for version in (4, 5):
        async with hearing(mosquitto, "a/#", *more, version=version) as harness:
            await publish(harness, {"payload": "x"})
            await until(lambda: harness.received("seen") and harness.received("seen2"))
            await harness.settle(1)
            assert len(harness.received("seen")) == len(harness.received("seen2")) == 1


async def test_a_shared_subscription_gets_each_message_once(mosquitto: Mosquitto):
    async with hearing(mosquitto, "$share/g/a/#") as one, hearing(mosquitto, "$share/g/a/#") as two:
        await two.settle(5)
        await publish(one, *({"payload": at} for at in range(10)))
        await until(lambda: len(one.received("seen")) + len(two.received("seen")) == 10)
        assert sorted(payloads(one) + payloads(two)) == list(range(10))


async def test_retained_messages_come_first_and_may_be_declined(mosquitto: Mosquitto):
    async with hearing(mosquitto) as harness:
        await publish(harness, {"topic": "a/kept", "payload": "k", "retain": True})
    late = node("late", "mqtt in", "seen2", topic="a/kept", broker="b", rh=2)
    async with hearing(mosquitto, "a/kept", late, node("seen2", "helper")) as harness:
        await until(lambda: harness.received("seen"))
        assert harness.received("seen")[0]["retain"] is True


async def test_what_is_no_filter_warns_and_no_broker_is_an_error(mosquitto: Mosquitto):
    async with hearing(mosquitto, "a/#/b") as harness:
        assert [report.text for report in harness.warnings] == ["Invalid topic specified"]
    async with flow(node("in", "mqtt in", topic="a"), node("out", "mqtt out")) as harness:
        assert [report.text for report in harness.errors] == ["missing broker configuration"] * 2


async def test_messages_subscribe_and_unsubscribe(mosquitto: Mosquitto):
    async with hearing(mosquitto, "", inputs=1) as harness:
        await harness.settle(5)
        await harness.send(
            "in", {"action": "subscribe", "topic": ["a/b", {"topic": "c", "qos": 1, "datatype": "buffer"}]}
        )
        await publish(harness, {"payload": "1"}, {"topic": "c", "payload": "2"})
        await until(lambda: len(harness.received("seen")) == 2)
        await harness.send("in", {"action": "unsubscribe", "topic": "a/b"})
        await harness.send("in", {"action": "getSubscriptions"})
        await publish(harness, {"payload": "unheard"}, {"topic": "c", "payload": "3"})
        await until(lambda: len(harness.received("seen")) == 4)
    assert payloads(harness)[:2] == [1, b"2"]
    listed = next(msg for msg in harness.received("seen") if msg["topic"] == "subscriptions")
    assert listed["payload"] == [{"topic": "c", "qos": 1, "datatype": "buffer", "rh": 0, "rap": True}]
    assert b"3" in payloads(harness)


@pytest.mark.parametrize(
    ("msg", "text"),
    [
        ({"action": "dance"}, "Invalid action specified"),
        ({"action": "subscribe"}, "msg.topic is missing or invalid"),
        ({"action": "subscribe", "topic": "#/a"}, "Invalid topic specified"),
        ({"action": "connect", "broker": {"clientid": "x"}}, "Disconnect from broker before connecting"),
    ],
)
async def test_actions_that_make_no_sense_are_errors(mosquitto: Mosquitto, msg: dict[str, Any], text: str):
    async with hearing(mosquitto, "", inputs=1) as harness:
        await harness.settle(5)
        await harness.send("in", msg)
        assert [report.text for report in harness.errors] == [f"Error: {text}"]


async def test_where_flows_have_too_much_to_do_the_broker_waits(mosquitto: Mosquitto):
    async with hearing(mosquitto) as harness:
        assert await harness.settle(5)
        delivery = harness.engine.delivery
        delivery.most = 1
        delivery.begin()
        for number in range(40):
            await harness.send("out", {"topic": "a/b", "payload": number, "qos": 0})
        await asyncio.sleep(0.3)
        assert len(payloads(harness)) < 20
        delivery.end()
        await until(lambda: len(payloads(harness)) == 40)
        assert payloads(harness) == list(range(40))


@pytest.mark.parametrize("datatype", ["auto", "auto-detect"])
async def test_a_payload_with_control_characters_is_no_text(mosquitto: Mosquitto, datatype: str):
    async with hearing(mosquitto, datatype=datatype) as harness:
        await publish(harness, {"payload": b"a\x00b"}, {"payload": b"a\tb\r\n"})
        await until(lambda: len(payloads(harness)) == 2)
        assert payloads(harness) == [b"a\x00b", "a\tb\r\n"]
