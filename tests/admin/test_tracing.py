"""Traces of a whole server: switched on by a setting, sent to a collector, without the secrets of its flows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from .servers import HOST, KEY, TAB, serving

FLOWS: list[dict[str, Any]] = [
    TAB,
    {"id": "in", "type": "http in", "z": "tab", "name": "", "url": "/go", "method": "get", "wires": [["fail", "out"]]},
    {"id": "fail", "type": "function", "z": "tab", "name": "fail", "func": f"throw new Error('{KEY}')", "outputs": 1, "wires": [[]]},
    {"id": "out", "type": "http response", "z": "tab", "name": "", "wires": []},
    {**HOST, "credentials": {"secureApiKeyValue": KEY}},
]  # fmt: skip


async def test_a_server_sends_its_spans_before_it_ends(tmp_path: Path) -> None:
    received: list[bytes] = []

    async def collect(request: web.Request) -> web.Response:
        received.append(await request.read())
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    async with TestServer(app) as collector:
        tracing = {"enabled": True, "endpoint": f"http://127.0.0.1:{collector.port}"}
        async with serving(tmp_path, tracing=tracing) as served:
            await served.deploy(FLOWS)
            await served.ask("GET", "/go")
    assert KEY.encode() not in b"".join(received)
    batches = [
        part for body in received for part in ExportTraceServiceRequest.FromString(body).resource_spans
    ]
    spans = {span.name: span for batch in batches for scope in batch.scope_spans for span in scope.spans}
    assert set(spans) == {"http in", "fail", "http response"}
    assert spans["fail"].status.message == "Error: ••••••"


async def test_a_server_is_not_traced_unless_it_is_asked_to_be(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert not served.runtime.engine.hooks.has("on_receive", "on_send")
