"""Actions over HTTP: what agents are told, and who may call them."""

from __future__ import annotations

from pathlib import Path

from flowengine.testing.openai_server import OpenAISimulator

from .servers import AUTH, HOST, KEY, TAB, serving


async def test_actions_are_described_and_called(tmp_path: Path) -> None:
    async with OpenAISimulator(key=KEY) as simulator, serving(tmp_path) as server:
        host = {**HOST, "apiBase": simulator.url, "credentials": {"secureApiKeyValue": KEY}}
        await server.deploy([TAB, host])
        every = (await server.json("GET", "/actions"))["data"]
        assert len(every) > 400
        assert all(one["description"] and one["input_schema"] and one["output_schema"] for one in every)
        one = await server.json("GET", "/actions/retrieveModel")
        assert one["input_schema"]["required"] == ["model"]
        names = await server.json("GET", "/actions?family=models&schemas=false")
        assert {one["name"] for one in names["data"]} >= {"OPENAI_LIST_MODELS", "OPENAI_DELETE_MODEL"}
        assert "input_schema" not in names["data"][0]

        models = await server.json("POST", "/actions/OPENAI_LIST_MODELS", {})
        assert list(models) == ["data", "object", "error", "successful"]
        assert models["data"][0]["id"] == "simulated-chat"
        by_name = await server.json(
            "POST", "/actions/OPENAI_RETRIEVE_MODEL?service_host=prod", {"model": "m"}
        )
        assert by_name["data"]["id"] == "m"


async def test_failures_are_envelopes(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        without = await server.json("POST", "/actions/OPENAI_LIST_MODELS", {})
        assert (without["successful"], "no Service Host" in without["error"]) == (False, True)
        await server.deploy([TAB, {**HOST, "maxRetries": 0, "credentials": {"secureApiKeyValue": KEY}}])
        lost = await server.json("POST", "/actions/OPENAI_LIST_MODELS", {})
        assert lost == {"data": [], "object": "list", "error": "Connection error.", "successful": False}
        unknown = await server.json("POST", "/actions/OPENAI_LIST_MODEL", {})
        assert "Close to it: OPENAI_LIST_MODELS" in unknown["error"]
        other = await server.json("POST", "/actions/OPENAI_LIST_MODELS?service_host=none", {})
        assert 'no Service Host "none". The flow has: "prod"' in other["error"]
        file = {"file": "/etc/hostname", "purpose": "user_data"}
        closed = await server.json("POST", "/actions/OPENAI_UPLOAD_FILE", file)
        assert "may not read the file" in closed["error"]


async def test_readers_may_look_and_only_writers_may_call(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth=AUTH) as server:
        asked = {}
        for user in ("ann", "bob", "cat"):
            headers = {"Authorization": f"Bearer {await server.token(user)}"}
            shown = await server.ask("GET", "/actions?family=models", headers=headers)
            called = await server.ask("POST", "/actions/OPENAI_LIST_MODELS", {}, headers=headers)
            asked[user] = (shown.status, called.status)
        assert asked == {"ann": (200, 200), "bob": (200, 401), "cat": (401, 401)}
        assert (await server.ask("POST", "/actions/OPENAI_LIST_MODELS", {})).status == 401
