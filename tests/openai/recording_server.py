"""A server on this machine that keeps what it is asked, so that two clients can be compared by their requests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

COMPARED_HEADERS = ("accept", "authorization", "idempotency-key", "openai-beta")

TURN = {"id": "turn_1", "session_id": "session_1", "subagent_id": None}
ARTIFACT = {
    "id": "artifact_1",
    "session_id": "session_1",
    "turn_id": "turn_1",
    "path": "/workspace/report.txt",
}
ONE_TURN = [
    {"event_id": "e1", "type": "agent.session.turn.created", "turn_id": "turn_1", "turn": TURN},
    {"event_id": "e2", "type": "agent.session.turn.completed", "turn_id": "turn_1", "turn": TURN},
    {"event_id": "e3", "type": "agent.session.idle"},
]


@dataclass(frozen=True)
class Recorded:
    """A request as a server sees it; bodies are decoded, so that spelling that means the same compares equal."""

    verb: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    content_type: str
    body: Any


class RecordingServer:
    """Answers everything with a success that ends all waiting."""

    def __init__(self) -> None:
        self.seen: list[Recorded] = []
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def base(self) -> str:
        return str(self._server.make_url("/v1"))

    def taken(self) -> list[Recorded]:
        """What was asked since the last time."""
        seen, self.seen = self.seen, []
        return seen

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        recorded = record(request, raw)
        self.seen.append(recorded)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.close()
            return socket
        wants_stream = isinstance(recorded.body, dict) and recorded.body.get("stream")
        if wants_stream or "event-stream" in request.headers.get("Accept", ""):
            text = "".join(f"data: {json.dumps(event)}\n\n" for event in ONE_TURN)
            return web.Response(text=text, content_type="text/event-stream")
        return web.json_response(reply(recorded))


def record(request: web.Request, raw: bytes) -> Recorded:
    headers = ((name, request.headers.get(name)) for name in COMPARED_HEADERS)
    kept = tuple((name, re.sub(r",\s+", ",", value)) for name, value in headers if value is not None)
    # Without a body its type means nothing, though the library names one.
    content_type = request.headers.get("Content-Type", "") if raw else ""
    path, _, query = request.raw_path.partition("?")
    pairs = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
    body = decoded(content_type, raw)
    return Recorded(request.method, path, pairs, kept, content_type.partition(";")[0], body)


def decoded(content_type: str, raw: bytes) -> Any:
    if content_type.startswith("application/json"):
        return json.loads(raw)
    if content_type.startswith("multipart/form-data"):
        form = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
        return sorted(part(piece) for piece in form.get_payload() if isinstance(piece, Message))
    return raw


def part(piece: Message) -> tuple[str, str, str, bytes]:
    """Name, file name, type and content of a part of a form."""
    name = piece.get_param("name", header="content-disposition")
    content = piece.get_payload(decode=True)
    filename = piece.get_filename()
    kind = piece.get_content_type() if filename else ""
    return str(name), filename or "", kind, bytes(content)  # type: ignore[arg-type]


def reply(asked: Recorded) -> dict[str, Any]:
    """A success that ends all waiting. Ids that were given come back, as they do from the service."""
    path, verb = asked.path, asked.verb
    if path.endswith("/artifacts"):
        return {"data": [ARTIFACT], "has_more": False}
    status = "processed" if "/files/" in path and "vector_stores" not in path else "completed"
    if verb == "GET" and "/agents/sessions/" in path:
        status = "idle"
    vector = [{"embedding": [0.5], "index": 0, "object": "embedding"}]
    data = vector if path.endswith("/embeddings") else []
    thread = re.search(r"/threads/([^/]+)/runs", path)
    made = asked.body.get("file_id", "obj_1") if isinstance(asked.body, dict) else "obj_1"
    return {
        "id": made,
        "status": status,
        "thread_id": unquote(thread[1]) if thread else "thread_1",
        "data": data,
    }
