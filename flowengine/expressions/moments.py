"""The dates that ``$moment()`` gives in expressions: the part of moment.js that flows use."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..javascript_values import iso_date, js_number, js_string
from .local_zone import LOCAL
from .moment_formats import fixed_zone, offset_text, write_date

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {
    "y": "year", "M": "month", "w": "week", "d": "day", "D": "date", "h": "hour", "m": "minute", "s": "second",
    "ms": "millisecond", "Q": "quarter", "W": "isoWeek", "E": "isoWeekday", "e": "weekday",
}  # fmt: skip
_CAMEL = {
    "isoweek": "isoWeek", "isoweekday": "isoWeekday", "dayofyear": "dayOfYear", "weekyear": "weekYear",
    "isoweekyear": "isoWeekYear",
}  # fmt: skip
_EXACT = {"hour": 3600.0, "minute": 60.0, "second": 1.0, "millisecond": 0.001}


def unit_of(name: Any) -> str:
    """Read the name of a unit: ``d``, ``day`` and ``days`` are the same."""
    text = js_string(name)
    if text in UNITS:
        return UNITS[text]
    text = text.lower().removesuffix("s")
    return _CAMEL.get(text, text)


class Moment:
    """A point in time in a zone. As in moment.js the methods that change it change the moment itself."""

    __slots__ = ("at",)

    def __init__(self, at: datetime | None) -> None:
        self.at = at

    def __str__(self) -> str:
        return write_date(self.at, "ddd MMM DD YYYY HH:mm:ss [GMT]ZZ") if self.at else "Invalid date"

    @property
    def outside(self) -> datetime | None:
        """Give what leaves an expression in place of the moment: a date."""
        return self.at

    def to_json(self) -> str | None:
        """Give what stands for the moment in JSON."""
        return iso_date(self.at) if self.at else None

    @property
    def milliseconds(self) -> int | float:
        """Milliseconds since 1970; NaN where there is no such date."""
        return (
            math.nan if self.at is None else math.floor((self.at - EPOCH) / timedelta(milliseconds=1) + 1e-6)
        )

    def local(self) -> Moment:
        """Show the moment in this machine's zone."""
        return self._in(LOCAL)

    def utc(self) -> Moment:
        """Show the moment in UTC."""
        return self._in(UTC)

    def tz(self, name: str) -> Moment:
        """Show the moment in a named zone; one that is not known leaves it as it is."""
        try:
            return self._in(ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            return self

    def offset(self, value: Any) -> Moment:
        """Show the moment at a fixed offset: ``+02:00``, minutes, or hours where the number is below 16."""
        if isinstance(value, str) and re.fullmatch(r"Z|[+-]\d\d:?\d\d", value):
            return self._in(fixed_zone(value))
        minutes = js_number(value)
        return self._in(timezone(timedelta(minutes=minutes * 60 if abs(minutes) < 16 else minutes)))

    def _in(self, zone: tzinfo) -> Moment:
        if self.at is not None:
            self.at = self.at.astimezone(zone)
        return self

    def format(self, pattern: str | None = None) -> str:
        """Write the moment by a pattern; without one as ISO 8601 with its offset."""
        if self.at is None:
            return "Invalid date"
        if pattern is None:
            pattern = "YYYY-MM-DDTHH:mm:ss[Z]" if self.at.tzinfo is UTC else "YYYY-MM-DDTHH:mm:ssZ"
        return write_date(self.at, pattern)

    def iso(self, keep_offset: bool) -> str | None:
        """Write ``toISOString``: in UTC, or with the offset kept."""
        if self.at is None or not keep_offset:
            return self.to_json()
        return write_date(self.at, "YYYY-MM-DD[T]HH:mm:ss.SSS") + offset_text(self.at)

    def add(self, amount: float, unit: str) -> Moment:
        """Add so many units: days and more by the calendar, hours and less by the clock."""
        if self.at is None or amount != amount:
            return self
        try:
            self.at = _added(self.at, amount, unit)
        except (OverflowError, ValueError):
            self.at = None
        return self

    def start_of(self, unit: str) -> Moment:
        """Go back to where the unit begins."""
        if self.at is not None:
            self.at = _wall(self.at, _start(self.at, unit))
        return self

    def end_of(self, unit: str) -> Moment:
        """Go to the last millisecond of the unit."""
        whole = {"isoWeek": "week", "date": "day"}.get(unit, unit)
        return self.start_of(unit).add(1, whole).add(-1, "millisecond")

    def clone(self) -> Moment:
        """Make a moment of its own."""
        return Moment(self.at)


def _wall(at: datetime, wall: datetime) -> datetime:
    """Put a time of the clock into the zone of ``at``; what summer time skips moves on."""
    zone = at.tzinfo
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _added(at: datetime, amount: float, unit: str) -> datetime:
    if unit in _EXACT:
        return (at.astimezone(UTC) + timedelta(seconds=amount * _EXACT[unit])).astimezone(at.tzinfo)
    wall = at.replace(tzinfo=None)
    if unit in ("day", "week", "isoWeek"):
        days = _rounded(amount * (1 if unit == "day" else 7))
        return _wall(at, wall + timedelta(days=days))
    months = _rounded(amount * {"month": 1, "quarter": 3, "year": 12}.get(unit, 0))
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return _wall(at, wall.replace(year=year, month=month + 1, day=min(wall.day, last)))


def _rounded(number: float) -> int:
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


def _start(at: datetime, unit: str) -> datetime:
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    starts: dict[str, Callable[[], datetime]] = {
        "year": lambda: day.replace(month=1, day=1),
        "quarter": lambda: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "month": lambda: day.replace(day=1),
        "week": lambda: day - timedelta(days=day.isoweekday() % 7),
        "isoWeek": lambda: day - timedelta(days=day.weekday()),
        "day": lambda: day,
        "date": lambda: day,
        "hour": lambda: at.replace(minute=0, second=0, microsecond=0, tzinfo=None),
        "minute": lambda: at.replace(second=0, microsecond=0, tzinfo=None),
        "second": lambda: at.replace(microsecond=0, tzinfo=None),
    }
    return starts.get(unit, lambda: at.replace(tzinfo=None))()
