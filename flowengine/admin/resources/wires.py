"""``/api/wires``: the last message of each wire."""

from __future__ import annotations

from typing import Any

from ..endpoint import Call, Endpoint


async def read(call: Call) -> Any:
    """Give the last messages, cut to size and without secrets."""
    return call.runtime.wires.last_messages()


ENDPOINTS = (
    Endpoint("GET", "/api/wires", "debug.read", read, "Last message of each wire while an editor is open"),
)
