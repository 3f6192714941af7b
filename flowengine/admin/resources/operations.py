"""``/health`` and ``/metrics``: for those who run servers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found
from ..exposition import TYPE
from ..permissions import may


async def live(call: Call) -> Any:
    """Say that the process answers."""
    return {"status": "ok"}


async def ready(call: Call) -> Any:
    """Say whether the flows have been started."""
    if not call.runtime.ready:
        raise ApiError(503, "not_ready")
    return {"status": "ok", "flows": call.runtime.flows.state}


async def metrics(call: Call) -> Any:
    """Give the figures."""
    settings = call.runtime.settings.metrics
    if not settings.enabled:
        raise not_found()
    if not settings.public and not may(call.user.permissions if call.user else None, "metrics.read"):
        raise ApiError(401, "unauthorized", headers={"WWW-Authenticate": 'Bearer realm="Users"'})
    return web.Response(body=call.runtime.metrics.text().encode(), headers={"Content-Type": TYPE})


ENDPOINTS = (
    Endpoint("GET", "/health/live", None, live, "Whether the process answers"),
    Endpoint(
        "GET",
        "/health/ready",
        None,
        ready,
        "Whether flows have started",
        {200: "they have", 503: "not yet, or no more"},
    ),
    Endpoint(
        "GET",
        "/metrics",
        None,
        metrics,
        "Figures for Prometheus",
        {200: "figures", 401: "not for you", 404: "switched off"},
    ),
)
