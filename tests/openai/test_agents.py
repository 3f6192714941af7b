"""Helpers of agents and uploads: methods that are several requests."""

from __future__ import annotations

import hashlib
import json

import pytest
from aiohttp import web

from .scripted import Server, flow
from .test_openai_api import ask, run

TURN = {"payload": {"session_id": "session_1", "input": "Hello!"}}
BEGUN = {"type": "agent.session.turn.created", "turn_id": "t1", "turn": {"id": "t1"}}
HELPER = {"type": "agent.session.turn.completed", "turn_id": "t2", "turn": {"id": "t2", "subagent_id": "s"}}
ENDED = {"type": "agent.session.turn.completed", "turn_id": "t1", "turn": {"id": "t1"}}
IDLE = {"type": "agent.session.idle"}


class Session:
    """An agent session: its state, and the events it tells once it has been given input."""

    def __init__(self, *events, status="idle"):
        self._text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        self._status = status

    async def __call__(self, request):
        if request.method == "POST":
            return web.Response(status=204)
        if request.path.endswith("/events"):
            return web.Response(text=self._text, content_type="text/event-stream")
        return web.json_response({"id": "session_1", "status": self._status})


async def test_a_turn_is_followed_until_the_session_rests():
    server = Server(Session(IDLE, BEGUN, HELPER, IDLE, ENDED, IDLE, {"type": "of.the.next.turn"}))
    async with server, run(flow(server.base, "beta.agents.sessions.stream")) as harness:
        out = await ask(harness, TURN)
        assert [msg["payload"] for msg in out] == [IDLE, BEGUN, HELPER, IDLE, ENDED, IDLE]
        said = json.loads(server.seen[-1].body)["events"][0]
        assert said["input"][0]["content"] == [{"type": "input_text", "text": "Hello!"}]
        assert server.seen[-1].headers["idempotency-key"]


async def test_a_session_at_work_takes_no_input():
    async with Server(Session(status="in_progress")) as server:
        async with run(flow(server.base, "beta.agents.sessions.stream")) as harness:
            assert await ask(harness, TURN) == []
            assert "is not idle" in harness.received("caught")[0]["error"]["message"]
        assert [one.verb for one in server.seen] == ["GET"]


async def test_a_turn_that_breaks_off_is_an_error():
    server = Server(Session(BEGUN))
    async with server, run(flow(server.base, "beta.agents.sessions.stream")) as harness:
        assert len(await ask(harness, TURN)) == 1
        assert "ended before its turn did" in harness.received("caught")[0]["error"]["message"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("not for agents")
    (tmp_path / "data" / "a.csv").write_text("a")
    (tmp_path / "data" / "deep" / "b.csv").write_text("b")
    (tmp_path / "data" / "c.txt").write_text("c")
    (tmp_path / "data" / "link.csv").symlink_to(tmp_path / "secret.csv")
    return tmp_path


async def kept(request):
    return web.json_response({"id": f"file_{request.path.count('/')}"})


async def test_a_folder_is_prepared_without_what_lies_outside(folder):
    payload = {
        "root": str(folder / "data"),
        "destination": "/workspace/in",
        "include": ["**/*.csv", "../*.csv"],
    }
    async with (
        Server(kept) as server,
        run(flow(server.base, "beta.agents.environments.files.prepare_directory")) as harness,
    ):
        (out,) = await ask(harness, {"payload": payload})
        assert [entry["path"] for entry in out["payload"]] == [
            "/workspace/in/a.csv",
            "/workspace/in/deep/b.csv",
        ]
        assert not any(b"not for agents" in one.body for one in server.seen)


@pytest.mark.parametrize("path", ["/etc/passwd", "/workspace", "/workspace/../etc/passwd", "a.csv"])
async def test_a_path_outside_the_workspace_is_refused_before_anything_is_sent(path, folder):
    payload = {"files": {path: str(folder / "data" / "a.csv")}}
    async with (
        Server(kept) as server,
        run(flow(server.base, "beta.agents.environments.files.prepare")) as harness,
    ):
        assert await ask(harness, {"payload": payload}) == []
        assert path in harness.received("caught")[0]["error"]["message"]
        assert server.seen == []


async def test_what_is_missing_is_named(folder):
    async with (
        Server(kept) as server,
        run(flow(server.base, "beta.agents.environments.files.upload")) as harness,
    ):
        assert await ask(harness, {"payload": {"environment_id": "e"}}) == []
        message = harness.received("caught")[0]["error"]["message"]
        assert message == "Missing required parameter(s): file, path"


class Parts:
    """Takes an upload in parts; `whole` is the file as it was joined."""

    def __init__(self):
        self.whole = b""
        self.told = []

    async def __call__(self, request):
        if request.path.endswith("/parts"):
            self.whole += self._part(await request.read())
            return web.json_response({"id": f"part_{len(self.whole)}"})
        self.told.append(json.loads(await request.read()))
        return web.json_response({"id": "upload_1", "status": "completed"})

    @staticmethod
    def _part(body):
        return body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_large_file_goes_up_in_parts(in_memory, tmp_path):
    content = bytes(range(256)) * 10
    (tmp_path / "big.bin").write_bytes(content)
    file = content if in_memory else str(tmp_path / "big.bin")
    md5 = hashlib.md5(content).hexdigest()
    payload = {
        "file": file,
        "filename": "big.bin",
        "mime_type": "text/plain",
        "purpose": "batch",
        "part_size": 1000,
    }
    parts = Parts()
    async with Server(parts) as server, run(flow(server.base, "uploads.upload_file_chunked")) as harness:
        (out,) = await ask(harness, {"payload": {**payload, "md5": md5}})
        assert out["payload"]["status"] == "completed"
    assert parts.whole == content
    announced, completed = parts.told
    assert announced == {"bytes": 2560, "filename": "big.bin", "mime_type": "text/plain", "purpose": "batch"}
    assert completed == {"part_ids": ["part_1000", "part_2000", "part_2560"], "md5": md5}


async def test_a_call_without_an_offer_is_an_error():
    async with Server(kept) as server, run(flow(server.base, "realtime.calls.create")) as harness:
        assert await ask(harness, {"payload": {"session": {}}}) == []
        assert "msg.payload.sdp" in harness.received("caught")[0]["error"]["message"]
