"""Bytes of a value, as ``Buffer.from`` makes them."""

from __future__ import annotations

from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_string, js_typeof
from flowengine.messages import UNDEFINED
from flowengine.typed_values import to_buffer

from .tcp_connections import decode_base64


def buffer_from(value: Any, *, from_base64: bool = False) -> bytes:
    """Return the bytes of a text, a Buffer or an array of numbers. Raises NodeError for anything else."""
    if isinstance(value, str):
        return decode_base64(value) if from_base64 else value.encode("utf-8", "replace")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, list):
        return to_buffer(value)
    raise NodeError(
        "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an "
        f"Array-like Object. Received {_shown(value)}",
        name="TypeError [ERR_INVALID_ARG_TYPE]",
        code="ERR_INVALID_ARG_TYPE",
    )


def _shown(value: Any) -> str:
    if value is None or value is UNDEFINED:
        return js_string(value)
    kind = js_typeof(value)
    return "an instance of Object" if kind == "object" else f"type {kind} ({js_string(value)})"
