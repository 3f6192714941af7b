"""The udp in and udp out nodes with real sockets."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from .flows import CAUGHT, SEEN, flow, free_port, node, until


def udp_in(port: int, to: str = "seen", node_id: str = "in", **fields: Any) -> dict[str, Any]:
    return node(node_id, "udp in", to, port=str(port), **{"datatype": "utf8", **fields})


@pytest.mark.parametrize(
    ("datatype", "expected"), [("buffer", b"\xff\x00"), ("base64", "/wA="), ("utf8", "\ufffd\x00")]
)
async def test_a_datagram_becomes_a_message(datatype: str, expected: Any):
    port = free_port()
    async with flow(udp_in(port, datatype=datatype), SEEN) as harness:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"\xff\x00", ("127.0.0.1", port))
            await until(lambda: harness.received("seen"))
            (msg,) = harness.received("seen")
            assert msg["payload"] == expected
            assert msg["fromip"] == f"127.0.0.1:{sender.getsockname()[1]}" == f"{msg['ip']}:{msg['port']}"


@pytest.mark.parametrize(
    ("payload", "expected"), [("é", "é".encode()), (b"\x00", b"\x00"), (5, b"5"), (None, b"null"), ("", b"")]
)
async def test_a_payload_becomes_a_datagram(payload: Any, expected: bytes):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(3)
        port = receiver.getsockname()[1]
        async with flow(node("out", "udp out", addr="127.0.0.1", port=port)) as harness:
            await harness.send("out", {"payload": payload})
            assert await harness.settle(2)
            assert receiver.recv(100) == expected


@pytest.mark.parametrize(("payload", "expected"), [("aGk=", b"hi"), (b"\x00", b"\x00"), ([104, 105], b"hi")])
async def test_base64_is_sent_as_what_it_stands_for(payload: Any, expected: bytes):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        port = receiver.getsockname()[1]
        async with flow(node("out", "udp out", addr="127.0.0.1", port=port, base64=True)) as harness:
            await harness.send("out", {"payload": payload})
            assert await harness.settle(2)
            assert receiver.recv(100) == expected


async def test_what_can_be_no_base64_is_an_error():
    out = node("out", "udp out", addr="127.0.0.1", port=free_port(), base64=True)
    async with flow(out, *CAUGHT) as harness:
        for payload in (5, True, None, {"a": 1}):
            await harness.send("out", {"payload": payload})
        await until(lambda: len(harness.received("caught")) == 4)
    assert all(report.text.startswith("TypeError [ERR_INVALID_ARG_TYPE]: ") for report in harness.errors)
    received = [report.text.partition("Received ")[2] for report in harness.errors]
    assert received == ["type number (5)", "type boolean (true)", "null", "an instance of Object"]


async def test_the_first_message_is_not_lost_however_early_it_comes():
    port = free_port()
    async with flow(udp_in(port), node("out", "udp out", addr="localhost", port=port), SEEN) as harness:
        await harness.send("out", {"payload": "early"})
        await until(lambda: harness.received("seen"))


async def test_nodes_of_one_port_share_its_socket():
    port = free_port()
    nodes = [udp_in(port), udp_in(port, node_id="in2"), node("out", "udp out", addr="127.0.0.1", port=port)]
    async with flow(*nodes, SEEN) as harness:
        await harness.settle(2)
        await harness.send("out", {"payload": "x"})
        await until(lambda: len(harness.received("seen")) == 2)
        assert {msg["port"] for msg in harness.received("seen")} == {port}
    texts = [report.text for report in harness.logs]
    assert f"udp: port {port} already in use" in texts
    assert f"udp re-use socket:  -> 127.0.0.1:{port}" in texts


async def test_a_message_may_name_the_receiver_and_has_to_where_nobody_else_does():
    port = free_port()
    async with flow(udp_in(port), node("out", "udp out"), SEEN) as harness:
        for msg in (
            {"payload": 1},
            {"payload": 1, "ip": "127.0.0.1"},
            {"payload": 1, "ip": "h", "port": 99999},
        ):
            await harness.send("out", msg)
        await harness.send("out", {"payload": 1, "ip": "127.0.0.1", "port": port})
        await until(lambda: harness.received("seen"))
    expected = ["udp: ip address not set", "udp: port not set", "udp: port number not valid"]
    assert [report.text for report in harness.warnings] == expected


async def test_a_datagram_that_is_too_large_and_a_name_that_nobody_has_are_errors():
    port = free_port()
    nodes = [
        node("big", "udp out", addr="127.0.0.1", port=port),
        node("lost", "udp out", addr="no.invalid", port=port),
    ]
    async with flow(*nodes, *CAUGHT) as harness:
        await harness.send("big", {"payload": "x" * 70_000})
        await harness.send("lost", {"payload": "x"})
        await until(lambda: len(harness.errors) == 2)
    texts = sorted(report.text for report in harness.errors)
    assert texts[0].startswith("udp : Error: getaddrinfo E")
    assert texts[1] == f"udp : Error: send EMSGSIZE 127.0.0.1:{port}"


async def test_multicast_arrives_in_the_group():
    port, outport = free_port(), free_port()
    nodes = [
        udp_in(port, multicast="true", group="239.1.2.3", iface="127.0.0.1"),
        node(
            "out",
            "udp out",
            addr="239.1.2.3",
            port=port,
            outport=outport,
            multicast="multi",
            iface="127.0.0.1",
        ),
    ]
    async with flow(*nodes, SEEN) as harness:
        await harness.settle(2)
        texts = [report.text for report in harness.logs]
        assert "udp multicast group 239.1.2.3" in texts
        assert f"udp multicast ready: 127.0.0.1:{outport} -> 239.1.2.3:{port}" in texts
        assert harness.errors == []


async def test_a_status_node_hears_of_the_interface():
    inputs = udp_in(free_port(), multicast="true", group="239.1.2.3", iface="127.0.0.1")
    async with flow(inputs, node("status", "status", "seen", scope=None), SEEN) as harness:
        await until(lambda: harness.received("seen"))
    assert harness.received("seen")[0]["status"]["text"] == "127.0.0.1 : 127.0.0.1"


async def test_what_is_no_group_is_an_error():
    async with flow(udp_in(free_port(), multicast="true", group="10.1.2.3"), SEEN) as harness:
        await until(lambda: harness.errors)
        assert [report.text for report in harness.errors] == ["Bad Multicast Address"]


async def test_the_port_is_free_again_when_the_flow_has_stopped():
    port = free_port()
    for _ in range(2):
        async with flow(udp_in(port), SEEN) as harness:
            assert await harness.settle(2)
            assert harness.errors == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", port))
