"""The file in node: reads a file as text, as a Buffer, by lines or in chunks."""

from __future__ import annotations

import asyncio
import codecs
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from flowengine.errors import ExpressionError, PropertyPathError
from flowengine.fields import hidden, select, show_if, starts, typed
from flowengine.messages import Msg, clone
from flowengine.node import Node, NodeConfig

from .encodings import ENCODINGS, decode
from .file_names import FileError, compile_name, full_path, upgrade_name

CHUNK = 65536
"""Bytes of a chunk; the last one of a file is smaller."""
_NOT_IN_NAMES = str.maketrans("", "", "\t\r\n")


class FileIn(Node):
    """Reads the file and sends one message, or one for each line or chunk with ``msg.parts``."""

    type = "file in"
    category = "storage"
    color = "#DEB887"
    icon = "file-in"
    copy_on_write = True
    form = ("name", "filename", "format", "encoding", "allProps")
    label = ("{name}", "{filename}")

    class Config(NodeConfig):
        filename: Annotated[
            str, typed("str", "msg", "jsonata", "env", type_field="filenameType"), starts("")
        ] = ""
        filename_type: Annotated[str, starts("str")] = Field("str", alias="filenameType")
        format: Annotated[str, select("utf8", "lines", "", "stream")] = "utf8"
        chunk: Annotated[bool, hidden()] = False
        send_error: Annotated[bool, hidden(), starts(False)] = Field(True, alias="sendError")
        encoding: Annotated[
            str, select("none", "setbymsg", *ENCODINGS, verbatim=True), show_if("format=utf8|lines")
        ] = "none"
        all_props: Annotated[bool, show_if("format=lines|stream")] = Field(False, alias="allProps")

        @model_validator(mode="before")
        @classmethod
        def upgrade(cls, node: Any) -> Any:
            return upgrade_name(node) if isinstance(node, dict) else node

        @field_validator("format", "encoding", mode="before")
        @classmethod
        def _text(cls, value: Any) -> Any:
            return value or "none"

        @field_validator("all_props", mode="before")
        @classmethod
        def _flag(cls, value: Any) -> Any:
            return bool(value)

    def on_start(self) -> None:
        self._name = compile_name(self)

    async def on_input(self, msg: Msg) -> Any:
        try:
            name = self._name(msg).translate(_NOT_IN_NAMES)
        except (ExpressionError, PropertyPathError) as error:
            self.error(getattr(error, "details", None) or error, msg)
            return None
        if not name:
            self.warn(self.words("errors.no_filename"))
            return None
        msg["filename"] = name
        path = full_path(self, name)
        try:
            if self.config.format == "lines":
                return await self._read_lines(path, msg)
            if self.config.format == "stream":
                return await self._read_chunks(path, msg)
            return await self._read_whole(path, msg)
        except OSError as error:
            return self._failed(error, path, msg)

    def on_close(self, removed: bool) -> None:
        self.status({})

    async def _read_whole(self, path: Path, msg: Msg) -> Msg:
        data = await _in_thread(path.read_bytes)
        if self.config.format == "utf8":
            msg["payload"] = await _in_thread(lambda: self._decode(data))
        else:
            msg["payload"] = data
        return msg

    async def _read_lines(self, path: Path, msg: Msg) -> None:
        feed = self._decoder()
        index, rest = 0, ""
        with await _in_thread(lambda: path.open("rb")) as file:
            while data := await _in_thread(lambda: file.read(CHUNK)):
                *lines, rest = (rest + feed(data, False)).split("\n")
                for line in lines:
                    self.send(
                        self._part(
                            msg, line, {"index": index, "ch": "\n", "type": "string", "id": msg["_msgid"]}
                        )
                    )
                    index += 1
        rest += feed(b"", True)
        parts = {"index": index, "count": index + 1, "ch": "\n", "type": "string", "id": msg["_msgid"]}
        self.send(self._part(msg, rest, parts))

    async def _read_chunks(self, path: Path, msg: Msg) -> None:
        index, ended = 0, False
        with await _in_thread(lambda: path.open("rb")) as file:
            while data := await _in_thread(lambda: file.read(CHUNK)):
                parts: dict[str, Any] = {"index": index, "ch": "", "type": "buffer", "id": msg["_msgid"]}
                index += 1
                ended = len(data) < CHUNK
                if ended:
                    parts["count"] = index
                self.send(self._part(msg, data, parts))
        if index and not ended:
            # No chunk told that it was the last one, so an empty message does.
            parts = {"index": index, "count": index, "ch": "", "type": "buffer", "id": msg["_msgid"]}
            self.send(Msg(parts=parts))

    def _part(self, msg: Msg, payload: Any, parts: dict[str, Any]) -> Msg:
        if self.config.all_props:
            part: Msg = clone(msg)
        else:
            part = Msg({key: msg[key] for key in ("topic", "filename") if key in msg})
            part.entry = msg.entry
        part["payload"], part["parts"] = payload, parts
        return part

    def _decode(self, data: bytes) -> str:
        return (
            data.decode("utf-8", "replace")
            if self.config.encoding == "none"
            else decode(data, self.config.encoding)
        )

    def _decoder(self) -> Any:
        """Return a function that decodes piece by piece, keeping a character that a piece cuts in two."""
        if self.config.encoding == "none":
            return codecs.getincrementaldecoder("utf-8")("replace").decode
        return lambda data, final: self._decode(data)

    def _failed(self, error: OSError, path: Path, msg: Msg) -> Msg | None:
        call = "read" if path.is_dir() else "open"
        failed = FileError(error, call, str(path))
        self.error(failed, msg)
        if not self.config.send_error:
            return None
        sent: Msg = clone(msg)
        sent.pop("payload", None)
        sent["error"] = failed
        return sent


async def _in_thread(work: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work)
