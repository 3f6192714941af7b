"""The pool of plain connections: who waits for one, and gets which."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from flowengine.nodes.openai import pool
from flowengine.nodes.openai.api_errors import ApiError
from flowengine.nodes.openai.client import Access, Client
from flowengine.nodes.openai.patience import Patience
from flowengine.nodes.openai.pool import Line
from flowengine.nodes.openai.request import Request

from .scripted import Server


class FakeConnection:
    """As much of a connection as a line looks at."""

    is_open = True


@pytest.mark.parametrize("at_once", [1, 3])
async def test_all_calls_get_a_connection_though_few_are_made_at_once(
    monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr(pool, "MOST_CONNECTING", at_once)
    gate, all_there = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        if len(server.seen) == 20:
            all_there.set()
        await gate.wait()
        return web.json_response({})

    client = Client()
    async with Server(wait) as server:
        access = Access(server.base, {})
        calls = [asyncio.create_task(client.send(Request("GET", "/x"), access)) for _ in range(20)]
        await all_there.wait()
        gate.set()
        await asyncio.gather(*calls)
        assert len(server.connections) == 20
        await client.close()


async def test_servers_that_are_not_there_do_not_keep_calls_waiting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "MOST_CONNECTING", 2)
    client = Client(retries=0)
    calls = [client.send(Request("GET", "/x"), Access("http://127.0.0.1:1/v1", {})) for _ in range(10)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(answer, ApiError) for answer in answers)
    await client.close()


async def test_what_comes_free_goes_to_the_call_that_has_waited_longest():
    line, first, second = Line(), FakeConnection(), FakeConnection()
    turns = [asyncio.create_task(line.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    line.give(first)  # type: ignore[arg-type]
    line.give(second)  # type: ignore[arg-type]
    turns[0].cancel()  # it has its connection already, which now goes to the last
    with pytest.raises(asyncio.CancelledError):
        await turns[0]
    assert [await turn for turn in turns[1:]] == [second, first]
    line.give(None)
    assert line.take() is None


async def test_patience_ends_only_the_waits_that_take_too_long():
    patience = Patience(0.05)

    async def wait(event: asyncio.Event) -> str:
        try:
            with patience.wait():
                await event.wait()
        except TimeoutError:
            return "late"
        return "in time"

    there, never = asyncio.Event(), asyncio.Event()
    waits = [asyncio.create_task(wait(event)) for event in (there, never, never)]
    await asyncio.sleep(0)
    there.set()
    assert await asyncio.gather(*waits) == ["in time", "late", "late"]


async def test_who_is_cancelled_from_outside_does_not_count_as_late():
    async def wait() -> None:
        with Patience(60).wait():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
