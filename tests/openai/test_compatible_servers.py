"""Servers that speak the same protocol in their own way: Azure OpenAI's shape, gateways, servers without keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

from .scripted import CREDENTIALS, KEY, Server, flow

HELLO = {"messages": [{"role": "user", "content": "Hello?"}]}
API_KEY = {"secureApiKeyHeaderOrQueryName": "api-key"}
IN_QUERY = {"secureApiKeyHeaderOrQueryName": "key", "secureApiKeyIsQuery": True}


async def ask(base: str, method: str, payload: Any, *, credentials: Any = CREDENTIALS, **service: Any) -> Any:
    async with FlowHarness(flow(base, method, service), credentials=credentials) as harness:
        await harness.send("n1", {"payload": payload})
        assert await harness.settle(10)
        assert [report.text for report in harness.errors] == []
        return [msg["payload"] for msg in harness.received("out")]


def root(server: OpenAISimulator) -> str:
    return server.url.removesuffix("/v1")


@pytest.mark.parametrize(
    "base",
    [
        "/openai/deployments/my-gpt?api-version=2024-10-21",  # the model is part of the address
        "/openai/v1?api-version=preview",
    ],
)
async def test_azure_takes_its_key_header_and_its_version(base):
    async with OpenAISimulator(key=KEY) as server:
        (answer,) = await ask(
            root(server) + base, "createChatCompletion", {"model": "my-gpt", **HELLO}, **API_KEY
        )
        assert (answer["model"], server.requests[-1]) == ("my-gpt", ("POST", "/chat/completions"))
        assert "Hello?" in answer["choices"][0]["message"]["content"]


async def test_azure_names_the_model_by_its_deployment():
    async with OpenAISimulator(key=KEY) as server:
        base = f"{root(server)}/openai/deployments/my-gpt?api-version=2024-10-21"
        (answer,) = await ask(base, "createChatCompletion", HELLO, **API_KEY)
        assert answer["model"] == "my-gpt"
        (vectors,) = await ask(base, "createEmbedding", {"input": "Hello"}, **API_KEY)
        assert len(vectors[0]["embedding"]) > 0


async def test_azure_streams():
    async with OpenAISimulator(key=KEY) as server:
        base = f"{root(server)}/openai/deployments/my-gpt?api-version=2024-10-21"
        events = await ask(base, "createChatCompletion", {**HELLO, "stream": True}, **API_KEY)
        assert events[-1]["choices"][0]["finish_reason"] == "stop"


async def echo(request: web.Request) -> web.StreamResponse:
    return web.json_response({"data": [], "query": request.query_string})


async def asked(method: str, payload: Any, path: str = "", **service: Any) -> Any:
    """The request that a server sees."""
    async with Server(echo) as server:
        await ask(f"{server.base}{path}", method, payload, **service)
        return server.seen[0]


async def test_azures_version_goes_with_every_request_and_the_key_is_bare():
    seen = await asked("listFiles", {"limit": 2}, "?api-version=2024-10-21", **API_KEY)
    assert (seen.path, seen.query) == ("/v1/files", "api-version=2024-10-21&limit=2")
    assert seen.headers["api-key"] == KEY
    assert "authorization" not in seen.headers


async def test_a_form_keeps_azures_version():
    file = {"filename": "a.txt", "content": "hello"}
    seen = await asked("createFile", {"file": file, "purpose": "p"}, "?api-version=2024-10-21", **API_KEY)
    assert (seen.path, seen.query, seen.headers["api-key"]) == ("/v1/files", "api-version=2024-10-21", KEY)


@pytest.mark.parametrize("setting", [True, "true"])
async def test_a_gateway_may_want_the_key_in_the_query(setting):
    seen = await asked("listModels", {}, **{**IN_QUERY, "secureApiKeyIsQuery": setting})
    assert seen.query == f"key={KEY}"
    assert KEY not in str(seen.headers)
    async with OpenAISimulator(key=KEY) as server:
        (models,) = await ask(server.url, "listModels", {}, **IN_QUERY)
        assert models[0]["id"] == "simulated-chat"


async def test_a_key_in_the_query_shows_in_no_error():
    nodes = flow("http://127.0.0.1:9/v1", "listModels", {**IN_QUERY, "maxRetries": 0})
    async with FlowHarness(nodes, credentials=CREDENTIALS) as harness:
        await harness.send("n1", {"payload": {}})
        assert await harness.settle(10)
        (caught,) = harness.received("caught")
        assert KEY not in str(caught) + str(harness.log_lines)


async def test_a_server_without_authentication_takes_any_key():
    async with OpenAISimulator() as server:
        credentials = {"host": {"secureApiKeyValue": "none"}}
        (answer,) = await ask(
            server.url, "createChatCompletion", {"model": "m", **HELLO}, credentials=credentials
        )
        assert answer["choices"]


async def test_a_server_below_a_path_of_its_own():
    async with Server(echo) as server:
        base = server.base.removesuffix("/v1") + "/gateway/openai/"
        await ask(base, "createChatCompletion", {"model": "m", **HELLO})
        assert server.seen[0].path == "/gateway/openai/chat/completions"
        assert json.loads(server.seen[0].body)["model"] == "m"
