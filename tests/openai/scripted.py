"""What tests of the OpenAI nodes share: a server that does as it is told, and flows with one API node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = "sk-secret-4711"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """A request as the server got it."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Hands each request to `handle`, and keeps what it was asked and over how many connections."""

    def __init__(self, handle: Handler) -> None:
        self.seen: list[Seen] = []
        self.connections: set[Any] = set()
        self._handle = handle
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        upgrading = request.headers.get("Upgrade", "")
        body = b"" if upgrading else await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.path, request.query_string, headers, body))
        self.connections.add(request.transport)
        return await self._handle(request)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/v1"


def replies(*answers: Any) -> Handler:
    """Answer with each of these in turn, then with the last again: an object, or (status, headers, object)."""
    left = list(answers)

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, tuple):
            status, headers, body = answer
            return web.json_response(body, status=status, headers=headers)
        return web.json_response(answer)

    return handle


def events(*blocks: bytes, gap: float = 0) -> Handler:
    """Answer with a stream of events, block by block."""
    import asyncio

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for block in blocks:
            await response.write(block)
            await asyncio.sleep(gap)
        await response.write_eof()
        return response

    return handle


def flow(base: str, method: str, service: dict[str, Any] | None = None, **node: Any) -> list[dict[str, Any]]:
    """A tab with one API node `n1`, its Service Host, a catch and a complete node, and what they reach."""

    def on_tab(node_id: str, kind: str, **fields: Any) -> dict[str, Any]:
        return {"id": node_id, "type": kind, "z": "tab", "x": 1, "y": 1, "wires": [], **fields}

    return [
        {"id": "tab", "type": "tab", "label": "t"},
        {"id": "host", "type": "Service Host", "name": "h", "apiBase": base, **(service or {})},
        on_tab("n1", "OpenAI API", service="host", method=method, wires=[["out"]], **node),
        on_tab("out", "helper"),
        on_tab("catch", "catch", scope=None, wires=[["caught"]]),
        on_tab("caught", "helper"),
        on_tab("complete", "complete", scope=["n1"], wires=[["completed"]]),
        on_tab("completed", "helper"),
    ]


CREDENTIALS = {"host": {"secureApiKeyValue": KEY}}
