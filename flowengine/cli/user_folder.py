"""The user folder that a command works on: its option, its settings, its storage."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FlowError
from ..node_packages import FOLDER

if TYPE_CHECKING:
    from ..admin.settings import ServerSettings
    from ..admin.storage import Storage

VARIABLE = "FLOWENGINE_USER_DIR"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a full disk says."""


def add_option(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Declare ``--user-dir``."""
    parser.add_argument(
        "--user-dir",
        type=Path,
        default=default,
        metavar="FOLDER",
        help=f"user folder, Node-RED's too (default: {VARIABLE}, else ~/.flowengine)",
    )


def declare_actions(
    parser: argparse.ArgumentParser, summaries: Mapping[str, str]
) -> dict[str, argparse.ArgumentParser]:
    """Declare the actions of a command, each with ``--user-dir``; returns their parsers."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    parsers = {name: actions.add_parser(name, help=text) for name, text in summaries.items()}
    for one in parsers.values():
        add_option(one)
    return parsers


def folder_of(options: argparse.Namespace) -> Path:
    """Return the folder that is meant."""
    chosen = options.user_dir or os.environ.get(VARIABLE) or "~/.flowengine"
    return Path(chosen).expanduser().absolute()


def existing_folder_of(options: argparse.Namespace) -> Path:
    """Return the folder that is meant. Raises FlowError where there is none: it is nothing to be read from."""
    folder = folder_of(options)
    if not folder.is_dir():
        raise FlowError(f"there is no user folder {folder}; name another one with --user-dir")
    return folder


def packages_of(options: argparse.Namespace) -> Path:
    """Return where packages of nodes are installed for the folder that is meant."""
    return folder_of(options) / FOLDER


def settings_of(folder: Path, given: Mapping[str, Any] | None = None) -> ServerSettings:
    """Read the folder's settings; what an operator should know goes to standard error."""
    from ..admin.settings_file import read_settings

    settings, notes = read_settings(folder, os.environ, given)
    for note in notes:
        print(note, file=sys.stderr)
    return settings


def explained(error: OSError) -> str:
    """Say what is wrong with a file or folder, and the way out."""
    place, reason = error.filename or "the user folder", error.strerror or error
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{place} is no folder; choose another one with --user-dir"
    if isinstance(error, PermissionError):
        return f"{place}: {reason}; run this as the owner of the folder, or change who may use it"
    if error.errno in FULL:
        return f"{place}: {reason}; make room there"
    return f"{place}: {reason}"


@contextmanager
def opened(folder: Path) -> Iterator[Storage]:
    """Open a folder for writing; nobody else may have it. Raises FlowError."""
    from ..admin.storage import Storage

    storage = Storage(folder, settings_of(folder))
    try:
        storage.open()
        yield storage
    except OSError as error:
        raise FlowError(explained(error)) from None
    finally:
        storage.close()
