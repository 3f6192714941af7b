"""The command line, as a user calls it: real processes, real files, a real server on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from ..engine.flows import node, tab

ROOT = Path(__file__).parents[2]


class Finished:
    """How a process ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def values(self) -> list[Any]:
        """The values of the JSON lines on standard output."""
        return [json.loads(line)["value"] for line in self.out.splitlines()]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flowengine", *arguments]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


async def call(*arguments: str, env: dict[str, str] | None = None) -> Finished:
    process = await asyncio.create_subprocess_exec(
        *command(*arguments),
        env=environment(**(env or {})),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


def write(tmp_path: Path, flow: list[dict[str, Any]]) -> str:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(flow))
    return str(file)


def inject(node_id: str, wires: list[str], **more: Any) -> dict[str, Any]:
    return node(node_id, "inject", wires, **{"props": [{"p": "payload", "v": "hello", "vt": "str"}], **more})


def debug(node_id: str = "d", **more: Any) -> dict[str, Any]:
    return node(node_id, "debug", complete="payload", targetType="msg", **more)


SIMPLE = [tab(label="Greetings"), inject("i", ["d"], name="greet"), debug(name="shown")]


async def test_a_flow_is_injected_and_prints_json_lines(tmp_path):
    done = await call("run", write(tmp_path, SIMPLE), "--inject", "greet", "--until-idle")
    assert done.status == 0
    assert json.loads(done.out) == {
        "node": "d",
        "name": "shown",
        "flow": "Greetings",
        "property": "payload",
        "value": "hello",
    }


async def test_text_is_for_people_and_msg_sets_properties(tmp_path):
    given = json.dumps({"payload": {"a": [1, None]}, "topic": "t"})
    done = await call(
        "run", write(tmp_path, SIMPLE), "--inject", "i", "--msg", given, "--until-idle", "--text"
    )
    assert done.out == "Greetings › shown  payload: { a: [ 1, null ] }\n"


async def test_an_uncaught_error_ends_with_status_one_and_names_the_node(tmp_path):
    flow = [
        tab(label="T"),
        inject("i", ["s"]),
        node(
            "s",
            "change",
            ["d"],
            rules=[
                {"t": "set", "p": "a", "pt": "msg", "to": "$error('broken on purpose')", "tot": "jsonata"}
            ],
            name="breaker",
        ),
        debug(),
    ]
    done = await call("run", write(tmp_path, flow), "--inject", "i", "--until-idle")
    assert done.status == 1
    assert 'T › change "breaker" (s): ' in done.err
    assert "broken on purpose" in done.err


async def test_a_caught_error_is_no_failure(tmp_path):
    flow = [
        tab(),
        inject("i", ["s"]),
        node(
            "s",
            "change",
            ["d"],
            rules=[{"t": "set", "p": "a", "pt": "msg", "to": "$error('x')", "tot": "jsonata"}],
        ),
        node("c", "catch", ["d"], scope=None),
        debug(),
    ]
    done = await call("run", write(tmp_path, flow), "--inject", "i", "--until-idle")
    assert (done.status, len(done.values)) == (0, 1)


async def test_waiting_for_idle_waits_for_delays_but_not_for_repeats(tmp_path):
    flow = [
        tab(),
        inject("i", ["w"], repeat="60"),
        node("w", "delay", ["d"], pauseType="delay", timeout="0.1", timeoutUnits="seconds"),
        debug(),
    ]
    done = await call("run", write(tmp_path, flow), "--inject", "i", "--until-idle", "--timeout", "20")
    assert (done.status, done.values) == (0, ["hello"])


async def test_a_run_that_does_not_become_idle_in_time_says_so(tmp_path):
    flow = [
        tab(),
        inject("i", ["w"]),
        node("w", "delay", ["d"], pauseType="delay", timeout="60", timeoutUnits="seconds"),
        debug(),
    ]
    done = await call("run", write(tmp_path, flow), "--inject", "i", "--until-idle", "--timeout", "0.5")
    assert done.status == 124
    assert "not idle after 0.5 s" in done.err


async def test_the_environment_comes_from_options_and_file(tmp_path):
    (tmp_path / "env").write_text("# comment\nexport ONE='1'\nTWO=\"2\"\n")
    props = [{"p": "payload", "v": "${ONE}${TWO}${THREE}", "vt": "env"}]
    flow = [tab(), inject("i", ["d"], props=props), debug()]
    done = await call(
        *("run", write(tmp_path, flow), "--inject", "i", "--until-idle"),
        *("--env-file", str(tmp_path / "env"), "--env", "THREE=3"),
    )
    assert done.values == ["123"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON (line 1"),
        ('{"a": 1}', "not a flow"),
        (None, "cannot read the flow file"),
    ],
)
async def test_a_file_that_is_no_flow_is_one_sentence(tmp_path, content, words):
    file = tmp_path / "flow.json"
    if content is not None:
        file.write_text(content)
    done = await call("run", str(file))
    assert done.status == 2
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--inject", "nobody"], 'no node "nobody" to inject; the inject nodes are: "greet"'),
        (["--inject", "i", "--msg", "[1]"], "--msg is not a JSON object"),
        (["--env", "NOVALUE"], "NOVALUE is not NAME=VALUE"),
        (["--service-host", "prod=http://127.0.0.1"], 'no Service Host "prod"; the flow has: none'),
    ],
)
async def test_wrong_options_say_what_would_be_right(tmp_path, arguments, words):
    done = await call("run", write(tmp_path, SIMPLE), "--until-idle", *arguments)
    assert done.status == 2
    assert words in done.err


async def test_the_first_interrupt_closes_nodes_and_the_run_ends_well(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *command("run", write(tmp_path, SIMPLE)), env=environment(), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async with asyncio.timeout(20):
        assert b"2 nodes running" in await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert b"closing nodes" in await process.stderr.readline()
        assert await process.wait() == 0


async def test_a_port_that_is_taken_ends_the_run_with_the_way_out(tmp_path):
    runner, url, _ = await echo_server()
    port = url.removesuffix("/v1").rpartition(":")[2]
    flow = [tab(), node("h", "http in", ["r"], url="/x", method="get"), node("r", "http response")]
    try:
        done = await call("run", write(tmp_path, flow), "--port", port)
    finally:
        await runner.cleanup()
    assert done.status == 2
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use; choose with --port" in done.err


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
async def test_what_is_in_flight_arrives_after_a_signal(tmp_path, sent):
    asked, stopping = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        asked.set()
        await stopping.wait()
        return web.json_response({"choices": [{"message": {"content": "late"}}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", wait)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    process = await asyncio.create_subprocess_exec(
        *command("run", write(tmp_path, chat_flow()), "--inject", "i", "--default-host", url),
        env=environment(OPENAI_API_KEY="sk-of-the-environment"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        assert process.stdout is not None
        async with asyncio.timeout(30):
            await asked.wait()
            process.send_signal(sent)
            while b"closing nodes" not in await process.stderr.readline():
                pass
            stopping.set()
            assert json.loads(await process.stdout.readline())["value"] == "late"
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await runner.cleanup()


async def test_the_second_interrupt_ends_at_once(tmp_path):
    pipe = tmp_path / "nobody-reads"
    os.mkfifo(pipe)
    flow = [
        tab(),
        inject("i", ["f"]),
        node("f", "file", filename=str(pipe), filenameType="str", overwriteFile="true"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command("run", write(tmp_path, flow), "--inject", "i"),
        env=environment(),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(30):
        await process.stderr.readline()
        await asyncio.sleep(0.5)  # by now the file node waits for somebody to read
        process.send_signal(signal.SIGINT)
        await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130


async def echo_server() -> tuple[web.AppRunner, str, list[web.Request]]:
    """A server with the shape of the API that notes what it is asked."""
    seen: list[web.Request] = []

    async def chat(request: web.Request) -> web.Response:
        seen.append(request)
        body = await request.json()
        return web.json_response(
            {"choices": [{"message": {"content": f"echo {body['messages'][0]['content']}"}}]}
        )

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}/v1", seen


def chat_flow(**api: Any) -> list[dict[str, Any]]:
    payload = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    return [
        tab(),
        inject("i", ["a"], props=[{"p": "payload", "v": payload, "vt": "json"}]),
        node(
            "a",
            "OpenAI API",
            ["d"],
            property="payload",
            propertyType="msg",
            method="createChatCompletion",
            **{"service": "", **api},
        ),
        node("d", "debug", complete="payload.choices[0].message.content", targetType="msg"),
    ]


async def test_the_default_host_serves_nodes_without_one_with_the_key_of_the_environment(tmp_path):
    runner, url, seen = await echo_server()
    try:
        done = await call(
            *("run", write(tmp_path, chat_flow()), "--inject", "i", "--until-idle", "--default-host", url),
            env={"OPENAI_API_KEY": "sk-of-the-environment"},
        )
    finally:
        await runner.cleanup()
    assert done.values == ["echo hi"], done.err
    assert seen[0].headers["authorization"] == "Bearer sk-of-the-environment"
    assert "sk-of-the-environment" not in done.out + done.err


def service_host(**fields: Any) -> dict[str, Any]:
    return {"id": "h", "type": "Service Host", "name": "prod", "apiBaseType": "str", **fields}


@pytest.mark.parametrize(
    "by_environment", [{"secureApiKeyValueType": "env", "secureApiKeyValueRef": "OUR_KEY"}, {}]
)
async def test_a_key_that_a_server_quotes_is_not_printed(tmp_path, by_environment):
    key = "key/of-the-house"

    async def refuse(request: web.Request) -> web.Response:
        message = f"Incorrect API key provided: {request.headers['authorization']}"
        return web.json_response({"error": {"message": message}}, status=401)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = service_host(apiBase=f"http://127.0.0.1:{runner.addresses[0][1]}/v1", **by_environment)
    caught = [
        node("c", "catch", ["e"], scope=None),
        node("e", "debug", complete="error.message", targetType="msg"),
    ]
    (tmp_path / "credentials.json").write_text(
        json.dumps({} if by_environment else {"h": {"secureApiKeyValue": key}})
    )
    printed = []
    try:
        for catching in ([], caught):
            done = await call(
                *("run", write(tmp_path, [*chat_flow(service="h"), host, *catching])),
                *("--inject", "i", "--until-idle", "--credentials", str(tmp_path / "credentials.json")),
                env={"OUR_KEY": key},
            )
            printed.append(done.out + done.err)
    finally:
        await runner.cleanup()
    for text in printed:
        assert "Incorrect API key provided: Bearer ••••••" in text
        assert key not in text


async def test_a_service_host_is_pointed_elsewhere_by_name(tmp_path):
    runner, url, seen = await echo_server()
    host = {
        "id": "h",
        "type": "Service Host",
        "name": "prod",
        "apiBase": "http://127.0.0.1:9/v1",
        "apiBaseType": "str",
        "secureApiKeyHeaderOrQueryName": "api-key",
        "secureApiKeyHeaderOrQueryNameType": "str",
    }
    (tmp_path / "credentials.json").write_text(json.dumps({"h": {"secureApiKeyValue": "stored"}}))
    try:
        done = await call(
            *("run", write(tmp_path, [*chat_flow(service="h"), host]), "--inject", "i", "--until-idle"),
            *("--service-host", f"prod={url}", "--credentials", str(tmp_path / "credentials.json")),
        )
    finally:
        await runner.cleanup()
    assert done.values == ["echo hi"], done.err
    assert seen[0].headers["api-key"] == "stored"


async def test_the_simulator_answers_and_says_what_it_is(tmp_path):
    done = await call("run", write(tmp_path, chat_flow()), "--inject", "i", "--until-idle", "--simulator")
    assert done.status == 0
    assert "simulated" in done.values[0]
    assert "SIMULATOR" in done.err


async def test_check_reports_everything_and_fails_on_errors(tmp_path):
    flow = [
        tab(label="Orders"),
        inject("i", ["gone"]),
        node("x", "no-such-type"),
        node("s", "subflow:missing"),
        node("w", "switch", rules="none", name="sorter"),
    ]
    done = await call("check", write(tmp_path, flow))
    assert done.status == 1
    assert 'tab "Orders", no-such-type (x): no such node type' in done.out
    assert "a wire leads to the node gone" in done.out
    assert "the subflow it is an instance of is not in this file" in done.out
    assert 'tab "Orders", switch "sorter" (w): property rules' in done.out
    assert done.err.strip() == "errors: 3, warnings: 1, notes: 0"
    assert (await call("check", write(tmp_path, SIMPLE))).status == 0


async def test_nodes_lists_types_with_titles():
    done = await call("nodes", "--json")
    types = {row["type"]: row for row in json.loads(done.out)}
    assert {"inject", "debug", "OpenAI API", "Service Host"} <= set(types), done.err
    assert done.status == 0, done.err
