"""Flow routes on a connection that an aiohttp protocol has taken over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .exchange import Headers, HttpResponse, join_headers, make_request

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest, Response

    from .server import HttpServer


async def answer_from_flows(server: HttpServer, request: BaseRequest) -> Response:
    """Have a route answer; when the client goes away first, the answer goes nowhere."""
    from aiohttp.web import Response
    from multidict import CIMultiDict

    answered: asyncio.Future[tuple[int, Headers, bytes]] = asyncio.get_running_loop().create_future()

    def write(status: int, headers: Headers, body: bytes) -> None:
        if not answered.done():
            answered.set_result((status, headers, body))

    headers = join_headers(request.headers.items())
    flow_request = make_request(
        request.method,
        request.raw_path,
        headers,
        root=server.root,
        ip=request.remote or "",
        secure=request.secure,
    )
    route = server.find(flow_request)
    body = await _body(request, route.limit(headers) if route else None)
    server.answer(route, flow_request, HttpResponse(flow_request, write), body)
    status, lines, content = await answered
    kept = CIMultiDict((name, value) for name, value in lines if name.lower() != "content-length")
    kept.setdefault("Server", "flowengine")
    return Response(status=status, headers=kept, body=content)


async def _body(request: BaseRequest, limit: int | None) -> bytes | None:
    """Read a body; None where it is beyond the limit. Without a limit it is read and dropped."""
    chunks: list[bytes] = []
    size = 0
    if limit is not None and (request.content_length or 0) > limit:
        return None
    async for chunk in request.content.iter_any():
        if limit is None:
            continue
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
