"""``/api/history``: deployed versions: list, view, compare, restore."""

from __future__ import annotations

import asyncio
from typing import Any

from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found
from ..history import History, difference

MOST = 500


async def read_all(call: Call) -> Any:
    """Give versions, newest first."""
    limit = min(_number(call.query("limit", "100")), MOST)
    before = _number(call.query("before")) if call.query("before") else None
    versions = await asyncio.to_thread(_history(call).versions, limit, before)
    return [version.as_dict() for version in versions]


async def read(call: Call) -> Any:
    """Give a version with its flows."""
    version, nodes = await _find(call)
    return {**version.as_dict(), "flows": nodes}


async def compare(call: Call) -> Any:
    """Give what changed from a version to another one, ``?to=``, or to what is deployed."""
    _, old = await _find(call)
    new = call.runtime.flows.nodes
    if to := call.query("to"):
        new = (await _find(call, _number(to)))[1]
    return difference(old, new)


async def restore(call: Call) -> Any:
    """Deploy a version again."""
    version, nodes = await _find(call)
    rev = await call.runtime.flows.deploy(nodes, user=call.username, noted_as="restore")
    call.runtime.log.audit("history.restore", id=version.id, user=call.username)
    return {"rev": rev}


def _history(call: Call) -> History:
    if call.runtime.flows.history is None:
        raise ApiError(404, "no_history")
    return call.runtime.flows.history


async def _find(call: Call, version_id: int | None = None) -> Any:
    wanted = _number(call.param("id")) if version_id is None else version_id
    try:
        return await asyncio.to_thread(_history(call).find, wanted)
    except KeyError:
        raise not_found() from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ApiError(400, "invalid_request")
    return int(text)


_ID = r"/api/history/{id:\d+}"
_ANSWERS = {200: "well", 404: "no such version"}
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/history",
        "flows.read",
        read_all,
        "Deployed versions",
        {200: "the versions", 400: "no number", 404: "none are kept"},
        query={"limit": "most of them", "before": "id of the version that the page before ended with"},
    ),
    Endpoint("GET", _ID, "flows.read", read, "A version with its flows", _ANSWERS),
    Endpoint(
        "GET",
        _ID + "/diff",
        "flows.read",
        compare,
        "What changed",
        {**_ANSWERS, 400: "no number"},
        query={"to": "id of the other version"},
    ),
    Endpoint("POST", _ID + "/restore", "flows.write", restore, "Deploy a version again", _ANSWERS),
)
