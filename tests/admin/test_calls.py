"""Every documented call answers with every documented status."""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flowengine.admin.app import endpoints
from flowengine.admin.resources import library
from flowengine.context import Context
from flowengine.messages import UNDEFINED

from ..wheels import index, wheels
from .servers import AUTH, FLOWS, LOGIN, PASSWORD, SECRET_HOST, TAB, Served, serving, until

__all__ = ["index", "wheels"]
Prepare = Callable[[Served, pytest.MonkeyPatch], Awaitable[None]]


async def as_it_is(server: Served, patch: pytest.MonkeyPatch) -> None:
    """Change nothing."""


async def two_versions(server: Served, patch: pytest.MonkeyPatch) -> None:
    await server.deploy([*FLOWS, {**TAB, "id": "second"}])


async def a_library(server: Served, patch: pytest.MonkeyPatch) -> None:
    await server.json("POST", "/library/local/functions/a/b.js", {"name": "x", "text": "return msg;"})


async def no_disk(server: Served, patch: pytest.MonkeyPatch) -> None:
    server.runtime.storage.files.flows.unlink()
    server.runtime.storage.files.flows.mkdir()


async def no_library(server: Served, patch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    patch.setattr(library, "write_atomic", full)


async def not_ready(server: Served, patch: pytest.MonkeyPatch) -> None:
    server.runtime.ready = False


async def no_history(server: Served, patch: pytest.MonkeyPatch) -> None:
    server.runtime.flows.history = None


async def no_host_type(server: Served, patch: pytest.MonkeyPatch) -> None:
    server.runtime.engine.node_sets.without = frozenset({"Service Host"})


async def weather_added(server: Served, patch: pytest.MonkeyPatch) -> None:
    await server.json("POST", "/nodes", {"module": "acme-weather", "version": "1.0"})


@dataclass(frozen=True)
class Case:
    method: str
    url: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    prepare: Prepare = as_it_is

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.status}"


V2 = {"Node-RED-API-Version": "v2"}
USERS = {"adminAuth": AUTH}
HTML = {"Accept": "text/html"}
CASES = [
    Case("GET", "/auth/login", 200),
    Case("POST", "/auth/token", 200, {**LOGIN, "username": "ann", "password": PASSWORD}, settings=USERS),
    Case("POST", "/auth/token", 400, {"client_id": "node-red-admin"}, settings=USERS),
    Case("POST", "/auth/token", 400, {**LOGIN, "username": "ann"}, settings=USERS),
    Case(
        "POST",
        "/auth/token",
        400,
        {**LOGIN, "username": "ann", "password": PASSWORD, "scope": ["read"]},
        settings=USERS,
    ),
    Case("POST", "/auth/token", 401, {"client_id": "stranger"}, settings=USERS),
    Case("POST", "/auth/token", 403, {**LOGIN, "username": "ann", "password": "wrong"}, settings=USERS),
    Case("POST", "/auth/revoke", 200, {"token": "any"}),
    Case("GET", "/auth/strategy", 404),
    Case("GET", "/auth/strategy/callback?code=x&state=y", 404),
    Case("POST", "/auth/strategy/token", 403, {}),
    Case("GET", "/flows", 200),
    Case("GET", "/flows", 200, headers=V2),
    Case("GET", "/flows", 400, headers={"Node-RED-API-Version": "v3"}),
    Case("POST", "/flows", 204, FLOWS),
    Case("POST", "/flows", 200, {"flows": FLOWS}, V2),
    Case("POST", "/flows", 200, {}, {**V2, "Node-RED-Deployment-Type": "reload"}),
    Case("POST", "/flows", 400, {"flows": 1}, V2),
    Case("POST", "/flows", 400, "flows"),
    Case("POST", "/flows", 400, [{"id": "without a type"}]),
    Case("POST", "/flows", 400, [{"id": "a", "type": "x", "z": []}]),
    Case("POST", "/flows", 400, FLOWS, {"Node-RED-Deployment-Type": "sideways"}),
    Case("POST", "/flows", 409, {"flows": FLOWS, "rev": "another"}, V2),
    Case("POST", "/flows", 409, {"flows": FLOWS, "rev": None}, V2),
    Case("POST", "/flows", 507, [TAB], prepare=no_disk),
    Case("POST", "/flows", 403, [TAB], settings={"readOnly": True}),
    Case("GET", "/flows/state", 200),
    Case("POST", "/flows/state", 200, {"state": "stop"}),
    Case("POST", "/flows/state", 400, {"state": "sideways"}),
    Case("POST", "/flows/state", 405, {"state": "stop"}, settings={"runtimeState": {"enabled": False}}),
    Case("POST", "/flow", 200, {"label": "New", "nodes": []}),
    Case("POST", "/flow", 400, {"label": "New"}),
    Case("POST", "/flow", 400, {"label": "New", "nodes": [FLOWS[1]]}),
    Case("GET", "/flow/tab", 200),
    Case("GET", "/flow/global", 200),
    Case("GET", "/flow/none", 404),
    Case("PUT", "/flow/tab", 200, {"label": "Other", "nodes": []}),
    Case("PUT", "/flow/global", 200, {"configs": [], "subflows": []}),
    Case("PUT", "/flow/tab", 400, {"nodes": [1]}),
    Case("PUT", "/flow/none", 404, {"nodes": []}),
    Case("DELETE", "/flow/tab", 204),
    Case("DELETE", "/flow/global", 400),
    Case("DELETE", "/flow/none", 404),
    Case("GET", "/nodes", 200),
    Case("GET", "/nodes/messages", 200),
    Case("GET", "/nodes/flowengine/inject/messages", 200),
    Case("GET", "/nodes/flowengine", 200),
    Case("GET", "/nodes/none", 404),
    Case("POST", "/nodes", 200, {"module": "acme-weather", "version": "1.0"}),
    Case("POST", "/nodes", 400, {"module": "--pre"}),
    Case("POST", "/nodes", 400, {}),
    Case("POST", "/nodes", 404, {"module": "no-such-weather"}),
    Case("DELETE", "/nodes/acme-weather", 204, prepare=weather_added),
    Case("DELETE", "/nodes/flowengine", 400),
    Case("DELETE", "/nodes/none", 404),
    Case("PUT", "/nodes/none", 404, {"enabled": True}),
    Case("PUT", "/nodes/flowengine", 200, {"enabled": True}),
    Case("PUT", "/nodes/flowengine", 400, {"enabled": False}),
    Case("PUT", "/nodes/flowengine", 400, {}),
    Case("GET", "/nodes/flowengine/inject", 200),
    Case("GET", "/nodes/flowengine/none", 404),
    Case("PUT", "/nodes/flowengine/range", 200, {"enabled": False}),
    Case("PUT", "/nodes/flowengine/inject", 400, {"enabled": False}),
    Case("PUT", "/nodes/flowengine/none", 404, {"enabled": False}),
    Case("GET", "/plugins", 200),
    Case("GET", "/plugins", 200, headers=HTML),
    Case("GET", "/plugins/messages", 200),
    Case("GET", "/settings", 200),
    Case("GET", "/settings/user", 200),
    Case("POST", "/settings/user", 204, {"editor": {"view": 1}}),
    Case("POST", "/settings/user", 400, [1]),
    Case("GET", "/credentials/Service%20Host/host", 200),
    Case("GET", "/context/global", 200),
    Case("GET", "/context/global?store=none", 404),
    Case("GET", "/context/global/a.b", 200),
    Case("GET", "/context/global/a?store=none", 404),
    Case("GET", "/context/flow/tab", 200),
    Case("GET", "/context/node/press?keysOnly", 200),
    Case("GET", "/context/flow/tab?store=none", 404),
    Case("GET", "/context/flow/tab/key", 200),
    Case("GET", "/context/flow/tab/key?store=none", 404),
    Case("DELETE", "/context/global/key", 204),
    Case("DELETE", "/context/global/key?store=none", 404),
    Case("DELETE", "/context/node/press/key", 204),
    Case("DELETE", "/context/flow/tab/key?store=none", 404),
    Case("POST", "/inject/press", 200, {}),
    Case("POST", "/inject/press", 400, {"__user_inject_props__": 1}),
    Case("POST", "/inject/press", 400, {"__user_inject_props__": [1]}),
    Case("POST", "/inject/none", 404, {}),
    Case("POST", "/debug/enable", 200, {"nodes": ["show", "none"]}),
    Case("POST", "/debug/disable", 201, {"nodes": ["show"]}),
    Case("POST", "/debug/enable", 400, {}),
    Case("POST", "/debug/show/enable", 200, {}),
    Case("POST", "/debug/show/disable", 201, {}),
    Case("POST", "/debug/none/enable", 404, {}),
    Case("GET", "/icons", 200),
    Case("GET", "/icons/flowengine/none.svg", 200),
    Case("GET", "/icons/@scope/package/none.svg", 200),
    Case("GET", "/locales/editor.json?lng=de", 200),
    Case("GET", "/library/local/functions", 200),
    Case("GET", "/library/local/..", 404),
    Case("GET", "/library/local/fun%2Fctions", 403),
    Case("GET", "/library/other/functions", 404),
    Case("GET", "/library/local/functions/a/b.js", 200, prepare=a_library),
    Case("GET", "/library/local/functions/a/", 200, prepare=a_library),
    Case("GET", "/library/local/functions/..%2F..%2Fflows.json", 403),
    Case("GET", "/library/local/functions/none", 404),
    Case("POST", "/library/local/functions/x.js", 204, {"text": "1"}),
    Case("POST", "/library/local/flows/x", 204, FLOWS),
    Case("POST", "/library/local/functions/x.js", 400, [1]),
    Case("POST", "/library/local/functions/a/b.js/c.js", 400, {"text": "1"}, prepare=a_library),
    Case("POST", "/library/local/functions/..%2Fx.js", 403, {"text": "1"}),
    Case("POST", "/library/other/functions/x.js", 404, {"text": "1"}),
    Case("POST", "/library/local/functions/x.js", 507, {"text": "1"}, prepare=no_library),
    Case("GET", "/diagnostics", 200),
    Case("GET", "/diagnostics", 403, settings={"diagnostics": {"enabled": False}}),
    Case("GET", "/comms", 426),
    Case("GET", "/api/types", 200),
    Case("GET", "/api/types/inject/form", 200),
    Case("GET", "/api/types/none/form", 404),
    Case("GET", "/api/types/inject/help", 200),
    Case("GET", "/api/types/none/help", 404),
    Case("GET", "/api/methods", 200),
    Case("GET", "/api/locales", 200),
    Case("GET", "/api/locales/en-US", 200),
    Case("POST", "/api/check", 200, FLOWS),
    Case("POST", "/api/check", 400, {"neither": 1}),
    Case("POST", "/api/service-host/test", 200, {"node": {"id": "host"}}),
    Case("POST", "/api/service-host/test", 400, {}),
    Case("POST", "/api/service-host/test", 404, {"node": {}}, prepare=no_host_type),
    Case("GET", "/api/wires", 200),
    Case("GET", "/api/examples", 200),
    Case("GET", "/api/history", 200),
    Case("GET", "/api/history?limit=many", 400),
    Case("GET", "/api/history", 404, prepare=no_history),
    Case("GET", "/api/history/1", 200),
    Case("GET", "/api/history/99", 404),
    Case("GET", "/api/history/1/diff", 200, prepare=two_versions),
    Case("GET", "/api/history/1/diff?to=2", 200, prepare=two_versions),
    Case("GET", "/api/history/1/diff?to=x", 400),
    Case("GET", "/api/history/99/diff", 404),
    Case("POST", "/api/history/1/restore", 200, {}, prepare=two_versions),
    Case("POST", "/api/history/99/restore", 404, {}),
    Case("GET", "/api/openapi.json", 200),
    Case("GET", "/actions?family=models", 200),
    Case("GET", "/actions/OPENAI_LIST_MODELS", 200),
    Case("GET", "/actions/NONE", 404),
    Case("POST", "/actions/NONE", 200, {}),
    Case("POST", "/actions/OPENAI_LIST_MODELS", 400, [1]),
    Case("GET", "/health/live", 200),
    Case("GET", "/health/ready", 200),
    Case("GET", "/health/ready", 503, prepare=not_ready),
    Case("GET", "/metrics", 200),
    Case("GET", "/metrics", 401, settings=USERS),
    Case("GET", "/metrics", 404, settings={"metrics": {"enabled": False}}),
]
ELSEWHERE = {
    ("/comms", 101): "test_comms",
    ("/auth/token", 429): "test_security",
    ("/auth/strategy", 302): "test_openid_connect",
    ("/auth/strategy", 429): "test_openid_connect",
    ("/auth/strategy", 502): "test_openid_connect",
    ("/auth/strategy/callback", 302): "test_openid_connect",
    ("/auth/strategy/callback", 400): "test_openid_connect",
    ("/auth/strategy/callback", 403): "test_openid_connect",
    ("/auth/strategy/callback", 429): "test_openid_connect",
    ("/auth/strategy/callback", 502): "test_openid_connect",
    ("/auth/strategy/token", 200): "test_openid_connect",
    ("/api/types/{type}/form", 304): "test_pages",
    ("/api/types/{type}/help", 304): "test_pages",
}


def endpoint_of(case: Case) -> Any:
    """Find the endpoint that a case is about: the first that its address fits."""
    path = case.url.partition("?")[0]
    for endpoint in endpoints():
        source = re.sub(r"\{\w+:((?:[^{}]|\{[^{}]*\})*)\}", r"(?:\1)", endpoint.path)
        source = re.sub(r"\{\w+\}", "[^/]+", source)
        if endpoint.method == case.method and re.fullmatch(source, path):
            return endpoint
    return None


def test_no_documented_status_is_without_a_case() -> None:
    played = {
        (endpoint_of(case).method, endpoint_of(case).path, case.status) for case in CASES if endpoint_of(case)
    }
    said = {(one.method, one.path, status) for one in endpoints() for status in one.answers}
    missing = {item for item in said - played if item[1:] not in ELSEWHERE}
    assert not missing


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.usefixtures("index")
async def test_a_call_answers_as_documented(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS))
    async with serving(tmp_path, **case.settings) as server:
        headers = dict(case.headers)
        if case.settings is USERS and not case.url.startswith(("/auth/token", "/metrics")):
            headers["Authorization"] = f"Bearer {await server.token('ann')}"
        await case.prepare(server, monkeypatch)
        answer = await server.ask(case.method, case.url, case.body, headers=headers)
        assert answer.status == case.status, await answer.text()
        if case.status >= 400 and not case.url.startswith("/auth/token"):
            assert set(await answer.json()) == {"code", "message"}
            assert (await answer.json())["code"] != (await answer.json())["message"]


async def test_secrets_that_come_with_flows_are_kept_apart(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS[:-1], SECRET_HOST])
        assert (await server.json("GET", "/flows")) == FLOWS
        shown = await server.json("GET", "/credentials/Service%20Host/host")
        assert shown == {"has_secureApiKeyValue": True, "secureApiKeyValueType": ""}


async def test_empty_headers_count_as_none(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        empty = {"Node-RED-API-Version": "", "Node-RED-Deployment-Type": ""}
        assert (await server.ask("POST", "/flows", FLOWS, headers=empty)).status == 204
        assert [node["id"] for node in await server.json("GET", "/flows", headers=empty)] == [
            node["id"] for node in FLOWS
        ]


@pytest.mark.parametrize("root", ["", "/admin"])
async def test_addresses_may_end_with_a_slash_and_have_heads_and_options(root: str, tmp_path: Path) -> None:
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS))
    async with serving(tmp_path, httpAdminRoot=root or "/") as server:
        for path in ("/flows", "/flows/state", "/flow/tab", "/settings", "/nodes", "/context/global"):
            plain = await (await server.ask("GET", root + path)).read()
            assert await (await server.ask("GET", f"{root}{path}/")).read() == plain
            head = await server.ask("HEAD", root + path)
            assert (head.status, head.headers["Content-Length"]) == (200, str(len(plain)))
        assert (await server.ask("POST", f"{root}/inject/press/", {})).status == 200
        for path, methods in {"/flows": "GET,HEAD,POST", "/flow/tab/": "GET,HEAD,PUT,DELETE"}.items():
            options = await server.ask("OPTIONS", root + path)
            assert (options.status, options.headers["Allow"]) == (200, methods)
        assert (await server.ask("OPTIONS", f"{root}/none")).status == 404
        assert (await server.ask("HEAD", f"{root}/comms")).status == 404


BODY = json.dumps(FLOWS).encode()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, BODY, 204),
        ({}, codecs.BOM_UTF8 + BODY, 204),
        ({"Content-Type": "application/json; charset=utf-16"}, BODY.decode().encode("utf-16"), 204),
        ({"Content-Type": "application/json; charset=latin1"}, BODY, 415),
        ({"Content-Type": "application/json; charset=utf-none"}, BODY, 415),
        ({"Content-Encoding": "gzip"}, gzip.compress(BODY), 204),
        ({"Content-Encoding": "deflate"}, zlib.compress(BODY), 204),
        ({"Content-Encoding": "gzip"}, gzip.compress(BODY)[:-9], 400),
        ({"Content-Encoding": "gzip"}, b"no gzip", 400),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"[" + b" " * 6_000_000 + b"]"), 413),
        ({"Content-Encoding": "br"}, BODY, 415),
        ({}, b"[" * 100_000, 400),
        ({}, b"[" * 300 + b"]" * 300, 400),
        (
            {},
            json.dumps([{"id": "a", "type": "tab", "env": json.loads("[" * 140 + "]" * 140)}]).encode(),
            204,
        ),
    ],
)
async def test_bodies_come_packed_in_other_charsets_and_broken(
    headers: dict[str, str], body: bytes, status: int, tmp_path: Path
) -> None:
    async with serving(tmp_path) as server:
        for path in ("/flows", "/library/local/flows/kept"):
            answer = await server.ask(
                "POST", path, data=body, headers={"Content-Type": "application/json", **headers}
            )
            assert answer.status == status, await answer.text()
            if status >= 400:
                assert set(await answer.json()) == {"code", "message"}
        assert "Traceback" not in server.log.getvalue()


async def test_nonsense_in_flows_keeps_nobody_from_starting(tmp_path: Path) -> None:
    inner = {"id": "inner", "type": "debug", "z": "sub", "wires": []}
    one = {"id": "one", "type": "subflow:sub", "z": "tab", "g": None, "wires": []}
    for wrong in ({"in": 5}, {"in": [5]}, {"out": [{"wires": [5]}]}, {"status": {"wires": 5}}, {"out": "x"}):
        template = {"id": "sub", "type": "subflow", "name": "Sub", "in": [], "out": [], **wrong}
        flows = [*FLOWS, template, inner, one, {**inner, "id": "odd", "z": "tab", "wires": 5}]
        folder = tmp_path / str(len(str(wrong)))
        async with serving(folder) as server:
            assert (await server.ask("POST", "/flows", flows)).status == 204
            assert (await server.ask("POST", "/api/check", flows)).status == 200
            changed = [*flows, {**inner, "id": "new", "z": "tab", "wires": [[["x"]]]}]
            nodes = {"Node-RED-Deployment-Type": "nodes"}
            assert (await server.ask("POST", "/flows", changed, headers=nodes)).status == 204
            assert (await server.ask("POST", "/api/check", changed)).status == 200
        async with serving(folder) as server:
            assert (await server.ask("POST", "/inject/press", {})).status == 200


async def test_context_of_flows_that_do_not_run(tmp_path: Path) -> None:
    keep = {"id": "keep", "type": "change", "z": "tab", "wires": [[]], "rules": [
        {"t": "set", "p": "count", "pt": "flow", "to": "3", "tot": "num"}]}  # fmt: skip
    press = {**FLOWS[1], "wires": [["keep"]]}
    three = {"memory": {"count": {"msg": "3", "format": "number"}}}
    async with serving(tmp_path) as server:
        await server.deploy([TAB, press, keep])
        await server.ask("POST", "/inject/press", {})
        await until(lambda: server.runtime.engine.stores.find().values("tab").get("count") == 3)
        await server.json("POST", "/flows/state", {"state": "stop"})
        assert await server.json("GET", "/context/flow/tab") == three
        await server.json("POST", "/flows/state", {"state": "start"})
        await server.deploy([{**TAB, "disabled": True}, press, keep])
        assert await server.json("GET", "/context/flow/tab") == three
        assert (await server.ask("DELETE", "/context/flow/tab/count")).status == 204
        await server.deploy([TAB, press, keep])
        assert await server.json("GET", "/context/flow/tab") == {"memory": {}}
        assert await server.json("GET", "/context/flow/none") == {"memory": {}}
        assert await server.json("GET", "/context/flow/none/x") == {
            "msg": "(undefined)",
            "format": "undefined",
        }
        assert await server.json("GET", "/context/node/none") == {}


async def test_the_values_of_a_flow_go_with_it(tmp_path: Path) -> None:
    stores = {"default": {"module": "localfilesystem", "config": {"flushInterval": 0}}}
    async with serving(tmp_path, contextStorage=stores) as server:
        await server.deploy(FLOWS)
        context = Context(server.runtime.engine.stores, "tab")
        context.set("count", 3)
        await until((tmp_path / "context" / "tab" / "flow.json").exists)
        await server.deploy([{**TAB, "label": "Other"}, *FLOWS[1:]])
        assert context.get("count") == 3
        await server.deploy([])
        assert context.get("count") is UNDEFINED
        assert not (tmp_path / "context" / "tab" / "flow.json").exists()


async def test_a_library_file_comes_back_as_it_went(tmp_path: Path) -> None:
    text = "return msg;\r\n// name: not this\r\n"
    about = {"name": "a\r\nb", "outputs": 2, "timeout": True, "libs": [{"var": "x"}]}
    async with serving(tmp_path) as server:
        await server.json("POST", "/library/local/functions/x.js", {**about, "text": text})
        assert await (await server.ask("GET", "/library/local/functions/x.js")).text() == text
        listed = await server.json("GET", "/library/local/functions")
        assert listed == [
            {"fn": "x.js", "name": "a\r\nb", "outputs": "2", "timeout": "true", "libs": '[{"var":"x"}]'}
        ]


async def test_the_root_of_flows_ends_with_a_slash(tmp_path: Path) -> None:
    async with serving(tmp_path, httpNodeRoot="/mine", httpAdminRoot="/admin") as server:
        assert (await server.json("GET", "/admin/settings"))["httpNodeRoot"] == "/mine/"
    async with serving(tmp_path) as server:
        assert (await server.json("GET", "/settings"))["httpNodeRoot"] == "/"
