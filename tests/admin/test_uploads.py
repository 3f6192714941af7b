"""A gigabyte for the server: it says no early, keeps little of it, and goes on."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from .processes import ServerProcess, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc"),
]

GIGABYTE, MEGABYTE = 1 << 30, 1 << 20
LIMIT = 256 * MEGABYTE
FLOWS = [
    {"id": "tab", "type": "tab", "label": "Uploads"},
    *(
        {"id": name, "type": "http in", "z": "tab", "method": "post", "url": f"/{name}", "x": 1, "y": 1,
         "wires": [["say"]], **fields}
        for name, fields in (("plain", {}), ("upload", {"upload": True}), ("raw", {"skipBodyParsing": True}))
    ),
    {"id": "say", "type": "change", "z": "tab", "x": 2, "y": 1, "wires": [["out"]],
     "rules": [{"t": "set", "p": "payload", "pt": "msg", "to": "arrived", "tot": "str"}]},
    {"id": "out", "type": "http response", "z": "tab", "x": 3, "y": 1, "wires": []},
]  # fmt: skip
FORM = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS))
    with served(tmp_path, env={"FLOWENGINE_HTTP_ADMIN_ROOT": "/admin"}) as running:
        running.url = running.url.removesuffix("admin/")
        yield running


class Gigabyte:
    """Makes the body as it goes out, and counts it."""

    def __init__(self, begin: bytes = b"") -> None:
        self.begin, self.sent = begin, 0

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self.begin
        piece = b"x" * MEGABYTE
        while self.sent < GIGABYTE:
            self.sent += len(piece)
            yield piece
            await asyncio.sleep(0)


async def send(server: ServerProcess, path: str, kind: str, *, length: bool) -> tuple[int, int]:
    """Send the gigabyte; gives the status, and how much was sent."""
    body = Gigabyte(FORM if "multipart" in kind else b"")
    headers = {"Content-Type": kind}
    if length:
        headers["Content-Length"] = str(GIGABYTE + len(body.begin))
    async with ClientSession(timeout=ClientTimeout(120)) as client:
        async with client.post(server.url + path, data=body.pieces(), headers=headers) as answer:
            await answer.read()
            return answer.status, body.sent


CASES: dict[str, tuple[str, str, int]] = {
    "bytes": ("plain", "application/octet-stream", 413),
    "text": ("plain", "text/plain", 413),
    "an upload": ("upload", "multipart/form-data; boundary=edge", 413),
    "an upload that is not split": ("plain", "multipart/form-data; boundary=edge", 413),
    "JSON that is not parsed": ("raw", "application/json", 413),
    "JSON": ("plain", "application/json", 413),
    "a form": ("plain", "application/x-www-form-urlencoded", 413),
    "a deploy": ("admin/flows", "application/json", 413),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_gigabyte_with_its_length_is_refused_at_once(case: str, server: ServerProcess) -> None:
    path, kind, status = CASES[case]
    before = server.peak()
    answered, sent = await send(server, path, kind, length=True)
    assert answered == status
    assert sent < GIGABYTE // 4
    assert server.peak() - before < 40_000
    await goes_on(server)


@pytest.mark.parametrize("case", ["bytes", "an upload", "JSON", "a deploy"])
async def test_a_gigabyte_in_chunks_is_refused_when_it_is_too_much(case: str, server: ServerProcess) -> None:
    path, kind, status = CASES[case]
    before = server.peak()
    answered, sent = await send(server, path, kind, length=False)
    assert answered == status
    assert sent < GIGABYTE
    most = LIMIT // 1024 if case in ("bytes", "an upload") else 5 * 1024
    assert server.peak() - before < most + 80_000
    await goes_on(server)


async def test_what_is_within_the_limit_arrives(server: ServerProcess) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * MEGABYTE

    async with ClientSession() as client, client.post(server.url + "raw", data=body()) as answer:
        assert (answer.status, await answer.text()) == (200, "arrived")


async def test_a_client_that_does_not_look_until_it_has_sent_everything(server: ServerProcess) -> None:
    """It gets its answer all the same, where it is quick; the server waits for it only so long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.split(":")[2].rstrip("/")))
    length = 300 * MEGABYTE
    writer.write(f"POST /plain HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode())
    for _ in range(300):
        writer.write(b"x" * MEGABYTE)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 413 Payload Too Large\r\n")
    assert b"\r\nConnection: close\r\n" in answer
    writer.close()
    await writer.wait_closed()
    await goes_on(server)


async def goes_on(server: ServerProcess) -> None:
    """Check that the flows still answer, and that nothing went wrong behind the scenes."""

    def ask() -> Any:
        return server.ask("admin/health/ready")

    assert (await asyncio.to_thread(ask))["status"] == "ok"
    async with ClientSession() as client, client.post(server.url + "plain", data=b"small") as answer:
        assert (answer.status, await answer.text()) == (200, "arrived")
    assert "Traceback" not in server.log
