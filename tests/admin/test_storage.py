"""Nothing that was deployed is lost: crashes, damaged files, second processes, keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from flowengine.admin import storage as storage_module
from flowengine.admin.runtime import Runtime
from flowengine.admin.settings_file import make_settings
from flowengine.admin.storage import JOURNAL, Storage
from flowengine.credentials import encrypt
from flowengine.errors import CredentialsError, FlowFileError, SettingsError
from flowengine.user_dir import UserDir

from .servers import FLOWS, KEY, TAB, serving

SECRETS = {"host": {"secureApiKeyValue": KEY}}


def open_storage(folder: Path, **settings: Any) -> Storage:
    storage = Storage(folder, make_settings(settings))
    storage.open()
    return storage


def stored(folder: Path, **settings: Any) -> tuple[Any, Any, str]:
    storage = open_storage(folder, **settings)
    try:
        found = storage.load()
        return found.nodes, found.credentials, found.damage
    finally:
        storage.close()


def save(folder: Path, nodes: Any, secrets: Any, **settings: Any) -> None:
    storage = open_storage(folder, **settings)
    storage.load()
    storage.save(nodes, secrets)
    storage.close()


def test_what_is_saved_is_there(tmp_path: Path) -> None:
    save(tmp_path, FLOWS, SECRETS)
    assert stored(tmp_path) == (FLOWS, SECRETS, "")
    assert (tmp_path / "flows.json").read_text() == json.dumps(FLOWS, indent=4)
    assert (tmp_path / "flows_cred.json").stat().st_mode & 0o077 == 0


def test_one_backup_is_kept(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        save(tmp_path, [{**TAB, "label": name}], {"tab": {"x": name}})
    assert orjson.loads((tmp_path / ".flows.json.backup").read_bytes()) == [{**TAB, "label": "two"}]
    assert (tmp_path / ".flows_cred.json.backup").exists()


DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: b"\0" * len(content),
    "flipped": lambda content: content[:1] + bytes([content[1] ^ 0x80]) + content[2:],
    "not flows": lambda content: b'{"a": 1}',
}


@pytest.mark.parametrize("kind", DAMAGE)
async def test_a_damaged_flow_file_gives_way_to_its_backup_and_nothing_is_written(
    kind: str, tmp_path: Path
) -> None:
    save(tmp_path, FLOWS[:1], {})
    save(tmp_path, FLOWS, {})
    file = tmp_path / "flows.json"
    file.write_bytes(DAMAGE[kind](file.read_bytes()))
    damaged = file.read_bytes()
    async with serving(tmp_path) as server:
        assert await server.json("GET", "/flows") == FLOWS[:1]
        refused = await server.ask("POST", "/flows", FLOWS)
        assert (refused.status, (await refused.json())["code"]) == (403, "read_only")
        assert (await server.json("GET", "/settings"))["readOnly"] is True
        assert ".flows.json.backup" in server.log.getvalue()
    assert file.read_bytes() == damaged


def test_a_damaged_flow_file_without_a_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flows.json").write_text('[{"id": "a"')
    with pytest.raises(FlowFileError, match="is not JSON"):
        stored(tmp_path)


def test_a_lost_flow_file_gives_way_to_its_backup(tmp_path: Path) -> None:
    save(tmp_path, FLOWS[:1], {})
    save(tmp_path, FLOWS, {})
    (tmp_path / "flows.json").unlink()
    nodes, _, damage = stored(tmp_path)
    assert nodes == FLOWS[:1]
    assert "flows.json.backup" in damage


@pytest.mark.parametrize("kind", ["truncated", "empty", "zeros", "flipped"])
def test_damaged_credentials_give_way_to_their_backup(kind: str, tmp_path: Path) -> None:
    save(tmp_path, FLOWS, SECRETS)
    save(tmp_path, FLOWS, {"host": {"secureApiKeyValue": "another"}})
    file = tmp_path / "flows_cred.json"
    file.write_bytes(DAMAGE[kind](file.read_bytes()))
    nodes, credentials, damage = stored(tmp_path)
    assert nodes == FLOWS
    assert credentials == SECRETS
    assert "flows_cred.json" in damage


def test_another_key_is_refused_without_naming_it(tmp_path: Path) -> None:
    save(tmp_path, FLOWS, SECRETS, credentialSecret="the right one")
    with pytest.raises(CredentialsError) as refused:
        stored(tmp_path, credentialSecret="the wrong one")
    assert "right" not in str(refused.value)
    assert KEY not in str(refused.value)


def test_the_first_key_that_is_given_takes_over_from_the_generated_one(tmp_path: Path) -> None:
    save(tmp_path, FLOWS, SECRETS)
    assert stored(tmp_path, credentialSecret="chosen")[1] == SECRETS
    save(tmp_path, FLOWS, SECRETS, credentialSecret="chosen")
    assert UserDir(tmp_path, "chosen").read()[1] == SECRETS
    with pytest.raises(CredentialsError):
        UserDir(tmp_path).read()


def test_a_new_key_survives_a_crash_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, FLOWS, SECRETS)
    storage = open_storage(tmp_path)
    credentials = storage.load().credentials
    monkeypatch.setattr(storage, "rewrite_credentials", crash)
    with pytest.raises(Crash):
        storage.change_key("another key", credentials)
    storage.close()
    assert stored(tmp_path)[1] == SECRETS


def test_without_encryption_credentials_are_plain(tmp_path: Path) -> None:
    save(tmp_path, FLOWS, SECRETS, credentialSecret=False)
    assert orjson.loads((tmp_path / "flows_cred.json").read_bytes()) == SECRETS


# crashes


class Crash(BaseException):
    """The end of the process."""


def crash(*_: object, **__: object) -> None:
    raise Crash


@pytest.mark.parametrize("after", range(6))
def test_flows_and_secrets_of_one_deploy_belong_together(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash before the nth file is written: both are old, or both are new."""
    old, new = ([TAB], {"tab": {"a": "old"}}), (FLOWS, SECRETS)
    save(tmp_path, *old)
    write, left = storage_module.write_atomic, [after]

    def write_until_the_crash(*given: Any, **more: Any) -> None:
        if left[0] == 0:
            raise Crash
        left[0] -= 1
        write(*given, **more)

    storage = open_storage(tmp_path)
    storage.load()
    monkeypatch.setattr(storage_module, "write_atomic", write_until_the_crash)
    try:
        storage.save(*new)
    except Crash:
        pass
    storage.close()
    monkeypatch.undo()
    assert stored(tmp_path)[:2] in (old, new)
    assert not (tmp_path / JOURNAL).exists()


async def test_a_deploy_that_cannot_be_stored_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async with serving(tmp_path) as server:
        rev = await server.deploy(FLOWS)
        monkeypatch.setattr(storage_module, "write_atomic", full)
        answer = await server.ask("POST", "/flows", [TAB])
        assert answer.status == 507
        assert "No space left" in (await answer.json())["message"]
        assert "press" in server.runtime.engine.nodes
        assert server.runtime.flows.rev == rev
        assert await server.json("GET", "/flows") == FLOWS


# processes


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    program = (
        "from pathlib import Path; from flowengine.admin.storage import Storage\n"
        "from flowengine.admin.settings_file import make_settings\n"
        f"Storage(Path({str(tmp_path)!r}), make_settings({{}})).open()"
    )
    second = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    storage.close()
    assert second.returncode == 1
    assert f"is in use by process {os.getpid()}" in second.stderr
    open_storage(tmp_path).close()


async def test_a_read_only_server_needs_no_lock(tmp_path: Path) -> None:
    async with serving(tmp_path) as writer:
        await writer.deploy(FLOWS)
        async with serving(tmp_path, readOnly=True) as reader:
            assert await reader.json("GET", "/flows") == FLOWS
            assert (await reader.ask("POST", "/flows", FLOWS)).status == 403
            assert (await reader.ask("POST", "/library/local/functions/x.js", {"text": ""})).status == 403


# folders of Node-RED


async def test_a_folder_of_node_red_opens_as_it_is(tmp_path: Path) -> None:
    secret = "0123456789abcdef" * 4
    (tmp_path / ".config.runtime.json").write_text(
        json.dumps({"instanceId": "x", "_credentialSecret": secret})
    )
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS, indent=4))
    (tmp_path / "flows_cred.json").write_bytes(orjson.dumps(encrypt(SECRETS, secret)))
    (tmp_path / "context" / "global").mkdir(parents=True)
    (tmp_path / "context" / "global" / "global.json").write_text('{"visits": 41}')
    (tmp_path / "settings.js").write_text(
        "module.exports = { contextStorage: { default: { module: 'localfilesystem' } }, uiPort: 1 }"
    )
    async with serving(tmp_path, contextStorage={"default": {"module": "localfilesystem"}}) as server:
        assert server.runtime.engine.nodes["host"].credential_values == SECRETS["host"]
        assert (await server.json("GET", "/context/global/visits"))["msg"] == "41"
        await server.deploy(FLOWS)
    runtime = json.loads((tmp_path / ".config.runtime.json").read_text())
    assert (runtime["instanceId"], runtime["_credentialSecret"]) == ("x", secret)


async def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("")
    with pytest.raises((OSError, SettingsError)):
        await Runtime(tmp_path / "user", make_settings({"uiPort": 0})).start()
