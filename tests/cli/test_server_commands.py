"""The commands around a server's user folder, and the server itself as a process."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowengine import atomic_files
from flowengine.admin.history import remedy
from flowengine.cli import main, users, with_default

from ..admin.processes import served

FLOWS: list[dict[str, Any]] = [
    {"id": "tab", "type": "tab", "label": "First"},
    {"id": "note", "type": "comment", "z": "tab", "name": "hello", "x": 1, "y": 1, "wires": []},
    {"id": "tab2", "type": "tab", "label": "Second"},
    {
        "id": "host",
        "type": "Service Host",
        "name": "prod",
        "credentials": {"secureApiKeyValue": "sk-a-secret-of-ours"},
    },
    {"id": "call", "type": "OpenAI API", "z": "tab2", "service": "host", "x": 1, "y": 1, "wires": []},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "user"
    monkeypatch.setenv("FLOWENGINE_USER_DIR", str(place))
    return place


@pytest.fixture
def filled(folder: Path, tmp_path: Path) -> Path:
    (tmp_path / "given.json").write_text(json.dumps(FLOWS))
    assert main(["import", str(tmp_path / "given.json")]) == 0
    return folder


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_without_a_command_the_server_is_meant() -> None:
    assert with_default([]) == ["start"]
    assert with_default(["--port", "1"]) == ["start", "--port", "1"]
    assert with_default(["run", "x"]) == ["run", "x"]
    assert with_default(["--help"]) == ["--help"]


def test_init_writes_settings_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert "uiPort = 1880" in (folder / "flowengine.toml").read_text()
    assert len(json.loads((folder / ".config.runtime.json").read_text())["_credentialSecret"]) == 64
    assert main(["init"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_users(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", "ann", "--password-stdin"]) == 0
    type_in(monkeypatch, "short\n")
    assert main(["users", "add", "bob", "--password-stdin"]) == 2
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", "bob", "--password-stdin", "--permissions", "flows.read, debug.read"]) == 0
    assert main(["users", "change", "ann", "--permissions", "read"]) == 0
    assert main(["users", "token", "ann", "--for", "ci", "--scope", "flows.read", "--days", "1"]) == 0
    token = capsys.readouterr().out.split()[-1]
    assert main(["users", "list"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"user +ann +read", shown)
    assert re.search(r"user +bob +flows.read, debug.read", shown)
    assert re.search(r"token +ci +as ann, flows.read, until 20", shown)
    kept = (folder / ".flowengine.users.json").read_text()
    assert "correct horse" not in kept
    assert token not in kept
    assert main(["users", "revoke", "ci"]) == 0
    assert main(["users", "remove", "ann"]) == 0
    assert main(["users", "remove", "ann"]) == 2
    assert (folder / ".flowengine.users.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("permissions", ["", " ", "flows.raed", "read,", "admin", "flows.read write"])
def test_a_slip_in_permissions_gives_nobody_everything(
    permissions: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", "bob", "--password-stdin", "--permissions", permissions]) == 2
    assert "is no permission; use permissions separated by commas" in capsys.readouterr().err
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", "ann", "--password-stdin"]) == 0
    assert main(["users", "change", "ann", "--permissions", permissions]) == 2
    assert main(["users", "token", "ann", "--for", "ci", "--scope", permissions]) == 2
    capsys.readouterr()
    assert main(["users", "list"]) == 0
    assert capsys.readouterr().out.split() == ["user", "ann", "*"]


@pytest.mark.parametrize("days", ["-1", "0", "nan", "inf", "1e300"])
def test_a_token_ends_on_a_day_that_there_will_be(
    days: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", "ann", "--password-stdin"]) == 0
    assert main(["users", "token", "ann", "--for", "ci", "--days", days]) == 2
    assert "--days is more than 0" in capsys.readouterr().err


def test_users_want_names_and_somebody_to_type_their_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "add", " ", "--password-stdin"]) == 2
    assert "a user has a name" in capsys.readouterr().err

    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(users, "getpass", nobody)
    assert main(["users", "add", "ann"]) == 2
    assert "--password-stdin" in capsys.readouterr().err
    assert main(["users", "remove", "ann"]) == 2


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"users": 5}', '{"users": {"ann": 5}}', '{"users": {"a": {}}}']
)
def test_no_server_starts_where_the_users_cannot_be_read(
    content: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / ".flowengine.users.json").write_text(content)
    for command in (["start", "--port", "0"], ["users", "list"]):
        assert main(command) == 2
        assert ".flowengine.users.json is damaged" in capsys.readouterr().err


def test_commands_say_what_is_wrong_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for command in (
        ["start"],
        ["init"],
        ["users", "token", "ann", "--for", "x"],
        ["nodes", "disable", "csv"],
    ):
        assert main([*command, "--user-dir", str(tmp_path / "file")]) == 2
        assert "is no folder; choose another one with --user-dir" in capsys.readouterr().err
    for command in (["export"], ["credentials", "list"], ["credentials", "rotate"], ["history", "list"]):
        assert main([*command, "--user-dir", str(tmp_path / "none")]) == 2
        assert "there is no user folder" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "x.json"))

    monkeypatch.setattr(atomic_files, "write_atomic", refused)
    (tmp_path / "user").mkdir()
    assert main(["export", str(tmp_path / "x.json"), "--user-dir", str(tmp_path / "user")]) == 2
    said = capsys.readouterr().err
    assert "x.json: Permission denied; run this as the owner of the folder" in said
    assert "Traceback" not in said


def test_a_hash_for_the_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    type_in(monkeypatch, "correct horse\n")
    assert main(["users", "hash", "--password-stdin"]) == 0
    assert capsys.readouterr().out.startswith("$argon2id$")


def test_import_and_export_leave_secrets_behind(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "out.json")]) == 0
    exported = (tmp_path / "out.json").read_text()
    assert [node["id"] for node in json.loads(exported)] == [node["id"] for node in FLOWS]
    assert "sk-a-secret" not in exported
    capsys.readouterr()
    assert main(["export", "--flow", "Second"]) == 0
    assert {node["id"] for node in json.loads(capsys.readouterr().out)} == {"tab2", "call", "host"}
    assert main(["export", "--flow", "Third"]) == 2
    assert main(["import", str(tmp_path / "given.json")]) == 2
    assert main(["import", "--replace", str(tmp_path / "given.json")]) == 0


def test_credentials_are_listed_checked_and_get_a_new_key(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["credentials", "list"]) == 0
    shown = capsys.readouterr().out
    assert "Service Host prod: secureApiKeyValue" in shown
    assert "sk-a-secret" not in shown
    before = json.loads((filled / ".config.runtime.json").read_text())["_credentialSecret"]
    assert main(["credentials", "rotate"]) == 0
    runtime = json.loads((filled / ".config.runtime.json").read_text())
    assert before not in json.dumps(runtime)
    assert main(["credentials", "check"]) == 0
    (filled / "flows_cred.json").write_text("{")
    (filled / ".flows_cred.json.backup").unlink(missing_ok=True)
    assert main(["credentials", "check"]) == 2


def test_damaged_secrets_are_not_written_over(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (filled / ".flows_cred.json.backup").write_bytes((filled / "flows_cred.json").read_bytes())
    (filled / "flows_cred.json").write_text('{"$": "what could be mended yet"}')
    capsys.readouterr()
    assert main(["credentials", "rotate"]) == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert main(["history", "restore", "1"]) == 2
    assert "Mend or remove the file first" in capsys.readouterr().err
    assert (filled / "flows_cred.json").read_text() == '{"$": "what could be mended yet"}'
    assert main(["export"]) == 1
    assert "these are the secrets of its backup" in capsys.readouterr().err


def test_a_key_of_the_settings_is_changed_with_the_former_one(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    former = json.loads((filled / ".config.runtime.json").read_text())["_credentialSecret"]
    (filled / ".config.runtime.json").unlink()
    (filled / "flowengine.toml").write_text('credentialSecret = "new"')
    assert main(["credentials", "rotate"]) == 2
    type_in(monkeypatch, f"{former}\n")
    assert main(["credentials", "rotate", "--old-secret-stdin"]) == 0
    assert main(["credentials", "check"]) == 0


def test_history(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "less.json").write_text(json.dumps(FLOWS[:1]))
    assert main(["import", "--replace", str(tmp_path / "less.json")]) == 0
    capsys.readouterr()
    assert main(["history", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["2", "1"]
    assert main(["history", "diff", "1"]) == 0
    assert "removed  comment hello" in capsys.readouterr().out
    assert main(["history", "restore", "1"]) == 0
    assert len(json.loads((filled / "flows.json").read_text())) == len(FLOWS)
    capsys.readouterr()
    assert main(["history", "show", "2"]) == 0
    assert json.loads(capsys.readouterr().out) == FLOWS[:1]
    for missing in ("99", "9" * 30):
        assert main(["history", "show", missing]) == 2
        assert f"there is no version {missing}" in capsys.readouterr().err


def test_a_damaged_history_keeps_nobody_from_importing(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (filled / "history.sqlite").write_text("no database")
    capsys.readouterr()
    for action in (["list"], ["show", "1"], ["restore", "1"]):
        assert main(["history", *action]) == 2
        assert (
            "history.sqlite cannot be used (file is not a database): move it away" in capsys.readouterr().err
        )
    assert main(["doctor"]) == 1
    assert "error  history.sqlite cannot be used" in capsys.readouterr().out
    assert main(["import", "--replace", str(tmp_path / "given.json")]) == 0
    assert "no version was kept" in capsys.readouterr().err


def test_a_history_that_is_out_of_reach_is_not_to_be_thrown_away() -> None:
    assert "disk is full" in remedy(sqlite3.OperationalError("disk I/O error"))
    assert "move it away" in remedy(sqlite3.DatabaseError("file is not a database"))


def test_the_doctor_finds_what_is_wrong(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["doctor"]) == 0
    assert "5 nodes, secrets of 1" in capsys.readouterr().out
    (filled / "flows.json").write_text("[")
    assert main(["doctor"]) == 1
    assert "is not JSON" in capsys.readouterr().out
    (filled / "flowengine.toml").write_text("uiPort = 'x'")
    assert main(["doctor"]) == 1
    assert "uiPort" in capsys.readouterr().out


# as a process


def test_the_server_starts_serves_and_stops_when_asked(filled: Path) -> None:
    with served(filled) as server:
        assert len(server.ask("flows")) == len(FLOWS)
        second = subprocess.run(
            [sys.executable, "-m", "flowengine", "--user-dir", str(filled), "--port", "0"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert second.returncode == 2
        assert f"in use by process {server.process.pid}" in second.stderr
        assert server.stop() == 0


@pytest.mark.skipif(
    not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN,
    reason="nobody hears here that a terminal is closed",
)
def test_a_terminal_that_is_closed_stops_the_server_in_order(filled: Path) -> None:
    with served(filled) as server:
        for _ in range(2):
            server.process.send_signal(signal.SIGHUP)
        assert server.process.wait(20) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "there are no users"),
        (["--port", "1", "--host", "192.0.2.1", "--insecure"], "cannot listen at 192.0.2.1:1"),
        (["--host", "no.such.name.invalid", "--insecure"], "cannot listen at no.such.name.invalid:1880"),
        (["--port", "99999"], "uiPort"),
    ],
)
def test_the_server_says_why_it_does_not_start(options: list[str], said: str, folder: Path) -> None:
    command = [sys.executable, "-m", "flowengine", "start", "--user-dir", str(folder), *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=30, env={**os.environ}
    )
    assert done.returncode == 2
    assert "flowengine: " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
