"""Keeps a second process out of a user folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..errors import SettingsError

NAME = ".flowengine.lock"


class FolderLock:
    """Holds a folder until ``release``, or until the process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Take the folder. Raises SettingsError that names the process which has it."""
        # Open for appending: the number of the process that has it must survive the attempt.
        held = self._file.open("a+", encoding="utf-8")
        try:
            _lock(held)
        except OSError:
            held.seek(0)
            owner = held.read().strip() or "another one"
            held.close()
            raise SettingsError(
                f"{self._file.parent} is in use by process {owner}; stop it, or choose another folder with --user-dir"
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        self._held = held

    def release(self) -> None:
        """Give the folder back."""
        if self._held is not None:
            self._held.close()
            self._held = None


def _lock(held: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        held.seek(0)
        msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
