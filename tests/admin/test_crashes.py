"""Killed in the middle of writing: the last deploy that was acknowledged is there, or the one under way, in whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from flowengine.user_dir import UserDir

from .processes import ServerProcess, served

DEPLOYS = 200


def flows(number: int) -> list[dict[str, Any]]:
    """Make the flows of a deploy; its number stands in all parts of it."""
    return [
        {"id": "tab", "type": "tab", "label": str(number), "info": "x" * (20_000 + number * 37)},
        {"id": "host", "type": "Service Host", "name": str(number),
         "credentials": {"secureApiKeyValue": f"secret of {number}"}},
    ]  # fmt: skip


def check(found: list[dict[str, Any]], credentials: Any, acknowledged: int, under_way: int) -> int:
    """Check that flows and secrets are of one deploy, the last or the one under way; gives its number."""
    number = int(found[0]["label"])
    assert number in (acknowledged, under_way)
    assert len(found[0]["info"]) == 20_000 + number * 37
    assert found[1]["name"] == str(number)
    assert credentials == {"host": {"secureApiKeyValue": f"secret of {number}"}}
    return number


def deploy_until_killed(server: ServerProcess, acknowledged: int, within: float) -> tuple[int, int]:
    """Deploy, and kill the process at some moment; gives the last deploy that was acknowledged, and the next."""
    number = acknowledged
    timer = threading.Timer(within, server.process.kill)
    timer.start()
    try:
        while True:
            number += 1
            server.ask("flows", flows(number))
            acknowledged = number
    except OSError:
        timer.join()
        return acknowledged, number


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_server_killed_during_two_hundred_deploys_starts_with_a_whole_one(tmp_path: Path) -> None:
    chance = random.Random(5)
    acknowledged, under_way, rounds = 0, 0, 0
    while under_way < DEPLOYS or rounds < 10:
        with served(tmp_path) as server:
            if rounds:
                found = server.ask("flows")
                acknowledged = check(found, UserDir(tmp_path).read()[1], acknowledged, under_way)
            acknowledged, under_way = deploy_until_killed(server, acknowledged, chance.uniform(0.02, 0.5))
            rounds += 1
    with served(tmp_path) as server:
        check(server.ask("flows"), UserDir(tmp_path).read()[1], acknowledged, under_way)
    assert not [file.name for file in tmp_path.iterdir() if file.suffix == ".tmp"]


KILLED_OVER_AND_OVER = """
import json, os, random, signal, sys, time
from pathlib import Path
from flowengine.admin.settings_file import make_settings
from flowengine.admin.storage import Storage

folder, settings, chance, times = Path(sys.argv[1]), make_settings({}), random.Random(11), int(sys.argv[2])

def flows(number):
    return [{"id": "tab", "type": "tab", "label": str(number), "info": "x" * (number % 7) * 30_000}]

def deploy_on(number, told):
    storage = Storage(folder, settings)
    storage.open()
    storage.load()
    while True:
        number += 1
        storage.save(flows(number), {"tab": {"secret": str(number // 2)}})  # only every other changes the secrets
        os.write(told, number.to_bytes(4, "big"))

acknowledged = amid_writing = cut = 0
for _ in range(times):
    read, told = os.pipe()
    child = os.fork()
    if child == 0:
        deploy_on(acknowledged, told)
    os.close(told)
    acknowledged = int.from_bytes(os.read(read, 4), "big")
    time.sleep(chance.uniform(0, 0.015))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(read, 4):
        acknowledged = int.from_bytes(piece, "big")
    os.close(read)
    amid_writing += any(file.suffix == ".tmp" for file in folder.iterdir())
    cut += (folder / ".flowengine.deploy").exists()
    storage = Storage(folder, settings)
    storage.open()
    found = storage.load()
    storage.close()
    number = int(found.nodes[0]["label"])
    assert number in (acknowledged, acknowledged + 1), (number, acknowledged)
    assert found.nodes == flows(number)
    assert found.credentials == {"tab": {"secret": str(number // 2)}}, (number, found.credentials)
    assert not found.damage
    assert not any(file.suffix == ".tmp" for file in folder.iterdir())
    acknowledged = number
print(json.dumps({"deploys": acknowledged, "amid writing": amid_writing, "between its files": cut}))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="the program forks")
@pytest.mark.parametrize("times", [20, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(300)])])
def test_a_process_killed_while_it_writes_leaves_a_whole_deploy(times: int, tmp_path: Path) -> None:
    """Kill it at any moment of the writing: in the middle of a file, between the files of a deploy, between deploys."""
    command = [sys.executable, "-c", KILLED_OVER_AND_OVER, str(tmp_path), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["deploys"] >= times
    assert told["amid writing"] > 0
    assert told["between its files"] > 0
