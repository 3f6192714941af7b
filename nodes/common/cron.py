"""Times of day by cron expressions of five to seven fields: seconds and years are the optional ones.

    [seconds] minutes hours days-of-month months days-of-week [years]

Fields are lists of numbers, ranges (which may wrap around), ``*`` and steps; months and days of the week have
names; days may be ``L`` (the last), ``LW`` (the last weekday), ``15W`` (the weekday nearest to the 15th), ``5L``
(the last Friday), ``5#2`` (the second Friday). A day fits when it fits either of the two fields of days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flowengine.errors import NodeError

_PREDEFINED = {
    "@yearly": "0 0 0 1 1 * *",
    "@annually": "0 0 0 1 1 * *",
    "@monthly": "0 0 0 1 * * *",
    "@weekly": "0 0 0 * * 0 *",
    "@daily": "0 0 0 * * * *",
    "@midnight": "0 0 0 * * * *",
    "@hourly": "0 0 * * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM = re.compile(r"(?:(\*)|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?")
_ANY = ("*", "*/1")
LAST_YEAR = 9999
YEARS_AHEAD = 30
"""How far to look for a day that fits: 29 February on a given weekday comes within 28 years, save round 2100."""


class Cron:
    """A parsed cron expression, in local time. Raises NodeError where it is not well-formed."""

    def __init__(self, expression: str) -> None:
        text = expression.strip().lower()
        fields = _PREDEFINED.get(text, text).split()
        if not 5 <= len(fields) <= 7:
            raise NodeError(
                "Expression must have at least 5 fields, and no more than 7 fields", error_object=True
            )
        if len(fields) == 5:
            fields.insert(0, "0")
        years = fields[6] if len(fields) == 7 else "*"
        self.seconds = sorted(_numbers(fields[0], 0, 59))
        self.minutes = sorted(_numbers(fields[1], 0, 59))
        self.hours = sorted(_numbers(fields[2], 0, 23))
        self.days = _Days(fields[3], _numbered(fields[5], _WEEKDAYS, 0))
        self.months = _numbers(_numbered(fields[4], _MONTHS, 1), 1, 12)
        self.years = None if years == "*" else _numbers(years, 1970, LAST_YEAR)

    def next_after(self, now: datetime) -> datetime | None:
        """Return the first moment after ``now`` (local time, without zone), or None where there is none."""
        for day in self._days_from(now.date()):
            for hour in self.hours:
                if day == now.date() and hour < now.hour:
                    continue
                for moment in self._moments(day, hour):
                    if moment > now:
                        return moment
        return None

    def seconds_to_next(self) -> float | None:
        """Return how long it is to the next moment, or None where there is none."""
        now = datetime.now()  # noqa: DTZ005 - cron means the clock on the wall
        moment = self.next_after(now)
        return None if moment is None else max(0.0, moment.timestamp() - now.timestamp())

    def _moments(self, day: date, hour: int) -> Iterator[datetime]:
        for minute in self.minutes:
            for second in self.seconds:
                yield datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - see above

    def _days_from(self, first: date) -> Iterator[date]:
        last = min(LAST_YEAR, first.year + YEARS_AHEAD if self.years is None else max(self.years))
        for year in range(first.year, last + 1):
            if self.years is not None and year not in self.years:
                continue
            for month in sorted(self.months):
                if (year, month) >= (first.year, first.month):
                    yield from (day for day in self.days.of(year, month) if day >= first)


class _Days:
    """The two fields of days, which are one question: which days of a month are meant."""

    def __init__(self, of_month: str, of_week: str) -> None:
        of_month, of_week = (field.replace("?", "*") for field in (of_month, of_week))
        self.all = of_month in _ANY and of_week in _ANY
        self.plain: set[int] = set()
        self.nearest: set[int] = set()
        self.last = self.last_weekday = False
        for item in of_month.split(","):
            self._take(item)
        self.weekdays: set[int] = set()
        self.last_of: set[int] = set()
        self.nth_of: set[tuple[int, int]] = set()
        for item in of_week.split(","):
            self._take_weekday(item)

    def _take(self, item: str) -> None:
        if item == "l":
            self.last = True
        elif item == "lw":
            self.last_weekday = True
        elif item.endswith("w"):
            self.nearest |= _numbers(item[:-1], 1, 31, wraps=False)
        elif item not in _ANY:
            self.plain |= _numbers(item, 1, 31, wraps=False)

    def _take_weekday(self, item: str) -> None:
        day, hash_sign, nth = item.partition("#")
        if hash_sign:
            if nth not in tuple("12345"):
                raise NodeError("Field item nth of month (#) invalid", error_object=True)
            self.nth_of |= {(weekday, int(nth)) for weekday in _weekdays(day)}
        elif item.endswith("l"):
            self.last_of |= _weekdays(item[:-1])
        elif item not in _ANY:
            self.weekdays |= _weekdays(item)

    def of(self, year: int, month: int) -> list[date]:
        """Return the days of a month that fit, in order."""
        length = monthrange(year, month)[1]
        days = [date(year, month, day) for day in range(1, length + 1)]
        if self.all:
            return days
        special = {_nearest_weekday(days, day) for day in self.nearest}
        if self.last_weekday:
            special.add(_nearest_weekday(days, length))
        return [day for day in days if day in special or self._fits(day, length)]

    def _fits(self, day: date, length: int) -> bool:
        weekday = day.isoweekday() % 7
        return (
            day.day in self.plain
            or weekday in self.weekdays
            or (self.last and day.day == length)
            or (weekday in self.last_of and day.day + 7 > length)
            or (weekday, (day.day + 6) // 7) in self.nth_of
        )


def _nearest_weekday(days: list[date], wanted: int) -> date:
    """Return the day from Monday to Friday that is nearest, without leaving the month."""
    day = days[min(wanted, len(days)) - 1]
    if day.isoweekday() < 6:
        return day
    step = -1 if day.isoweekday() == 6 else 1
    near = day + timedelta(days=step)
    return near if near.month == day.month else day - timedelta(days=2 * step)


def _numbered(field: str, names: tuple[str, ...], first: int) -> str:
    for position, name in enumerate(names):
        field = field.replace(name, str(position + first))
    return field


def _weekdays(item: str) -> set[int]:
    """Sunday is 0, and may be written 7."""
    return _numbers(re.sub(r"^(\d+-)?7(?!\d)", r"\g<1>0", re.sub(r"^7(?=-)", "0", item)), 0, 6)


def _numbers(field: str, first: int, last: int, *, wraps: bool = True) -> set[int]:
    """Return the numbers that a field means."""
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise NodeError("Field item invalid format", error_object=True)
        start, end = _range(match, first, last)
        if not (first <= start <= last and first <= end <= last) or (end < start and not wraps):
            raise NodeError(f'cron: "{item}" is out of range ({first} to {last})', error_object=True)
        length = end - start if end >= start else last - start + end - first + 1
        span = last - first + 1
        found |= {
            first + (start - first + offset) % span for offset in range(0, length + 1, int(match[4] or 1))
        }
    return found


def _range(match: re.Match[str], first: int, last: int) -> tuple[int, int]:
    if match[1]:
        return first, last
    start = int(match[2])
    if match[3]:
        return start, int(match[3])
    return start, last if match[4] else start
