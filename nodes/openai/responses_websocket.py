"""Responses over a websocket that stays open from message to message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .sockets import Kind, manage

if TYPE_CHECKING:
    from .call import Call

RESPONSES = Kind("Responses", "responses.websocket", strict=True, event_type="response.create")
OBJECT = "response.websocket"


async def manage_model_response_websocket(call: Call, payload: Any) -> Any:
    """What was done with the connection: `{object, action, connection_id, ...}`."""
    done = await manage(call, payload, RESPONSES)
    return {**done, "object": done["object"].replace(RESPONSES.transport, OBJECT)}
