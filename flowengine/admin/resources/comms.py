"""``/comms``: the websocket of editors."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint
from ..errors import ApiError


async def connect(call: Call) -> Any:
    """Serve a websocket; its login is a message, for browsers cannot send headers with one."""
    if not web.WebSocketResponse().can_prepare(call.request).ok:
        raise ApiError(426, "websocket_only", headers={"Upgrade": "websocket"})
    return await call.runtime.comms.serve(call.request)


ENDPOINTS = (
    Endpoint(
        "GET",
        "/comms",
        None,
        connect,
        "Statuses, debug messages and notifications",
        {101: "a websocket", 426: "no websocket"},
    ),
)
