"""What the log says of calls that fail: which node, where the call went, what may mend it, and never the key."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from flowengine.nodes.openai.advice import shown

from flowengine.testing import FlowHarness

from .scripted import CREDENTIALS, KEY, Server, flow, replies

HELLO = {"model": "m", "messages": []}
METHOD = "createChatCompletion"
NOWHERE = "http://127.0.0.1:9/v1"


def uncaught(base, method=METHOD, service=None, **node):
    """A flow where no catch node takes the errors."""
    return [one for one in flow(base, method, service, **node) if one["type"] != "catch"]


async def logged(nodes, credentials=CREDENTIALS, payload=None):
    async with FlowHarness(nodes, credentials=credentials) as harness:
        await harness.send("n1", {"payload": payload or HELLO})
        await harness.settle(10)
        (line,) = [text for level, text in harness.log_lines if level == "error"]
        return line


async def test_a_dead_server_is_named_with_the_reason():
    line = await logged(uncaught(NOWHERE, service={"maxRetries": 0}))
    assert line.startswith(f"Connection error. ({NOWHERE} cannot be reached: Connection refused. ")
    assert 'Service Host "h"' in line


@pytest.mark.parametrize(
    "base", ["127.0.0.1:9/v1", "ftp://127.0.0.1/v1", "http://me:hushhush@127.0.0.1:9/v1"]
)
async def test_what_is_no_address_comes_with_what_is_one(base):
    line = await logged(uncaught(base, service={"maxRetries": 0}))
    assert 'Service Host "h" has to be an address such as https://api.openai.com/v1' in line
    assert "hushhush" not in line


async def test_a_slow_server_is_named():
    given_up = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await given_up.wait()
        return web.json_response({})

    async with Server(wait) as server:
        line = await logged(uncaught(server.base, service={"maxRetries": 0, "timeout": 0.05}))
        given_up.set()
        assert line.startswith(f"Request timed out. ({server.base} took longer than the timeout")


@pytest.mark.parametrize(("status", "advice"), [(401, "does not accept the key of"), (404, ", Service Host")])
async def test_an_answer_that_refuses_is_said_with_its_server(status, advice):
    async with Server(replies((status, {}, {"error": {"message": "no"}}))) as server:
        line = await logged(uncaught(server.base))
        assert line.startswith(f"{status} no ({server.base}")
        assert advice in line


async def test_a_key_that_a_server_quotes_is_not_logged():
    async with Server(replies((401, {}, {"error": {"message": f"Incorrect API key: {KEY}."}}))) as server:
        line = await logged(uncaught(server.base))
        assert line.startswith("401 Incorrect API key: ••••••.")


async def test_flows_get_the_error_without_advice():
    async with FlowHarness(flow(NOWHERE, METHOD, {"maxRetries": 0}), credentials=CREDENTIALS) as harness:
        await harness.send("n1", {"payload": HELLO})
        await harness.settle(10)
        assert harness.received("caught")[0]["error"]["message"] == "Connection error."
        assert [level for level, _ in harness.log_lines if level == "error"] == []


@pytest.mark.parametrize(
    ("service", "advice"), [("", "No Service Host is chosen"), ("gone", "Service Host gone")]
)
async def test_a_missing_service_host_is_said_with_the_way_out(service, advice):
    nodes = [{**one, "service": service} if one["id"] == "n1" else one for one in uncaught(NOWHERE)]
    line = await logged(nodes)
    assert line.startswith("OpenAI service host is not configured (")
    assert advice in line


async def test_a_missing_key_is_said_with_the_way_out():
    line = await logged(uncaught(NOWHERE), credentials={})
    assert line.startswith('OpenAI API key is not configured (Service Host "h" has no API key: enter one')


@pytest.mark.parametrize(
    "name", ["chat.completions.create", "client.chat.completions.create", "createchatcompletion"]
)
async def test_an_unknown_method_comes_with_the_one_that_is_meant(name):
    assert METHOD in await logged(uncaught(NOWHERE, name))


async def test_a_method_like_no_other_is_only_named():
    assert await logged(uncaught(NOWHERE, "zzz")) == 'There is no method "zzz"'


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://api.example/v1?key=secret#x", "https://api.example/v1"),
        ("http://me:secret@host:1/v1", "http://host:1/v1"),
        ("host", "host"),
    ],
)
def test_an_address_is_shown_without_secrets(base, address):
    assert shown(base) == address
