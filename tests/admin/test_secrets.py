"""A secret in every place that can hold one, brought up by everything that can go wrong; then the search for them."""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from flowengine.admin.app import endpoints
from flowengine.admin.history import NAME as HISTORY
from flowengine.cli import main
from flowengine.node_sets import NodeSets

from .servers import ARGON2, AUTH, BCRYPT, PASSWORD, TAB, V2, serving
from .test_security import address

FREE = ("tab", "group", "subflow:talk")
"""What has secret variables, whose names are the author's."""


class Canaries:
    """Makes secrets that are known again wherever they turn up, however they are spelled there."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        return self.made.setdefault(place, f'canary/{len(self.made)} of "{place}"+{place[::-1]}')

    def found_in(self, text: str) -> list[str]:
        return [
            place
            for place, secret in self.made.items()
            if any(spelled in text for spelled in spellings(secret))
        ]


def spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text: plain, in JSON (once or twice), in an address, its middle in base64."""
    yield secret
    yield (once := json.dumps(secret)[1:-1])
    yield json.dumps(once)[1:-1]
    yield quote(secret, "")
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + secret.encode()).decode()[4:-4]


def credentials_of_all_types(canary: Canaries) -> dict[str, dict[str, str]]:
    """Give every type that has secrets some, by the names that it declares."""
    return {
        name: {
            field: canary(f"{name} {field}") if kind == "password" else f"open {field}"
            for field, kind in node_class.credentials.items()
        }
        for name, node_class in NodeSets().all().items()
        if node_class.credentials
    }


@asynccontextmanager
async def telltale() -> AsyncIterator[str]:
    """Serve an address that refuses everybody, and repeats all that it was told."""

    async def answer(request: web.Request) -> web.Response:
        told = {"target": request.path_qs, "headers": dict(request.headers), "body": await request.text()}
        wrong = {
            "message": f"Incorrect API key provided: {told}",
            "type": "invalid",
            "code": "invalid_api_key",
        }
        return web.json_response({"error": wrong}, status=401, headers={"X-Told": quote(str(told))})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def leaking_flows(url: str, canary: Canaries) -> list[dict[str, Any]]:
    """Make flows that use all of the secrets, badly."""
    stored = credentials_of_all_types(canary)
    place = {"z": "tab", "x": 1, "y": 1}
    secret_env = [{"name": "SECRET", "type": "cred", "value": ""}]
    variables = {one: {"SECRET": canary(f"variable of {one}")} for one in FREE}
    telling = """
        const secrets = ["SECRET", "GLOBAL"].map(name => env.get(name) || "none");
        for (const secret of secrets) {
            node.warn(secret); node.log("log " + secret); node.status({text: secret}); node.error("error " + secret, msg);
            node.warn({inside: [secret]}); flow.set("kept", secret); global.set("kept", {secret});
        }
        node.send({payload: {secrets, url: "http://me:" + encodeURIComponent(secrets[0]) + "@proxy.example/"}});
        throw new Error(secrets.join());
    """
    functions = [
        {"id": f"fn-{name}", "type": "function", "func": telling, "outputs": 1, "name": "", **where}
        for name, where in (
            ("tab", {**place, "wires": [["show"]]}),
            ("group", {**place, "g": "group", "wires": [["show"]]}),
            ("sub", {"z": "talk", "x": 1, "y": 1, "wires": [[]]}),
        )
    ]
    requests = [
        {"id": f"ask-{kind}", "type": "http request", **place, "method": "GET", "ret": "obj", "url": f"{url}/{kind}",
         "authType": kind, "proxy": "proxy" if kind == "basic" else "", "senderr": kind == "bearer",
         "wires": [["show"]], "credentials": stored["http request"]}
        for kind in ("basic", "bearer", "digest")
    ]  # fmt: skip
    host = {"type": "Service Host", "apiBase": f"{url}/v1", "apiBaseType": "str", "secureApiKeyValueType": "cred",
            "maxRetries": 0, "credentials": {"secureApiKeyValue": stored["Service Host"]["secureApiKeyValue"]}}  # fmt: skip
    api = {"type": "OpenAI API", **place, "method": "listModels", "property": "payload", "wires": [["show"]]}
    return [
        {**TAB, "env": secret_env, "credentials": variables["tab"]},
        {"id": "group", "type": "group", "z": "tab", "nodes": ["fn-group"], "env": secret_env, "x": 1, "y": 1,
         "w": 9, "h": 9, "credentials": variables["group"]},
        {"id": "talk", "type": "subflow", "name": "Talk", "in": [{"x": 1, "y": 1, "wires": [{"id": "fn-sub"}]}],
         "out": [], "env": secret_env, "credentials": {"SECRET": canary("variable of the template")}},
        {"id": "talks", "type": "subflow:talk", **place, "env": secret_env, "wires": [],
         "credentials": variables["subflow:talk"]},
        {"id": "every", "type": "global-config", "env": [{"name": "GLOBAL", "type": "cred", "value": ""}],
         "credentials": {"map": {"GLOBAL": canary("global variable"), "has_GLOBAL": True}}},
        {"id": "host", **host, "name": "in a header"},
        {"id": "host2", **host, "name": "in the address", "secureApiKeyHeaderOrQueryName": "key", "secureApiKeyIsQuery": True},
        {"id": "proxy", "type": "http proxy", "url": url, "credentials": stored["http proxy"]},
        {"id": "tls", "type": "tls-config", "credentials": stored["tls-config"]},
        {"id": "tls12", "type": "tls-config", "certType": "pfx", "credentials": stored["tls-config"]},
        {"id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": url.rpartition(":")[2],
         "credentials": stored["mqtt-broker"]},
        {"id": "hear", "type": "mqtt in", **place, "topic": "#", "broker": "broker", "wires": [["show"]]},
        {"id": "ask-tls", "type": "http request", **place, "method": "GET", "url": "https://127.0.0.1:9", "tls": "tls",
         "wires": [["show"]]},
        {"id": "caught", "type": "catch", **place, "scope": None, "uncaught": False, "wires": [["show"]]},
        {"id": "seen", "type": "status", **place, "scope": None, "wires": [["show"]]},
        {"id": "show", "type": "debug", **place, "active": True, "console": True, "tosidebar": True, "tostatus": True,
         "complete": "true", "targetType": "full", "wires": []},
        *functions, *requests, {"id": "api", **api, "service": "host"}, {"id": "api2", **api, "service": "host2"},
        {"id": "press", "type": "inject", **place, "props": [{"p": "payload"}], "payload": "", "payloadType": "date",
         "wires": [["fn-tab", "fn-group", "talks", "ask-basic", "ask-bearer", "ask-digest", "ask-tls", "api", "api2"]]},
    ]  # fmt: skip


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_no_secret_of_any_node_is_seen_anywhere(
    log_format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canary, folder = Canaries(), tmp_path / "user"
    seen: dict[str, str] = {}
    logging = {"level": "trace", "audit": True, "format": log_format}
    async with (
        telltale() as url,
        serving(folder, adminAuth=AUTH, logging=logging, metrics={"nodeTypes": True}) as server,
    ):
        flows = leaking_flows(url, canary)
        known = {"Authorization": f"Bearer {await server.token('ann')}"}
        heard: list[str] = []
        async with server.client.ws_connect(server.url + "/comms") as socket:
            await socket.send_json({"auth": known["Authorization"].split()[1]})
            for topic in ("debug", "status/#", "notification/#", "wires", "live/#"):
                await socket.send_json({"subscribe": topic})
            await server.deploy(flows, headers=known)
            await server.ask("POST", "/inject/press", {}, headers=known)
            try:
                while missing := [
                    name for name in EVERYBODY if f'"{name}"' not in "".join(heard).replace("\\", "")
                ]:
                    heard.append(await socket.receive_str(timeout=10))
            except TimeoutError:
                raise AssertionError(f"nothing was heard of {missing}") from None
        seen["websocket"] = "\n".join(heard)
        types = {node["id"]: node["type"] for node in flows}
        paths = [f"/credentials/{quote(kind)}/{node_id}" for node_id, kind in types.items()]
        paths += [
            "/context/flow/tab",
            "/context/global",
            "/context/node/fn-tab",
            "/flow/tab",
            "/api/history/1",
        ]
        paths += [address(one.path) for one in endpoints() if one.method == "GET" and one.path != "/comms"]
        for path in paths:
            answer = await server.ask("GET", path, headers={**known, **V2})
            seen[f"GET {path}"] = f"{answer.headers} {await answer.text()}"
        for path, body in wrong_posts(flows):
            answer = await server.ask("POST", path, body, headers={**known, **V2})
            seen[f"POST {path} {answer.status}"] = await answer.text()
        stored = await server.json("GET", "/flows", headers=known)
        seen["log"] = server.log.getvalue()
    capsys.readouterr()
    for command in (
        ["export"],
        ["credentials", "list"],
        ["credentials", "check"],
        ["history", "show", "1"],
        ["doctor"],
    ):
        main([*command, "--user-dir", str(folder)])
        seen[" ".join(command)] = str(capsys.readouterr())
    with sqlite3.connect(folder / HISTORY) as base:
        rows = base.execute("SELECT flows FROM versions").fetchall()
        seen["history"] = "".join(zlib.decompress(row[0]).decode() for row in rows)
    base.close()
    for file in folder.rglob("*"):
        if file.is_file():
            seen[f"file {file.name}"] = file.read_bytes().decode(errors="replace")

    assert len(stored) == len(flows), "everything was deployed"
    assert {place: canary.found_in(text) for place, text in seen.items() if canary.found_in(text)} == {}
    for text in (ARGON2, BCRYPT, PASSWORD, known["Authorization"]):
        assert [place for place, said in seen.items() if text in said] == []
    told = seen["websocket"] + seen["log"]
    assert "••••••" in told
    assert "Incorrect API key provided" in told
    assert "Error: ••••••" in told


async def test_keys_that_come_from_the_environment_are_secrets_too(tmp_path: Path) -> None:
    hosts = [
        {
            "id": "h1",
            "type": "Service Host",
            "secureApiKeyValueType": "env",
            "secureApiKeyValueRef": "OUR_KEY",
        },
        {"id": "h2", "type": "Service Host", "allowEnvironmentKey": True},
    ]
    async with serving(tmp_path) as server:
        server.runtime.engine.env = {
            "OUR_KEY": "key/of-ours",
            "OPENAI_API_KEY": "key/of-all",
            "TOWN": "Oldenburg",
        }
        await server.deploy(hosts)
        assert (
            server.runtime.redactor.clean("key/of-ours, key/of-all, Oldenburg") == "••••••, ••••••, Oldenburg"
        )


EVERYBODY = (
    "fn-tab",
    "fn-group",
    "ask-basic",
    "ask-bearer",
    "ask-digest",
    "ask-tls",
    "api",
    "api2",
    "hear",
    "wires",
)
"""Who has to have been heard of before the search begins."""


def wrong_posts(flows: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield requests that bring secrets along and are refused, or answered with what is wrong with them."""
    yield "/flows", {"flows": flows, "rev": "0" * 64}
    yield "/flows", {"flows": [*flows, {"id": 1}]}
    yield "/flows", {"flows": flows, "credentials": {"$": "nonsense"}}
    yield "/flow", {"label": "x", "nodes": flows}
    yield "/api/check", flows
    for node in flows:
        if node["type"] == "Service Host":
            yield "/api/service-host/test", {"node": node, "credentials": node["credentials"]}
            yield "/api/service-host/test", {"node": {**node, "apiBase": "http://me:secret word@127.0.0.1:9"}}
