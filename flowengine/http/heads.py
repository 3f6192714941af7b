"""The heads of answers as bytes: status line, headers, and what every answer has."""

from __future__ import annotations

from time import gmtime

from .exchange import REASONS, Headers

STATUS_LINES = {status: f"HTTP/1.1 {status} {reason}\r\n" for status, reason in REASONS.items()}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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


def http_date(seconds: float) -> str:
    """Spell a time for headers: the standard library's way to it loads all of its e-mail."""
    now = gmtime(seconds)
    day, month = _DAYS[now.tm_wday], _MONTHS[now.tm_mon - 1]
    clock = f"{now.tm_hour:02d}:{now.tm_min:02d}:{now.tm_sec:02d}"
    return f"{day}, {now.tm_mday:02d} {month} {now.tm_year:04d} {clock} GMT"
