"""What JavaScript asks Python about the world: property paths, time zones, dates in words."""

from __future__ import annotations

from datetime import UTC, datetime
from math import nan
from pathlib import Path as FilePath
from time import localtime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import PropertyPathError
from ..messages import compile_path

_LONG_NAMES = {
    "UTC": "Coordinated Universal Time",
    "GMT": "Greenwich Mean Time",
    "CET": "Central European Standard Time",
    "CEST": "Central European Summer Time",
    "WET": "Western European Standard Time",
    "WEST": "Western European Summer Time",
    "EET": "Eastern European Standard Time",
    "EEST": "Eastern European Summer Time",
    "EST": "Eastern Standard Time",
    "EDT": "Eastern Daylight Time",
    "CST": "Central Standard Time",
    "CDT": "Central Daylight Time",
    "MST": "Mountain Standard Time",
    "MDT": "Mountain Daylight Time",
    "PST": "Pacific Standard Time",
    "PDT": "Pacific Daylight Time",
    "JST": "Japan Standard Time",
    "BST": "British Summer Time",
    "IST": "India Standard Time",
}


def describe_path(text: str) -> dict[str, Any]:
    """Return the keys of a property path as ``parts``, or what is wrong with it as ``error``.

    A key that the message gives (``a[msg.b]``) is ``[position, "b", ["b"]]``.
    """
    try:
        path = compile_path(text)
    except PropertyPathError as error:
        return {"error": str(error)}
    return {"parts": [part if isinstance(part, (str, int)) else _described(part) for part in path.parts]}


def _described(reference: Any) -> list[Any]:
    path = reference._path
    return [reference._position, path.text, list(path.parts)]


def zone_offset(zone: str, milliseconds: float) -> float:
    """Return the minutes that a zone is ahead of UTC at a moment; NaN for a zone that is not known."""
    try:
        offset = datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return nan
    return offset.total_seconds() / 60 if offset else 0.0


def zone_name(milliseconds: float) -> str:
    """Return the long name of the process's time zone at a moment."""
    try:
        short = localtime(milliseconds / 1000).tm_zone
    except (ValueError, OverflowError, OSError):
        short = "UTC"
    return _LONG_NAMES.get(short, f"GMT{short}" if short[:1] in "+-" else short)


def zone_id() -> str:
    """Return the name of the process's time zone, such as Europe/Berlin."""
    import os

    if zone := os.environ.get("TZ", "").lstrip(":"):
        return zone
    link = FilePath("/etc/localtime")
    target = str(link.resolve()) if link.is_symlink() else ""
    return target.partition("zoneinfo/")[2] or "UTC"


def spell_date(form: str) -> str:
    """Return the present moment in a form of the moment library."""
    from ..expressions import format_date

    return format_date(datetime.now(UTC), form)


def debug_form(value: Any, longest: int) -> dict[str, Any]:
    """Return a value as the debug sidebar takes it: ``format`` and ``msg``."""
    from ..debug_values import encode_value

    return encode_value(value, longest)


def ascii_host(name: str) -> str:
    """Return a host name in ASCII (``xn--...``); empty where it is none."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""
