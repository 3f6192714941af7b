"""`flowengine mcp`, asked by the client of the official package, over both transports."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ..openai.test_tool_flows import function, node, tool
from .test_run import ROOT, call, command, environment, write

mcp = pytest.importorskip("mcp")

CITY = {"properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = [
    {"id": "tab", "type": "tab", "label": "Weather"},
    tool(schema=CITY),
    function(
        "if (msg.payload.city === 'X') throw new Error('no such city');"
        "msg.payload = {dry: msg.payload.city}; return msg;"
    ),
    node("out", "tool out"),
    node("d", "debug"),
]
ACTIONS = ("--actions", "OPENAI_LIST_MODELS,OPENAI_RETRIEVE_MODEL,OPENAI_UPLOAD_FILE", "--simulator")


@asynccontextmanager
async def over_stdio(*arguments: str):
    parameters = mcp.StdioServerParameters(
        command=sys.executable, args=command("mcp", *arguments)[1:], env=environment(), cwd=str(ROOT)
    )
    async with asyncio.timeout(40), mcp.Client(mcp.stdio_client(parameters)) as client:
        yield client


@asynccontextmanager
async def over_http(*arguments: str, token: str = ""):
    from httpx2 import AsyncClient
    from mcp.client.streamable_http import streamable_http_client

    guard = ("--token-variable", "TOKEN") if token else ()
    process = await asyncio.create_subprocess_exec(
        *command("mcp", *arguments, *guard, "--http", "0"),
        env=environment(TOKEN=token),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(40):
            said = (await process.stderr.readline()).decode()
            url = next(word for word in said.split() if word.startswith("http")).rstrip(";")
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with (
                AsyncClient(headers=headers, trust_env=False) as http,
                mcp.Client(streamable_http_client(url, http_client=http)) as client,
            ):
                client.url = url
                yield client
            process.terminate()
            assert await process.wait() == 0
            assert b"Traceback" not in await process.stderr.read()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


TRANSPORTS = pytest.mark.parametrize("connected", [over_stdio, over_http])


def text(result: Any) -> str:
    return result.content[0].text


@TRANSPORTS
async def test_flows_and_actions_are_tools(connected, tmp_path):
    async with connected("--flow", write(tmp_path, WEATHER), *ACTIONS) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["weather", "OPENAI_LIST_MODELS", "OPENAI_RETRIEVE_MODEL", "OPENAI_UPLOAD_FILE"]
        assert tools["weather"].input_schema == {"type": "object", **CITY}
        assert tools["weather"].description == "Tells the weather."
        assert tools["OPENAI_RETRIEVE_MODEL"].input_schema["required"] == ["model"]

        several = (client.call_tool("weather", {"city": name}) for name in ("A", "B", "C"))
        answers = await asyncio.gather(*several)
        assert [json.loads(text(answer)) for answer in answers] == [{"dry": name} for name in ("A", "B", "C")]
        assert answers[0].structured_content == {"dry": "A"}

        for arguments, reason in (
            ({"city": "X"}, "no such city"),
            ({"town": "A"}, "must have required property 'city'"),
        ):
            answer = await client.call_tool("weather", arguments)
            assert answer.is_error
            assert reason in text(answer)

        models = await client.call_tool("OPENAI_LIST_MODELS", {})
        assert models.structured_content["successful"] is True
        assert models.structured_content["data"][0]["id"] == "simulated-chat"

        answer = await client.call_tool("OPENAI_RETRIEVE_MODEL", {})
        assert answer.is_error
        assert answer.structured_content == {
            "data": None,
            "error": "OPENAI_RETRIEVE_MODEL needs model",
            "successful": False,
        }

        answer = await client.call_tool(
            "OPENAI_UPLOAD_FILE", {"file": "/etc/hostname", "purpose": "user_data"}
        )
        assert answer.is_error
        assert "may not read the file" in text(answer)

        answer = await client.call_tool("whatever", {})
        assert answer.is_error
        assert 'no tool "whatever"' in text(answer)


async def test_a_folder_can_be_opened_for_uploads(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.txt").write_text("hello")
    (tmp_path / "secret.txt").write_text("secret")
    async with over_stdio(*ACTIONS, "--files", str(tmp_path / "open")) as client:
        given = {"file": str(tmp_path / "open" / "a.txt"), "purpose": "user_data"}
        answer = await client.call_tool("OPENAI_UPLOAD_FILE", given)
        assert answer.structured_content["data"]["bytes"] == 5
        given["file"] = str(tmp_path / "open" / ".." / "secret.txt")
        assert (await client.call_tool("OPENAI_UPLOAD_FILE", given)).is_error


async def test_a_token_keeps_others_out(tmp_path):
    from aiohttp import ClientSession

    async with over_http("--flow", write(tmp_path, WEATHER), token="t-1") as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["weather"]
        async with ClientSession() as session, session.post(client.url, json={}) as answer:
            assert answer.status == 401


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to serve"),
        (("--actions", "OPENAI_LIST_MODEL", "--simulator"), 'there is no action "OPENAI_LIST_MODEL"'),
        (("--actions", "all"), "there is no server to ask"),
        (("--actions", "models", "--simulator", "--http", "0", "--host", "0.0.0.0"), "--token-variable"),
        (("--http", "0", "--token-variable", "NOT_SET"), "NOT_SET is not set"),
    ],
)
async def test_wrong_use_is_said(arguments, said):
    done = await call("mcp", *arguments)
    assert done.status == 2
    assert said in done.err
