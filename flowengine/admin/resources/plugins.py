"""``/plugins``: Node-RED's editor plugins. There are none, and clients that ask are told so."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint


async def read_all(call: Call) -> Any:
    """Give the plugins: none."""
    return [] if call.wants_json() else web.Response(text="", content_type="text/html")


async def read_messages(call: Call) -> Any:
    """Give the words of the plugins: none."""
    return {}


ENDPOINTS = (
    Endpoint("GET", "/plugins", "plugins.read", read_all, "Editor plugins"),
    Endpoint("GET", "/plugins/messages", "plugins.read", read_messages, "Words of editor plugins"),
)
