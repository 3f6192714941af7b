"""The exec node, with real programs."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from ...engine.flows import helper, node, tab


def flow_of(**properties: Any) -> list[dict[str, Any]]:
    wires = [["out"], ["err"], ["code"]]
    return [tab(), node("n", "exec", wires, **properties), helper("out"), helper("err"), helper("code")]


async def play(msg: dict[str, Any], settings: dict[str, Any] | None = None, **properties: Any) -> FlowHarness:
    async with FlowHarness(
        flow_of(**properties), settings=settings, env={"PATH": os.environ["PATH"]}
    ) as running:
        await running.send("n", msg)
        async with asyncio.timeout(20):
            assert await running.settle(20)
    return running


async def test_output_errors_and_code_come_apart():
    running = await play({}, command="echo out; echo err >&2; exit 3", addpay="", oldrc="false")
    assert running.received("out")[0]["payload"] == "out\n"
    assert running.received("err")[0]["payload"] == "err\n"
    assert running.received("code")[0]["payload"]["code"] == 3


async def test_bytes_that_are_no_text_stay_bytes():
    running = await play({}, command="printf '\\377\\000'", addpay="")
    assert running.received("out")[0]["payload"] == b"\xff\x00"


async def test_output_with_control_characters_stays_bytes():
    running = await play({}, command="printf 'a\\000b'", addpay="")
    assert running.received("out")[0]["payload"] == b"a\x00b"


@pytest.mark.parametrize("spawn", ["true", "false"])
async def test_no_command_is_an_error(spawn: str):
    running = await play({}, command="", addpay="", useSpawn=spawn)
    assert [report.text for report in running.errors] == [
        "TypeError [ERR_INVALID_ARG_VALUE]: The argument 'file' cannot be empty. Received ''"
    ]


async def test_nothing_to_append_may_be_null():
    running = await play({"payload": "x"}, command="echo a", addpay=None)
    assert running.received("out")[0]["payload"] == "a\n"


async def test_a_program_that_prints_without_end_is_stopped():
    running = await play({}, {"execMaxBufferSize": 100_000}, command="yes", addpay="")
    assert len(running.received("out")[0]["payload"]) == 100_000
    assert running.received("code")[0]["payload"]["code"] == "ERR_CHILD_PROCESS_STDIO_MAXBUFFER"


async def test_a_timeout_ends_the_program_and_its_children():
    running = await play({}, command="sleep 30 & sleep 30", addpay="", timer="0.3", oldrc="false")
    assert running.received("code")[0]["payload"]["signal"] == "SIGTERM"


async def test_closing_the_node_ends_what_it_started(tmp_path):
    marker = tmp_path / "pid"
    async with FlowHarness(flow_of(command=f"echo $$ > {marker}; sleep 60", addpay="")) as running:
        await running.send("n", {})
        async with asyncio.timeout(10):
            while not (marker.exists() and marker.read_text().strip()):
                await asyncio.sleep(0.02)
    async with asyncio.timeout(10):
        while _lives(int(marker.read_text())):
            await asyncio.sleep(0.02)


async def test_a_host_may_switch_exec_off():
    running = await play({}, {"execEnabled": False}, command="echo no", addpay="")
    assert "switched off" in running.errors[0].text
    assert running.received("out") == []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
