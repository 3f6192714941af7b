"""A large file in parts: one request announces it, one sends each part, one joins them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .api_errors import Problem
from .multipart import FilePart, file_parts
from .polls import id_of, known

if TYPE_CHECKING:
    from .call import Call

PART = 64 << 20


async def upload_in_parts(call: Call, payload: Any) -> Any:
    """Upload a file of any size; only one part at a time is in memory. The payload is the finished upload."""
    fields = call.fields(payload)
    if not fields.get("file"):
        raise Problem("no_file", method=call.method.name, field="file")
    file = await the_file(fields)
    upload = await call.answer(known("createUpload"), announced(fields, file))
    part_ids = []
    size = fields.get("part_size") or PART
    async for block in blocks(file, size):
        part = await call.answer(known("addUploadPart"), {"upload_id": id_of(upload), "data": block})
        part_ids.append(id_of(part))
        if call.seen is not None:
            call.seen.move(len(part_ids), -(-file.size // size))
    joined = {"upload_id": id_of(upload), "part_ids": part_ids}
    return await call.answer(known("completeUpload"), joined | picked(fields, "md5"))


async def the_file(fields: dict[str, Any]) -> FilePart:
    """The file of a payload, opened or in memory."""
    [(_, file)] = await file_parts("file", fields["file"], fields.get("filename"))
    assert isinstance(file, FilePart)
    return file


def announced(fields: dict[str, Any], file: FilePart) -> dict[str, Any]:
    """What the server is told before the first part."""
    known_size = {"bytes": file.size, "filename": file.filename}
    return known_size | picked(fields, "bytes", "filename", "mime_type", "purpose", "expires_after")


def picked(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of the named fields that have a value."""
    return {name: fields[name] for name in names if fields.get(name) is not None}


async def blocks(file: FilePart, size: int) -> AsyncIterator[bytes]:
    """Yield the file piece by piece."""
    if file.content is not None:
        for start in range(0, len(file.content), size):
            yield file.content[start : start + size]
        return
    handle = await asyncio.to_thread(open, file.path, "rb")
    try:
        while block := await asyncio.to_thread(handle.read, size):
            yield block
    finally:
        handle.close()
