"""The user folder of a server: flows, credentials, small state, each written whole or not at all.

Flows and credentials of one deploy belong together. Where both change they are first written into one journal
file; a start that finds the journal finishes what a crash interrupted. A damaged flow file is answered by the
last deploy where it is known, else by its backup, and then nothing is written until an operator has looked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ..atomic_files import remove_unfinished, write_atomic
from ..credentials import Credentials, encrypt
from ..errors import CredentialsError, FlowError, FlowFileError
from ..flow_file import NodeDict, load_flow_file
from ..javascript_values import js_json
from ..user_dir import UserDir, read_credentials
from .folder_lock import FolderLock
from .settings import ServerSettings

JOURNAL = ".flowengine.deploy"
SECRET = "_credentialSecret"
FORMER_SECRET = "_credentialSecretBefore"
"""The key before, while the credentials are being encrypted with a new one."""


@dataclass(slots=True)
class Stored:
    """What a folder holds; ``damage`` says what is wrong with it where these are not the nodes of the flow file."""

    nodes: list[NodeDict]
    credentials: Credentials
    damage: str = ""


class Storage:
    """Reads and writes a user folder. ``open`` it first."""

    def __init__(self, folder: Path, settings: ServerSettings) -> None:
        self.folder = folder
        self.read_only = settings.read_only
        self._pretty = settings.flow_file_pretty
        self._given = settings.credential_secret
        self.files = UserDir(folder, settings.credential_secret, settings.flow_file)
        self._lock = FolderLock(folder)
        self._written_secrets: Credentials | None = None
        self._other_key = False

    def open(self) -> None:
        """Take the folder for this process and finish what a crash interrupted. Raises SettingsError, OSError."""
        if self.read_only:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        for file in (self.folder / JOURNAL, self.files.flows, self.files.credentials):
            remove_unfinished(file)
            remove_unfinished(_backup(file))
        self._finish_deploy()
        if self._given is not False and self.files.key() is None:
            self.write_config("runtime", {**self.read_config("runtime"), SECRET: secrets.token_hex(32)})

    def close(self) -> None:
        """Give the folder back."""
        self._lock.release()

    # flows and credentials

    def load(self, last_deploy: list[NodeDict] | None = None) -> Stored:
        """Read flows and credentials; ``last_deploy`` is what was deployed last, as far as the history knows.

        Raises FlowFileError or CredentialsError where neither they nor a backup can be read.
        """
        nodes, damage = self._load_flows(last_deploy)
        self._other_key = False
        credentials, wrong = self._load_credentials()
        self._written_secrets = None if self._other_key else credentials
        return Stored(nodes, credentials, "; ".join(text for text in (damage, wrong) if text))

    def load_credentials(self) -> Credentials:
        """Read the credentials alone. Raises CredentialsError, also where only a backup can be read."""
        credentials, wrong = self._load_credentials()
        if wrong:
            raise CredentialsError(f"{wrong}. Mend or remove the file first")
        return credentials

    def _load_flows(self, last_deploy: list[NodeDict] | None) -> tuple[list[NodeDict], str]:
        file, backup = self.files.flows, _backup(self.files.flows)
        if not file.exists() and not backup.exists() and last_deploy is None:
            return [], ""
        try:
            nodes = load_flow_file(file).nodes
        except FlowFileError as error:
            if last_deploy is not None:
                return last_deploy, f"{error}; these are the flows of the last deploy"
            if not backup.exists():
                raise
            return load_flow_file(backup).nodes, f"{error}; these are the flows of its backup {backup.name}"
        if last_deploy is None or nodes == last_deploy or not self._is_one_bit_off(last_deploy):
            return nodes, ""
        return last_deploy, (
            f"{file} differs from the last deploy in a single bit, as disks do it rather than people; these are the "
            f"flows of that deploy. If the change is meant: flowengine import --replace {file}"
        )

    def _is_one_bit_off(self, last_deploy: list[NodeDict]) -> bool:
        present, former = self.files.flows.read_bytes(), self._dump(last_deploy)
        if len(present) != len(former):
            return False
        return (int.from_bytes(present, "big") ^ int.from_bytes(former, "big")).bit_count() == 1

    def _load_credentials(self) -> tuple[Credentials, str]:
        file, backup = self.files.credentials, _backup(self.files.credentials)
        if not file.exists():
            return {}, ""
        try:
            return self._read_credentials(file), ""
        except FlowError as error:
            if not backup.exists():
                raise
            try:
                return self._read_credentials(
                    backup
                ), f"{error}; these are the secrets of its backup {backup.name}"
            except FlowError:
                raise error from None

    def _read_credentials(self, file: Path) -> Credentials:
        try:
            return read_credentials(file, self.files.key())
        except CredentialsError:
            # A secret was set after Node-RED or flowengine had made one of its own, or a change of keys was cut short.
            runtime = self.read_config("runtime")
            former = runtime.get(SECRET if isinstance(self._given, str) else FORMER_SECRET)
            if not isinstance(former, str):
                raise
            found = read_credentials(file, former)
            self._other_key = True
            return found

    def save(self, nodes: list[NodeDict], credentials: Credentials) -> None:
        """Write flows, and credentials where they have changed. Raises OSError; then the old ones are still there."""
        flows = self._dump(nodes)
        if credentials == self._written_secrets and (self.files.credentials.exists() or not credentials):
            self._replace(self.files.flows, flows)
            return
        encrypted = orjson.dumps(encrypt(credentials, self.files.key()), option=orjson.OPT_INDENT_2)
        journal = {"flows": flows.decode(), "credentials": encrypted.decode()}
        write_atomic(self.folder / JOURNAL, orjson.dumps(journal))
        self._finish_deploy()
        self._written_secrets = credentials

    def rewrite_credentials(self, credentials: Credentials) -> None:
        """Encrypt the credentials with the present key."""
        self._replace(self.files.credentials, orjson.dumps(encrypt(credentials, self.files.key())))

    def change_key(self, key: str, credentials: Credentials) -> None:
        """Encrypt the credentials with a new key of the folder's own; a crash on the way loses nothing."""
        runtime = self.read_config("runtime")
        self.write_config("runtime", {**runtime, FORMER_SECRET: runtime.get(SECRET), SECRET: key})
        self.rewrite_credentials(credentials)
        # The backup too: whoever has the former key must not find it of use.
        write_atomic(_backup(self.files.credentials), self.files.credentials.read_bytes())
        self.write_config("runtime", {**runtime, SECRET: key})
        self.write_config("runtime", {**runtime, SECRET: key})

    def _finish_deploy(self) -> None:
        journal = self.folder / JOURNAL
        try:
            found = orjson.loads(journal.read_bytes())
        except FileNotFoundError:
            return
        self._replace(self.files.credentials, found["credentials"].encode())
        self._replace(self.files.flows, found["flows"].encode())
        journal.unlink()

    def _dump(self, nodes: list[NodeDict]) -> bytes:
        return js_json(nodes, 4 if self._pretty else None).encode()

    def _replace(self, file: Path, content: bytes) -> None:
        """Write a file, and keep what it held until now as its backup."""
        if file.exists() and (old := file.read_bytes()) != content:
            write_atomic(_backup(file), old)
        write_atomic(file, content)

    # small state, in files of Node-RED's names

    def read_config(self, section: str) -> dict[str, Any]:
        """Read ``.config.<section>.json``; a missing or damaged one is empty, its backup is tried first."""
        file = self.folder / f".config.{section}.json"
        for place in (file, file.with_name(f"{file.name}.backup")):
            try:
                found = orjson.loads(place.read_bytes())
            except (OSError, orjson.JSONDecodeError):
                continue
            if isinstance(found, dict):
                return found
        return {}

    def write_config(self, section: str, values: dict[str, Any]) -> None:
        """Write ``.config.<section>.json``; nothing where the folder is read-only."""
        if self.read_only:
            return
        file = self.folder / f".config.{section}.json"
        if file.exists():
            write_atomic(file.with_name(f"{file.name}.backup"), file.read_bytes())
        write_atomic(file, orjson.dumps(values, option=orjson.OPT_INDENT_2))


def _backup(file: Path) -> Path:
    return file.with_name(f".{file.name}.backup")
