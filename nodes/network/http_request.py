"""The http request node: asks a web server, and sends on what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from flowengine.errors import FlowError, NodeError
from flowengine.fields import (
    checkbox,
    config_node,
    line,
    secret,
    section,
    select,
    show_if,
    starts,
)
from flowengine.javascript_values import js_parse
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .cookie_jar import reply_cookies
from .digest_auth import answer_challenge
from .http_client import Call, HttpClient, Reply
from .http_proxy import HttpProxy
from .reply_headers import MARK, hash_headers
from .request_calls import CallMaker, PayloadRefused
from .request_headers import HeaderRows
from .tls_config import TlsConfig

REQUESTING = {"fill": "blue", "shape": "dot", "text": "httpin.status.requesting"}


class HttpRequest(Node):
    """Sends ``payload``, ``statusCode``, ``headers``, ``responseUrl``, ``redirectList`` and ``responseCookies`` on."""

    type = "http request"
    category = "network"
    color = "#E7E7AE"
    icon = "globe"
    credentials = {"user": "text", "password": "password"}
    copy_on_write = True
    form = (
        "name",
        "method",
        "url",
        "paytoqs",
        "ret",
        "headers",
        section("access", "authType", "user", "password"),
        section("connection", "tls", "proxy", "persist", "insecureHTTPParser", "senderr"),
    )
    credential_hints = {"user": show_if("authType=basic|digest"), "password": secret() | show_if("authType")}

    class Config(NodeConfig):
        """``ret``: txt, bin or obj. ``paytoqs``: what a GET does with its payload, ignore, query or body."""

        method: Annotated[str | None, select("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "use")] = "GET"
        ret: Annotated[str | None, select("txt", "bin", "obj")] = "txt"
        paytoqs: Annotated[
            bool | str | None, select("ignore", "query", "body"), show_if("method=GET"), starts("ignore")
        ] = False
        url: Annotated[str | None, line(placeholder="https://example.com/{{id}}")] = ""
        tls: Annotated[str | None, config_node("tls-config")] = ""
        persist: Annotated[bool | None, checkbox()] = False
        proxy: Annotated[str | None, config_node("http proxy")] = ""
        insecure_http_parser: bool | None = Field(False, alias="insecureHTTPParser")
        auth_type: Annotated[str | None, select("", "basic", "digest", "bearer")] = Field(
            "", alias="authType"
        )
        senderr: bool | None = False
        headers: HeaderRows = []

    def on_start(self) -> None:
        config = self.config
        self._url = config.url or ""
        self._fill_url = _compile_tags(self._url) if "{{" in self._url else None
        tls, proxy = self.node(config.tls), self.node(config.proxy)
        self._tls = tls if isinstance(tls, TlsConfig) else None
        self._calls = CallMaker(self, self._tls, proxy if isinstance(proxy, HttpProxy) else None)
        self._client: HttpClient = (
            HttpClient() if config.persist else self.host.service("http_client", HttpClient)
        )
        self._count = 0

    async def on_close(self, removed: bool) -> None:
        self.status({})
        if self.config.persist:
            await self._client.close()

    def on_input(self, msg: Msg) -> Any:
        self.status(REQUESTING)
        text = self._address(msg)
        if text is None:
            return None
        try:
            call = self._calls.make(msg, text)
        except PayloadRefused:
            self.error(self.words("errors.invalid_payload"), msg)
            return None
        self._count += 1
        return self._ask(msg, call, text)

    def _address(self, msg: Msg) -> str | None:
        """Return the address to ask; None where there is none, which has then been said."""
        url: Any = self._url or msg.get("url")
        if self._url and msg.get("url") and msg["url"] != self._url:
            self.warn(self.words("errors.no_override"))
        if self._fill_url is not None:
            url = self._fill_url(msg)
        if not url:
            self.error(self.words("errors.no_url"), msg)
            return None
        if not isinstance(url, str):
            raise NodeError("url.indexOf is not a function", name="TypeError")
        if "://" in url and not url.startswith("http"):
            self.warn(self.words("errors.invalid_transport"))
            self.status({"fill": "red", "shape": "ring", "text": "httpin.errors.invalid-transport"})
            return None
        if url.startswith(("http://", "https://")):
            return url
        return f"{'https' if self._tls else 'http'}://{url}"

    # asking

    async def _ask(self, msg: Msg, call: Call, text: str) -> Msg | None:
        try:
            reply = await self._client.send(
                call, self._meet_challenge(call) if self.config.auth_type == "digest" else None
            )
        except NodeError as error:
            return self._failed(
                msg, error, text if call.url == call.url.without_user() else str(call.url.without_user())
            )
        finally:
            self._count -= 1
        self._fill(msg, reply, call)
        if self._count == 0:
            self.status({})
        return msg

    def _meet_challenge(self, call: Call) -> Any:
        user, password = self._calls.account(call.url)

        def again(reply: Reply) -> dict[str, str] | None:
            challenge = reply.headers.get("www-authenticate")
            if reply.status != 401 or not challenge:
                return None
            try:
                header = answer_challenge(challenge, user, password, call.method, call.url.target)
            except FlowError as error:
                self.warn(self.words("errors.digest", reason=error))
                return None
            return {"Authorization": header}

        return again if user or password else None

    def _fill(self, msg: Msg, reply: Reply, call: Call) -> None:
        msg["statusCode"] = reply.status
        msg["headers"] = reply.headers
        msg["responseUrl"] = str(reply.url)
        msg["redirectList"] = call.redirects
        msg["retry"] = 0
        if "set-cookie" in reply.headers:
            msg["responseCookies"] = reply_cookies(reply.headers["set-cookie"])
        reply.headers[MARK] = hash_headers(reply.headers)
        msg["payload"] = self._payload(reply)

    def _payload(self, reply: Reply) -> Any:
        if self.config.ret == "bin":
            return reply.body
        text = reply.body.decode("utf-8", "replace")
        if self.config.ret != "obj":
            return text
        if reply.status == 204:
            return {}
        try:
            return js_parse(text)
        except FlowError:
            self.warn(self.words("errors.json_error"))
            return text

    def _failed(self, msg: Msg, error: NodeError, url: str) -> Msg | None:
        shown = f"{error.name}: {error}" if str(error) else str(error.name)
        if error.code == "ETIMEDOUT":
            text = "common.notification.errors.no-response"
            self.error(self.words("errors.no_response"), msg)
        else:
            text = str(error.code)
            self.error(error, msg)
        self.status({"fill": "red", "shape": "ring", "text": text})
        msg["payload"] = f"{shown} : {url}"
        msg["statusCode"] = error.code
        return None if self.config.senderr else msg


def _compile_tags(text: str) -> Callable[[Msg], str]:
    from ..function.mustache import compile_mustache

    return compile_mustache(text)
