"""Reads the body of a request: JSON, or a multipart form whose names are spelt `a[]` and `a[b]`."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from .calls import Upload
from .state import Json, Problem


async def read_body(request: web.Request) -> Json:
    """Give the properties of a body; none for an empty one, files as Upload."""
    if request.content_type.startswith("multipart/"):
        return await _read_form(request)
    raw = await request.read()
    if not raw.strip():
        return {}
    if request.content_type == "application/sdp":
        return {"sdp": raw.decode(errors="replace")}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Problem(
            400, f"We could not parse the JSON body of your request: {error}.", code="invalid_json"
        ) from None
    if not isinstance(body, dict):
        raise Problem(400, "The body of a request is a JSON object.", code="invalid_json")
    return body


async def _read_form(request: web.Request) -> Json:
    body: Json = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            _put(body, part.name, await _read_part(part))
    return body


async def _read_part(part: BodyPartReader) -> Any:
    content = bytes(await part.read())
    if part.filename is None:
        return content.decode(errors="replace")
    return Upload(part.filename, part.headers.get("content-type", "application/octet-stream"), content)


def _put(body: Json, name: str, value: Any) -> None:
    """Put `expires_after[anchor]` into an object, `files[]` and a name that comes twice into a list."""
    head, *keys = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
    for key in keys:
        if key:
            body, head = body.setdefault(head, {}), key
    if keys[-1:] == [""]:
        body.setdefault(head, []).append(value)
    elif head in body:
        first = body[head]
        body[head] = [*first, value] if isinstance(first, list) else [first, value]
    else:
        body[head] = value
