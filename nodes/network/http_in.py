"""The http in node: starts a flow with every request to a path of the runtime's own server."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import Field

from flowengine.errors import FlowError
from flowengine.fields import hidden, line, required, select, show_if
from flowengine.http.bodies import byte_count, is_parsed, read_body, too_large
from flowengine.http.exchange import HttpRequest, HttpResponse
from flowengine.http.paths import PathTextError
from flowengine.messages import Msg, generate_id
from flowengine.node import Node, NodeConfig

WITH_BODY = frozenset(("post", "put", "patch", "delete", "options"))
RETRY_AFTER = "1"
"""Seconds after which a client that was sent away may ask again."""


class HttpIn(Node):
    """Sends ``payload`` (query, parsed body, text or Buffer), ``req``, and ``res`` to be answered."""

    type = "http in"
    category = "network"
    color = "#E7E7AE"
    icon = "globe"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "method", "url", "upload", "skipBodyParsing")
    label = ("{name}", "[{method}] {url}")

    class Config(NodeConfig):
        """``method``: get, post, put, patch or delete. ``upload`` splits multipart bodies into fields and files."""

        url: Annotated[str, line(placeholder="/orders/:id"), required()] = ""
        method: Annotated[str, select("get", "post", "put", "delete", "patch")] = "get"
        upload: Annotated[bool, show_if("method=post")] = False
        skip_body_parsing: Annotated[bool, show_if("method!=get")] = Field(False, alias="skipBodyParsing")
        swagger_doc: Annotated[str | None, hidden()] = Field("", alias="swaggerDoc")

    def on_start(self) -> None:
        self._route = None
        settings = self.host.settings
        if settings.http_node_root is False:
            self.warn(self.words("errors.not_created"))
            return
        self._parsed_limit = byte_count(settings.api_max_length) or 0
        self._raw_limit = byte_count(settings.http_node_max_body) or 0
        from flowengine.http.server import HttpServer

        self._server: HttpServer = self.host.service("http_server", HttpServer)
        if not self.config.url:
            self.warn(self.words("errors.missing_path"))
            return
        path = self.config.url if self.config.url.startswith("/") else f"/{self.config.url}"
        has_body = self.config.method.lower() in WITH_BODY
        try:
            self._route = self._server.add_route(
                self.config.method,
                path,
                self._take_body
                if has_body
                else partial(self._take_query, self.config.method.lower() == "get"),
                self._limit if has_body else _no_body,
            )
        except PathTextError as error:
            self.error(error)

    def on_close(self, removed: bool) -> None:
        if self._route is not None:
            self._server.remove_route(self._route)

    def _limit(self, headers: dict[str, Any]) -> int:
        return self._parsed_limit if self._parses(headers) else self._raw_limit

    def _parses(self, headers: dict[str, Any]) -> bool:
        return not self.config.skip_body_parsing and is_parsed(headers)

    def _refuses(self, response: HttpResponse) -> bool:
        """Send a client away for a moment where the flows have more to do than they may; tells whether it was."""
        if not self.host.delivery.is_full:
            return False
        response.set("Retry-After", RETRY_AFTER)
        response.send_status(503)
        return True

    def _take_query(
        self, is_get: bool, request: HttpRequest, response: HttpResponse, body: bytes | None
    ) -> None:
        if self._refuses(response):
            return
        msg = Msg(_msgid=generate_id(), req=request, res=response)
        if is_get:
            msg["payload"] = request["query"]
        self.send(msg)

    def _take_body(self, request: HttpRequest, response: HttpResponse, body: bytes | None) -> None:
        if self._refuses(response):
            return
        try:
            if body is None:
                raise too_large()
            if self.config.skip_body_parsing:
                payload: Any = body
            else:
                payload = read_body(request, body, self._parsed_limit, upload=self.config.upload)
        except FlowError as error:
            self.warn(error)
            response.send_status(self._status_of(error, body, self._parses(request["headers"])))
            return
        request["body"] = payload
        self.send(Msg(_msgid=generate_id(), req=request, res=response, payload=payload))

    def _status_of(self, error: FlowError, body: bytes | None, parsed: bool) -> int:
        if not parsed:
            # Node-RED takes these bodies in any size, so the answer to one that is too large is ours.
            return 413 if body is None else 500
        return getattr(error, "status", 400) if self._server.is_shared else 500


def _no_body(headers: dict[str, Any]) -> None:
    """Bodies of requests that have none to speak of are read and dropped."""
