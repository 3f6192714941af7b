"""The http in node, asked by real clients."""

from __future__ import annotations

import asyncio
import io
import json
import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from flowengine.http.connection import Connection
from flowengine.testing import FlowHarness

from .flows import SEEN, TAB, NodeDict, changing, flow, node, until


def echo(method: str = "get", url: str = "/t", **fields: Any) -> list[NodeDict]:
    """A flow that answers with what it was given."""
    return [
        node("in", "http in", "out", "seen", url=url, method=method, **fields),
        node("out", "http response"),
        SEEN,
    ]


async def ask(harness: FlowHarness, method: str, path: str, **options: Any) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, f"{harness.http_url}{path}", **options) as answer,
    ):
        return answer.status, await answer.text(errors="replace")


async def raw(harness: FlowHarness, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send bytes as they are and return all that comes back until the server closes."""
    address = urlsplit(harness.http_url or "")
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_get_gives_the_query():
    async with flow(*echo()) as harness:
        status, body = await ask(harness, "GET", "/t?a=1&b[]=x&b[]=y&c[d]=e")
    assert status == 200
    assert json.loads(body) == {"a": "1", "b": ["x", "y"], "c": {"d": "e"}}


async def test_parameters_in_the_path_are_in_req():
    params = changing(lambda msg: msg | {"payload": msg["req"]["params"]})
    nodes = [
        node("in", "http in", "c", url="/u/:id/:what?"),
        node("c", "test-change", "out"),
        node("out", "http response"),
    ]
    async with flow(*nodes, node_types=(params,)) as harness:
        assert json.loads((await ask(harness, "GET", "/U/a%20b/edit/"))[1]) == {"id": "a b", "what": "edit"}
        assert json.loads((await ask(harness, "GET", "/u/7"))[1]) == {"id": "7"}
        assert (await ask(harness, "GET", "/u/%E0%A4%A"))[0] == 400


@pytest.mark.parametrize(
    ("content_type", "sent", "payload"),
    [
        ("application/json", b'{"a":[1,2.5]}', {"a": [1, 2.5]}),
        ("application/json", b"", {}),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y", {"a": "1", "b": "x y"}),
        ("text/plain", "hé".encode(), "hé"),
        ("application/vnd.api+json", b'{"a":1}', '{"a":1}'),
        ("application/octet-stream", b"\x00\xff", b"\x00\xff"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
    ],
)
async def test_a_body_becomes_what_its_type_says(content_type: str, sent: bytes, payload: Any):
    async with flow(*echo("post")) as harness:
        assert (await ask(harness, "POST", "/t", data=sent, headers={"Content-Type": content_type}))[0] == 200
        await harness.settle(1)
        assert harness.received("seen")[0]["payload"] == payload


async def test_a_body_that_is_not_to_be_parsed_stays_a_buffer():
    async with flow(*echo("post", skipBodyParsing=True)) as harness:
        await ask(harness, "POST", "/t", json={"a": 1})
        await harness.settle(1)
        assert harness.received("seen")[0]["payload"] == b'{"a": 1}'


async def test_an_upload_gives_fields_and_files():
    form = aiohttp.FormData()
    form.add_field("note", "hi")
    form.add_field("doc", b"\r\n--x\x00", filename="a.bin", content_type="application/octet-stream")
    async with flow(*echo("post", upload=True)) as harness:
        await ask(harness, "POST", "/t", data=form)
        await harness.settle(1)
        msg = harness.received("seen")[0]
    assert msg["payload"] == {"note": "hi"}
    file = msg["req"]["files"][0]
    assert (file["fieldname"], file["originalname"], file["buffer"], file["size"]) == (
        "doc",
        "a.bin",
        b"\r\n--x\x00",
        6,
    )


async def test_broken_json_is_a_warning_and_a_500():
    async with flow(*echo("post")) as harness:
        answer = await ask(harness, "POST", "/t", data=b"{bad", headers={"Content-Type": "application/json"})
        assert answer == (500, "Internal Server Error")
        assert harness.warnings[0].text.startswith("SyntaxError: ")
        assert harness.received("seen") == []


async def test_a_parsed_body_has_a_limit_and_other_bodies_have_theirs():
    async with flow(*echo("post"), settings={"apiMaxLength": "1kb", "httpNodeMaxBody": "4kb"}) as harness:
        assert (await ask(harness, "POST", "/t", json=["x" * 2000]))[0] == 500
        assert (await ask(harness, "POST", "/t", data="x" * 2000))[0] == 200
        assert (await ask(harness, "POST", "/t", data=b"x" * 5000))[0] == 413
        texts = [report.text for report in harness.warnings]
        assert texts == ["PayloadTooLargeError: request entity too large"] * 2


async def test_a_body_beyond_its_limit_is_answered_before_it_is_there():
    """The head says how large it will be; where it does not, the answer comes with the byte that is one too many."""
    async with flow(*echo("post"), settings={"httpNodeMaxBody": "4kb"}) as harness:
        for head, body in (
            (b"Content-Length: 1073741824\r\nExpect: 100-continue", b""),
            (b"Content-Length: 5000\r\nContent-Type: multipart/form-data; boundary=x", b""),
            (b"Transfer-Encoding: chunked", b"1001\r\n" + b"x" * 4097),
        ):
            answer = await raw(harness, b"POST /t HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body)
            assert answer.startswith(b"HTTP/1.1 413 Payload Too Large\r\n")
            assert b"\r\nConnection: close\r\n" in answer
        assert harness.received("seen") == []


async def test_a_client_that_sends_on_gets_its_answer_and_no_other():
    """Closed while bytes are coming, the connection would be reset and the answer lost."""
    head = b"POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n"
    after = b"POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1"
    before = after.replace(b"\r\n\r\n1", b"\r\n\r\n0")
    async with flow(*echo("post"), settings={"httpNodeMaxBody": "4kb"}) as harness:
        answer = await raw(harness, before + head, *[b"x" * 1_000_000] * 8, after)
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"413"]
        assert [msg["payload"] for msg in harness.received("seen")] == ["0"]
        server = harness.engine.service("http_server", None)
        await until(lambda: not server.connections)


async def test_a_get_may_have_a_body_which_is_dropped():
    async with flow(*echo(), settings={"httpNodeMaxBody": "4kb"}) as harness:
        assert (await ask(harness, "GET", "/t", data=b"x" * 100_000))[0] == 200


async def test_compressed_json_cannot_unfold_beyond_the_limit():
    import gzip

    async with flow(*echo("post"), settings={"apiMaxLength": "1kb"}) as harness:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        bomb = gzip.compress(b'["' + b" " * 1_000_000 + b'"]')
        assert (await ask(harness, "POST", "/t", data=bomb, headers=headers))[0] == 500
        assert await ask(harness, "POST", "/t", data=gzip.compress(b"[1]"), headers=headers) == (200, "[1]")


async def test_a_hundred_megabytes_come_through():
    async with flow(*echo("post")) as harness:
        size = 100 * 1024 * 1024
        headers = {"Content-Type": "application/octet-stream"}
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{harness.http_url}/t", data=io.BytesIO(bytes(size)), headers=headers) as answer,
        ):
            assert answer.headers["Content-Length"] == str(size)
            assert sum([len(block) async for block in answer.content.iter_chunked(1 << 20)]) == size


async def test_a_path_that_nobody_answers_is_404():
    async with flow(*echo()) as harness:
        status, body = await ask(harness, "POST", "/t<b>")
        assert status == 404
        assert "<pre>Cannot POST /t%3Cb%3E</pre>" in body
        assert await ask(harness, "OPTIONS", "/t") == (200, "GET,HEAD")
        assert (await ask(harness, "HEAD", "/t")) == (200, "")


async def test_the_first_of_two_nodes_that_fit_answers():
    text = changing(lambda msg: msg | {"payload": "pattern"})
    nodes = [
        node("a", "http in", "c", url="/o/:id"),
        node("c", "test-change", "out"),
        node("b", "http in", "out", url="/o/x"),
        node("out", "http response"),
    ]
    async with flow(*nodes, node_types=(text,)) as harness:
        assert await ask(harness, "GET", "/o/x") == (200, "pattern")


async def test_a_redeploy_takes_old_paths_away_and_keeps_the_server():
    async with flow(*echo()) as harness:
        url = harness.http_url
        await harness.engine.deploy([TAB, *echo(url="/new")], kind="nodes")
        assert harness.http_url == url
        assert (await ask(harness, "GET", "/t"))[0] == 404
        assert (await ask(harness, "GET", "/new"))[0] == 200


async def test_paths_lie_below_the_root():
    async with flow(*echo(), settings={"httpNodeRoot": "/api/"}) as harness:
        assert (await ask(harness, "GET", "/api/t"))[0] == 200
        assert (await ask(harness, "GET", "/t"))[0] == 404
        assert harness.received("seen")[0]["req"]["url"] == "/t"


async def test_a_node_without_path_warns_and_so_does_one_without_a_server():
    async with flow(node("in", "http in", url="")) as harness:
        assert [report.text for report in harness.warnings] == ["missing path"]
    async with flow(*echo(), settings={"httpNodeRoot": False}) as harness:
        texts = [report.text for report in harness.warnings]
        assert texts == ["Cannot create http-in node when httpNodeRoot set to false"]


async def test_other_origins_are_answered_as_the_settings_say():
    cors = {"origin": ["http://a.example"], "methods": "GET,PUT", "credentials": True}
    async with flow(*echo(), settings={"httpNodeCors": cors}) as harness, aiohttp.ClientSession() as client:
        origin = {"Origin": "http://a.example"}
        async with client.options(f"{harness.http_url}/t", headers=origin) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Methods"] == "GET,PUT"
        async with client.get(f"{harness.http_url}/t", headers=origin) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "http://a.example"
        async with client.get(f"{harness.http_url}/t", headers={"Origin": "http://b.example"}) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_requests_sent_ahead_are_answered_in_order():
    async with flow(*echo()) as harness:
        one = b"GET /t?n=%d HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /t?n=9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = await raw(harness, b"".join(one % at for at in range(9)) + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 10
    assert answer.index(b'{"n":"0"}') < answer.index(b'{"n":"8"}') < answer.index(b'{"n":"9"}')


async def test_a_request_may_come_byte_by_byte():
    text = b"POST /t HTTP/1.0\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"
    async with flow(*echo("post")) as harness:
        answer = await raw(harness, *(text[at : at + 1] for at in range(len(text))))
    assert answer.endswith(b"\r\n\r\nhi")


async def test_what_is_no_http_is_refused():
    async with flow(*echo()) as harness:
        assert (await raw(harness, b"what?\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
        assert (await raw(harness, b"GET /t HTTP/1.1\r\nX: " + b"x" * 100_000)).startswith(b"HTTP/1.1 431 ")
        assert (await ask(harness, "GET", "/t"))[0] == 200


async def test_a_client_that_dawdles_is_sent_away():
    async with flow(*echo()) as harness:
        address = urlsplit(harness.http_url or "")
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /t HTTP/1.1\r\nX: 1")
        server = harness.engine.service("http_server", None)
        await until(lambda: server.connections)
        await asyncio.sleep(0.05)
        connection: Connection = next(iter(server.connections))
        connection.expire(connection.since + 61, 5, 60, 300)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_a_body_may_take_longer_than_a_head():
    async with flow(*echo("post")) as harness:
        address = urlsplit(harness.http_url or "")
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            b"POST /t HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nsl"
        )
        server = harness.engine.service("http_server", None)
        await until(lambda: any(connection._size == 2 for connection in server.connections))
        connection: Connection = next(iter(server.connections))
        connection.expire(connection.since + 299, 5, 60, 300)
        writer.write(b"ow")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_a_client_that_leaves_in_the_middle_of_a_body_is_forgotten():
    async with flow(*echo("post")) as harness:
        address = urlsplit(harness.http_url or "")
        server = harness.engine.service("http_server", None)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"POST /t HTTP/1.1\r\nContent-Length: 1000\r\n\r\nsome")
        await until(lambda: server.connections)
        writer.transport.abort()
        await until(lambda: not server.connections)
        assert (await ask(harness, "POST", "/t", data=b"x"))[0] == 200
        assert harness.warnings == []


async def test_an_answer_to_a_client_that_has_left_goes_nowhere():
    kept: list[Any] = []
    keep = changing(kept.append)
    nodes = [node("in", "http in", "c", url="/t"), node("c", "test-change"), node("out", "http response")]
    async with flow(*nodes, node_types=(keep,)) as harness:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(harness, "GET", "/t"), 0.2)
        server = harness.engine.service("http_server", None)
        await until(lambda: not server.connections)
        await harness.send("out", kept[0])
        assert harness.errors == []


async def test_two_engines_have_a_server_each():
    async with flow(*echo()) as one, flow(*echo()) as other:
        assert one.http_url != other.http_url
        assert (await ask(other, "GET", "/t"))[0] == 200


async def test_an_address_that_is_taken_is_told():
    async with flow(*echo()) as one:
        port = urlsplit(one.http_url or "").port
        with pytest.raises(OSError, match="in use"):
            async with flow(*echo(), settings={"uiPort": port}):
                pass


async def test_where_flows_have_too_much_to_do_clients_are_sent_away():
    async with flow(*echo()) as harness, aiohttp.ClientSession() as client:
        delivery = harness.engine.delivery
        delivery.most = 5
        for _ in range(5):
            delivery.begin()
        async with client.get(f"{harness.http_url}/t") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        delivery.end()
        async with client.get(f"{harness.http_url}/t") as answer:
            assert answer.status == 200
        for _ in range(4):
            delivery.end()


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{bad", 400),
        ("application/json; charset=latin1", b"{}", 415),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1001), 413),
        ("multipart/form-data", b"x", 500),
    ],
)
async def test_beside_an_admin_api_at_the_root_broken_bodies_are_the_clients_fault(
    content_type: str, body: bytes, status: int
):
    async with flow(*echo("post", upload=True)) as harness:
        headers = {"Content-Type": content_type}
        assert (await ask(harness, "POST", "/t", data=body, headers=headers))[0] == 500
        harness.engine.nodes["in"]._server.mount("/", Connection)
        assert (await ask(harness, "POST", "/t", data=body, headers=headers))[0] == status
        assert len(harness.warnings) == 2


async def test_a_byte_order_mark_is_no_part_of_a_text():
    async with flow(*echo("post")) as harness:
        await ask(harness, "POST", "/t", data=b"\xef\xbb\xbfx", headers={"Content-Type": "text/plain"})
        assert harness.received("seen")[0]["payload"] == "x"


async def test_white_space_around_a_header_is_no_part_of_it():
    async with flow(*echo()) as harness:
        await raw(harness, b"GET /t HTTP/1.1\r\nHost: h\r\nX-A: \t b \t\r\nConnection: close\r\n\r\n")
        assert harness.received("seen")[0]["req"]["headers"]["x-a"] == "b"
