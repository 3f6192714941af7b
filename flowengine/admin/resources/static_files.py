"""``httpStatic``: folders whose files are served as they are, below whatever flows and the API do not answer."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import web

from ..guard import is_for_admin
from ..server import PasswordGate
from ..settings_tables import StaticFolder

if TYPE_CHECKING:
    from ..runtime import Runtime

INDEX = "index.html"


def add_routes(app: web.Application, runtime: Runtime) -> None:
    """Add what answers everything else: a file, or the flows."""
    folders = [(one, Path(one.path).resolve()) for one in runtime.settings.static_folders]
    for _, place in folders:
        if not place.is_dir():
            runtime.log.write("warn", f"httpStatic: there is no folder {place}")
    gate = PasswordGate(runtime.settings.http_static_auth)

    async def serve(request: web.Request) -> web.StreamResponse:
        if is_for_admin(runtime, request):
            raise web.HTTPNotFound
        if not runtime.http.has_route(request.method, request.raw_path) and request.method in ("GET", "HEAD"):
            for folder, place in folders:
                if (found := _file_of(request.path, folder, place)) is not None:
                    if not await gate.opens(request.headers.get("Authorization", "")):
                        return web.Response(
                            status=401, headers={"WWW-Authenticate": 'Basic realm="Authorization Required"'}
                        )
                    # Relative addresses of a folder's page count on a slash at its end.
                    lacks_slash = found.is_page and not request.path.endswith("/")
                    return _to_folder(request) if lacks_slash else _answer(found.file)
        return await runtime.http.handle(request)

    app.router.add_route("*", "/{path:.*}", serve)


class _Found(NamedTuple):
    """A file, and whether it is the page of the folder that was asked for."""

    file: Path
    is_page: bool


def _file_of(path: str, folder: StaticFolder, place: Path) -> _Found | None:
    """Return the file of an address, or None where there is none inside the folder."""
    root = folder.root.rstrip("/")
    if not (path == root or path.startswith(f"{root}/")) or "\0" in path:
        return None
    parts = [part for part in path.removeprefix(root).split("/") if part]
    if any(part.startswith(".") or "\\" in part for part in parts):
        return None
    try:
        file = place.joinpath(*parts).resolve()
        if is_folder := file.is_dir():
            file = (file / INDEX).resolve()
        elif path.endswith("/"):
            return None
        # Links inside the folder may lead out of it.
        return _Found(file, is_folder) if file.is_relative_to(place) and file.is_file() else None
    except OSError:
        return None


def _to_folder(request: web.Request) -> web.Response:
    query = f"?{request.query_string}" if request.query_string else ""
    # The last part alone: a whole path that begins with two slashes would be the name of another server.
    place = request.rel_url.raw_path.rstrip("/").rpartition("/")[2]
    return web.Response(status=301, headers={"Location": f"./{place}/{query}", "Server": "flowengine"})


def _answer(file: Path) -> web.FileResponse:
    kind = guess_type(file.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("/javascript", "/json")):
        kind += "; charset=utf-8"
    policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: https: wss:"
    headers = {
        "Content-Type": kind,
        "Cache-Control": "public, max-age=0",
        "Content-Security-Policy": policy,
        "Server": "flowengine",
    }
    return web.FileResponse(file, headers=headers)
