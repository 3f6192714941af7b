"""``httpStatic``: folders whose files are served as they are, below whatever flows and the API do not answer."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

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
    gate = PasswordGate(runtime.settings.http_static_auth)

    async def serve(request: web.Request) -> web.StreamResponse:
        if is_for_admin(runtime, request):
            raise web.HTTPNotFound
        if not runtime.http.has_route(request.method, request.raw_path) and request.method in ("GET", "HEAD"):
            for folder, place in folders:
                if (file := _file_of(request.path, folder, place)) is not None:
                    if not await gate.opens(request.headers.get("Authorization", "")):
                        return web.Response(
                            status=401, headers={"WWW-Authenticate": 'Basic realm="Authorization Required"'}
                        )
                    return _answer(file)
        return await runtime.http.handle(request)

    app.router.add_route("*", "/{path:.*}", serve)


def _file_of(path: str, folder: StaticFolder, place: Path) -> Path | None:
    """Return the file of an address, or None where there is none inside the folder."""
    root = folder.root.rstrip("/")
    if not (path == root or path.startswith(f"{root}/")) or "\0" in path:
        return None
    parts = [part for part in path.removeprefix(root).split("/") if part]
    if any(part.startswith(".") or "\\" in part for part in parts):
        return None
    try:
        file = place.joinpath(*parts).resolve()
        if file.is_dir():
            file = (file / INDEX).resolve()
        # Links inside the folder may lead out of it.
        return file if file.is_relative_to(place) and file.is_file() else None
    except OSError:
        return None


def _answer(file: Path) -> web.FileResponse:
    kind = guess_type(file.name)[0] or "application/octet-stream"
    policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: https: wss:"
    headers = {"Content-Type": kind, "Cache-Control": "public, max-age=0", "Content-Security-Policy": policy}
    return web.FileResponse(file, headers=headers)
