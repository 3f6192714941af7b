"""Nobody gets in who should not, and no secret gets out."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import time
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from flowengine.admin import comms, users
from flowengine.admin.app import endpoints
from flowengine.admin.guard import Guard
from flowengine.admin.passwords import hash_password, is_password
from flowengine.admin.permissions import may
from flowengine.admin.runtime import Runtime
from flowengine.admin.settings_file import make_settings
from flowengine.admin.users import Users
from flowengine.errors import SettingsError

from .servers import ARGON2, AUTH, BCRYPT, FLOWS, KEY, LOGIN, PASSWORD, SECRET_HOST, Served, serving

USERS = {"adminAuth": AUTH}
GUARDED = [one for one in endpoints() if one.permission is not None]
WRITING = [one for one in GUARDED if one.permission and not may("read", one.permission)]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def address(path: str) -> str:
    """Fill the pattern of an endpoint."""
    fills = {
        "module": "flowengine",
        "set": "inject",
        "scope": "flow",
        "state": "enable",
        "id": "1",
        "key": "k",
    }
    filled, depth, name = "", 0, ""
    for char in path:
        if char == "{":
            depth += 1
            name = name if depth > 1 else ""
        elif char == "}":
            depth -= 1
            if depth == 0:
                key, _, pattern = name.partition(":")
                filled += "global" if pattern == "global" else fills.get(key, "x")
        elif depth:
            name += char
        else:
            filled += char
    return filled


@pytest.fixture
async def server(tmp_path: Path) -> Any:
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS))
    async with serving(tmp_path, **USERS) as running:
        yield running


async def test_every_address_asks_for_a_login(server: Served) -> None:
    for endpoint in GUARDED:
        answer = await server.ask(
            endpoint.method, address(endpoint.path), {} if endpoint.method != "GET" else None
        )
        assert answer.status == 401, f"{endpoint.method} {endpoint.path}"
        assert (await answer.json())["code"] == "unauthorized"


async def test_a_reader_may_not_write(server: Served) -> None:
    token = {"Authorization": f"Bearer {await server.token('bob')}"}
    assert WRITING
    for endpoint in [one for one in GUARDED if one.path != "/auth/revoke"]:
        answer = await server.ask(
            endpoint.method, address(endpoint.path), {} if endpoint.method != "GET" else None, headers=token
        )
        assert (answer.status == 401) is (endpoint in WRITING), (
            f"{endpoint.method} {endpoint.path}: {answer.status}"
        )


async def test_an_expired_login_is_worth_nothing(server: Served) -> None:
    token = await server.token("ann")
    for session in server.runtime.sessions._sessions.values():
        session["expires"] = time() - 1
    for endpoint in GUARDED:
        answer = await server.ask(
            endpoint.method,
            address(endpoint.path),
            {} if endpoint.method != "GET" else None,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status == 401, f"{endpoint.method} {endpoint.path}"


async def test_a_login_ends_with_its_revocation_and_outlives_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path, **USERS) as server:
        token = await server.token("ann")
        other = await server.token("ann")
        await server.ask(
            "POST", "/auth/revoke", {"token": other}, headers={"Authorization": f"Bearer {token}"}
        )
    assert token not in "".join(file.read_text() for file in tmp_path.glob(".config.*"))
    async with serving(tmp_path, **USERS) as server:
        assert (await server.ask("GET", "/flows", headers={"Authorization": f"Bearer {token}"})).status == 200
        assert (await server.ask("GET", "/flows", headers={"Authorization": f"Bearer {other}"})).status == 401


async def test_scopes_narrow_and_never_widen(server: Served) -> None:
    refused = await server.ask(
        "POST", "/auth/token", {**LOGIN, "username": "bob", "password": PASSWORD, "scope": "*"}
    )
    assert refused.status == 403
    narrow = {"Authorization": f"Bearer {await server.token('ann', 'read')}"}
    assert (await server.ask("POST", "/flows", FLOWS, headers=narrow)).status == 401
    some = {"Authorization": f"Bearer {await server.token('cat')}"}
    assert (await server.ask("GET", "/flows", headers=some)).status == 200
    assert (await server.ask("POST", "/inject/press", {}, headers=some)).status == 200
    assert (await server.ask("GET", "/settings", headers=some)).status == 401
    machine = {"Authorization": "Bearer machine-token"}
    assert (await server.ask("GET", "/flows", headers=machine)).status == 200
    assert (await server.ask("POST", "/flows", FLOWS, headers=machine)).status == 401


async def test_a_scope_that_is_not_understood_is_not_everything(server: Served) -> None:
    fields = {**LOGIN, "username": "ann", "password": PASSWORD, "scope": ["flows.read"]}
    answer = await server.ask("POST", "/auth/token", fields)
    assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


def test_unknown_names_take_a_hash_as_the_known_ones_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(users, "is_password", lambda _, stored: bool(checked.append(stored)))
    entries = [{"username": "bob", "password": BCRYPT}]
    known = Users(make_settings({"adminAuth": {"users": entries}}).admin_auth, tmp_path)
    for name in ("bob", "nobody"):
        assert known.check(name, "wrong") is None
    assert checked == [BCRYPT, BCRYPT]


async def test_a_hundred_wrong_passwords(server: Served) -> None:
    statuses = []
    for number in range(100):
        answer = await server.ask(
            "POST", "/auth/token", {**LOGIN, "username": "ann", "password": f"guess {number}"}
        )
        statuses.append(answer.status)
    assert statuses == [403] * 5 + [429] * 95
    right = await server.ask("POST", "/auth/token", {**LOGIN, "username": "ann", "password": PASSWORD})
    assert right.status == 429
    assert int(right.headers["Retry-After"]) > 500
    # Other names do not help: the address is counted too.
    for number in range(40):
        answer = await server.ask(
            "POST", "/auth/token", {**LOGIN, "username": f"user {number}", "password": "x"}
        )
    assert answer.status == 429


async def test_visitors_may_do_what_the_default_user_may(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth={**AUTH, "default": {"permissions": "read"}}) as server:
        assert (await server.ask("GET", "/flows")).status == 200
        assert (await server.ask("POST", "/flows", FLOWS)).status == 401
        assert (await server.json("GET", "/settings"))["user"] == {"anonymous": True, "permissions": "read"}


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1"])
def test_without_users_nobody_listens_beyond_the_machine(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there are no users"):
        Runtime(tmp_path, make_settings({"uiHost": host}))
    Runtime(tmp_path, make_settings({"uiHost": host, "insecure": True}))
    Runtime(tmp_path, make_settings({"uiHost": host, **USERS}))


def test_hashes_of_both_kinds_are_understood() -> None:
    assert is_password(PASSWORD, ARGON2)
    assert is_password(PASSWORD, BCRYPT)
    assert is_password(PASSWORD, BCRYPT.replace("$2b$", "$2a$"))
    assert not is_password("wrong", ARGON2)
    assert not is_password("wrong", BCRYPT)
    assert not is_password(PASSWORD, PASSWORD)
    assert hash_password(PASSWORD).startswith("$argon2id$")


# where requests come from


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:1880",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "[::1].evil.example",
        "[::1]evil.example:1880",
    ],
)
async def test_a_foreign_name_is_refused(host: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for path in ("/", "/flows", "/settings", "/api/openapi.json"):
            answer = await server.ask("GET", path, headers={"Host": host})
            assert answer.status == 403, path


@pytest.mark.parametrize(
    ("default", "ours"),
    [(None, True), ("read", True), (["flows.read"], True), ("*", False), (["flows.write"], False)],
)
def test_where_visitors_may_change_something_a_foreign_name_is_refused(
    default: Any, ours: bool, tmp_path: Path
) -> None:
    auth = {**AUTH, "default": {"permissions": default}} if default else AUTH
    settings = make_settings({"uiHost": "0.0.0.0", "adminAuth": auth})
    assert Guard(Runtime(tmp_path, settings, env={}))._is_ours("evil.example") is ours


async def test_a_name_of_the_settings_is_ours(tmp_path: Path) -> None:
    async with serving(tmp_path, allowedHosts=["flows.example"]) as server:
        assert (await server.ask("GET", "/flows", headers={"Host": "flows.example"})).status == 200
        assert (await server.ask("GET", "/flows", headers={"Host": "localhost:1880"})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[evil"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_pages_of_other_sites_change_nothing(headers: dict[str, str], tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for body_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            answer = await server.ask("POST", "/flows", FLOWS, headers={**headers, "Content-Type": body_type})
            assert answer.status == 403
        assert await server.json("GET", "/flows") == []
        with pytest.raises(WSServerHandshakeError):
            await server.client.ws_connect(server.url + "/comms", headers={"Origin": "https://evil.example"})


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/flows", "/x/../flows", "/%66lows", "//flows", "/flows/", "/./flows", "/%2566lows"],
)
async def test_no_spelling_of_an_address_passes_by_the_guard(target: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        head = f"GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        answer = (await asyncio.wait_for(reader.read(), 10)).decode()
        writer.close()
        await writer.wait_closed()
        assert "press" not in answer
        assert answer.split()[1] in ("403", "404", "400")


async def test_a_connection_ends_with_its_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comms, "HEARTBEAT", 0.2)
    async with serving(tmp_path, **USERS) as server:
        token = await server.token("ann")
        async with server.client.ws_connect(server.url + "/comms") as socket:
            await socket.send_json({"auth": token})
            assert await socket.receive_json(timeout=5) == {"auth": "ok"}
            for session in server.runtime.sessions._sessions.values():
                session["expires"] = time() - 1
            while (heard := await socket.receive(timeout=5)).data != '{"auth":"fail"}':
                assert "hb" in heard.data


async def test_text_is_not_taken_for_json(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        assert (
            await server.ask("POST", "/flows", FLOWS, headers={"Content-Type": "text/plain"})
        ).status == 415


async def test_another_site_that_the_settings_name_may_ask(tmp_path: Path) -> None:
    async with serving(tmp_path, httpAdminCors={"origin": "https://friend.example"}) as server:
        friend = {"Origin": "https://friend.example"}
        preflight = await server.ask("OPTIONS", "/flows", headers=friend)
        assert preflight.status == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "https://friend.example"
        assert (await server.ask("POST", "/flows", FLOWS, headers=friend)).status == 204
        stranger = await server.ask("GET", "/flows", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in stranger.headers


# paths

CLIMBING = [
    "../flows.json", "..%2f..%2fflows.json", "%2e%2e/%2e%2e/flows.json", "....//flows.json", "..\\flows.json",
    "/etc/passwd", "%2fetc%2fpasswd", "a/../../flows.json", ".config.runtime.json", "x%00.js", "..%5c..%5cflows.json",
]  # fmt: skip


@pytest.mark.parametrize("climbing", CLIMBING)
async def test_no_path_leads_out_of_a_folder(climbing: str, tmp_path: Path) -> None:
    from yarl import URL

    public = tmp_path / "public"
    public.mkdir()
    (public / "index.html").write_text("hello")
    (public / "link").symlink_to(tmp_path / "user")
    user = tmp_path / "user"
    (user / "lib" / "functions").mkdir(parents=True)
    (user / "lib" / "functions" / "link").symlink_to(user)
    (user / "flows.json").write_text(json.dumps([{"id": "a", "type": "tab", "label": "TREASURE"}]))
    async with serving(
        user, httpStatic=str(public), httpStaticRoot="/files", httpAdminRoot="/admin"
    ) as server:
        assert (await server.ask("GET", "/files/")).status == 200
        for place in (
            "/admin/library/local/functions/",
            "/admin/icons/",
            "/admin/locales/",
            "/admin/",
            "/files/",
        ):
            for middle in ("", "link/"):
                url = URL(f"{server.url}{place}{middle}{climbing}", encoded=True)
                async with server.client.get(url) as answer:
                    text = await answer.text()
                assert "TREASURE" not in text, url
                assert "_credentialSecret" not in text, url
                assert "root:" not in text, url


async def test_a_library_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lib" / "functions").mkdir(parents=True)
    (tmp_path / "lib" / "functions" / "link").symlink_to(tmp_path)
    async with serving(tmp_path) as server:
        assert (await server.ask("GET", "/library/local/functions/link/flows.json")).status == 403
        assert (await server.ask("POST", "/library/local/functions/link/x.js", {"text": "1"})).status == 403


# scripts in texts


async def test_script_in_texts_stays_text(tmp_path: Path) -> None:
    flows = [
        {**FLOWS[0], "label": EVIL, "info": EVIL},
        {**FLOWS[1], "name": EVIL},
        {**FLOWS[2], "type": EVIL},
    ]
    async with serving(tmp_path) as server:
        await server.deploy(flows)
        for path in (
            "/flows",
            "/flow/tab",
            "/nodes",
            "/settings",
            "/diagnostics",
            f"/inject/{EVIL}",
            f"/flow/{EVIL}",
            "/api/history",
        ):
            method = "POST" if path.startswith("/inject") else "GET"
            answer = await server.ask(method, path.replace("/a", "/a"), {} if method == "POST" else None)
            assert answer.content_type == "application/json", path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_page_runs_no_script_but_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        answer = await server.ask("GET", "/")
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy or "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] in ("no-cache", "no-store")


# sizes


async def test_a_body_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, apiMaxLength="10kb") as server:
        answer = await server.ask("POST", "/flows", [{"id": "a", "type": "tab", "info": "x" * 20_000}])
        assert answer.status == 413
        assert (await answer.json())["code"] == "too_large"


# secrets


async def test_secrets_are_nowhere_to_be_seen(tmp_path: Path) -> None:
    """Deploy a secret, make it turn up wherever it can, and look everywhere."""
    props = [{"p": "payload", "v": KEY, "vt": "str"}]
    failing = f"node.error('{KEY} failed', msg); throw new Error('{KEY}')"
    place = {"z": "tab", "x": 1, "y": 9}
    leaking = [
        {"id": "leak", "type": "inject", **place, "props": props, "wires": [["show", "fn"]]},
        {"id": "fn", "type": "function", **place, "func": failing, "outputs": 0, "wires": []},
    ]
    async with serving(tmp_path, adminAuth=AUTH, logging={"level": "trace", "audit": True}) as server:
        token = await server.token("ann")
        known = {"Authorization": f"Bearer {token}"}
        heard = []
        async with server.client.ws_connect(server.url + "/comms") as socket:
            await socket.send_json({"auth": token})
            for topic in ("debug", "status/#", "notification/#", "wires"):
                await socket.send_json({"subscribe": topic})
            await server.deploy([*FLOWS[:-1], SECRET_HOST, *leaking], headers=known)
            await server.ask("POST", "/inject/leak", {}, headers=known)
            while '"wires"' not in "".join(heard) or '"debug"' not in "".join(heard):
                heard.append(await socket.receive_str(timeout=5))
        seen = [server.log.getvalue(), *heard]
        for endpoint in endpoints():
            if (
                endpoint.method == "GET"
                and endpoint.path != "/comms"
                and "/flow" not in endpoint.path
                and "history" not in endpoint.path
            ):
                path = (
                    "/credentials/Service%20Host/host"
                    if "credentials" in endpoint.path
                    else address(endpoint.path)
                )
                seen.append(await (await server.ask("GET", path, headers=known)).text())
        for bad in (
            {
                "node": {**SECRET_HOST, "apiBase": f"http://127.0.0.1:9/{KEY}"},
                "credentials": {"secureApiKeyValue": KEY},
            },
        ):
            seen.append(await (await server.ask("POST", "/api/service-host/test", bad, headers=known)).text())
        found = [text for text in seen if KEY in text]
        assert not found
        hidden = [
            text for text in seen if ARGON2 in text or BCRYPT in text or PASSWORD in text or token in text
        ]
        assert not hidden
        assert any("••••••" in text for text in heard)
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("flows_cred*"))
    assert KEY.encode() not in stored


def test_the_settings_do_not_print_their_secrets() -> None:
    shown = repr(make_settings({"adminAuth": AUTH, "httpNodeAuth": {"user": "a", "pass": ARGON2}}))
    assert ARGON2 not in shown
    assert "machine-token" not in shown
