"""Disks that lie: damaged files, full disks, folders that nobody may write to. What starts has the last deploy, or says why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from flowengine.admin.history import NAME, History
from flowengine.admin.revision import revision
from flowengine.admin.runtime import Runtime
from flowengine.admin.settings_file import make_settings
from flowengine.admin.storage import Storage, Stored
from flowengine.errors import CredentialsError, FlowFileError

from .processes import served
from .servers import FLOWS, KEY, TAB, serving

FORMER, LAST = FLOWS[:1], [FLOWS[0], FLOWS[2]]
FORMER_SECRETS, SECRETS = {"show": {"key": "the one before"}}, {"show": {"key": KEY}}


@pytest.fixture
def deployed(tmp_path: Path) -> Path:
    """A folder with two deploys in it, and their history."""
    storage = Storage(tmp_path, make_settings({}))
    storage.open()
    storage.load()
    history = History(tmp_path / NAME, 10)
    for nodes, secrets in ((FORMER, FORMER_SECRETS), (LAST, SECRETS)):
        storage.save(nodes, secrets)
        history.add(nodes, revision(nodes), "full")
    history.close()
    storage.close()
    return tmp_path


def started(folder: Path, last_deploy: Any = None) -> Stored:
    """Read a folder as a start does."""
    return Storage(folder, make_settings({})).load(last_deploy)


def flips(content: bytes) -> Iterator[bytes]:
    """Yield the content with each of its bits flipped."""
    for at, byte in enumerate(content):
        for bit in range(8):
            yield content[:at] + bytes([byte ^ 1 << bit]) + content[at + 1 :]


def cuts(content: bytes) -> Iterator[bytes]:
    """Yield every beginning of the content."""
    for length in range(len(content)):
        yield content[:length]


# every bit, every length

ALL: dict[str, Callable[[bytes], Iterator[bytes]]] = {"flipped": flips, "truncated": cuts}


@pytest.mark.parametrize("kind", ALL)
def test_a_damaged_flow_file_gives_way_to_the_last_deploy(kind: str, deployed: Path) -> None:
    file = deployed / "flows.json"
    history = History(deployed / NAME, 10)
    for content in ALL[kind](file.read_bytes()):
        file.write_bytes(content)
        stored = started(deployed, history.newest())
        assert stored.nodes == LAST
        assert stored.credentials == SECRETS
        assert "the last deploy" in stored.damage
    history.close()


@pytest.mark.parametrize("kind", ALL)
def test_without_a_history_it_gives_way_to_its_backup_or_is_read_as_an_edit(
    kind: str, deployed: Path
) -> None:
    file = deployed / "flows.json"
    for content in ALL[kind](file.read_bytes()):
        file.write_bytes(content)
        stored = started(deployed)
        assert stored.nodes == FORMER if stored.damage else len(stored.nodes) == len(LAST)


@pytest.mark.parametrize("kind", ALL)
def test_with_nothing_to_give_way_to_it_is_refused(kind: str, deployed: Path) -> None:
    (deployed / ".flows.json.backup").unlink()
    file = deployed / "flows.json"
    refused = []
    for content in ALL[kind](file.read_bytes()):
        file.write_bytes(content)
        try:
            assert len(started(deployed).nodes) == len(LAST)
        except FlowFileError as error:
            refused.append(str(error))
    assert refused
    assert [said for said in refused if str(file) not in said] == []


@pytest.mark.parametrize("kind", ALL)
def test_damaged_secrets_are_never_taken_for_others(kind: str, deployed: Path) -> None:
    """Encrypted without a check, a flipped bit would come out as another letter of a key."""
    file = deployed / "flows_cred.json"
    for content in ALL[kind](file.read_bytes()):
        file.write_bytes(content)
        stored = started(deployed)
        assert stored.nodes == LAST
        if stored.damage:
            assert stored.credentials == FORMER_SECRETS
            assert "flows_cred.json" in stored.damage
        else:
            assert stored.credentials == SECRETS


@pytest.mark.parametrize("kind", ALL)
def test_damaged_secrets_without_a_backup_are_refused(kind: str, deployed: Path) -> None:
    (deployed / ".flows_cred.json.backup").unlink()
    file = deployed / "flows_cred.json"
    refused = []
    for content in ALL[kind](file.read_bytes()):
        file.write_bytes(content)
        try:
            assert started(deployed).credentials == SECRETS
        except CredentialsError as error:
            refused.append(str(error))
    assert len(refused) > len(content)
    assert [said for said in refused if "flows_cred.json" not in said or KEY in said] == []


# whole starts


def flip_a_letter(content: bytes) -> bytes:
    return content.replace(b"First", b"Girst")


@pytest.mark.parametrize(
    "damage", [flip_a_letter, lambda content: content[:-5], lambda content: b"", lambda content: None]
)
async def test_the_server_runs_the_last_deploy_and_writes_nothing_until_somebody_has_looked(
    damage: Callable[[bytes], bytes | None], deployed: Path
) -> None:
    file = deployed / "flows.json"
    content = damage(file.read_bytes())
    file.unlink() if content is None else file.write_bytes(content)
    async with serving(deployed) as server:
        assert await server.json("GET", "/flows") == LAST
        assert (await server.ask("POST", "/flows", FORMER)).status == 403
        assert "the last deploy" in server.log.getvalue()
    assert (file.read_bytes() if file.exists() else None) == content


async def test_a_change_of_one_bit_that_is_meant_is_imported(
    deployed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from flowengine.cli import main

    file = deployed / "flows.json"
    file.write_bytes(flip_a_letter(file.read_bytes()))
    async with serving(deployed) as server:
        advice = re.search(r"flowengine (import --replace \S+)\.", server.log.getvalue())
    assert advice
    assert main([*advice[1].split(), "--user-dir", str(deployed)]) == 0
    async with serving(deployed) as server:
        assert (await server.json("GET", "/flows"))[0]["label"] == "Girst"
        assert (await server.ask("POST", "/flows", FORMER)).status == 204


async def test_an_edit_is_taken_as_one_and_kept_as_a_version(deployed: Path) -> None:
    file = deployed / "flows.json"
    file.write_text(file.read_text().replace("First", "Edited by hand"))
    async with serving(deployed) as server:
        assert (await server.json("GET", "/flows"))[0]["label"] == "Edited by hand"
        kinds = [version["kind"] for version in await server.json("GET", "/api/history")]
        assert kinds == ["outside", "full", "full"]


async def test_a_damaged_history_keeps_nothing_from_running(deployed: Path) -> None:
    content = (deployed / NAME).read_bytes()
    for damaged in (content[:1000], b"", b"x" * len(content), content.replace(b"versions", b"versionz")):
        (deployed / NAME).write_bytes(damaged)
        for left in deployed.glob(f"{NAME}-*"):
            left.unlink()
        async with serving(deployed) as server:
            assert await server.json("GET", "/flows") == LAST
            assert (await server.ask("POST", "/flows", FLOWS[:2])).status == 204
            assert (await server.ask("POST", "/flows", LAST)).status == 204


def test_a_version_is_restored_over_a_damaged_file(
    deployed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from flowengine.cli import main

    for name in ("flows.json", ".flows.json.backup"):
        (deployed / name).write_text("[")
    assert main(["history", "restore", "2", "--user-dir", str(deployed)]) == 0
    stored = started(deployed)
    assert (stored.nodes, stored.credentials, stored.damage) == (LAST, SECRETS, "")


# full disks


def fill(deploy: Callable[[list[dict[str, Any]]], int]) -> list[dict[str, Any]]:
    """Deploy more and more until there is no room; gives what was deployed last."""
    good: list[dict[str, Any]] = []
    for number in range(1, 60):
        flows = [{**TAB, "info": "x" * 20_000 * number}]
        if (status := deploy(flows)) == 507:
            return good
        assert status == 204
        good = flows
    raise AssertionError("there was always room")


def post(server: Any, flows: list[dict[str, Any]]) -> int:
    try:
        server.ask("flows", flows)
    except HTTPError as error:
        error.close()
        return error.code
    return 204


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are set as in Unix")
def test_where_a_file_cannot_grow_the_last_deploy_stays(tmp_path: Path) -> None:
    """A limit to the size of files stands for a disk that is full: writing fails in the middle of a file."""
    import resource

    folder = tmp_path / "user"
    with served(folder, env={"FLOWENGINE_HISTORY_LENGTH": "0"}) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
        good = fill(lambda flows: post(server, flows))
        assert server.ask("flows") == good
        assert "could not be stored" in server.log
        assert server.stop() == 0
    assert not list(folder.glob("*.tmp")) + list(folder.glob(".*.tmp"))
    with served(folder) as server:
        assert server.ask("flows") == good


def mount(*options: str) -> str:
    """Mount, where this process may; gives what went wrong."""
    if sys.platform != "linux" or shutil.which("mount") is None:
        return "there is no mount"
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few hundred kilobytes, where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if wrong := mount("-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)):
        pytest.skip(f"no disk of its own for this test: {wrong}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("history", ["0", "1000"])
def test_on_a_full_disk_the_last_deploy_stays(history: str, disk: Path) -> None:
    with served(disk, env={"FLOWENGINE_HISTORY_LENGTH": history}) as server:
        good = fill(lambda flows: post(server, flows))
        assert server.ask("flows") == good
        assert server.stop() == 0
    with served(disk) as server:  # the disk is still full
        assert server.ask("flows") == good


# folders that nobody may write to


@pytest.mark.slow
async def test_a_read_only_disk_is_refused_or_served_as_such(disk: Path) -> None:
    async with serving(disk) as server:
        await server.deploy(FLOWS)
    assert not mount("-o", "remount,ro", str(disk))
    with pytest.raises(OSError, match="Read-only"):
        await Runtime(disk, make_settings({"uiPort": 0})).start()
    async with serving(disk, readOnly=True) as server:
        assert await server.json("GET", "/flows") == FLOWS
        for method, path, body in (
            ("POST", "/flows", []),
            ("POST", "/settings/user", {"a": 1}),
            ("PUT", "/nodes/flowengine/range", {"enabled": False}),
        ):
            assert (await server.ask(method, path, body)).status == 403


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are those of Unix")
def test_a_folder_without_the_right_to_write_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Root may write everywhere, unless it gives that up."""
    humbly = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    if humbly and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to give that up")
    folder = tmp_path / "user"
    folder.mkdir()
    (folder / "flows.json").write_text(json.dumps(FLOWS))
    folder.chmod(0o555)
    command = [*humbly, sys.executable, "-m", "flowengine", "start", "--port", "0", "--user-dir", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    finally:
        folder.chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((folder / "flows.json").read_text()) == FLOWS
