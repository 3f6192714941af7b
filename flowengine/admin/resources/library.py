"""``/library``: flows, functions and templates that users keep in ``lib/`` of the user folder."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from ...atomic_files import write_atomic
from ...javascript_values import js_json, js_string
from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found

_TYPE = re.compile(r"[\w-]{1,64}")
_META = re.compile(r"// (\w+): (.*)")
MOST_META = 50


async def read(call: Call) -> Any:
    """Give a file, or the list of a folder: names of folders, then files with what is known about them."""
    kind = call.param("type")
    file = _place(call)
    return await asyncio.to_thread(_read, file, kind, call.request.match_info.get("path", ""))


def _read(file: Path, kind: str, path: str) -> Any:
    if kind == "flows" and not file.exists() and file.suffix != ".json":
        file = file.with_name(f"{file.name}.json") if file.name else file
    if file.is_dir():
        return _list(file)
    if not file.is_file():
        if path == "" or path.endswith("/"):
            return []
        raise not_found()
    body = _split(_text(file))[1]
    return web.Response(text=body, content_type="application/json" if kind == "flows" else "text/plain")


def _list(place: Path) -> list[Any]:
    entries = sorted(entry for entry in place.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.is_file()]
    return [entry.name for entry in entries if entry.is_dir()] + [_about(file) for file in files]


def _about(file: Path) -> dict[str, str]:
    return {**_split(_text(file))[0], "fn": file.name}


def _text(file: Path) -> str:
    """Read a file with the ends of its lines as they are."""
    return file.read_bytes().decode("utf-8", "replace")


def _split(text: str) -> tuple[dict[str, str], str]:
    """Part a file into what is said about it in its first lines, and its content."""
    about: dict[str, str] = {}
    lines = text.split("\n")
    while lines and (found := _META.fullmatch(lines[0])) and len(about) < MOST_META:
        about[found[1]] = re.sub(r"\\([\\n])", lambda escaped: "\n" if escaped[1] == "n" else "\\", found[2])
        del lines[0]
    return about, "\n".join(lines)


async def write(call: Call) -> None:
    """Keep a file: flows are the body itself, everything else is ``text`` with what is said about it."""
    file, kind = _place(call), call.param("type")
    if call.runtime.storage.read_only:
        raise ApiError(403, "read_only")
    if kind == "flows":
        text = js_json(await call.body())
        file = file if file.suffix == ".json" else file.with_name(f"{file.name}.json")
    else:
        text = _with_about(await call.fields())
    try:
        await asyncio.to_thread(write_atomic, file, text.encode())
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise ApiError(400, "invalid_name", reason=error.strerror or error) from None
    except OSError as error:
        raise ApiError(507, "not_stored", reason=error.strerror or error) from None


def _with_about(fields: dict[str, Any]) -> str:
    lines = [
        "// {}: {}\n".format(name, _noted(value).replace("\\", "\\\\").replace("\n", "\\n"))
        for name, value in list(fields.items())[:MOST_META]
        if name != "text" and re.fullmatch(r"\w+", name)
    ]
    text = fields.get("text")
    return "".join(lines) + ("" if text is None else _noted(text))


def _noted(value: Any) -> str:
    return js_json(value) if isinstance(value, (dict, list)) else js_string(value)


def _place(call: Call) -> Path:
    """Return the file of an address. Raises ApiError where it would lie outside of the library."""
    if call.param("library") != "local":
        raise not_found()
    kind, path = call.param("type"), call.request.match_info.get("path", "").strip("/")
    root = call.runtime.folder / "lib" / kind
    parts = path.split("/") if path else []
    if not _TYPE.fullmatch(kind) or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise ApiError(403, "forbidden")
    if any("\0" in part or "\\" in part or ":" in part or len(part.encode()) > 200 for part in parts):
        raise ApiError(403, "forbidden")
    file = root.joinpath(*parts)
    # A link inside the library may lead anywhere.
    if not file.resolve().is_relative_to(root.resolve()):
        raise ApiError(403, "forbidden")
    return file


_PATH = "/library/{library}/{type}"
_READ = {200: "a file or the list of a folder", 403: "outside of the library", 404: "no such entry"}
ENDPOINTS = (
    Endpoint("GET", _PATH, "library.read", read, "The library of a type", _READ),
    Endpoint("GET", _PATH + "/{path:.*}", "library.read", read, "An entry of the library", _READ),
    Endpoint(
        "POST",
        _PATH + "/{path:.+}",
        "library.write",
        write,
        "Keep an entry in the library",
        {
            204: "kept",
            400: "no JSON",
            403: "outside of the library",
            404: "no such library",
            507: "not stored",
        },
        {},
    ),
)
