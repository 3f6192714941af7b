"""The websocket in node: starts a flow with what arrives by websockets."""

from __future__ import annotations

from typing import ClassVar

from .websocket_node import WebsocketNode


class WebsocketIn(WebsocketNode):
    """Sends what its listener or client hears, with ``_session``."""

    type = "websocket in"
    inputs: ClassVar[int] = 0
    hears = True
