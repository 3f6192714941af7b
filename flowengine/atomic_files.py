"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

UNFINISHED = ".tmp"
"""How names end of files that are being written."""


def write_atomic(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write beside the file, flush to disk, then rename over it: a crash leaves the old or the new content."""
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def remove_unfinished(file: Path) -> None:
    """Remove what a process left that was killed while it wrote a file."""
    from glob import escape

    for left in file.parent.glob(f".{escape(file.name)}.*{UNFINISHED}"):
        left.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last; not every system can open a folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
