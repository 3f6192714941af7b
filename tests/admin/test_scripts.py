"""Script in every text that somebody can hand in: whatever is answered, a browser shows it and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse, FormData

from flowengine.admin.app import endpoints

from .servers import ARGON2, LOGIN, PASSWORD, V2, Served, serving
from .test_security import address

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>[x](javascript:alert(3)){{7*191}}${7*191}"
EVALUATED = "1337"
EVIL_USER = {"username": EVIL, "password": ARGON2, "permissions": "*"}


class Page(HTMLParser):
    """Notes what a browser would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.live: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and dict(attrs).get("type") == "text/html":
            return  # how Node-RED gives its editor the forms of nodes: no browser runs these
        if tag in ("script", "iframe", "object", "embed", "base") or (tag == "img" and ("src", "x") in attrs):
            self.live.append(tag)
        for name, value in attrs:
            if name.startswith("on") or re.match(r"\s*javascript:", value or "", re.IGNORECASE):
                self.live.append(f"{tag} {name}={value}")


def flows() -> list[dict[str, Any]]:
    """Make flows with the text wherever a flow holds one."""
    place = {"z": "tab", "name": EVIL, "info": EVIL, "x": 1, "y": 1}
    env = [{"name": EVIL, "type": "str", "value": EVIL, "ui": {"label": {"en-US": EVIL}}}]
    telling = f"node.status({{text: env.get('E')}}); node.warn({EVIL!r}); flow.set('k', {EVIL!r}); throw new Error({EVIL!r});"
    return [
        {"id": "tab", "type": "tab", "label": EVIL, "info": EVIL, "env": env},
        {"id": "group", "type": "group", "z": "tab", "name": EVIL, "info": EVIL, "nodes": ["fn"], "env": env,
         "style": {"label": True, "fill": EVIL, "color": EVIL}, "x": 0, "y": 0, "w": 9, "h": 9},
        {"id": "sub", "type": "subflow", "name": EVIL, "info": EVIL, "category": EVIL, "color": EVIL, "icon": EVIL,
         "in": [], "out": [], "env": env, "inputLabels": [EVIL], "outputLabels": [EVIL],
         "meta": {"module": EVIL, "desc": EVIL, "author": EVIL}},
        {"id": "instance", "type": "subflow:sub", **place, "env": env, "wires": []},
        {"id": "note", "type": "comment", **place, "wires": []},
        {"id": "press", "type": "inject", **place, "props": [{"p": EVIL, "v": EVIL, "vt": "str"}, {"p": "payload", "v": EVIL, "vt": "str"}],
         "icon": EVIL, "wires": [["fn", "show"]]},
        {"id": "fn", "type": "function", **place, "g": "group", "func": telling, "outputs": 1, "outputLabels": [EVIL], "wires": [["show"]]},
        {"id": "show", "type": "debug", **place, "active": True, "complete": "true", "targetType": "full", "tostatus": True, "console": True, "wires": []},
        {"id": "odd", "type": EVIL, **place, "wires": []},
        {"id": "config", "type": "Service Host", "name": EVIL, "apiBase": f"http://127.0.0.1:9/{EVIL}", "credentials": {"secureApiKeyValue": EVIL}},
        {"id": "asked", "type": "http request", **place, "url": f"http://127.0.0.1:9/{EVIL}", "method": "GET", "wires": [[]],
         "credentials": {"user": EVIL, "password": EVIL}},
        {"id": "in", "type": "http in", **place, "method": "post", "url": f"/up/{EVIL}", "upload": True, "wires": [["back"]]},
        {"id": "in2", "type": "http in", **place, "method": "post", "url": "/up", "upload": True, "wires": [["tell"]]},
        {"id": "tell", "type": "change", **place, "rules": [{"t": "set", "p": "payload", "pt": "msg", "to": "req.files", "tot": "msg"}], "wires": [["back"]]},
        {"id": "back", "type": "http response", **place, "wires": []},
    ]  # fmt: skip


@pytest.fixture
async def server(tmp_path: Path) -> Any:
    users = {"type": "credentials", "users": [EVIL_USER]}
    logging = {"audit": True, "level": "trace"}
    async with serving(
        tmp_path, adminAuth=users, logging=logging, httpAdminRoot="/", httpNodeRoot="/flow-root"
    ) as running:
        fields = {**LOGIN, "username": EVIL, "password": PASSWORD}
        token = (await running.json("POST", "/auth/token", fields))["access_token"]
        running.client.headers.update({"Authorization": f"Bearer {token}"})
        await running.deploy(flows())
        for kind in ("functions", "flows"):
            text = {"text": EVIL, "name": EVIL, "info": EVIL}
            assert (
                await running.ask("POST", f"/library/local/{kind}/{quote('a<b>onerror=x;')}.js", text)
            ).status == 204
        await running.ask("POST", "/settings/user", {"editor": {EVIL: EVIL}})
        await running.ask("POST", "/inject/press", {})
        assert await running.runtime.engine.delivery.idle(10, recurring=False)
        yield running


async def check(answer: ClientResponse, asked: str) -> None:
    """Check that a browser takes an answer for what it is, and finds nothing in it to run."""
    kind, text = answer.content_type, await answer.text(errors="replace")
    assert answer.headers["X-Content-Type-Options"] == "nosniff", asked
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "script-src 'self'" in policy, asked
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0], asked
    assert "\n" not in str(answer.headers.get("Location", "")), asked
    if kind == "text/html":
        assert Page(text).live == [], f"{asked}: {Page(text).live}"
        assert EVALUATED not in text, asked
    else:
        assert kind in ("application/json", "text/plain", "image/svg+xml", "image/png"), f"{asked}: {kind}"
        if kind == "image/svg+xml":
            assert "script" not in text, asked
    assert answer.status < 500, asked


GETS = [one for one in endpoints() if one.method == "GET" and one.path != "/comms"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_every_answer_is_text_or_json_or_escaped(accept: str, server: Served) -> None:
    known = ["/flow/tab", "/credentials/x/asked", "/context/flow/tab", "/context/flow/tab/k", "/context/global",
             "/api/history/1", "/api/history/1/diff", "/library/local/functions/", "/library/local/flows/",
             "/api/types/http%20in/form", "/api/types/http%20in/help", f"/library/local/functions/{quote('a<b>onerror=x;')}.js"]  # fmt: skip
    asked = [address(one.path) for one in GETS] + known
    asked += [
        re.sub(r"\{[^{}]*(\{[^{}]*\}[^{}]*)*\}", quote(EVIL, ""), one.path) for one in GETS if "{" in one.path
    ]
    asked += [
        f"{one.path}?lang={quote(EVIL)}&store={quote(EVIL)}&method={quote(EVIL)}"
        for one in GETS
        if "{" not in one.path
    ]
    for path in asked:
        answer = await server.ask("GET", path, headers={**V2, "Accept": accept, "Accept-Language": EVIL})
        await check(answer, f"GET {path}")


async def test_errors_that_repeat_what_was_sent_are_json(server: Served) -> None:
    for method, path, body in (
        ("POST", "/flows", {"flows": [{"id": EVIL, "type": EVIL, "z": EVIL}, {"id": EVIL}], "rev": EVIL}),
        ("POST", "/flow", {"label": EVIL, "nodes": EVIL}),
        ("PUT", f"/flow/{quote(EVIL, '')}", {"label": EVIL}),
        ("POST", "/auth/token", {**LOGIN, "username": EVIL, "password": EVIL, "client_id": EVIL}),
        ("POST", "/auth/token", {**LOGIN, "grant_type": EVIL}),
        ("PUT", "/nodes/flowengine/inject", {"enabled": EVIL}),
        ("POST", "/library/local/functions/../" + quote(EVIL, ""), {"text": EVIL}),
        ("POST", f"/inject/{quote(EVIL, '')}", {}),
        ("POST", f"/debug/{quote(EVIL, '')}/enable", {}),
        ("POST", "/flows/state", {"state": EVIL}),
        ("POST", "/api/check", [{"id": EVIL, "type": EVIL, "name": EVIL, "wires": [[EVIL]]}]),
        ("POST", "/api/service-host/test", {"node": {"type": "Service Host", "apiBase": EVIL, "name": EVIL}}),
        ("DELETE", f"/context/flow/tab/{quote(EVIL, '')}", None),
    ):  # fmt: skip
        answer = await server.ask(method, path, body, headers={"Accept": "text/html"})
        await check(answer, f"{method} {path}")


async def test_addresses_of_flows_repeat_nothing_as_markup(server: Served) -> None:
    """What a flow answers is its author's; what the server says of flows' addresses is ours."""
    for path in (
        f"/flow-root/{quote(EVIL, '')}",
        f"/flow-root/none/{EVIL}",
        f"/flow-root?q={EVIL}",
        "/flow-root/%",
    ):
        answer = await server.ask("GET", path, headers={"Accept": "text/html"})
        assert answer.status in (400, 404)
        await check(answer, f"GET {path}")
    form = FormData()
    form.add_field(EVIL, b"1", filename=EVIL)
    async with server.client.post(server.url + "/flow-root/up", data=form) as answer:
        assert answer.content_type == "application/json"
        assert (await answer.json())[0]["originalname"]


async def test_the_log_keeps_texts_in_their_line(server: Served) -> None:
    await server.ask(
        "POST", "/auth/token", {**LOGIN, "username": "x\n[error] forged\x1b[2J", "password": "y"}
    )
    lines = server.log.getvalue().splitlines()
    assert not [line for line in lines if line.startswith("[error] forged")]
    assert "\x1b" not in server.log.getvalue()
