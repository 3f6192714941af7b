"""``/inject``: presses the button of an inject node."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from ...messages import Msg, generate_id
from ..endpoint import ANY_OBJECT, Call, Endpoint
from ..errors import ApiError, not_found

PROPS = "__user_inject_props__"


async def press(call: Call) -> Any:
    """Give a node a message; with ``__user_inject_props__`` these properties instead of its own."""
    body = await call.fields()
    node = call.runtime.engine.nodes.get(call.param("id"))
    if node is None:
        raise not_found()
    given = body if PROPS in body else {}
    props = given.get(PROPS, [])
    if not isinstance(props, list) or not all(isinstance(one, dict) for one in props):
        raise ApiError(400, "invalid_request")
    node.receive(Msg({**given, "_msgid": generate_id()}))
    return web.Response(text="OK")


ENDPOINTS = (
    Endpoint(
        "POST",
        "/inject/{id}",
        "inject.write",
        press,
        "Press an inject node",
        {200: "pressed", 400: "the properties are no list", 404: "no such node runs"},
        ANY_OBJECT,
    ),
)
