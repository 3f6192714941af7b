"""``/icons``: pictures that node packages bring in a folder ``icons``; those of the core set are part of the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint

KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".gif": "image/gif"}
DEFAULT = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="60" viewBox="0 0 40 60">'
    '<path fill="none" stroke="#fff" stroke-width="3" d="M8 30h24m-9-9 9 9-9 9"/></svg>'
)


async def read_all(call: Call) -> Any:
    """Give the names of all pictures by package."""
    return {package: sorted(_pictures(place)) for package, place in _folders(call).items()}


async def read(call: Call) -> Any:
    """Give a picture, an arrow where there is none of that name."""
    place = _folders(call).get(call.param("module"))
    # Only a name that the folder lists: nothing else is looked at, whatever the address says.
    file = _pictures(place).get(call.param("icon")) if place else None
    if file is None:
        return web.Response(text=DEFAULT, content_type=KINDS[".svg"])
    return web.Response(body=file.read_bytes(), content_type=KINDS[file.suffix])


def _folders(call: Call) -> dict[str, Path]:
    found = {one.name: one.folder("icons") for one in call.runtime.engine.node_sets.packages()}
    return {name: place for name, place in found.items() if place is not None}


def _pictures(place: Path) -> dict[str, Path]:
    return {file.name: file for file in place.iterdir() if file.suffix in KINDS and file.is_file()}


ENDPOINTS = (
    Endpoint("GET", "/icons", "nodes.read", read_all, "Names of all icons"),
    Endpoint("GET", "/icons/{module}/{icon}", None, read, "An icon"),
    Endpoint("GET", "/icons/{scope}/{module}/{icon}", None, read, "An icon of a scoped package"),
)
