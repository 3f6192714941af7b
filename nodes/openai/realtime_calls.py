"""Calls over WebRTC: the offer of a browser goes out as it is, or in a form together with the session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flowengine.javascript_values import js_json

from .api_errors import Problem
from .options import Options

if TYPE_CHECKING:
    from .call import Call


async def create_realtime_call(call: Call, payload: Any) -> Any:
    """Answer the offer in `sdp`; the payload is the server's answer in the same protocol, as bytes."""
    fields = call.fields(payload)
    offer = fields.get("sdp")
    if not isinstance(offer, str):
        raise Problem("no_offer", method=call.method.name)
    if fields.get("session") is not None:
        return await call.answer(call.method, {**fields, "session": js_json(fields["session"])})
    alone = replace(call.method, multipart=False)
    return await call.answer(alone, offer.encode(), Options(headers={"Content-Type": "application/sdp"}))
