"""A user folder as Node-RED keeps it: ``flows.json``, ``flows_cred.json``, ``.config.runtime.json``, ``context/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from .atomic_files import write_atomic
from .credentials import Credentials, decrypt, encrypt
from .errors import CredentialsError, FlowFileError
from .flow_file import FlowFile, load_flow_file


@dataclass
class UserDir:
    """The folder. ``secret`` is the ``credentialSecret`` of the settings; False leaves credentials unencrypted."""

    folder: Path
    secret: str | bool | None = None
    flow_file: str = ""

    @property
    def flows(self) -> Path:
        """The flow file: the named one, ``flows.json``, or the only ``flows_<host>.json`` of old versions."""
        if self.flow_file:
            return self.folder / self.flow_file
        named = self.folder / "flows.json"
        if not named.exists():
            old = [
                file for file in sorted(self.folder.glob("flows_*.json")) if not file.stem.endswith("_cred")
            ]
            if len(old) == 1:
                return old[0]
        return named

    @property
    def credentials(self) -> Path:
        """The credentials beside the flow file."""
        return self.flows.with_name(f"{self.flows.stem}_cred.json")

    def read(self) -> tuple[FlowFile, Credentials]:
        """Read flows and credentials. Raises FlowFileError or CredentialsError with what to do."""
        file = load_flow_file(self.flows)
        return file, read_credentials(self.credentials, self.key()) if self.credentials.exists() else {}

    def write(self, file: FlowFile, credentials: Credentials | None = None) -> None:
        """Write flows (and credentials), each whole or not at all, with one backup of what was there."""
        if credentials is not None:
            _replace(self.credentials, _dump(encrypt(credentials, self.key())))
        _replace(self.flows, _dump(file.dump()))

    def key(self) -> str | None:
        """Return the secret that credentials are encrypted with, or None for none."""
        if self.secret is False:
            return None
        return self.secret if isinstance(self.secret, str) and self.secret else self._generated_key()

    def _generated_key(self) -> str | None:
        # Where Node-RED keeps the secret that it made for itself; newest place first.
        for name in (".config.runtime.json", ".config.json"):
            try:
                values = orjson.loads((self.folder / name).read_bytes())
            except (OSError, orjson.JSONDecodeError):
                continue
            if isinstance(values, dict) and isinstance(values.get("_credentialSecret"), str):
                return str(values["_credentialSecret"])
        return None


def read_credentials(file: Path, secret: str | None) -> Credentials:
    """Read a credentials file in either form."""
    try:
        return decrypt(orjson.loads(file.read_bytes()), secret)
    except OSError as error:
        raise FlowFileError(f"cannot read the credentials {file}: {error.strerror or error}") from None
    except orjson.JSONDecodeError:
        raise CredentialsError(f"{file} is not JSON; restore it from its backup") from None
    except CredentialsError as error:
        raise CredentialsError(f"{file.name}: {error}") from None


def _replace(file: Path, content: bytes) -> None:
    if file.exists():
        import shutil

        shutil.copy2(file, file.with_name(f".{file.name}.backup"))
    write_atomic(file, content)


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
