"""Methods that ask until a job has ended."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from flowengine.testing import FlowHarness

from .scripted import CREDENTIALS, Server, flow
from .test_openai_api import ask


class Jobs:
    """A job whose status changes each time it is asked for."""

    def __init__(self, *statuses, job_id="job_1", **more):
        self._left = list(statuses)
        self._job = {"id": job_id, "thread_id": "thread_1", **more}

    async def __call__(self, request):
        if request.path.endswith("/files") and "multipart" in request.content_type:
            return web.json_response({"id": "file_new"})
        status = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        return web.json_response({**self._job, "status": status}, headers={"openai-poll-after-ms": "5"})


def run(server, method):
    return FlowHarness(flow(server.base, method), credentials=CREDENTIALS)


FILE = {"vector_store_id": "vs", "file_id": "f", "pollIntervalMs": 1}


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
async def test_a_file_is_polled_to_its_end(end):
    async with (
        Server(Jobs("in_progress", "strange", end)) as server,
        run(server, "pollVectorStoreFile") as harness,
    ):
        (out,) = await ask(harness, {"payload": FILE})
        assert out["payload"]["status"] == end
        assert len(server.seen) == 3


async def test_waiting_can_have_an_end():
    payload = {**FILE, "max_wait_seconds": 0.05}
    async with Server(Jobs("in_progress")) as server, run(server, "pollVectorStoreFile") as harness:
        assert await ask(harness, {"payload": payload}) == []
        assert "waited 0.05 seconds" in harness.received("caught")[0]["error"]["message"]


async def test_a_batch_is_uploaded_in_order_and_polled_at_the_given_pace():
    files = [{"filename": f"{n}.txt", "content": str(n)} for n in range(7)]
    payload = {"vector_store_id": "vs", "files": files, "pollIntervalMs": 1, "maxConcurrency": 3}
    jobs = Jobs("in_progress", "in_progress", "completed")
    async with Server(jobs) as server, run(server, "uploadAndPollVectorStoreFileBatch") as harness:
        (out,) = await ask(harness, {"payload": payload})
        assert out["payload"]["status"] == "completed"
        uploads, made = server.seen[:7], server.seen[7]
        assert {seen.path for seen in uploads} == {"/v1/files"}
        assert json.loads(made.body) == {"file_ids": ["file_new"] * 7}


async def test_a_run_is_polled_until_it_wants_something():
    async with (
        Server(Jobs("queued", "in_progress", "requires_action", job_id="run_1")) as server,
        run(server, "beta.threads.runs.create_and_poll") as harness,
    ):
        payload = {"thread_id": "thread_1", "assistant_id": "a", "pollIntervalMs": 1}
        (out,) = await ask(harness, {"payload": payload})
        assert out["payload"]["status"] == "requires_action"
        assert [seen.path for seen in server.seen] == ["/v1/threads/thread_1/runs"] + [
            "/v1/threads/thread_1/runs/run_1"
        ] * 2


async def test_a_server_that_names_no_id_is_an_error():
    async def nameless(request):
        return web.json_response({})

    async with Server(nameless) as server, run(server, "createAndPollVectorStoreFile") as harness:
        await ask(harness, {"payload": {"vector_store_id": "vs", "file_id": "f"}})
        assert "without an id" in harness.received("caught")[0]["error"]["message"]
