"""Other people's tools against our server: node-red-admin and Node-RED itself from npm, schemathesis."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from flowengine.admin.settings_file import read_settings

from ..wheels import index, wheels
from .servers import AUTH, FLOWS, KEY, PASSWORD, SECRET_HOST, Served, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
GENERATED = 5000
__all__ = ["index", "wheels"]


async def run(
    *command: str, env: dict[str, str] | None = None, folder: Path | None = None, typed: str = ""
) -> tuple[int, str]:
    """Run a program to its end; gives its status and everything that it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        cwd=folder,
    )
    out, _ = await asyncio.wait_for(process.communicate(typed.encode()), 600)
    return process.returncode or 0, out.decode()


async def from_npm(request: pytest.FixtureRequest, package: str) -> Path:
    """Install an npm package once for all test runs; gives its folder of programs."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    place = Path(request.config.cache.mkdir("npm-" + package.replace("@", "-")))
    programs = place / "node_modules" / ".bin"
    if not programs.is_dir():
        status, said = await run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), package)
        if status:
            pytest.skip(f"{package} cannot be installed: {said[-300:]}")
    return programs


class Admin:
    """node-red-admin with a home of its own."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program, self.home = program, home

    async def __call__(self, *arguments: str, fails: bool = False) -> str:
        status, said = await run(str(self.program), *arguments, env={"HOME": str(self.home)})
        assert (status != 0) is fails, said
        return said


async def logged_in(server: Served, home: Path) -> None:
    """Keep a login where node-red-admin keeps it: its own prompt needs a terminal."""
    fields = {
        "client_id": "node-red-admin",
        "grant_type": "password",
        "scope": "*",
        "username": "ann",
        "password": PASSWORD,
    }
    login = await server.json("POST", "/auth/token", fields)
    file = home / ".node-red" / ".cli-config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "tokens": login}))


async def test_node_red_admin(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    admin = Admin(await from_npm(request, "node-red-admin@4") / "node-red-admin", tmp_path)
    async with serving(tmp_path / "user", adminAuth=AUTH) as server:
        assert server.url in await admin("target", server.url)
        assert "Not logged in" in await admin("list", fails=True)
        await logged_in(server, tmp_path)
        listed = json.loads(await admin("list", "--json"))
        assert {"flowengine/inject", "flowengine/http_in"} <= {one["id"] for one in listed}
        assert "http request" in await admin("list")
        assert "flowengine/range" in await admin("info", "flowengine")
        assert "enabled" in await admin("info", "flowengine/range")
        assert "disabled" in await admin("disable", "flowengine/range")
        assert "disabled" in await admin("info", "flowengine/range")
        assert "enabled" in await admin("enable", "flowengine/range")
        assert "flowengine/range" in await admin("enable", "flowengine")
        assert "404" in await admin("info", "none", fails=True)


async def test_node_red_admin_installs_and_removes_packages(
    request: pytest.FixtureRequest, tmp_path: Path, index: Path
) -> None:
    admin = Admin(await from_npm(request, "node-red-admin@4") / "node-red-admin", tmp_path)
    async with serving(tmp_path / "user", adminAuth=AUTH) as server:
        await admin("target", server.url)
        await logged_in(server, tmp_path)
        installed = await admin("install", "acme-weather@1.0")
        assert "acme-weather/thermometer" in installed
        assert "thermometer" in await admin("list")
        assert "1.0" in await admin("info", "acme-weather")
        assert "disabled" in await admin("disable", "acme-weather/thermometer")
        assert "enabled" in await admin("enable", "acme-weather")
        assert "already" in await admin("install", "acme-weather", fails=True)
        assert "404" in await admin("install", "node-red-node-random", fails=True)
        assert "400" in await admin("remove", "flowengine", fails=True)
        await admin("remove", "acme-weather")
        assert "thermometer" not in await admin("list")
        assert "404" in await admin("remove", "acme-weather", fails=True)


async def test_a_password_hash_of_node_red_admin_opens_the_editor(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    programs = await from_npm(request, "node-red-admin@4")
    script = f"console.log(require({str(programs.parent)!r} + '/bcryptjs').hashSync({PASSWORD!r}, 8))"
    status, made = await run("node", "-e", script)
    assert status == 0, made
    user = {"username": "ann", "password": made.strip(), "permissions": "*"}
    async with serving(tmp_path / "user", adminAuth={"type": "credentials", "users": [user]}) as server:
        assert await server.token("ann")


async def test_the_login_prompt_of_node_red_admin(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Log in at a terminal, as a person does."""
    pty = pytest.importorskip("pty")
    program = await from_npm(request, "node-red-admin@4") / "node-red-admin"
    async with serving(tmp_path / "user", adminAuth=AUTH) as server:
        await Admin(program, tmp_path)("target", server.url)
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            str(program),
            "login",
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        os.close(theirs)
        said = ""
        for question, answer in (("Username", "ann"), ("Password", PASSWORD), ("Logged in", "")):
            while question not in said:
                said += (await asyncio.to_thread(os.read, ours, 1000)).decode(errors="replace")
            if answer:
                await asyncio.sleep(0.3)
                os.write(ours, f"{answer}\r".encode())
        await asyncio.wait_for(process.wait(), 20)
        os.close(ours)
        assert "flowengine/inject" in await Admin(program, tmp_path)("list")


async def test_the_settings_that_node_red_gives_to_everybody_are_understood(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """As they come, and with every line switched on that is a suggestion of plain values."""
    given = ((await from_npm(request, "node-red@5")).parent / "node-red" / "settings.js").read_text()
    (tmp_path / "settings.js").write_text(given)
    settings, notes = read_settings(tmp_path, {})
    assert notes == []
    assert (settings.ui_port, settings.flow_file, settings.mqtt_reconnect_time) == (1880, "flows.json", 15000)
    assert settings.runtime_state.enabled is False
    suggested = re.sub(
        r"^(\s*)//(?=(uiHost|apiMaxLength|httpNodeRoot|socketTimeout|disableEditor)\b)",
        r"\1",
        given,
        flags=re.MULTILINE,
    )
    (tmp_path / "settings.js").write_text(suggested)
    settings, notes = read_settings(tmp_path, {})
    assert notes == []
    assert (settings.ui_host, settings.api_max_length, settings.http_node_root) == (
        "127.0.0.1",
        "5mb",
        "/red-nodes",
    )
    assert settings.socket_timeout == 120_000


MADE_BY_NODE_RED = """
const http = require("http"), express = require(process.argv[2] + "/express"), RED = require(process.argv[2] + "/node-red");
const app = express(), server = http.createServer(app);
RED.init(server, { userDir: process.argv[3], httpAdminRoot: "/", httpNodeRoot: "/", flowFile: "flows.json", uiPort: 0,
  contextStorage: { default: { module: "localfilesystem", config: { flushInterval: 1 } } }, logging: { console: { level: "off" } } });
app.use("/", RED.httpAdmin); app.use("/", RED.httpNode);
server.listen(0, "127.0.0.1", () => RED.start().then(() => console.log("port " + server.address().port)));
process.stdin.on("end", () => RED.stop().then(() => process.exit(0))).resume();
"""


async def test_a_folder_that_node_red_made_opens_and_runs(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    modules = (await from_npm(request, "node-red@5")).parent
    script, folder = tmp_path / "make.js", tmp_path / "user"
    script.write_text(MADE_BY_NODE_RED)
    folder.mkdir()
    node = {"id": "http", "type": "http request", "z": "tab", "url": "", "x": 9, "y": 9, "wires": [], "authType": "basic",
            "credentials": {"user": "me", "password": KEY}}  # fmt: skip
    rule = {"t": "set", "p": "visits", "pt": "global", "to": "41", "tot": "num"}
    count = {"id": "count", "type": "change", "z": "tab", "rules": [rule], "x": 5, "y": 5, "wires": []}
    flows = [FLOWS[0], {**FLOWS[1], "wires": [["count"]]}, *FLOWS[2:3], node, count]
    process = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        str(modules),
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    port = int((await asyncio.wait_for(process.stdout.readline(), 120)).split()[1])
    url = f"http://127.0.0.1:{port}"
    async with serving(tmp_path / "other") as other:
        # Node-RED answers a deploy before the nodes run, so the inject node may not be there yet.
        for path, body, wanted in (("/flows", flows, 204), ("/inject/press", {}, 200)):
            async with asyncio.timeout(20):
                while True:
                    sent = await other.client.post(url + path, json=body)
                    if sent.status == wanted:
                        break
                    await asyncio.sleep(0.2)
        async with other.client.get(url + "/flows", headers={"Node-RED-API-Version": "v2"}) as read:
            theirs = await read.json()
    await asyncio.sleep(2)
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 30)
    async with serving(folder, contextStorage={"default": {"module": "localfilesystem"}}) as server:
        assert await server.json("GET", "/flows", headers={"Node-RED-API-Version": "v2"}) == theirs
        assert server.runtime.engine.nodes["http"].credential_values == {"user": "me", "password": KEY}
        assert await server.json("GET", "/credentials/http%20request/http") == {
            "user": "me",
            "has_password": True,
        }
        assert (await server.json("GET", "/context/global/visits"))["msg"] == "41"


async def test_generated_requests_find_no_fault(tmp_path: Path) -> None:
    """Send thousands of requests that schemathesis makes of our own description; none may answer 500 or more."""
    # Made-up names of packages are nobody's business but ours.
    async with serving(tmp_path / "user", palette={"allowInstall": False}) as server:
        await server.deploy([*FLOWS[:-1], SECRET_HOST])
        found = await asyncio.to_thread(generate, server.url)
        log = server.log.getvalue()
    assert found["faults"] == [], log[max(0, log.find("Traceback") - 200) :][:4000]
    assert "Traceback" not in log
    assert found["sent"] >= GENERATED


def generate(url: str) -> dict[str, Any]:
    """Send requests in a thread of their own, evenly over all calls."""
    import requests
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings

    description = requests.get(f"{url}/api/openapi.json", timeout=10).json()
    operations = [
        result.ok()
        for result in schemathesis.openapi.from_dict(description).get_all_operations()
        # A reload reads files; stopping all flows would only make the rest easier.
    ]
    each = GENERATED // len(operations) + 1
    found: dict[str, Any] = {"sent": 0, "faults": []}
    session = requests.Session()
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=each, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def send(case: Any) -> None:
            answer = case.call(base_url=url, session=session, timeout=20)
            found["sent"] += 1
            if answer.status_code >= 500:
                found["faults"].append(
                    f"{case.method} {case.formatted_path}: {answer.status_code} {answer.text[:200]}"
                )

        send()
        while found["sent"] < GENERATED and operation is operations[-1]:
            send()
    return found
