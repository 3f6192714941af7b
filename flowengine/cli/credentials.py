"""``flowengine credentials``: which secrets there are, whether they can be read, and a new key for them."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..credentials import Credentials
from ..errors import FlowError
from ..user_dir import read_credentials
from .user_folder import declare_actions, existing_folder_of, opened, settings_of

if TYPE_CHECKING:
    from ..admin.storage import Storage

_ACTIONS = {
    "list": "list the nodes that have secrets, and their names; never the secrets",
    "check": "see whether the secrets can be read",
    "rotate": "encrypt all secrets with a new key",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    declare_actions(parser, _ACTIONS)["rotate"].add_argument(
        "--old-secret-stdin",
        action="store_true",
        help="read the former credentialSecret from standard input; the settings have the new one",
    )


def main(options: argparse.Namespace) -> int:
    """Do what was asked."""
    folder = existing_folder_of(options)
    if options.action == "rotate":
        with opened(folder) as storage:
            return _rotate(storage, options)
    return _show(folder, options.action == "list")


def _show(folder: Path, with_names: bool) -> int:
    from ..admin.storage import Storage

    stored = Storage(folder, settings_of(folder)).load()
    names = {node["id"]: f"{node['type']} {node.get('name') or node['id']}" for node in stored.nodes}
    for node_id, values in stored.credentials.items() if with_names else ():
        print(f"{names.get(node_id, f'(no longer there) {node_id}')}: {', '.join(sorted(values)) or 'none'}")
    if stored.damage:
        print(stored.damage, file=sys.stderr)
        return 1
    if not with_names:
        print(f"the secrets of {len(stored.credentials)} nodes can be read")
    return 0


def _rotate(storage: Storage, options: argparse.Namespace) -> int:
    if options.old_secret_stdin:
        old = sys.stdin.readline().rstrip("\r\n")
        credentials: Credentials = read_credentials(storage.files.credentials, old)
        storage.rewrite_credentials(credentials)
    elif isinstance(storage.files.secret, str) and storage.files.secret:
        raise FlowError(
            "the key is credentialSecret in the settings: change it there, then use --old-secret-stdin"
        )
    elif storage.files.secret is False:
        raise FlowError("the settings switch encryption off with credentialSecret = false")
    else:
        stored = storage.load()
        if stored.damage:
            # What is damaged may be mended yet, and nobody could read it any more.
            raise FlowError(f"{stored.damage}. Mend or remove the file first; nothing was changed")
        credentials = stored.credentials
        storage.change_key(secrets.token_hex(32), credentials)
    print(f"the secrets of {len(credentials)} nodes are encrypted with the new key")
    return 0
