"""Doors of the simulator: keys, base paths, errors, and the command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openai
import pytest
from multidict import CIMultiDictProxy
from openai import AsyncAzureOpenAI, AsyncOpenAI

from flowengine.testing.openai_server import OpenAISimulator
from flowengine.testing.openai_server.calls import ROUTES

ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


async def request(
    server: OpenAISimulator, verb: str, path: str, **more: Any
) -> tuple[int, CIMultiDictProxy[str], dict[str, Any]]:
    """Send a request to a path below the host; give status, headers and JSON."""
    url = server.url.removesuffix("/v1") + path
    async with aiohttp.ClientSession() as session, session.request(verb, url, **more) as response:
        return response.status, response.headers, await response.json()


@pytest.fixture
async def locked() -> AsyncIterator[OpenAISimulator]:
    async with OpenAISimulator(key="right") as server:
        yield server


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({"Authorization": "Bearer right"}, "", 200),
        ({"api-key": "right"}, "?api-version=1", 200),
        ({"x-own-header": "right"}, "", 200),
        ({}, "?key=right", 200),
        ({"Authorization": "Bearer wrong"}, "", 401),
        ({}, "", 401),
    ],
)
async def test_keys(locked: OpenAISimulator, headers: dict[str, str], query: str, status: int) -> None:
    path = f"/v1/chat/completions{query}"
    found, marks, body = await request(locked, "POST", path, json=ASK, headers=headers)
    assert found == status
    assert marks["x-simulator"] == "flowengine"
    assert status == 200 or body["error"]["code"] == "invalid_api_key"


async def test_azure(locked: OpenAISimulator) -> None:
    endpoint = locked.url.removesuffix("/v1")
    async with AsyncAzureOpenAI(azure_endpoint=endpoint, api_key="right", api_version="2025-01-01") as client:
        done = await client.chat.completions.create(model="my-deployment", messages=ASK["messages"])
    assert done.model == "my-deployment"
    assert done.choices[0].message.content == "(simulated) You said: hi"


@pytest.mark.parametrize("base", ["", "/v1", "/openai/v1", "/openai/deployments/d"])
async def test_base_paths(server: OpenAISimulator, base: str) -> None:
    status, _, _ = await request(server, "POST", f"{base}/chat/completions", json=ASK)
    assert status == 200
    assert server.requests[-1] == ("POST", "/chat/completions")


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "code"),
    [
        ("POST", "/chat/completions", {"model": "m"}, 400, "missing_required_parameter"),
        ("POST", "/chat/completions", {**ASK, "model": "simulate-429"}, 429, "simulated"),
        ("POST", "/chat/completions", [1], 400, "invalid_json"),
        ("POST", "/chat/completions", {"model": "m", "messages": "hello"}, 400, "invalid_type"),
        ("POST", "/chat/completions", {"model": "m", "messages": [5], "stream": True}, 400, "invalid_type"),
        ("GET", "/files/file-none", None, 404, "not_found"),
        ("GET", "/threads/thread_none/messages", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "unknown_url"),
        ("DELETE", "/embeddings", None, 405, "method_not_supported"),
        ("GET", "/files?limit=0", None, 400, "integer_below_min_value"),
    ],
)
async def test_errors(
    server: OpenAISimulator, verb: str, path: str, body: object, status: int, code: str
) -> None:
    found, _, answer = await request(server, verb, f"/v1{path}", json=body)
    error = answer["error"]
    assert (found, error["code"]) == (status, code)
    assert set(error) == {"message", "type", "param", "code"}


async def test_a_broken_body_is_the_clients_fault(server: OpenAISimulator) -> None:
    _, _, answer = await request(server, "POST", "/v1/embeddings", data=b"{no json")
    assert answer["error"]["code"] == "invalid_json"


async def test_the_client_raises_its_own_errors(locked: OpenAISimulator) -> None:
    async with AsyncOpenAI(base_url=locked.url, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()


async def test_a_client_may_leave_in_the_middle_of_a_stream() -> None:
    async with OpenAISimulator(delay=0.01) as server:
        asked = {**ASK, "stream": True}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{server.url}/chat/completions", json=asked) as response,
        ):
            await response.content.readany()
        status, _, _ = await request(server, "GET", "/v1/models")
        assert status == 200


async def test_the_command_says_what_it_is_and_serves() -> None:
    command = [sys.executable, "-m", "flowengine.testing.openai_server", "--port", "0", "--key", "k"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        assert "simulator" in line
        async with AsyncOpenAI(base_url=line.split()[-1], api_key="k") as client:
            assert "simulated-chat" in [model.id async for model in client.models.list()]
    finally:
        process.terminate()
        await process.wait()


def test_no_path_is_claimed_twice() -> None:
    claims = [(route.verb, route.pattern.pattern) for route in ROUTES]
    assert len(claims) == len(set(claims))
