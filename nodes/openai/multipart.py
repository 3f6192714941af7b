"""Multipart forms: fields in bracket spelling, files from paths, bytes, descriptions and data URLs.

Small files are read at once; large ones are read while they are sent, so that memory stays flat.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
from binascii import Error as Base64Error
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote_to_bytes

from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED

from .api_errors import ApiError, Problem

BINARY = "application/octet-stream"
READ_AT_ONCE = 1 << 18
BLOCK = 1 << 18
NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a form: its bytes, or the path they are read from when it is sent."""

    filename: str
    content_type: str
    content: bytes | None
    path: str = ""
    size: int = 0


class Form:
    """A form ready to be sent, any number of times."""

    def __init__(self, parts: list[tuple[str, str | FilePart]]) -> None:
        self.boundary = f"form-{os.urandom(12).hex()}"
        self._pieces = list(self._laid_out(parts))
        self.size = sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in self._pieces)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def _laid_out(self, parts: list[tuple[str, str | FilePart]]) -> Iterator[bytes | FilePart]:
        for name, value in parts:
            yield self._head(name, value).encode("utf-8", "replace")
            if isinstance(value, str):
                yield NEWLINE.sub("\r\n", value).encode("utf-8", "replace")
            else:
                yield value if value.content is None else value.content
            yield b"\r\n"
        yield f"--{self.boundary}--\r\n".encode()

    def _head(self, name: str, value: str | FilePart) -> str:
        head = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, FilePart):
            head += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.content_type}'
        return head + "\r\n\r\n"

    def body(self) -> bytes | AsyncIterator[bytes]:
        """The whole form where it is in memory, else its blocks as they are read."""
        if all(isinstance(piece, bytes) for piece in self._pieces):
            return b"".join(piece for piece in self._pieces if isinstance(piece, bytes))
        return self._blocks()

    async def _blocks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            handle = await asyncio.to_thread(open, piece.path, "rb")
            try:
                while block := await asyncio.to_thread(handle.read, BLOCK):
                    yield block
            finally:
                handle.close()


def _quoted(name: str) -> str:
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def form_fields(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each field. Raises ApiError for null, which a form cannot hold."""
    for name, value in values.items():
        yield from _fields(name, value)


def _fields(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        raise ApiError(
            f"Received null for \"{name}\"; to pass null in FormData, you must use the string 'null'"
        )
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _fields(f"{name}[]", inner)
    elif value is not UNDEFINED:
        yield name, js_string(value)


async def file_parts(name: str, value: Any, filename: str | None) -> list[tuple[str, str | FilePart]]:
    """Make the part of a file field, or one for each item of a list. `filename` is for bare bytes."""
    if isinstance(value, list):
        return [(f"{name}[]", await _file(name, item, filename)) for item in value]
    return [(name, await _file(name, value, filename))]


async def _file(name: str, value: Any, filename: str | None) -> FilePart:
    """Read one file: a path, bytes, a data URL, or a description `{filename, content | path, content_type}`."""
    if isinstance(value, dict):
        return await _described(name, value, filename)
    if isinstance(value, bytes | bytearray):
        return _in_memory(filename or name, BINARY, bytes(value))
    if isinstance(value, str):
        return _data_url(name, value, filename) if value.startswith("data:") else _from_path(value)
    raise Problem("file_kind", field=name)


async def _described(name: str, value: dict[str, Any], filename: str | None) -> FilePart:
    content = value.get("content", value.get("data", value.get("path")))
    if isinstance(content, str) and value.keys() & {"content", "data"} and not content.startswith("data:"):
        content = content.encode()
    if content is None or isinstance(content, dict | list):
        raise Problem("file_description", field=name)
    part = await _file(name, content, filename)
    return replace(
        part,
        filename=base_name(str(value.get("filename") or part.filename)),
        content_type=str(value.get("content_type") or part.content_type),
    )


def _in_memory(filename: str, content_type: str, content: bytes) -> FilePart:
    return FilePart(base_name(filename), content_type, content, size=len(content))


def _data_url(name: str, text: str, filename: str | None) -> FilePart:
    head, comma, data = text[5:].partition(",")
    kind, *flags = head.split(";")
    try:
        content = (
            base64.b64decode("".join(data.split()), validate=True)
            if "base64" in flags
            else unquote_to_bytes(data)
        )
    except Base64Error as error:
        raise Problem("file_data_url", field=name) from error
    if not comma:
        raise Problem("file_data_url", field=name)
    return _in_memory(filename or name, kind or BINARY, content)


def _from_path(path: str) -> FilePart:
    try:
        return _open(path)
    except FileNotFoundError:
        raise ApiError(f"ENOENT: no such file or directory, open '{path}'") from None
    except IsADirectoryError:
        raise ApiError("EISDIR: illegal operation on a directory, read") from None
    except PermissionError:
        raise ApiError(f"EACCES: permission denied, open '{path}'") from None
    except (OSError, ValueError) as error:
        raise Problem("file_open", path=path, reason=error.__class__.__name__) from error


def _open(path: str) -> FilePart:
    """Read a small file, open a large one for a try. Quick enough for the event loop, and files keep their order."""
    place = Path(path)
    if not place.is_file() and not place.is_dir() and place.exists():
        raise OSError("no regular file")  # a pipe could keep us waiting for ever
    with place.open("rb") as handle:
        size = os.fstat(handle.fileno()).st_size
        content = handle.read() if size <= READ_AT_ONCE else None
    return FilePart(base_name(path), BINARY, content, path, size if content is None else len(content))


def base_name(name: str) -> str:
    """The last part of a path, of whichever system."""
    return PurePath(name.replace("\\", "/")).name or name
