"""``/debug``: switches debug nodes on and off, until the next deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found

STATUS = {"enable": 200, "disable": 201}
NODES: Mapping[str, Any] = {
    "type": "object",
    "required": ["nodes"],
    "properties": {"nodes": {"type": "array", "items": {"type": "string"}}},
}


async def switch(call: Call) -> Any:
    """Switch one node."""
    node = call.runtime.engine.nodes.get(call.param("id"))
    if node is None:
        raise not_found()
    return _switched(call, [node])


async def switch_many(call: Call) -> Any:
    """Switch some nodes; those that do not run are passed over."""
    ids = (await call.fields()).get("nodes")
    if not isinstance(ids, list):
        raise ApiError(400, "invalid_request")
    nodes = call.runtime.engine.nodes
    return _switched(
        call, [nodes[node_id] for node_id in ids if isinstance(node_id, str) and node_id in nodes]
    )


def _switched(call: Call, nodes: list[Any]) -> web.Response:
    state = call.param("state")
    for node in nodes:
        if hasattr(node, "active"):
            node.active = state == "enable"
    return web.Response(status=STATUS[state], text="OK" if state == "enable" else "Created")


_ANSWERS = {200: "switched on", 201: "switched off"}
ENDPOINTS = (
    Endpoint(
        "POST",
        "/debug/{state:enable|disable}",
        "debug.write",
        switch_many,
        "Switch debug nodes",
        {**_ANSWERS, 400: "no list of nodes"},
        NODES,
    ),
    Endpoint(
        "POST",
        "/debug/{id}/{state:enable|disable}",
        "debug.write",
        switch,
        "Switch a debug node",
        {**_ANSWERS, 404: "no such node runs"},
    ),
)
