"""``/flow``: one tab with its nodes."""

from __future__ import annotations

from typing import Any

from ..endpoint import ANY_OBJECT, Call, Endpoint


async def read(call: Call) -> Any:
    """Give a tab, or what lies on none as ``global``."""
    return call.runtime.flows.flow(call.param("id"))


async def add(call: Call) -> Any:
    """Add a tab."""
    flow_id = await call.runtime.flows.add_flow(await call.body(), call.username)
    call.runtime.log.audit("flow.add", id=flow_id, user=call.username)
    return {"id": flow_id}


async def update(call: Call) -> Any:
    """Put other nodes on a tab."""
    flow_id = await call.runtime.flows.update_flow(call.param("id"), await call.body(), call.username)
    call.runtime.log.audit("flow.update", id=flow_id, user=call.username)
    return {"id": flow_id}


async def remove(call: Call) -> None:
    """Remove a tab."""
    await call.runtime.flows.remove_flow(call.param("id"), call.username)
    call.runtime.log.audit("flow.remove", id=call.param("id"), user=call.username)


ENDPOINTS = (
    Endpoint("POST", "/flow", "flows.write", add, "Add a flow", {200: "its id", 400: "no flow"}, ANY_OBJECT),
    Endpoint("GET", "/flow/{id}", "flows.read", read, "One flow", {200: "the flow", 404: "no such flow"}),
    Endpoint(
        "PUT",
        "/flow/{id}",
        "flows.write",
        update,
        "Change a flow",
        {200: "its id", 400: "no flow", 404: "no such flow"},
        ANY_OBJECT,
    ),
    Endpoint(
        "DELETE",
        "/flow/{id}",
        "flows.write",
        remove,
        "Remove a flow",
        {204: "removed", 400: "not this one", 404: "no such flow"},
    ),
)
