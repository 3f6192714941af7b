"""Multipart forms from a payload: text, Buffers, and ``{"value", "options": {"filename", "contentType"}}``."""

from __future__ import annotations

import mimetypes
import secrets
from typing import Any

from flowengine.javascript_values import js_json, js_string
from flowengine.messages import UNDEFINED


def form_data(values: Any) -> tuple[bytes, str]:
    """Return the body of a form and its content type."""
    boundary = f"--------------------------{secrets.token_hex(12)}"
    items = (
        values.items() if isinstance(values, dict) else ((str(at), item) for at, item in enumerate(values))
    )
    parts = [part for name, value in items for part in _parts(name, value)]
    marks = [b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts]
    return b"".join(marks) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _parts(name: str, value: Any) -> list[bytes]:
    if value is None or value is UNDEFINED:
        return []
    if isinstance(value, (str, bytes, bytearray)):
        return [_part(name, value, {})]
    if isinstance(value, dict) and "value" in value:
        options = value.get("options")
        return [_part(name, value["value"], options if isinstance(options, dict) else {"filename": options})]
    return [_part(name, js_json(value), {})]


def _part(name: str, value: Any, options: dict[str, Any]) -> bytes:
    content = bytes(value) if isinstance(value, (bytes, bytearray)) else js_string(value).encode()
    filename = options.get("filename") or options.get("filepath")
    about = f'form-data; name="{_quoted(name)}"' + (
        f'; filename="{_quoted(str(filename))}"' if filename else ""
    )
    lines = {"Content-Disposition": about}
    if kind := _content_type(value, filename, options):
        lines["Content-Type"] = kind
    extra = options.get("header")
    lines |= {str(key): js_string(item) for key, item in extra.items()} if isinstance(extra, dict) else {}
    head = "".join(f"{key}: {_one_line(item)}\r\n" for key, item in lines.items())
    return f"{head}\r\n".encode() + content


def _content_type(value: Any, filename: Any, options: dict[str, Any]) -> str | None:
    if options.get("contentType"):
        return str(options["contentType"])
    guessed = mimetypes.guess_type(str(filename))[0] if filename else None
    return guessed or ("application/octet-stream" if isinstance(value, (bytes, bytearray)) else None)


def _quoted(text: str) -> str:
    """Keep a name from ending its quotes or its line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
