"""``/api/types`` and ``/api/methods``: what the editor draws of node types; joined by ``flowengine.forms``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..endpoint import Call, Endpoint
from ..errors import not_found

if TYPE_CHECKING:
    from ...forms import Page


async def read_all(call: Call) -> Any:
    """Describe all node types that are offered."""
    return call.runtime.forms.descriptors(call.language)


async def read_form(call: Call) -> Any:
    """Give the form of a type, or the part of it that belongs to a method."""
    return _answer(call, call.runtime.forms.form)


async def read_help(call: Call) -> Any:
    """Give the help of a type or of one of its methods."""
    return _answer(call, call.runtime.forms.help)


async def read_methods(call: Call) -> Any:
    """Give the methods of the API nodes by family."""
    return call.runtime.forms.methods(call.language)


def palette_page(call: Call, types: Iterable[str] | None = None) -> str:
    """Return the forms and help of types, of all of them where none are named, as Node-RED's page has them."""
    offered = call.runtime.engine.node_sets.all()
    names = list(offered) if types is None else [name for name in types if name in offered]
    return "\n".join(_scripts(call, name) for name in names)


def _scripts(call: Call, name: str) -> str:
    pages = {
        "template": call.runtime.forms.form(name, call.language),
        "help": call.runtime.forms.help(name, call.language),
    }
    return "\n".join(
        f'<script type="text/html" data-{kind}-name="{escape(name)}">\n{page.html}\n</script>'
        for kind, page in pages.items()
    )


def _answer(call: Call, render: Callable[[str, str, str | None], Page]) -> web.Response:
    from ...forms import UnknownMethod, UnknownType

    try:
        page = render(call.param("type"), call.language, call.query("method") or None)
    except (UnknownType, UnknownMethod):
        raise not_found() from None
    headers = {"Cache-Control": "no-cache", "ETag": page.etag, "Vary": "Accept-Language"}
    if call.request.headers.get("If-None-Match") == page.etag:
        return web.Response(status=304, headers=headers)
    return web.Response(text=page.html, content_type="text/html", headers=headers)


_QUERY = {"lang": "language", "method": "name of a method"}
_ANSWERS = {200: "a piece of HTML", 304: "you have it already", 404: "no such type or method"}
ENDPOINTS = (
    Endpoint("GET", "/api/types", "nodes.read", read_all, "Node types", query={"lang": "language"}),
    Endpoint(
        "GET", "/api/types/{type}/form", "nodes.read", read_form, "Form of a type", _ANSWERS, query=_QUERY
    ),
    Endpoint(
        "GET", "/api/types/{type}/help", "nodes.read", read_help, "Help of a type", _ANSWERS, query=_QUERY
    ),
    Endpoint(
        "GET",
        "/api/methods",
        "nodes.read",
        read_methods,
        "Methods of the API nodes",
        query={"lang": "language"},
    ),
)
