"""The HTTP side: an aiohttp server that finds out what a request means and writes the answer."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

from aiohttp import WSMsgType, web

from . import (  # noqa: F401  each module adds its paths
    chat,
    chatkit,
    containers,
    conversations,
    embeddings,
    evals,
    files,
    media,
    models,
    responses,
    skills,
    threads,
    vector_stores,
)
from .calls import Answer, Call, Content, Events, answer
from .realtime import TALKS
from .request_body import read_body
from .state import Json, Problem, State

# api.openai.com/v1, Azure's /openai/deployments/NAME and /openai/v1, or nothing at all
BASE = re.compile(r"^(?:/openai)?(?:/deployments/(?P<model>[^/]+))?(?:/v1)?(?=/)")
MARKS = {"x-simulator": "flowengine", "openai-version": "simulated"}
LARGEST = 512 * 1024 * 1024


class OpenAISimulator:
    """A server with the API of OpenAI and no model: the same question always gets the same answer.

        async with OpenAISimulator() as server:
            ...   # server.url is what OPENAI_BASE_URL would be

    `key`: what a client must send, as bearer token, in any header, or in the query; None takes everybody.
    `delay`: seconds between the events of a stream. `requests` holds verb and path of the latest requests.
    """

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, key: str | None = None, delay: float = 0
    ) -> None:
        self.host, self.port, self.key, self.delay = host, port, key, delay
        self.state = State()
        self.requests: deque[tuple[str, str]] = deque(maxlen=1000)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base address for clients."""
        return f"http://{self.host}:{self.port}/v1"

    async def start(self) -> None:
        """Listen; port 0 becomes a free one."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_key(request.headers, request.query)
            call = await self._call(request)
            if call.path in TALKS and request.headers.get("upgrade", "").lower() == "websocket":
                return await self._talk(request, call)
            _fail_if_asked(call.body)
            return await self._write(request, answer(call))
        except Problem as problem:
            return web.json_response(problem.as_json(), status=problem.status, headers=self._marks())

    def _marks(self) -> dict[str, str]:
        return {**MARKS, "x-request-id": self.state.new_id("req_")}

    def _check_key(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        if self.key is None:
            return
        given = [value.removeprefix("Bearer ") for value in (*headers.values(), *query.values())]
        if not any(hmac.compare_digest(value.encode(), self.key.encode()) for value in given):
            raise Problem(401, "Incorrect API key provided.", code="invalid_api_key")

    async def _call(self, request: web.Request) -> Call:
        found = BASE.match(request.path)
        path = (request.path[found.end() :] if found else request.path).rstrip("/")
        self.requests.append((request.method, path))
        query: dict[str, Any] = dict(request.query)
        call = Call(self.state, request.method, path, query, await read_body(request))
        if found and found["model"]:
            call.body.setdefault("model", found["model"])
        return call

    async def _write(self, request: web.Request, answered: Answer) -> web.StreamResponse:
        match answered:
            case None:
                return web.Response(headers=self._marks())
            case Content():
                return web.Response(
                    body=answered.body, headers={**self._marks(), "content-type": answered.type}
                )
            case Events():
                return await self._stream(request, answered)
        return web.json_response(answered, headers=self._marks())

    async def _stream(self, request: web.Request, events: Events) -> web.StreamResponse:
        response = web.StreamResponse(headers={**self._marks(), "content-type": "text/event-stream"})
        await response.prepare(request)
        # A client that leaves in the middle is not an error.
        with contextlib.suppress(ConnectionError):
            async for block in self._blocks(events):
                await response.write(block.encode())
            await response.write_eof()
        return response

    async def _blocks(self, events: Events) -> AsyncIterator[str]:
        name = ""
        for event in events.events:
            name, data = (f"event: {event[0]}\n", event[1]) if isinstance(event, tuple) else ("", event)
            yield f"{name}data: {json.dumps(data)}\n\n"
            await asyncio.sleep(self.delay)
        if events.done:
            yield f"{'event: done' + chr(10) if name else ''}data: [DONE]\n\n"

    async def _talk(self, request: web.Request, call: Call) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        socket.headers.update(self._marks())
        await socket.prepare(request)
        talk = TALKS[call.path](self.state, call.query)
        with contextlib.suppress(ConnectionError):
            for event in talk.greet():
                await socket.send_json(event)
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    for event in _heard(talk.hear, frame.data):
                        await socket.send_json(event)
                        await asyncio.sleep(self.delay)
        return socket


def _heard(hear: Any, frame: str) -> list[Json]:
    try:
        event = json.loads(frame)
        if not isinstance(event, dict):
            raise Problem(400, "An event is a JSON object.", code="invalid_json")
        return list(hear(event))
    except json.JSONDecodeError as error:
        problem = Problem(400, f"The event is not JSON: {error}.", code="invalid_json")
    except Problem as raised:
        problem = raised
    return [{"type": "error", "status": problem.status, **problem.as_json()}]


def _fail_if_asked(body: Json) -> None:
    """Answer the model `simulate-429` with status 429, and so on: to see what a flow does with errors."""
    if found := re.fullmatch(r"simulate-([45]\d\d)", str(body.get("model", ""))):
        raise Problem(
            int(found[1]), f"A simulated error {found[1]}, as the model's name asks.", code="simulated"
        )
