"""The user folder that a command works on: its option, its settings, its storage."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FlowError

if TYPE_CHECKING:
    from ..admin.settings import ServerSettings
    from ..admin.storage import Storage

VARIABLE = "FLOWENGINE_USER_DIR"


def add_option(parser: argparse.ArgumentParser) -> None:
    """Declare ``--user-dir``."""
    parser.add_argument(
        "--user-dir",
        type=Path,
        default=None,
        metavar="FOLDER",
        help=f"user folder, Node-RED's too (default: {VARIABLE}, else ~/.flowengine)",
    )


def folder_of(options: argparse.Namespace) -> Path:
    """Return the folder that is meant."""
    chosen = options.user_dir or os.environ.get(VARIABLE) or "~/.flowengine"
    return Path(chosen).expanduser().absolute()


def settings_of(folder: Path, given: Mapping[str, Any] | None = None) -> ServerSettings:
    """Read the folder's settings; what an operator should know goes to standard error."""
    from ..admin.settings_file import read_settings

    settings, notes = read_settings(folder, os.environ, given)
    for note in notes:
        print(note, file=sys.stderr)
    return settings


@contextmanager
def opened(folder: Path) -> Iterator[Storage]:
    """Open a folder for writing; nobody else may have it. Raises FlowError."""
    from ..admin.storage import Storage

    storage = Storage(folder, settings_of(folder))
    try:
        storage.open()
        yield storage
    except OSError as error:
        raise FlowError(f"{folder}: {error.strerror or error}") from None
    finally:
        storage.close()
