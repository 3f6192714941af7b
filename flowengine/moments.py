"""The dates that ``$moment()`` gives in expressions: the part of moment.js that flows use."""

from __future__ import annotations

import calendar
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from .javascript_values import iso_date, js_number, js_string
from .moment_formats import fixed_zone, offset_text, read_date, write_date
from .undefined import UNDEFINED

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"\s*(?P<year>[+-]\d{6}|\d{4})(?:-?W(?P<week>\d\d)(?:-?(?P<weekday>\d))?|-(?P<ordinal>\d{3})(?!\d)"
    r"|-?(?P<month>\d\d)(?:-?(?P<day>\d\d))?)?"
    r"(?:[T ](?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?\s*$"
)
UNITS = {
    "y": "year", "M": "month", "w": "week", "d": "day", "D": "date", "h": "hour", "m": "minute", "s": "second",
    "ms": "millisecond", "Q": "quarter", "W": "isoWeek", "E": "isoWeekday", "e": "weekday",
}  # fmt: skip
_CAMEL = {
    "isoweek": "isoWeek", "isoweekday": "isoWeekday", "dayofyear": "dayOfYear", "weekyear": "weekYear",
    "isoweekyear": "isoWeekYear",
}  # fmt: skip
_EXACT = {"hour": 3600.0, "minute": 60.0, "second": 1.0, "millisecond": 0.001}


class _Local(tzinfo):
    """The zone of this machine, with its summer time."""

    is_local = True

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(seconds=self._local(at).tm_gmtoff)

    def dst(self, at: datetime | None) -> timedelta:
        return timedelta(hours=1 if self._local(at).tm_isdst > 0 else 0)

    def tzname(self, at: datetime | None) -> str:
        return self._local(at).tm_zone

    def fromutc(self, at: datetime) -> datetime:
        seconds = _clock_seconds(at)
        local = at + timedelta(seconds=time.localtime(seconds).tm_gmtoff)
        return local.replace(fold=int(_clock_seconds(local) - self._offset(local) != seconds))

    def _local(self, at: datetime | None) -> time.struct_time:
        at = at or datetime.now(UTC)
        return time.localtime(_clock_seconds(at) - self._offset(at))

    @staticmethod
    def _offset(at: datetime) -> int:
        """Find the offset of a time of the clock; of a time that comes twice, the one that ``fold`` names."""
        clock = _clock_seconds(at)
        before, after = time.localtime(clock - 86400).tm_gmtoff, time.localtime(clock + 86400).tm_gmtoff
        fitting = [offset for offset in (before, after) if time.localtime(clock - offset).tm_gmtoff == offset]
        return fitting[-at.fold] if fitting else before


def _clock_seconds(at: datetime) -> int:
    """Count the seconds since 1970 as if the clock showed UTC."""
    return math.floor((at.replace(tzinfo=UTC) - _EPOCH).total_seconds())


LOCAL = _Local()


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
            math.nan if self.at is None else math.floor((self.at - _EPOCH) / timedelta(milliseconds=1) + 1e-6)
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
        return (_EPOCH + timedelta(milliseconds=math.trunc(value))).astimezone(LOCAL)
    except (OverflowError, ValueError):
        return None


def _of_parts(parts: list[Any]) -> datetime | None:
    """Make a date of ``[year, month from 0, day, hour, minute, second, milliseconds]``."""
    if not parts:
        return datetime.now(LOCAL)
    try:
        year, month, day, *rest = [
            int(js_number(part)) for part in [*parts, *[0, 0, 1, 0, 0, 0, 0][len(parts) :]]
        ]
        return datetime(year, month + 1, day, *rest[:3], rest[3] * 1000, tzinfo=LOCAL)
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
