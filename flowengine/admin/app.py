"""The admin application: every resource's endpoints behind the guard, then the editor's page and static files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aiohttp import web

from ..folders import built_editor
from ..http.bodies import byte_count
from .endpoint import Endpoint
from .guard import Guard, Handler
from .resources import (
    actions,
    auth,
    checks,
    comms,
    context,
    credentials,
    debug,
    diagnostics,
    examples,
    flow,
    flows,
    history,
    icons,
    inject,
    library,
    locales,
    nodes,
    openapi,
    operations,
    page,
    plugins,
    service_host,
    settings,
    static_files,
    strategy,
    types,
    wires,
)

if TYPE_CHECKING:
    from .runtime import Runtime

RESOURCES = (
    auth, strategy, flows, flow, nodes, plugins, settings, credentials, context, inject, debug, icons, locales, library,
    diagnostics, comms, types, checks, service_host, wires, examples, history, openapi, operations,
    actions,
)  # fmt: skip


def endpoints() -> Iterator[Endpoint]:
    """Yield every endpoint."""
    for resource in RESOURCES:
        yield from resource.ENDPOINTS


def make_app(runtime: Runtime) -> web.Application:
    """Make the application of a server."""
    guard = Guard(runtime)
    limit = byte_count(runtime.settings.api_max_length) or 0
    app = web.Application(middlewares=[guard.middleware], client_max_size=limit)
    root = runtime.settings.admin_root
    if runtime.settings.http_admin_root is not False:
        for endpoint in endpoints():
            add_endpoint(app, root, endpoint, guard.bound(endpoint))
        page.add_routes(app, runtime)
    static_files.add_routes(app, runtime)
    return app


def add_endpoint(app: web.Application, root: str, endpoint: Endpoint, answer: Handler) -> None:
    """Route an endpoint. As in Node-RED its address may end with a slash, and what can be got has a head."""
    is_socket = 101 in endpoint.answers
    methods = ("GET", "HEAD") if endpoint.method == "GET" and not is_socket else (endpoint.method,)
    paths = [endpoint.path] if "{path:" in endpoint.path else [endpoint.path, f"{endpoint.path}/"]
    for path in paths:
        for method in methods:
            app.router.add_route(method, root + path, answer)


def first_parts() -> frozenset[str]:
    """Return what paths of the API and the editor's files begin with."""
    parts = {endpoint.path.split("/")[1] for endpoint in endpoints()}
    built = built_editor()
    return frozenset(
        parts | ({file.name for file in built.iterdir() if file.name[0] != "."} if built else set())
    )
