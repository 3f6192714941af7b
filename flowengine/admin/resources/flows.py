"""``/flows``: all flows, and whether they run."""

from __future__ import annotations

from typing import Any

from ..endpoint import Call, Endpoint
from ..errors import ApiError
from ..flows import KINDS

NODE = {
    "type": "object",
    "required": ["id", "type"],
    "properties": {"id": {"type": "string"}, "type": {"type": "string"}},
}
NODES = {"type": "array", "items": NODE}
FLOWS = {
    "anyOf": [
        NODES,
        {
            "type": "object",
            "required": ["flows"],
            "properties": {"flows": NODES, "rev": {"type": "string"}, "credentials": {"type": "object"}},
        },
    ]
}


def _version(call: Call) -> str:
    version = call.request.headers.get("Node-RED-API-Version") or "v1"
    if version not in ("v1", "v2"):
        raise ApiError(400, "invalid_api_version")
    return version


async def read(call: Call) -> Any:
    """Give the flows: the array (v1), or with their revision (v2)."""
    flows = call.runtime.flows
    return flows.nodes if _version(call) == "v1" else {"flows": flows.nodes, "rev": flows.rev}


async def deploy(call: Call) -> Any:
    """Deploy."""
    version = _version(call)
    kind = call.request.headers.get("Node-RED-Deployment-Type") or "full"
    if kind not in KINDS:
        raise ApiError(400, "invalid_deployment_type")
    rev = await (
        call.runtime.flows.reload(call.username) if kind == "reload" else _deploy(call, version, kind)
    )
    call.runtime.log.audit("flows.set", type=kind, user=call.username, rev=rev)
    return None if version == "v1" else {"rev": rev}


async def _deploy(call: Call, version: str, kind: str) -> str:
    body = await call.body()
    if version == "v1":
        return await call.runtime.flows.deploy(body, kind, user=call.username)
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_flows", reason="version 2 posts an object with an array in flows")
    rev = body.get("rev")
    if "rev" in body and not isinstance(rev, str):
        raise ApiError(409, "version_mismatch")
    return await call.runtime.flows.deploy(
        body.get("flows"), kind, rev=rev, credentials=body.get("credentials"), user=call.username
    )


async def read_state(call: Call) -> Any:
    """Tell whether flows run."""
    return {"state": call.runtime.flows.state}


async def write_state(call: Call) -> Any:
    """Start or stop all flows."""
    if not call.runtime.settings.runtime_state.enabled:
        raise ApiError(405, "not_allowed")
    state = (await call.fields()).get("state")
    if state not in ("start", "stop"):
        raise ApiError(400, "invalid_run_state")
    await call.runtime.flows.set_state(state)
    call.runtime.log.audit("flows.setState", state=state, user=call.username)
    return {"state": call.runtime.flows.state}


ENDPOINTS = (
    Endpoint(
        "GET", "/flows", "flows.read", read, "All flows", {200: "the flows", 400: "unknown API version"}
    ),
    Endpoint(
        "POST",
        "/flows",
        "flows.write",
        deploy,
        "Deploy flows",
        {
            200: "the new revision (v2)",
            204: "deployed (v1)",
            400: "no flows",
            409: "made from another revision",
            507: "not stored",
        },
        FLOWS,
    ),
    Endpoint("GET", "/flows/state", "flows.read", read_state, "Whether flows run"),
    Endpoint(
        "POST",
        "/flows/state",
        "flows.write",
        write_state,
        "Start or stop all flows",
        {200: "the new state", 400: "no such state", 405: "switched off by the settings"},
        {"type": "object", "properties": {"state": {"enum": ["start", "stop"]}}},
    ),
)
