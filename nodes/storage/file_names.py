"""File names of the file nodes: typed values, made absolute, and the errors of files worded as Node.js words them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import Node
from flowengine.typed_values import compile_value

_REASONS = {
    errno.ENOENT: "no such file or directory",
    errno.EACCES: "permission denied",
    errno.EISDIR: "illegal operation on a directory",
    errno.ENOTDIR: "not a directory",
    errno.EEXIST: "file already exists",
    errno.EPERM: "operation not permitted",
    errno.ENOSPC: "no space left on device",
    errno.EROFS: "read-only file system",
    errno.EMFILE: "too many open files",
    errno.ENAMETOOLONG: "name too long",
}


class FileError(Exception):
    """An error of the file system, as Node.js words it: ``ENOENT: no such file or directory, open 'a.txt'``."""

    name = "Error"

    def __init__(self, error: OSError, call: str, path: str) -> None:
        self.code = errno.errorcode.get(error.errno or 0, "EIO")
        reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
        super().__init__(
            f"{self.code}: {reason}, {call} '{path}'" if call != "read" else f"{self.code}: {reason}, {call}"
        )


def upgrade_name(node: dict[str, Any]) -> dict[str, Any]:
    """Files older than typed names have a fixed name, or none where ``msg.filename`` was meant."""
    if node.get("filenameType"):
        return node
    name = node.get("filename")
    return {**node, "filenameType": "str" if name else "msg", "filename": name or "filename"}


def compile_name(node: Node) -> Callable[[Msg], str]:
    """Make the function that gives the name for a message, "" where there is none.

    Raises ExpressionError where an expression fails.
    """
    value = compile_value(node.config.filename, node.config.filename_type, node)

    def name(msg: Msg) -> str:
        found = value(msg)
        return "" if found is UNDEFINED or found is None else js_string(found)

    return name


def full_path(node: Node, name: str) -> Path:
    """Return where a name leads: relative ones count from the folder of the settings, if it is set."""
    folder = node.host.settings.file_working_directory
    return Path(os.path.normpath(Path(folder) / name)) if folder else Path(name)
