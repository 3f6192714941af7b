"""Server-sent events: however the bytes are cut, the events are the same."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from flowengine.nodes.openai.api_errors import ApiError
from flowengine.nodes.openai.client import Access, Client
from flowengine.nodes.openai.request import Request
from flowengine.nodes.openai.streams import EventSplitter, decode, read_event, read_events
from hypothesis import given
from hypothesis import strategies as st

from .scripted import Server, events

STREAM = (
    'event: a\ndata: {"n": 1}\n\n: comment\n\ndata: {"t": "é日🤖"}\n\ndata: [1,\ndata: 2]\n\ndata: null\n\n'
)
DECODED = [{"n": 1}, {"t": "é日🤖"}, [1, 2], None]


def decoded(blocks):
    splitter = EventSplitter()
    raw = [event for block in blocks for event in splitter.feed(block)] + splitter.finish()
    told = [read_event(event) for event in raw]
    return [decode(name, data) for name, data in told if data is not None]


@given(st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(1, 9), max_size=200))
def test_cutting_changes_nothing(end, sizes):
    data = STREAM.replace("\n", end).encode()
    blocks = []
    for size in sizes:
        blocks.append(data[:size])
        data = data[size:]
    assert decoded([*blocks, data]) == DECODED


@given(st.binary(max_size=300))
def test_no_bytes_break_the_splitter(data):
    splitter = EventSplitter()
    for event in [*splitter.feed(data[:7]), *splitter.feed(data[7:]), *splitter.finish()]:
        read_event(event)


def test_an_event_without_its_blank_line_is_dropped():
    assert decoded([b'data: 1\n\ndata: {"cut": ']) == [1]


def test_a_long_event_in_many_blocks():
    text = b"x" * 5_000_000
    blocks = [b'data: "', *(text[i : i + 65536] for i in range(0, len(text), 65536)), b'"\n\n']
    assert decoded(blocks) == [text.decode()]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (None, b'{"error": {"message": "mid"}}', "mid"),
        ("error", b'{"message": "outer", "error": {"message": "inner"}}', "inner"),
        ("error", b'{"message": "outer"}', "outer"),
        (None, b'{"error": "plain"}', '"plain"'),
    ],
)
def test_an_event_that_reports_an_error_is_one(name, data, message):
    with pytest.raises(ApiError) as caught:
        decode(name, data)
    assert str(caught.value) == message


def test_a_failed_run_is_news_and_no_error():
    assert decode("thread.run.failed", b'{"error": {"message": "x"}}') == {"error": {"message": "x"}}


async def read(handler, timeout=5.0):
    client = Client(timeout=timeout, retries=0)
    got = []
    async with Server(handler) as server:
        try:
            stream = await client.open(Request("POST", "/x"), Access(server.base, {}))
            try:
                async for batch in read_events(stream):
                    got += batch
            finally:
                stream.close()
        except ApiError as error:
            got.append(str(error))
        finally:
            await client.close()
    return got


async def test_events_after_done_are_not_read():
    assert await read(events(b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n")) == [1]


async def test_events_before_an_error_are_kept():
    assert await read(events(b'data: 1\n\ndata: {"error": {"message": "mid"}}\n\n')) == [1, "mid"]


async def test_a_stream_that_falls_silent_times_out():
    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await asyncio.sleep(5)
        return response

    assert await read(silent, timeout=0.1) == [1, "Request timed out."]


async def test_a_stream_that_breaks_off_says_so():
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await asyncio.sleep(0.02)
        assert request.transport is not None
        request.transport.abort()
        return response

    assert await read(cut) == [1, "terminated"]
