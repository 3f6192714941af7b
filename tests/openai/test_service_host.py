"""The Service Host: whose key is sent where, and limits that its nodes share."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from flowengine.testing import FlowHarness

from .scripted import CREDENTIALS, KEY, Server, flow, replies
from .test_openai_api import ask

LIST = {"data": []}


def run(server, service, **more):
    return FlowHarness(flow(server.base, "listModels", service), **{"credentials": CREDENTIALS, **more})


async def test_a_flow_of_an_early_version_knows_only_names():
    service = {
        "secureApiKeyHeaderOrQueryName": "Authorization",
        "secureApiKeyIsQuery": "false",
        "organizationId": "",
    }
    async with Server(replies(LIST)) as server, run(server, service) as harness:
        await ask(harness, {"payload": {}})
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
        assert server.seen[0].headers["openai-organization"] == ""


async def test_absent_properties_are_not_sent():
    async with Server(replies(LIST)) as server, run(server, {}) as harness:
        await ask(harness, {"payload": {}})
        headers = server.seen[0].headers
        assert headers["authorization"] == f"Bearer {KEY}"
        assert not headers.keys() & {"openai-organization", "openai-project", "undefined"}


async def test_organization_and_project():
    service = {"organizationId": "org", "projectId": "PROJECT", "projectIdType": "env"}
    async with Server(replies(LIST)) as server, run(server, service, env={"PROJECT": "proj"}) as harness:
        await ask(harness, {"payload": {}})
        headers = server.seen[0].headers
        assert (headers["openai-organization"], headers["openai-project"]) == ("org", "proj")


async def test_the_environment_stands_in():
    env = {"OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p", "OPENAI_API_KEY": "sk-env"}
    async with (
        Server(replies(LIST)) as server,
        run(server, {"allowEnvironmentKey": True}, env=env, credentials={}) as harness,
    ):
        await ask(harness, {"payload": {}})
        headers = server.seen[0].headers
        assert headers["authorization"] == "Bearer sk-env"
        assert (headers["openai-organization"], headers["openai-project"]) == ("o", "p")


async def test_the_key_of_the_environment_is_not_taken_unasked():
    async with (
        Server(replies(LIST)) as server,
        run(server, {}, env={"OPENAI_API_KEY": "sk-env"}, credentials={}) as harness,
    ):
        await ask(harness, {"payload": {}})
        assert server.seen == []
        assert harness.errors[0].text == "OpenAI API key is not configured"


@pytest.mark.parametrize("key", [{"a": 1}, 5, True, [KEY]])
async def test_a_key_has_to_be_a_text(key):
    service = {"secureApiKeyValueType": "msg", "secureApiKeyValueRef": "key"}
    async with Server(replies(LIST)) as server, run(server, service) as harness:
        await ask(harness, {"payload": {}, "key": key})
        assert server.seen == []
        assert harness.errors[0].text == "The API key of the Service Host has to be a text"


async def test_values_are_read_for_each_message():
    service = {"secureApiKeyValueType": "msg", "secureApiKeyValueRef": "key"}
    async with Server(replies(LIST)) as server, run(server, service) as harness:
        await ask(
            harness, {"payload": {}, "key": "a"}, {"payload": {}, "key": "b"}, {"payload": {}, "key": "a"}
        )
        sent = sorted(seen.headers["authorization"] for seen in server.seen)
        assert sent == ["Bearer a", "Bearer a", "Bearer b"]


async def test_one_pool_serves_all_nodes_of_a_host():
    async with Server(replies(LIST)) as server:
        nodes = flow(server.base, "listModels")
        nodes.append({**nodes[2], "id": "n2"})
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            for node in ("n1", "n2", "n1"):
                await harness.send(node, {"payload": {}})
                await harness.settle(5)
            assert len(server.seen) == 3
            assert len(server.connections) == 1


async def test_calls_at_once_are_limited_over_all_nodes():
    running = peak = 0

    async def count(request):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.01)
        running -= 1
        return web.json_response(LIST)

    async with Server(count) as server:
        nodes = flow(server.base, "listModels", {"maxConcurrent": 2})
        nodes.append({**nodes[2], "id": "n2"})
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            for _ in range(6):
                await harness.send("n1", {"payload": {}})
                await harness.send("n2", {"payload": {}})
            await harness.settle(5)
            assert len(harness.received("out")) == 12
            assert peak == 2


async def test_a_cancelled_wait_for_a_turn_leaves_room_for_others():
    async def slow(request):
        await asyncio.sleep(0.05)
        return web.json_response(LIST)

    async with Server(slow) as server:
        nodes = flow(server.base, "listModels", {"maxConcurrent": 1}, cancelOnReset=True)
        async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
            for name in ("a", "b"):
                await harness.send("n1", {"_msgid": name, "topic": name, "payload": {}})
            await harness.send("n1", {"reset": "b"})
            await harness.send("n1", {"topic": "c", "payload": {}})
            await harness.settle(5)
            assert [msg["topic"] for msg in harness.received("out")] == ["a", "c"]


async def test_timeout_and_retries_of_the_host_apply():
    async def hang(request):
        await asyncio.sleep(5)
        return web.json_response(LIST)

    async with Server(hang) as server, run(server, {"timeout": 0.05, "maxRetries": 0}) as harness:
        await ask(harness, {"payload": {}})
        assert harness.errors[0].text == "Request timed out."
        assert len(server.seen) == 1
