"""The heads of answers as bytes: status line, headers, and what every answer has."""

from __future__ import annotations

from .http_exchange import REASONS, Headers

STATUS_LINES = {status: f"HTTP/1.1 {status} {reason}\r\n" for status, reason in REASONS.items()}
_STAYS = "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
_CLOSES = "Connection: close\r\n\r\n"


def answer_head(status: int, headers: Headers, length: int, date_line: str, *, keep_alive: bool) -> bytes:
    """Make the head of an answer whose body has so many bytes."""
    lines = [STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"]
    has_length = status in (204, 304) or status < 200
    for name, value in headers:
        lines.append(f"{name}: {value}\r\n")
        has_length = has_length or name.lower() == "content-length"
    if not has_length:
        lines.append(f"Content-Length: {length}\r\n")
    lines.append(date_line)
    lines.append(_STAYS if keep_alive else _CLOSES)
    return "".join(lines).encode("latin-1", "replace")
