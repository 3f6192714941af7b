"""``/api/service-host/test``: asks a server for its models, to see that address and key are right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from ...environment import substitute
from ...errors import FlowError
from ...flow import Flow
from ...flow_file import Part
from ...folders import folder
from ...messages import Msg
from ...node_config import read_config
from ...words import fill, languages_of, lookup
from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found
from ..node_secrets import UNCHANGED

HOST = "Service Host"
PATIENCE = 15.0
BODY: Mapping[str, Any] = {
    "type": "object",
    "required": ["node"],
    "properties": {
        "id": {"type": "string"},
        "node": {"type": "object"},
        "credentials": {"type": "object"},
    },
}


async def test(call: Call) -> Any:
    """Ask once, with the node as it stands in the editor; passwords that it does not know are the stored ones."""
    body = await call.fields()
    node = body.get("node")
    if not isinstance(node, dict):
        raise ApiError(400, "invalid_request")
    try:
        access = _access(call, node, body)
    except FlowError as error:
        return {"ok": False, "message": call.runtime.redactor.clean(str(error))}
    return await _ask(call, access)


def _access(call: Call, node: dict[str, Any], body: dict[str, Any]) -> Any:
    """Return where the node's calls go, and with what headers. Raises FlowError."""
    engine = call.runtime.engine
    node_class: Any = engine.node_sets.find(HOST)
    if node_class is None:
        raise not_found()
    node_id = str(body.get("id") or node.get("id") or "")
    given = body.get("credentials")
    changed = {
        key: value for key, value in (given if isinstance(given, dict) else {}).items() if value != UNCHANGED
    }
    secrets = {**call.runtime.flows.credentials.get(node_id, {}), **changed}
    flow = engine.flows.get("global") or Flow(
        engine, engine, Part("global", {"id": "global", "type": "global"})
    )
    values = {key: substitute(value, flow.setting) for key, value in node.items()}
    host = node_class(read_config(node_class, {**values, "id": node_id, "type": HOST}), flow, secrets)
    return host.accessor(host).access(Msg())


async def _ask(call: Call, access: Any) -> dict[str, Any]:
    from aiohttp import ClientError, ClientSession, ClientTimeout, InvalidURL

    began = perf_counter()
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=PATIENCE)) as client,
            client.get(
                f"{access.base.rstrip('/')}/models",
                headers=access.headers,
                params=access.query,
                allow_redirects=False,
            ) as answer,
        ):
            content = await answer.json(content_type=None) if answer.status == 200 else None
            return _verdict(call, answer.status, content, round((perf_counter() - began) * 1000))
    except TimeoutError:
        return {"ok": False, "message": _words(call, "timeout", seconds=f"{PATIENCE:g}")}
    except (ClientError, InvalidURL, ValueError, asyncio.IncompleteReadError) as error:
        return {"ok": False, "message": _why_not(call, error)}


def _why_not(call: Call, error: Exception) -> str:
    """Tell why a server was not reached, of its address only name and port: the rest may hold the key."""
    from aiohttp import (
        ClientConnectorCertificateError,
        ClientConnectorDNSError,
        ClientConnectorError,
        ClientSSLError,
        InvalidURL,
        NonHttpUrlClientError,
    )

    if isinstance(error, (InvalidURL, NonHttpUrlClientError)):
        return _words(call, "no_address")
    if isinstance(error, ClientConnectorCertificateError):
        return _words(call, "no_trust")
    if isinstance(error, ClientConnectorDNSError):
        return _words(call, "unknown_name", host=error.host)
    if isinstance(error, ClientConnectorError) and not isinstance(error, ClientSSLError):
        return _words(call, "refused", host=error.host, port=error.port)
    return _words(call, "unreachable", reason=error.__class__.__name__)


def _verdict(call: Call, status: int, content: Any, milliseconds: int) -> dict[str, Any]:
    if status != 200:
        key = "no_access" if status in (401, 403) else "status"
        return {"ok": False, "message": _words(call, key, status=status), "milliseconds": milliseconds}
    models = content.get("data") if isinstance(content, dict) else None
    count = len(models) if isinstance(models, list) else 0
    return {
        "ok": True,
        "message": _words(call, "well", count=count),
        "models": count,
        "milliseconds": milliseconds,
    }


def _words(call: Call, key: str, **values: Any) -> str:
    files = [folder("locales") / name / "admin.json" for name in languages_of(call.language)]
    return fill(str(lookup(files, f"connection.{key}") or key), values)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/service-host/test",
        "flows.write",
        test,
        "Whether a Service Host answers",
        {200: "how it went", 400: "no node", 404: "the node type is not offered"},
        BODY,
    ),
)
