"""``--dev``: passes the editor's page on from Vite's server, which reloads it as its source changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, WSMessage, WSMsgType, web

if TYPE_CHECKING:
    from ..runtime import Runtime

_NOT_PASSED_ON = frozenset(
    ("connection", "content-length", "content-encoding", "host", "transfer-encoding", "upgrade")
)


def add_proxy(app: web.Application, runtime: Runtime) -> None:
    """Add the routes."""

    async def session(app: web.Application) -> Any:
        async with ClientSession() as client:
            app[_CLIENT] = client
            yield

    async def pass_on(request: web.Request) -> web.StreamResponse:
        url = f"{runtime.dev.rstrip('/')}{request.rel_url}"
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await _socket(request, url)
        return await _answer(request, url)

    app.cleanup_ctx.append(session)
    app.router.add_get(runtime.settings.admin_root + "/{name:.*}", pass_on)


_CLIENT: web.AppKey[ClientSession] = web.AppKey("client", ClientSession)


async def _answer(request: web.Request, url: str) -> web.StreamResponse:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
    try:
        async with request.app[_CLIENT].get(url, headers=headers, allow_redirects=False) as found:
            kept = {
                name: value for name, value in found.headers.items() if name.lower() not in _NOT_PASSED_ON
            }
            # Vite's page carries scripts within it, so the page's own policy cannot hold here.
            kept["Content-Security-Policy"] = "frame-ancestors 'none'"
            return web.Response(status=found.status, body=await found.read(), headers=kept)
    except ClientError:
        return web.Response(
            status=502, text=f"Vite does not answer at {url}: start it with npm run dev in editor/"
        )


async def _socket(request: web.Request, url: str) -> web.StreamResponse:
    protocols = [
        name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if name.strip()
    ]
    here = web.WebSocketResponse(protocols=protocols)
    await here.prepare(request)
    async with request.app[_CLIENT].ws_connect(url, protocols=protocols) as there:
        tasks = [asyncio.create_task(_copy(here, there)), asyncio.create_task(_copy(there, here))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
    return here


async def _copy(source: Any, target: Any) -> None:
    message: WSMessage
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
