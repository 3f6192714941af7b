"""Where moments come from: texts, numbers, lists and dicts, as ``moment(value, pattern)`` takes them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from ..javascript_values import js_number
from ..undefined import UNDEFINED
from .local_zone import LOCAL
from .moment_formats import fixed_zone, read_date
from .moments import EPOCH, Moment, unit_of

_ISO = re.compile(
    r"\s*(?P<year>[+-]\d{6}|\d{4})(?:-?W(?P<week>\d\d)(?:-?(?P<weekday>\d))?|-(?P<ordinal>\d{3})(?!\d)"
    r"|-?(?P<month>\d\d)(?:-?(?P<day>\d\d))?)?"
    r"(?:[T ](?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?\s*$"
)


def make_moment(value: Any = UNDEFINED, pattern: Any = UNDEFINED) -> Moment:
    """Make a moment as ``moment(value, pattern)`` does; one that is not valid where there is no such date."""
    if isinstance(value, Moment):
        return value.clone()
    if value is UNDEFINED:
        return Moment(datetime.now(LOCAL))
    if isinstance(value, datetime):
        return Moment(value.astimezone(LOCAL))
    if isinstance(value, str):
        patterns = pattern if isinstance(pattern, list) else [pattern]
        return Moment(next((at for each in patterns if (at := _read(value, each))), None))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Moment(_of_milliseconds(value))
    if isinstance(value, list):
        return Moment(_of_parts(value))
    return Moment(_of_units(value)) if isinstance(value, dict) else Moment(None)


def _of_milliseconds(value: float) -> datetime | None:
    try:
        return (EPOCH + timedelta(milliseconds=math.trunc(value))).astimezone(LOCAL)
    except (OverflowError, ValueError):
        return None


def _of_parts(parts: list[Any]) -> datetime | None:
    """Make a date of ``[year, month from 0, day, hour, minute, second, milliseconds]``."""
    if not parts:
        return datetime.now(LOCAL)
    try:
        given = [int(js_number(part)) for part in [*parts, *[0, 0, 1, 0, 0, 0, 0][len(parts) :]]]
        year, month, day, hour, minute, second, milliseconds = given[:7]
        return datetime(year, month + 1, day, hour, minute, second, milliseconds * 1000, tzinfo=LOCAL)
    except (ValueError, OverflowError):
        return None


def _of_units(units: dict[str, Any]) -> datetime | None:
    named = {unit_of(name): number for name, number in units.items()}
    now = datetime.now(LOCAL)
    day = named.get("day", named.get("date", 1 if "month" in named or "year" in named else now.day))
    month = named.get("month", 0 if "year" in named else now.month - 1)
    times = [named.get(unit, 0) for unit in ("hour", "minute", "second", "millisecond")]
    return _of_parts([named.get("year", now.year), month, day, *times])


def _read(text: str, pattern: Any) -> datetime | None:
    if isinstance(pattern, str):
        return read_date(text, pattern, LOCAL)
    try:
        if match := _ISO.match(text):
            return _of_iso(match).astimezone(LOCAL)
        from email.utils import parsedate_to_datetime

        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(LOCAL)


def _of_iso(match: re.Match[str]) -> datetime:
    year = int(match["year"])
    if match["week"]:
        day = datetime.fromisocalendar(year, int(match["week"]), int(match["weekday"] or 1))
    elif match["ordinal"]:
        day = datetime.strptime(f"{year:04}{match['ordinal']}", "%Y%j")  # noqa: DTZ007 - its zone follows
    else:
        day = datetime(year, int(match["month"] or 1), int(match["day"] or 1))  # noqa: DTZ001
    minutes, seconds = int(match["minute"] or 0), int(match["second"] or 0)
    milliseconds = int(f"{match['fraction'] or ''}000"[:3])
    hours = int(match["hour"] or 0)
    if hours > 24 or minutes > 59 or seconds > 59:
        raise ValueError("time")
    at = day + timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
    return at.replace(tzinfo=fixed_zone(match["zone"]) if match["zone"] else LOCAL)
