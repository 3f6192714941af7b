"""What else is on the port: the editor's page, addresses of flows, static files, TLS, health, figures, logs."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from flowengine.admin import app as app_module
from flowengine.admin.resources import page as page_module

from .servers import ARGON2, AUTH, FLOWS, PASSWORD, TAB, Served, serving


def http_in(url: str, body: str, method: str = "get") -> list[dict[str, Any]]:
    """Make a flow that answers at an address."""
    rule = {"t": "set", "p": "payload", "to": body, "tot": "str"}
    return [
        TAB,
        {"id": "in", "type": "http in", "z": "tab", "url": url, "method": method, "x": 1, "y": 1, "wires": [["set"]]},
        {"id": "set", "type": "change", "z": "tab", "rules": [rule], "x": 2, "y": 1, "wires": [["out"]]},
        {"id": "out", "type": "http response", "z": "tab", "x": 3, "y": 1, "wires": []},
    ]  # fmt: skip


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(user, password)}


async def text(server: Served, path: str, **more: Any) -> tuple[int, str]:
    answer = await server.ask("GET", path, **more)
    return answer.status, await answer.text()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page."""
    place = tmp_path / "built"
    (place / "assets").mkdir(parents=True)
    (place / "index.html").write_text("<title>the editor</title>")
    (place / "assets" / "index-CmKRapkG.js").write_text("1")
    (place / ".source-hash").write_text("x")
    for module in (app_module, page_module):
        monkeypatch.setattr(module, "built_editor", lambda: place)
    return place


@pytest.mark.parametrize("root", ["", "/admin", "/a/b"])
async def test_the_editors_page(root: str, built: Path, tmp_path: Path) -> None:
    async with serving(tmp_path / "user", httpAdminRoot=root or "/") as server:
        page = await server.ask("GET", f"{root}/")
        assert "the editor" in await page.text()
        assert page.headers["Cache-Control"] == "no-cache"
        assert "script-src 'self';" in page.headers["Content-Security-Policy"]
        script = await server.ask("GET", f"{root}/assets/index-CmKRapkG.js")
        assert script.status == 200
        assert "immutable" in script.headers["Cache-Control"]
        assert script.content_type in ("text/javascript", "application/javascript")
        assert (await server.ask("GET", f"{root}/assets/none.js")).status == 404
        assert (await server.ask("GET", f"{root}/.source-hash")).status == 404
        assert await server.json("GET", f"{root}/flows") == []
        if root:
            moved = await server.ask("GET", f"{root}?x=1", allow_redirects=False)
            assert (moved.status, moved.headers["Location"]) == (301, f"{root}/?x=1")
            assert (await server.ask("GET", "/")).status == 404


async def test_a_plain_page_says_how_to_build_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "built_editor", lambda: None)
    async with serving(tmp_path) as server:
        status, page = await text(server, "/")
        assert status == 200
        assert "pip install" in page


@pytest.mark.parametrize(
    ("preferred", "given", "said"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de", "nicht gebaut"),
        ("fr-CA,fr;q=0.9,ja;q=0.5,de;q=0.7", "de", "nicht gebaut"),
        ("zh-TW", "zh-CN", "尚未构建"),
        ("fr, en;q=0.1", "en-US", "not built"),
        ("de;q=0, *", "en-US", "not built"),
        ("<script>", "en-US", "not built"),
    ],
)
async def test_the_plain_page_and_errors_speak_the_browsers_language(
    preferred: str, given: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "built_editor", lambda: None)
    async with serving(tmp_path) as server:
        asked = {"Accept-Language": preferred}
        page = await (await server.ask("GET", "/", headers=asked)).text()
        assert f'<html lang="{given}">' in page
        assert said in page
        error = await (await server.ask("GET", "/flow/none", headers=asked)).json()
        named = await (await server.ask("GET", f"/flow/none?lang={given}")).json()
        assert error == named


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("http://127.0.0.1:9/v1", "nothing answers at 127.0.0.1, port 9"),
        ("http://nobody.invalid/v1", "there is no server of the name nobody.invalid"),
        ("example.com/v1", "the API base does not begin with http:// or https://"),
        ("ftp://127.0.0.1/v1", "the API base does not begin with http:// or https://"),
    ],
)
async def test_a_connection_that_fails_says_why(base: str, said: str, tmp_path: Path) -> None:
    node = {"id": "host", "type": "Service Host", "apiBase": base}
    async with serving(tmp_path) as server:
        asked = {"node": node, "credentials": {"secureApiKeyValue": "sk-1"}}
        answer = await server.ask("POST", "/api/service-host/test", asked)
        assert await answer.json() == {"ok": False, "message": said}


async def test_without_the_editor_the_api_is_there(tmp_path: Path) -> None:
    async with serving(tmp_path, disableEditor=True) as server:
        assert (await server.ask("GET", "/")).status == 404
        assert await server.json("GET", "/flows") == []


async def test_without_an_admin_root_only_flows_answer(tmp_path: Path) -> None:
    (tmp_path / "flows.json").write_text(json.dumps(http_in("/flows", "mine")))
    async with serving(tmp_path, httpAdminRoot=False) as server:
        assert await text(server, "/flows") == (200, "mine")
        assert (await server.ask("GET", "/settings")).status == 404


async def test_flows_answer_on_the_same_port_and_the_api_comes_first(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(http_in("/hello", "from a flow"))
        assert await text(server, "/hello") == (200, "from a flow")
        assert await text(server, "/hello", headers={"Host": "any.example"}) == (200, "from a flow")
        await server.deploy(http_in("/settings", "from a flow"))
        assert "version" in await server.json("GET", "/settings")
        # The same on a connection that the API has had before.
        await server.deploy(http_in("/hello", "again"))
        assert await text(server, "/hello") == (200, "again")


async def test_a_packed_body_reaches_a_flow_on_a_connection_that_the_api_has_had(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        give = [{"id": "out", "type": "http response", "z": "tab", "wires": []}]
        take = {
            "id": "in",
            "type": "http in",
            "z": "tab",
            "url": "/take",
            "method": "post",
            "wires": [["out"]],
        }
        await server.deploy([TAB, take, *give])
        packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        body = gzip.compress(b'{"a":1}')
        answer = await server.ask("POST", "/take", data=body, headers=packed)
        assert (answer.status, await answer.json()) == (200, {"a": 1})


async def test_flows_below_a_root_of_their_own(tmp_path: Path) -> None:
    async with serving(tmp_path, httpNodeRoot="/api-of-mine", httpAdminRoot="/admin") as server:
        answer = await server.ask("POST", "/admin/flows", http_in("/flows", "mine"))
        assert answer.status == 204
        assert await text(server, "/api-of-mine/flows") == (200, "mine")
        assert (await server.ask("GET", "/flows")).status == 404


async def test_flows_may_ask_for_a_password_of_their_own(tmp_path: Path) -> None:
    auth = {"user": "me", "pass": ARGON2}
    async with serving(tmp_path, httpNodeAuth=auth, adminAuth=AUTH) as server:
        token = {"Authorization": f"Bearer {await server.token('ann')}"}
        await server.json("POST", "/flows", http_in("/hello", "hi"), headers=token)
        assert (await server.ask("GET", "/hello")).status == 401
        assert (await server.ask("GET", "/hello", headers=token)).status == 401
        for _ in range(2):
            assert (await server.ask("GET", "/hello", headers=basic("me", PASSWORD))).status == 200
        assert (await server.ask("GET", "/hello", headers=basic("me", "wrong"))).status == 401
        assert (await server.ask("GET", "/hello", headers=basic("you", PASSWORD))).status == 401
        broken = {"Authorization": "Basic " + base64.b64encode(b"\xff\xff").decode()}
        assert (await server.ask("GET", "/hello", headers=broken)).status == 401


async def test_static_files(tmp_path: Path) -> None:
    public = tmp_path / "public"
    (public / "sub").mkdir(parents=True)
    (public / "a.txt").write_text("A")
    (public / "sub" / "index.html").write_text("index")
    folders = [{"path": str(public), "root": "/one"}, {"path": str(public / "sub"), "root": "/one/two"}]
    async with serving(tmp_path / "user", httpStatic=folders, httpStaticRoot="/s") as server:
        assert await text(server, "/s/one/a.txt") == (200, "A")
        assert await text(server, "/s/one/sub/") == (200, "index")
        assert await text(server, "/s/one/two/") == (200, "index")
        assert (await server.ask("GET", "/s/one/none")).status == 404
        assert (await server.ask("POST", "/s/one/a.txt", {})).status == 404
        await server.deploy(http_in("/s/one/a.txt", "a flow is there first"))
        assert await text(server, "/s/one/a.txt") == (200, "a flow is there first")


async def test_static_files_are_what_browsers_take_them_for(tmp_path: Path) -> None:
    from yarl import URL

    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text("ü")
    (tmp_path / "home").symlink_to(tmp_path / "sub" / "index.html")
    (tmp_path / "a.txt").write_text("ü")
    async with serving(tmp_path / "user", httpStatic=str(tmp_path), httpAdminRoot="/admin") as server:
        answer = await server.ask("GET", "/a.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Server"] == "flowengine"
        assert (await server.ask("GET", "/a.txt/")).status == 404
        # Relative addresses of a page count on the slash.
        there = await server.ask("GET", "/sub?x=1", allow_redirects=False)
        assert (there.status, there.headers["Location"]) == (301, "./sub/?x=1")
        assert (await server.ask("GET", "/sub?x=1")).url.path == "/sub/"
        assert await text(server, "/home") == (200, "ü")
        url = URL(f"{server.url}//sub", encoded=True)
        async with server.client.get(url, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "./sub/"


async def test_static_files_may_ask_for_a_password(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A")
    async with serving(
        tmp_path / "user", httpStatic=str(tmp_path), httpStaticAuth={"user": "me", "pass": ARGON2}
    ) as server:
        assert (await server.ask("GET", "/a.txt")).status == 401
        assert (await server.ask("GET", "/a.txt", headers=basic("me", PASSWORD))).status == 200


async def test_forms_are_not_sent_twice(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for kind in ("form", "help"):
            first = await server.ask("GET", f"/api/types/inject/{kind}")
            again = await server.ask(
                "GET", f"/api/types/inject/{kind}", headers={"If-None-Match": first.headers["ETag"]}
            )
            assert (first.status, again.status) == (200, 304)


async def test_the_palette_as_a_page(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        status, page = await text(server, "/nodes", headers={"Accept": "text/html"})
        assert status == 200
        assert 'data-template-name="inject"' in page
        status, page = await text(server, "/nodes/flowengine/inject", headers={"Accept": "text/html"})
        assert page.count("data-template-name") == 1


async def test_the_page_may_come_from_vite(tmp_path: Path) -> None:
    from aiohttp import web

    async def page(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade"):
            socket = web.WebSocketResponse(protocols=["vite-hmr"])
            await socket.prepare(request)
            await socket.send_str("connected")
            await socket.close()
            return socket
        return web.Response(text=f"vite {request.path_qs}", content_type="text/html")

    vite = web.Application()
    vite.router.add_get("/{name:.*}", page)
    runner = web.AppRunner(vite)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with serving(tmp_path, dev=address) as server:
        assert await text(server, "/") == (200, "vite /")
        assert await text(server, "/src/main.tsx?t=1") == (200, "vite /src/main.tsx?t=1")
        assert await server.json("GET", "/flows") == []
        async with server.client.ws_connect(server.url + "/", protocols=["vite-hmr"]) as socket:
            assert await socket.receive_str(timeout=5) == "connected"
        await runner.cleanup()
        assert (await text(server, "/"))[0] == 502


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = {"cert": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    files["cert"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files["key"].write_bytes(key.private_bytes(*plain))
    return {name: str(file) for name, file in files.items()}


async def test_tls(certificate: dict[str, str], tmp_path: Path) -> None:
    async with serving(tmp_path / "user", https=certificate) as server:
        assert server.url.startswith("https://")
        trust = ssl.create_default_context(cafile=certificate["cert"])
        trust.check_hostname = False
        assert await server.json("GET", "/flows", ssl=trust) == []
        async with server.client.ws_connect(server.url + "/comms", ssl=trust) as socket:
            await socket.send_json({"subscribe": "debug"})


async def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    from flowengine.errors import SettingsError

    with pytest.raises(SettingsError, match=r"none\.pem"):
        async with serving(tmp_path, https={"cert": "none.pem", "key": "none.pem"}):
            pass


# operations


async def test_figures(tmp_path: Path) -> None:
    from .servers import INJECT

    failing = {
        "id": "bad",
        "type": "function",
        "z": "tab",
        "func": "throw new Error('x')",
        "outputs": 0,
        "x": 1,
        "y": 1,
        "wires": [],
    }
    flows = [TAB, {**INJECT, "wires": [["show", "bad"]]}, *FLOWS[2:], failing]
    async with serving(tmp_path, metrics={"nodeTypes": True}) as server:
        await server.deploy(flows)
        await server.ask("POST", "/inject/press", {})
        for _ in range(100):
            await asyncio.sleep(0.02)
            _, page = await text(server, "/metrics")
            if 'node_errors_total{type="function"} 1' in page:
                break
        for line in (
            "flowengine_messages_delivered_total 2",
            'flowengine_node_errors_total{type="function"} 1',
            'flowengine_node_messages_total{type="debug"} 1',
            'flowengine_node_seconds_count{type="debug"} 1',
            'flowengine_api_requests_total{method="POST",status="200"} 2',
            "# TYPE flowengine_node_seconds histogram",
        ):
            assert line in page.splitlines()


async def test_figures_for_everybody(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth=AUTH, metrics={"public": True}) as server:
        assert (await server.ask("GET", "/metrics")).status == 200


async def test_the_log_as_json_with_levels_by_node(tmp_path: Path) -> None:
    logging = {"level": "off", "format": "json", "nodes": {"debug": "info", "loud": "warn"}}
    chatty = {**FLOWS[2], "console": True}
    loud = {
        "id": "loud",
        "type": "function",
        "z": "tab",
        "name": "Loud",
        "func": "node.warn('careful\\nnow')",
        "outputs": 0,
        "x": 1,
        "y": 1,
        "wires": [],
    }
    async with serving(tmp_path, logging=logging) as server:
        await server.deploy([TAB, {**FLOWS[1], "wires": [["show", "loud"]]}, chatty, loud])
        await server.ask("POST", "/inject/press", {})
        for _ in range(100):
            await asyncio.sleep(0.02)
            if server.log.getvalue().count("\n") == 2:
                break
        lines = [json.loads(line) for line in server.log.getvalue().splitlines()]
        found = {(line["level"], line["type"], line["id"], line["message"]) for line in lines}
        assert found == {("info", "debug", "show", "hello"), ("warn", "function", "loud", "careful\nnow")}


async def test_a_stop_waits_for_what_is_under_way(tmp_path: Path) -> None:
    slow = {
        "id": "slow",
        "type": "exec",
        "z": "tab",
        "command": "sleep 0.3",
        "x": 1,
        "y": 1,
        "wires": [["keep"], [], []],
    }
    rule = {"t": "set", "p": "done", "pt": "global", "to": "1", "tot": "num"}
    keep = {"id": "keep", "type": "change", "z": "tab", "rules": [rule], "x": 2, "y": 1, "wires": []}
    store = {"default": {"module": "localfilesystem", "config": {"flushInterval": 0}}}
    async with serving(tmp_path, stopTimeout=5, contextStorage=store) as server:
        await server.deploy([TAB, {**FLOWS[1], "wires": [["slow"]]}, slow, keep])
        await server.ask("POST", "/inject/press", {})
    assert json.loads((tmp_path / "context" / "global" / "global.json").read_text()) == {"done": 1}


async def test_the_description_names_every_call(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        found = await server.json("GET", "/api/openapi.json")
        methods = {(method.upper(), path) for path, item in found["paths"].items() for method in item}
        assert len(methods) == len(list(app_module.endpoints()))
        names = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
        assert len(names) == len(set(names))
