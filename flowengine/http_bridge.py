"""Flow routes on a connection that an aiohttp protocol has taken over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .http_exchange import Headers, HttpResponse, join_headers, make_request

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest, Response

    from .http_server import HttpServer


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
    body = await _body(request, route.limit(headers) if route else 0)
    server.answer(route, flow_request, HttpResponse(flow_request, write), body)
    status, lines, content = await answered
    kept = ((name, value) for name, value in lines if name.lower() != "content-length")
    return Response(status=status, headers=CIMultiDict(kept), body=content)


async def _body(request: BaseRequest, limit: int) -> bytes | None:
    """Read a body; None where it is beyond the limit."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
    return b"".join(chunks) if size <= limit else None
