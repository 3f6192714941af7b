"""The file node: writes, appends to, or deletes files."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from flowengine.errors import ExpressionError, NodeError, PropertyPathError, error_text
from flowengine.fields import select, show_if, starts, typed
from flowengine.javascript_values import js_json, js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .encodings import ENCODINGS, encode
from .file_names import FileError, compile_name, full_path, upgrade_name


class File(Node):
    """Writes ``msg.payload``; messages are written one after the other, in the order they came."""

    type = "file"
    category = "storage"
    color = "#DEB887"
    icon = "file-out"
    copy_on_write = True
    form = ("name", "filename", "overwriteFile", "appendNewline", "createDir", "encoding")
    label = ("{name}", "{filename}")

    class Config(NodeConfig):
        filename: Annotated[
            str, typed("str", "msg", "jsonata", "env", type_field="filenameType"), starts("")
        ] = ""
        filename_type: Annotated[str, starts("str")] = Field("str", alias="filenameType")
        append_newline: Annotated[bool, show_if("overwriteFile!=delete")] = Field(True, alias="appendNewline")
        create_dir: Annotated[bool, show_if("overwriteFile!=delete")] = Field(False, alias="createDir")
        overwrite_file: Annotated[str, select("false", "true", "delete")] = Field(
            "false", alias="overwriteFile"
        )
        encoding: Annotated[
            str, select("none", "setbymsg", *ENCODINGS, verbatim=True), show_if("overwriteFile!=delete")
        ] = "none"

        @model_validator(mode="before")
        @classmethod
        def upgrade(cls, node: Any) -> Any:
            return upgrade_name(node) if isinstance(node, dict) else node

        @field_validator("overwrite_file", mode="before")
        @classmethod
        def _as_text(cls, value: Any) -> Any:
            return js_string(value)

        @field_validator("encoding", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return value or "none"

    def on_start(self) -> None:
        self._name = compile_name(self)
        self._waiting: deque[Msg] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closing = False

    def on_input(self, msg: Msg) -> Any:
        self._waiting.append(msg)
        if self._writing is None:
            self._writing = self.spawn(self._write_all())
        return DEFERRED

    async def on_close(self, removed: bool) -> None:
        if self._writing is not None:
            await asyncio.wait((self._writing,))
        self.status({})

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._handle(self._waiting.popleft())
        finally:
            self._writing = None

    async def _handle(self, msg: Msg) -> None:
        try:
            sent = await self._write(msg)
        except (ExpressionError, PropertyPathError) as error:  # there is no name
            self.error(getattr(error, "details", None) or error, msg)
            sent = False
        except Exception as error:  # the next message must be written all the same
            self.error(str(error) if isinstance(error, NodeError) and not error.name else error, msg)
            if not isinstance(error, NotWrittenError):
                return
            sent = False  # the file system said no: told, and so complete
        if sent:
            self.send(msg)
        self.done(msg)

    async def _write(self, msg: Msg) -> bool:
        """Do what the node is for; tells whether the message goes on."""
        name = msg["filename"] = self._name(msg)
        if not name:
            self.warn(self.words("errors.no_filename"))
            return False
        path = full_path(self, name)
        if self.config.overwrite_file == "delete":
            await self._guarded("errors.delete_failed", path.unlink, "unlink", path)
            return True
        if msg.get("payload", UNDEFINED) is UNDEFINED:
            return False
        data = self._content(msg)
        if self.config.create_dir:
            await self._guarded(
                "errors.create_failed",
                lambda: path.parent.mkdir(parents=True, exist_ok=True),
                "mkdir",
                path.parent,
            )
        overwrite = self.config.overwrite_file == "true"
        key = "errors.write_failed" if overwrite else "errors.append_failed"
        await self._guarded(key, lambda: _put(path, data, "wb" if overwrite else "ab"), "open", path)
        return True

    def _content(self, msg: Msg) -> bytes:
        payload = msg["payload"]
        encoding = self.config.encoding
        if encoding == "setbymsg":
            encoding = msg.get("encoding") or "none"
        if isinstance(payload, (bytes, bytearray)):
            return bytes(payload)
        text = js_json(payload) if js_typeof(payload) == "object" else js_string(payload)
        if self.config.append_newline and not _is_last_part(msg):
            text = (text or "") + os.linesep
        text = text or ""
        return text.encode("utf-8", "surrogatepass") if encoding == "none" else encode(text, encoding)

    async def _guarded(self, key: str, work: Callable[[], Any], call: str, path: Path) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(None, work)
        except OSError as error:
            failed = FileError(error, call, str(path))
            raise NotWrittenError(self.words(key, error=error_text(failed))) from None


class NotWrittenError(NodeError):
    """The file system said no."""


def _put(path: Path, data: bytes, mode: str) -> None:
    with path.open(mode) as file:
        file.write(data)


def _is_last_part(msg: Msg) -> bool:
    """Tell whether this is the end of a text that was split: it had no line end of its own."""
    parts = msg.get("parts")
    if not isinstance(parts, dict) or parts.get("type") != "string":
        return False
    index, count = parts.get("index"), parts.get("count")
    return isinstance(index, int) and isinstance(count, int) and count == index + 1
