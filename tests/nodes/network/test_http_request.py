"""The http request node against real servers: plain, broken, encrypted, behind a proxy."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from flowengine.testing import FlowHarness

from .conftest import Certificates, Proxy
from .flows import CAUGHT, SEEN, config, flow, free_port, node, statuses, tcp_server

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A web server on a free port; gives its address."""
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def echo(request: web.BaseRequest) -> web.Response:
    """Answer with what was asked."""
    body = (await request.content.read()).decode(errors="replace")
    heads = {name.lower(): value for name, value in request.headers.items()}
    return web.json_response(
        {"method": request.method, "path": request.raw_path, "headers": heads, "body": body}
    )


def asking(url: str = "", *more: dict[str, Any], **fields: Any) -> FlowHarness:
    options = {name: fields.pop(name) for name in ("credentials", "env", "settings") if name in fields}
    return flow(node("ask", "http request", "seen", url=url, **fields), SEEN, *CAUGHT, *more, **options)


async def play(harness: FlowHarness, *msgs: dict[str, Any]) -> list[dict[str, Any]]:
    for msg in msgs:
        await harness.send("ask", msg)
    assert await harness.settle(10)
    return harness.received("seen")


async def test_a_payload_is_sent_and_the_answer_comes_back():
    async with server(echo) as url, asking(f"{url}/x", method="POST", ret="obj") as harness:
        (msg,) = await play(harness, {"payload": {"a": 1}, "topic": "kept"})
    assert msg["payload"]["body"] == '{"a":1}'
    assert msg["payload"]["headers"]["content-type"] == "application/json"
    assert (msg["statusCode"], msg["topic"], msg["responseUrl"]) == (200, "kept", f"{url}/x")
    assert statuses(harness, "ask")[:2] == ["httpin.status.requesting", ""]


async def test_messages_are_asked_side_by_side():
    waiting = asyncio.Event()
    arrived: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        arrived.append(request.path)
        if len(arrived) == 300:
            waiting.set()
        await waiting.wait()
        return web.Response(text=request.path)

    async with server(answer) as url, asking() as harness:
        got = await play(harness, *({"url": f"{url}/{at}"} for at in range(300)))
    assert sorted(int(msg["payload"][1:]) for msg in got) == list(range(300))


async def test_the_url_is_filled_from_the_message():
    async with (
        server(echo) as url,
        asking(f"{url}/{{{{topic}}}}/{{{{{{payload.id}}}}}}", ret="obj") as harness,
    ):
        (msg,) = await play(harness, {"topic": "a b", "payload": {"id": "7?x=1"}})
    assert msg["payload"]["path"] == "/a%20b/7?x=1"


async def test_headers_keep_their_spelling_and_those_of_the_node_go_first():
    lines: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.extend((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nok")

    rules = [{"keyType": "other", "keyValue": "X-Own", "valueType": "msg", "valueValue": "topic"}]
    async with tcp_server(talk) as port, asking(f"http://127.0.0.1:{port}/", headers=rules) as harness:
        (msg,) = await play(
            harness, {"topic": "t", "headers": {"x-own": "msg", "X-CamelCase": 5, "Empty": ""}}
        )
    assert {b"X-Own: t", b"X-CamelCase: 5"} <= set(lines)
    assert not any(line.lower().startswith((b"empty", b"accept")) for line in lines)
    assert msg["headers"]["x-a"] == "1, 2"


async def test_redirects_are_followed_noted_and_keep_secrets_to_their_site():
    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/a":
            headers = {"Location": "/b?x=1", "Set-Cookie": "k=v; Path=/"}
            return web.Response(status=302, headers=headers)
        if request.path == "/b":
            other = f"http://localhost:{request.url.port}/c"
            return web.Response(status=307, headers={"Location": other})
        return await echo(request)

    secret = {"ask": {"user": "u", "password": "p"}}
    async with server(answer) as url, asking(f"{url}/a", ret="obj", credentials=secret) as harness:
        (msg,) = await play(harness, {"headers": {"Cookie": "own=1", "X-Kept": "y"}})
    assert [step["location"] for step in msg["redirectList"]] == ["/b?x=1", msg["responseUrl"]]
    assert msg["redirectList"][0]["cookies"] == {"k": {"Path": "/", "value": "v"}}
    headers = msg["payload"]["headers"]
    assert headers["x-kept"] == "y"
    assert "authorization" not in headers
    assert "cookie" not in headers


async def test_redirects_without_end_are_given_up():
    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": "/again"})

    async with server(answer) as url, asking(url) as harness:
        (msg,) = await play(harness, {})
    assert msg["statusCode"] == "ERR_TOO_MANY_REDIRECTS"
    assert harness.errors[0].text == "MaxRedirectsError: Redirected 21 times. Aborting."


async def test_cookies_go_out_and_come_back():
    async def answer(request: web.BaseRequest) -> web.Response:
        response = web.Response(text=request.headers.get("Cookie", ""))
        response.headers.add("Set-Cookie", "s=1%20x; Path=/; HttpOnly")
        response.headers.add("Set-Cookie", "t=2")
        return response

    async with server(answer) as url, asking(url) as harness:
        (msg,) = await play(harness, {"cookies": {"a": "x;y", "b": {"value": "z"}, "c": None}})
    assert msg["payload"] == "a=x%3By; b=z"
    assert msg["responseCookies"] == {"s": {"Path": "/", "value": "1 x"}, "t": {"value": "2"}}


@pytest.mark.parametrize(
    ("algorithm", "qop"), [("MD5", None), ("MD5-sess", "auth"), ("SHA-256", "auth,auth-int")]
)
async def test_a_digest_challenge_is_met(algorithm: str, qop: str | None):
    from nodes.network.digest_auth import answer_challenge

    challenge = f'Digest realm="r", nonce="abc", algorithm={algorithm}' + (f', qop="{qop}"' if qop else "")

    async def answer(request: web.BaseRequest) -> web.Response:
        given = request.headers.get("Authorization", "")
        own = re.search(r'cnonce="(\w+)"', given)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("nodes.network.digest_auth.secrets.token_hex", lambda count: own[1] if own else "")
            right = answer_challenge(challenge, "ann", "s3cret", "GET", request.raw_path)
        if given != right:
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        return web.Response(text="in")

    secret = {"ask": {"user": "ann", "password": "s3cret"}}
    async with (
        server(answer) as url,
        asking(f"{url}/x?y=1", authType="digest", credentials=secret) as harness,
    ):
        (msg,) = await play(harness, {})
    assert (msg["statusCode"], msg["payload"]) == (200, "in")


async def test_a_form_with_a_file_is_read_by_a_real_server():
    async def answer(request: web.BaseRequest) -> web.Response:
        form = await request.post()
        file = form["f"]
        assert isinstance(file, web.FileField)
        return web.json_response(
            [form["a"], form["n"], file.filename, file.content_type, file.file.read().hex()]
        )

    file = {"value": b"\x00\r\n", "options": {"filename": 'q".png'}}
    msg = {
        "headers": {"content-type": "multipart/form-data"},
        "payload": {"a": "é", "n": 5, "f": file, "no": None},
    }
    async with server(answer) as url, asking(url, method="POST", ret="obj") as harness:
        (got,) = await play(harness, msg)
    assert got["payload"][:2] == ["é", "5"]
    assert got["payload"][3:] == ["image/png", "000d0a"]


async def test_a_server_that_is_not_there():
    port = free_port()
    async with asking(f"http://127.0.0.1:{port}/x") as harness:
        (msg,) = await play(harness, {"topic": "t"})
    text = f"RequestError: connect ECONNREFUSED 127.0.0.1:{port}"
    assert (msg["statusCode"], msg["payload"]) == ("ECONNREFUSED", f"{text} : http://127.0.0.1:{port}/x")
    assert [report.text for report in harness.errors] == [text]
    assert harness.received("caught")[0]["error"]["code"] == "ECONNREFUSED"
    assert statuses(harness, "ask")[1] == "ECONNREFUSED"


async def test_errors_may_go_to_catch_nodes_only():
    async with asking(f"http://127.0.0.1:{free_port()}/", senderr=True) as harness:
        assert await play(harness, {}) == []
    assert len(harness.received("caught")) == 1


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        (b"", "ECONNRESET", "RequestError: socket hang up"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "ECONNRESET", "ReadError: The server aborted"),
        (b"I speak no HTTP\r\n\r\n", "HPE_INVALID_CONSTANT", "RequestError: Parse Error: Expected HTTP/"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            "HPE_UNEXPECTED_CONTENT_LENGTH",
            "RequestError: Parse Error: Duplicate Content-Length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 0\r\n\r\n",
            "HPE_INVALID_HEADER_TOKEN",
            "RequestError: Parse Error: Invalid header token",
        ),
    ],
)
async def test_a_server_that_breaks_off(said: bytes, code: str, text: str):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async with tcp_server(talk) as port, asking(f"http://127.0.0.1:{port}/", method="POST") as harness:
        (msg,) = await play(harness, {"payload": "x"})
    assert msg["statusCode"] == code
    assert harness.errors[0].text.startswith(text)
    assert not harness.errors[0].text.endswith(":")


@pytest.mark.parametrize(
    ("msg", "code", "text"),
    [
        (
            {"headers": {"X-A": "a\nX-B: b"}},
            "ERR_INVALID_CHAR",
            'Invalid character in header content ["X-A"]',
        ),
        ({"headers": {"X-A": "✓"}}, "ERR_INVALID_CHAR", 'Invalid character in header content ["X-A"]'),
        (
            {"headers": {"X A": "a"}},
            "ERR_INVALID_HTTP_TOKEN",
            'Header name must be a valid HTTP token ["X A"]',
        ),
        ({"method": "g t"}, "ERR_INVALID_HTTP_TOKEN", 'Method must be a valid HTTP token ["G T"]'),
    ],
)
async def test_what_would_break_the_head_of_a_request_is_refused(msg: dict[str, Any], code: str, text: str):
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with server(answer) as url, asking(url, method="use") as harness:
        (sent,) = await play(harness, msg)
    assert asked == []
    assert sent["statusCode"] == code
    assert sent["payload"] == f"RequestError: {text} : {url}"
    assert [report.text for report in harness.errors] == [f"RequestError: {text}"]


async def test_a_cookie_header_goes_out_as_it_came():
    async with server(echo) as url, asking(url, ret="obj") as harness:
        (msg,) = await play(harness, {"headers": {"Cookie": 'a="quoted, text"; b=1'}, "cookies": {"b": 2}})
    assert msg["payload"]["headers"]["cookie"] == 'a="quoted, text"; b=2'


async def test_a_server_that_says_nothing_runs_out_of_time():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp_server(talk) as port, asking(f"http://127.0.0.1:{port}/") as harness:
        (msg,) = await play(harness, {"requestTimeout": 60})
    assert msg["statusCode"] == "ETIMEDOUT"
    assert msg["payload"].startswith("TimeoutError: Timeout awaiting 'request' for 60ms : ")
    assert [report.text for report in harness.errors] == ["no response from server"]


async def test_a_flow_stops_while_a_request_is_open():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp_server(talk) as port:
        harness = asking(f"http://127.0.0.1:{port}/")
        async with asyncio.timeout(3):
            async with harness:
                await harness.send("ask", {})
                await asyncio.sleep(0.05)
    assert harness.received("seen") == []


async def test_a_hundred_megabytes_go_there_and_back():
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": request.headers["Content-Length"]})
        await response.prepare(request)
        async for block in request.content.iter_any():
            await response.write(block)
        return response

    payload = bytes(100 * 1024 * 1024)
    async with server(answer) as url, asking(url, method="PUT", ret="bin") as harness:
        (msg,) = await play(harness, {"payload": payload})
    assert len(msg["payload"]) == len(payload)


async def test_connections_are_used_again_and_a_stale_one_does_no_harm():
    opened = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        for _ in range(2):  # then hangs up without a word
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with tcp_server(talk) as port, asking(f"http://127.0.0.1:{port}/", persist=True) as harness:
        for _ in range(5):
            await play(harness, {})
            await asyncio.sleep(0.02)
    assert [msg["payload"] for msg in harness.received("seen")] == ["ok"] * 5
    assert opened == 3


@pytest.mark.parametrize("url", ["http://", "http://no such host/", "http://h:99999/"])
async def test_what_is_no_address_is_an_error(url: str):
    async with asking() as harness:
        assert await play(harness, {"url": url}) == []
    assert harness.errors[0].text == "TypeError: Invalid URL"


async def test_secrets_in_an_address_are_sent_but_never_told():
    port = free_port()
    async with asking() as harness:
        (msg,) = await play(harness, {"url": f"http://ann:s3cret@127.0.0.1:{port}/"})
    told = [report.text for report in harness.errors] + [text for _, text in harness.log_lines]
    assert "s3cret" not in f"{msg['payload']}{told}{harness.received('caught')[0]['error']}"
    async with server(echo) as url, asking(ret="obj") as harness:
        (msg,) = await play(harness, {"url": url.replace("//", "//ann:s3%20cret@")})
    assert msg["payload"]["headers"]["authorization"] == "Basic YW5uOnMzIGNyZXQ="


# TLS


def server_tls(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.cert, certificates.key)
    return context


async def test_a_certificate_of_an_unknown_authority_is_refused(certificates: Certificates):
    async with server(echo, server_tls(certificates)) as url, asking(url) as harness:
        (msg,) = await play(harness, {})
    assert msg["statusCode"] in ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY")


async def test_a_message_may_ask_to_trust_any_certificate(certificates: Certificates):
    async with server(echo, server_tls(certificates)) as url, asking(url, ret="obj") as harness:
        got = await play(harness, {"rejectUnauthorized": False}, {"rejectUnauthorized": "FALSE"})
    assert [msg["statusCode"] for msg in got] == [200, 200]


async def test_a_tls_config_names_the_authority(certificates: Certificates):
    tls = config("tls", "tls-config", ca=str(certificates.ca), verifyservercert=True)
    async with server(echo, server_tls(certificates)) as url, asking(url, tls, tls="tls") as harness:
        (msg,) = await play(harness, {})
    assert msg["statusCode"] == 200


async def test_a_server_may_ask_for_a_certificate(certificates: Certificates):
    context = server_tls(certificates)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.ca)
    secret = {"tls": {"p12data": "", "passphrase": certificates.passphrase}}
    tls = config("tls", "tls-config", certType="pfx", p12=str(certificates.bundle), verifyservercert=False)
    async with server(echo, context) as url, asking(url, tls, tls="tls", credentials=secret) as harness:
        (msg,) = await play(harness, {})
        assert msg["statusCode"] == 200
    async with server(echo, context) as url, asking(url) as harness:
        (msg,) = await play(harness, {"rejectUnauthorized": False})
        assert isinstance(msg["statusCode"], str)


# proxies


async def test_a_request_goes_through_the_proxy_of_its_node(proxy: Proxy):
    secret = {"p": {"username": proxy.user, "password": proxy.password}}
    through = config("p", "http proxy", url=proxy.url, noproxy=["spared.example"])
    async with (
        server(echo) as url,
        asking(f"{url}/far", through, proxy="p", ret="obj", credentials=secret) as harness,
    ):
        (msg,) = await play(harness, {})
    assert msg["payload"]["path"] == "/far"
    assert "via" in msg["payload"]["headers"]


async def test_an_encrypted_request_goes_through_a_proxy_untouched(proxy: Proxy, certificates: Certificates):
    env = {"https_proxy": f"http://{proxy.user}:{proxy.password}@127.0.0.1:{proxy.port}"}
    async with server(echo, server_tls(certificates)) as url, asking(url, env=env, ret="obj") as harness:
        (msg,) = await play(harness, {"rejectUnauthorized": False})
    assert "via" not in msg["payload"]["headers"]
    assert "CONNECT 127.0.0.1" in proxy.log.read_text()


async def test_a_proxy_that_wants_a_password_says_so(proxy: Proxy):
    async with server(echo) as url, asking(url, env={"http_proxy": proxy.url}) as harness:
        (msg,) = await play(harness, {})
    assert msg["statusCode"] == 407


async def test_hosts_may_be_spared_the_proxy(proxy: Proxy):
    env = {"http_proxy": proxy.url, "no_proxy": "localhost,127.0.0.1"}
    async with server(echo) as url, asking(url, env=env, ret="obj") as harness:
        (msg,) = await play(harness, {})
    assert "via" not in msg["payload"]["headers"]
