"""The editor's page: what Vite built, or Vite's own server while the editor is worked on."""

from __future__ import annotations

import re
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from ...folders import built_editor, folder
from ...words import languages_of, lookup, spoken_language
from ..endpoint import language_of

if TYPE_CHECKING:
    from ..guard import Handler
    from ..runtime import Runtime

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""No script but our own files; styles within elements too, for that is how the code editor sets its colours."""
PLAIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
FOREVER = "public, max-age=31536000, immutable"
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.\w+$")


def add_routes(app: web.Application, runtime: Runtime) -> None:
    """Add the page and its files."""
    root = runtime.settings.admin_root
    if runtime.settings.disable_editor:
        return
    if runtime.dev:
        from .development import add_proxy

        add_proxy(app, runtime)
        return
    if root:
        app.router.add_get(root, _to_folder)
    built = built_editor()
    if built is None:
        app.router.add_get(f"{root}/", _not_built)
        return
    app.router.add_get(f"{root}/", _sender(built / "index.html"))
    # Each file has its route: an address is looked up, never joined to a folder.
    for file in built.rglob("*"):
        if file.is_file() and not file.name.startswith("."):
            app.router.add_get(f"{root}/{file.relative_to(built).as_posix()}", _sender(file))


def _sender(file: Path) -> Handler:
    async def send(request: web.Request) -> web.StreamResponse:
        return _file(file)

    return send


def _file(file: Path) -> web.FileResponse:
    headers = {
        "Cache-Control": FOREVER if _HASHED.search(file.name) else "no-cache",
        "Content-Security-Policy": POLICY,
    }
    kind = guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(file, headers={**headers, "Content-Type": kind})


async def _to_folder(request: web.Request) -> web.StreamResponse:
    """Add the slash that relative addresses of the page count on."""
    query = f"?{request.query_string}" if request.query_string else ""
    return web.Response(status=301, headers={"Location": f"{request.path}/{query}"})


async def _not_built(request: web.Request) -> web.StreamResponse:
    language = language_of(request)
    words = [folder("locales") / name / "admin.json" for name in languages_of(language)]
    title, text = lookup(words, "page.not_built"), lookup(words, "page.how_to_build")
    page = (
        f'<!doctype html><html lang="{spoken_language(language)}"><meta charset="utf-8"><title>flowengine</title>'
        f'<body style="font: 16px system-ui; max-width: 40em; margin: 4em auto"><h1>{title}</h1><p>{text}</p>'
        "<pre>pip install -e .</pre>"
    )
    return web.Response(
        text=page, content_type="text/html", headers={"Content-Security-Policy": PLAIN_POLICY}
    )
