"""``/credentials``: which secrets a node has. The secrets themselves never leave the server."""

from __future__ import annotations

from typing import Any

from ..endpoint import Call, Endpoint
from ..node_secrets import shown_secrets


async def read(call: Call) -> Any:
    """Give a node's texts, and of its passwords only whether there are any."""
    flows, node_id = call.runtime.flows, call.param("id")
    stored = flows.credentials.get(node_id)
    if not stored:
        return {}
    # What the address calls its type counts only where the node is unknown: another type's texts could be
    # this one's passwords.
    node = flows.sorted.by_id.get(node_id)
    return shown_secrets(node["type"] if node else call.param("type"), stored, call.runtime.engine.node_sets)


ENDPOINTS = (
    Endpoint("GET", "/credentials/{type}/{id}", "credentials.read", read, "What secrets a node has"),
)
