"""The revision of flows, as Node-RED computes it."""

from __future__ import annotations

import hashlib

from ..flow_file import NodeDict
from ..javascript_values import js_json


def revision(nodes: list[NodeDict]) -> str:
    """Return the SHA-256, in hex, of the flows as JavaScript writes them."""
    return hashlib.sha256(js_json(nodes).encode()).hexdigest()
