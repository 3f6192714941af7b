"""The runtime's HTTP server: paths, mounted applications, life and end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from flowengine.engine import Engine
from flowengine.http.bodies import read_multipart
from flowengine.http.exchange import HttpRequest, HttpResponse, join_headers, make_request, read_cookies
from flowengine.http.heads import http_date
from flowengine.http.paths import PathTextError, compile_route_path
from flowengine.http.query_text import form_text, parse_query
from flowengine.http.server import HttpServer
from flowengine.settings import Settings


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[HttpServer]:
    engine = Engine(Settings.model_validate({"uiPort": 0, **settings}), env={})
    server: HttpServer = engine.service("http_server", HttpServer)
    await server.ready()
    try:
        yield server
    finally:
        await engine.stop()


def answer_body(request: HttpRequest, response: HttpResponse, body: bytes | None) -> None:
    response.send(f"{request['method']} {request['url']} {len(body or b'')}")


def plenty(headers: dict[str, Any]) -> int:
    return 1 << 20


@pytest.mark.parametrize(
    ("path", "url", "params"),
    [
        ("/u/:id/:what?", "/U/42/edit", {"id": "42", "what": "edit"}),
        ("/u/:id/:what?", "/u/7/", {"id": "7"}),
        ("/a/*", "/a/b/c", {"0": "b/c"}),
        ("/:a/*/:b", "/1/2/3/4", {"a": "1", "0": "2/3", "b": "4"}),
        ("/f/:n(\\d+)", "/f/12", {"n": "12"}),
        ("/f/:n(\\d+)", "/f/x", None),
        ("/x.:ext", "/x.js", {"ext": "js"}),
        ("/:a-:b", "/x-y", {"a": "x", "b": "y"}),
        ("/ab?cd", "/acd", {}),
        ("/a(b)?c", "/abc", {"0": "b"}),
        ("/(a|b)", "/b", {}),
        ("/:x*", "/a/b/c", {"x": "a", "0": "/b/c"}),
        ("/u/:id", "/u/a%20b", {"id": "a b"}),
        ("/Plain", "/plain", {}),
    ],
)
def test_paths_are_read_as_express_does(path: str, url: str, params: dict[str, str] | None):
    assert compile_route_path(path).match(url) == params


def test_a_path_with_a_broken_expression_is_an_error():
    with pytest.raises(PathTextError, match=r'"/a\(\[" is not a path'):
        compile_route_path("/a([")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1&b=x+y&c[]=1&c[]=2", {"a": "1", "b": "x y", "c": ["1", "2"]}),
        ("a[1]=b&a[0]=c&a=d", {"a": ["c", "b", "d"]}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a=%zz&b&=x", {"a": "%zz", "b": ""}),
        ("a[__proto__]=1", {"a": {}}),
        ("a[b=1", {"a": {"[b": "1"}}),
        ("", {}),
    ],
)
def test_query_strings_may_nest(text: str, values: dict[str, Any]):
    assert parse_query(text) == values


def test_flat_values_become_a_form():
    assert form_text({"a": [1, "b c"], "d": True, "e": None, "é": "&"}) == "a=1&a=b%20c&d=true&e=&%C3%A9=%26"


def test_headers_and_cookies_are_joined_as_in_node():
    pairs = [("A", "1"), ("a", "2"), ("Host", "x"), ("host", "y"), ("Set-Cookie", "k"), ("set-cookie", "l")]
    assert join_headers(pairs) == {"a": "1, 2", "host": "x", "set-cookie": ["k", "l"]}
    assert read_cookies('a=1; b="q x"; a=2; c=%20; d=%zz; e; j=j:{"x":1}') == {
        "a": "1",
        "b": "q x",
        "c": " ",
        "d": "%zz",
        "j": {"x": 1},
    }
    assert read_cookies("a=j:no; =b; __proto__=c") == {"a": "j:no", "": "b"}


async def test_an_application_takes_its_connections_and_leaves_the_rest_to_the_flows():
    async with serving() as server:
        server.add_route("POST", "/flow", answer_body, plenty)

        async def hello(request: web.Request) -> web.Response:
            return web.Response(text=f"app {await request.text()}")

        app = web.Application()
        app.router.add_post("/app/hello", hello)
        app.router.add_route("*", "/{tail:.*}", server.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        server.mount("/app", runner.server)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as client:
            said = []
            for path in ("/flow", "/app/hello", "/flow?x=1", "/app/hello"):
                async with client.post(f"{server.url}{path}", data="body") as answer:
                    said.append(await answer.text())
            async with client.post(f"{server.url}/app/hello", data=pieces()) as answer:
                said.append(await answer.text())
        await runner.cleanup()
    assert said == ["POST /flow 4", "app body", "POST /flow?x=1 4", "app body", "app one two"]


async def pieces() -> AsyncIterator[bytes]:
    yield b"one "
    await asyncio.sleep(0.01)
    yield b"two"


async def test_what_was_asked_before_is_answered_before_a_connection_changes_hands():
    kept: list[HttpResponse] = []
    async with serving() as server:
        server.add_route("GET", "/slow", lambda request, response, body: kept.append(response), plenty)

        async def quick(request: web.BaseRequest) -> web.Response:
            return web.Response(text="second", headers={"Connection": "close"})

        server.mount("/app", web.Server(quick))
        address = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /app HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        async with asyncio.timeout(3):
            while not kept:
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)
            kept[0].send("first")
            text = await reader.read()
        writer.close()
    assert text.index(b"first") < text.index(b"second")


async def test_nothing_is_read_while_an_answer_is_owed():
    kept: list[HttpResponse] = []
    async with serving() as server:
        server.add_route("GET", "/t", lambda request, response, body: kept.append(response), plenty)
        address = urlsplit(server.url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask_on_and_on(writer), 1)
        (connection,) = server.connections
        assert len(kept) == 1
        assert len(connection._waiting) <= 64
        writer.transport.abort()


async def ask_on_and_on(writer: asyncio.StreamWriter) -> None:
    for _ in range(1000):
        writer.write(b"GET /t HTTP/1.1\r\nX: %s\r\n\r\n" % (b"x" * 30_000))
        await writer.drain()


async def test_only_a_run_with_http_nodes_imports_an_http_library():
    import subprocess
    import sys

    script = "import sys; from flowengine.engine import Engine; Engine(env={}); "
    script += "print({'aiohttp', 'httptools'} & set(sys.modules))"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        ("http://host/t/a?b=1", "/t/a", {"b": "1"}),
        ("http://host?b=1", "/", {"b": "1"}),
        ("/t?a=1#b", "/t", {"a": "1"}),
        ("/t?__proto__=1&a=2", "/t", {"a": "2"}),
    ],
)
def test_a_requests_target_is_read_as_path_and_query(url: str, path: str, query: dict[str, str]):
    request = make_request("GET", url, {"host": "host"}, root="", ip="", secure=False)
    assert (request["path"], request["query"]) == (path, query)


def _part(head: str, body: bytes) -> bytes:
    return b"--x\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + body + b"\r\n"


@pytest.mark.parametrize(
    ("head", "body", "fields", "names"),
    [
        ("name=f; filename*=UTF-8''%C3%BC.txt", b"x", {}, ["ü.txt"]),
        ('name="f"; filename="C:\\dir\\x.txt"', b"x", {}, ["x.txt"]),
        ('name="f"; filename="a\\"b"', b"x", {}, ['a"b']),
        ('name="f"; filename=""', b"x", {"f": "x"}, []),
        ('name="f"; filename=""\r\nContent-Type: application/octet-stream', b"", {}, []),
        ('name="f"\r\nContent-Type: text/plain; charset=latin1', b"\xe9", {"f": "é"}, []),
    ],
)
def test_parts_of_uploads_are_read_as_multer_reads_them(
    head: str, body: bytes, fields: dict[str, str], names: list[str]
):
    got, files = read_multipart("multipart/form-data; boundary=x", _part(head, body) + b"--x--\r\n")
    assert (got, [file["originalname"] for file in files]) == (fields, names)


@pytest.mark.parametrize("seconds", [0, 951_782_400, 1_735_689_599, 1_764_547_200.9, 4_102_444_800])
def test_times_are_spelled_as_headers_have_them(seconds: float):
    assert http_date(seconds) == formatdate(seconds, usegmt=True)
