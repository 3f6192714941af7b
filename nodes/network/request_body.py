"""The body of a request, or the query, from a payload."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flowengine.http.query_text import form_text
from flowengine.javascript_values import js_json, js_string
from flowengine.messages import UNDEFINED

from .form_data import form_data
from .request_headers import RequestHeaders
from .urls import Url


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """A body, and the content type it asks for where the headers have none."""

    body: bytes | None = None
    content_type: str | None = None


def plan_body(method: str, payload: Any, headers: RequestHeaders, *, in_get: bool) -> BodyPlan:
    """Make a body: text and Buffers as they are, forms where the headers say so, everything else as JSON."""
    if payload is UNDEFINED or method == "HEAD":
        return BodyPlan()
    if method == "GET":
        return _get_body(payload) if in_get else BodyPlan()
    kind = headers.get("content-type")
    if kind == "multipart/form-data" and isinstance(payload, (dict, list)):
        return BodyPlan(*form_data(payload))
    plain = _plain(payload)
    if plain is not None:
        return BodyPlan(plain)
    if kind == "application/x-www-form-urlencoded":
        return BodyPlan(form_text(payload).encode())
    return BodyPlan(js_json(payload).encode(), "application/json" if kind is None else None)


def add_to_query(url: Url, payload: Any) -> Url:
    """Add a payload to the query of an address."""
    more = form_text(payload)
    if url.query:
        more = f"{url.query}&{more}"
    return replace(url, query=more)


def _get_body(payload: Any) -> BodyPlan:
    if isinstance(payload, bool):
        return BodyPlan()
    plain = _plain(payload)
    return BodyPlan(plain if plain is not None else js_json(payload).encode())


def _plain(payload: Any) -> bytes | None:
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    if isinstance(payload, str):
        return payload.encode("utf-8", "replace")
    if isinstance(payload, (int, float)) and not isinstance(payload, bool):
        return js_string(payload).encode()
    return None
