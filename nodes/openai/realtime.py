"""Realtime and live sessions: websockets that any event may be sent to, and what is done with calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .sockets import Kind, manage

if TYPE_CHECKING:
    from .call import Call


async def connect(call: Call, payload: Any) -> Any:
    """Connect, send or close. `action` is "connect" and `connection_id` the method's name unless they are given."""
    subject = (call.method.sdk or call.method.name).removeprefix("beta.").partition(".")[0]
    return await manage(call, payload, Kind(subject.capitalize(), f"{subject}.websocket"))


async def accept_realtime_call(call: Call, payload: Any) -> Any:
    """Take a call."""
    return await _decide(call, payload, "accepted")


async def hangup_realtime_call(call: Call, payload: Any) -> Any:
    """End a call."""
    return await _decide(call, payload, "hung_up")


async def refer_realtime_call(call: Call, payload: Any) -> Any:
    """Hand a call over."""
    return await _decide(call, payload, "referred")


async def reject_realtime_call(call: Call, payload: Any) -> Any:
    """Turn a call down."""
    return await _decide(call, payload, "rejected")


async def _decide(call: Call, payload: Any, status: str) -> dict[str, Any]:
    """The server's answer is empty: say which call it was and what became of it."""
    await call.answer(call.method, payload)
    return {"call_id": call.fields(payload).get("call_id"), "status": status}
