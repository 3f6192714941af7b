"""What can be called on a moment: ``format``, ``add``, ``diff`` and the others, by the names moment.js gives them."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ..javascript_values import js_number, js_string, js_truthy
from ..undefined import UNDEFINED
from .moment_formats import week_of_year
from .moment_parsing import make_moment
from .moments import Moment, unit_of

Method = Callable[..., Any]
_MONTH = 30.436875
_LENGTHS = {"week": 604_800_000, "day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000}

_GET: dict[str, Callable[[datetime], int]] = {
    "year": lambda at: at.year,
    "month": lambda at: at.month - 1,
    "date": lambda at: at.day,
    "day": lambda at: at.isoweekday() % 7,
    "hour": lambda at: at.hour,
    "minute": lambda at: at.minute,
    "second": lambda at: at.second,
    "millisecond": lambda at: at.microsecond // 1000,
    "quarter": lambda at: (at.month + 2) // 3,
    "dayOfYear": lambda at: at.timetuple().tm_yday,
    "weekday": lambda at: at.isoweekday() % 7,
    "isoWeekday": lambda at: at.isoweekday(),
    "week": lambda at: week_of_year(at)[1],
    "isoWeek": lambda at: at.isocalendar()[1],
    "weekYear": lambda at: week_of_year(at)[0],
    "isoWeekYear": lambda at: at.isocalendar()[0],
}
# Setting a unit is going as many steps of another unit as it differs.
_STEPS = {
    "date": "day", "dayOfYear": "day", "weekday": "day", "isoWeekday": "day", "weekYear": "year",
    "isoWeekYear": "year",
}  # fmt: skip


def _field(unit: str) -> Method:
    def get_or_set(moment: Moment, value: Any = UNDEFINED) -> Any:
        if value is UNDEFINED:
            return math.nan if moment.at is None else _GET[unit](moment.at)
        if moment.at is None:
            return moment
        return moment.add(js_number(value) - _GET[unit](moment.at), _STEPS.get(unit, unit))

    return get_or_set


def _shift(sign: int) -> Method:
    def shift(moment: Moment, amount: Any = 0, unit: Any = "ms") -> Moment:
        if isinstance(amount, dict):
            for name, number in amount.items():
                moment.add(sign * js_number(number), unit_of(name))
            return moment
        if isinstance(amount, str) and not isinstance(unit, str):  # the order of long ago: add("days", 2)
            amount, unit = unit, amount
        return moment.add(sign * js_number(amount), unit_of(unit))

    return shift


def _diff(moment: Moment, other: Any = UNDEFINED, unit: Any = "ms", exact: Any = False) -> float:
    that = make_moment(other)
    if moment.at is None or that.at is None:
        return math.nan
    name = unit_of(unit)
    if name in ("year", "quarter", "month"):
        difference = _months_between(moment.at, that.at.astimezone(moment.at.tzinfo))
        difference /= {"year": 12, "quarter": 3}.get(name, 1)
    else:
        difference = (moment.milliseconds - that.milliseconds) / _LENGTHS.get(name, 1)
        if name in ("day", "week"):  # a day of 23 or 25 hours is a day
            shift = (moment.at.utcoffset() or timedelta()) - (
                that.at.astimezone(moment.at.tzinfo).utcoffset() or timedelta()
            )
            difference += shift.total_seconds() * 1000 / _LENGTHS[name]
    return difference if js_truthy(exact) else math.trunc(difference)


def _months_between(left: datetime, right: datetime) -> float:
    """Count the months from right to left; the last, begun one as a fraction of its own length."""
    if left.day < right.day:
        return -_months_between(right, left)
    whole = (right.year - left.year) * 12 + right.month - left.month
    anchor, end = _months_later(left, whole), make_moment(right).milliseconds
    step = -1 if end < anchor else 1
    fraction = (end - anchor) / (_months_later(left, whole + step) - anchor) * step
    return -(whole + fraction)


def _months_later(at: datetime, months: int) -> float:
    return Moment(at).add(months, "month").milliseconds


def _compare(holds: Callable[[float, float], bool]) -> Method:
    def compare(moment: Moment, other: Any = UNDEFINED, unit: Any = "ms") -> bool:
        name = unit_of(unit)
        this, that = moment.clone(), make_moment(other)
        if that.at is not None and this.at is not None:
            that = Moment(that.at.astimezone(this.at.tzinfo))
        return holds(this.start_of(name).milliseconds, that.start_of(name).milliseconds)

    return compare


_before, _after = _compare(lambda this, that: this < that), _compare(lambda this, that: this > that)


def _between(moment: Moment, start: Any, end: Any, unit: Any = "ms", edges: Any = "()") -> bool:
    left = (
        _before(moment, start, unit) if js_string(edges).startswith("[") else not _after(moment, start, unit)
    )
    right = _after(moment, end, unit) if js_string(edges).endswith("]") else not _before(moment, end, unit)
    return not left and not right


def _relative(moment: Moment, other: Any, bare: Any, sign: int) -> str:
    """Say how far away another moment is: ``in 3 days``, ``2 hours ago``."""
    that = make_moment(other)
    if moment.at is None or that.at is None:
        return "Invalid date"
    distance = sign * (moment.milliseconds - that.milliseconds)
    text = _rough(abs(distance) / 1000)
    if js_truthy(bare):
        return text
    return f"in {text}" if distance > 0 else f"{text} ago"


def _rough(seconds: float) -> str:
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    steps: list[tuple[float, float, str, str]] = [
        (seconds, 44.5, "a few seconds", ""),
        (minutes, 1.5, "a minute", ""),
        (minutes, 44.5, "", "minutes"),
        (hours, 1.5, "an hour", ""),
        (hours, 21.5, "", "hours"),
        (days, 1.5, "a day", ""),
        (days, 25.5, "", "days"),
        (days / _MONTH, 1.5, "a month", ""),
        (days / _MONTH, 10.5, "", "months"),
        (days / _MONTH / 12, 1.5, "a year", ""),
    ]
    for number, limit, one, many in steps:
        if number < limit:
            return one or f"{math.floor(number + 0.5)} {many}"
    return f"{math.floor(days / _MONTH / 12 + 0.5)} years"


def _offset(moment: Moment, value: Any = UNDEFINED) -> Any:
    if value is not UNDEFINED:
        return moment.offset(value)
    return 0 if moment.at is None else round((moment.at.utcoffset() or timedelta()).total_seconds() / 60)


def _zone(moment: Moment, name: Any = UNDEFINED) -> Any:
    if name is not UNDEFINED:
        return moment.tz(js_string(name))
    return getattr(moment.at.tzinfo, "key", UNDEFINED) if moment.at else UNDEFINED


def _set(moment: Moment, unit: Any, value: Any = UNDEFINED) -> Moment:
    changes = unit if isinstance(unit, dict) else {unit: value}
    for name, number in changes.items():
        if unit_of(name) in _GET:
            _field(unit_of(name))(moment, number)
    return moment


def _parts(moment: Moment) -> list[int]:
    names = ("year", "month", "date", "hour", "minute", "second", "millisecond")
    return [_GET[name](moment.at) for name in names] if moment.at else []


def _seconds(moment: Moment) -> float:
    return math.floor(moment.milliseconds / 1000) if moment.at else math.nan


METHODS: dict[str, Method] = {
    **{unit: _field(unit) for unit in _GET},
    **{f"{unit}s": _field(unit) for unit in _GET if unit not in ("day", "weekday", "isoWeekday")},
    "days": _field("day"),
    "add": _shift(1),
    "subtract": _shift(-1),
    "clone": Moment.clone,
    "daysInMonth": lambda moment: (
        calendar.monthrange(moment.at.year, moment.at.month)[1] if moment.at else math.nan
    ),
    "diff": _diff,
    "endOf": lambda moment, unit="ms": moment.end_of(unit_of(unit)),
    "format": lambda moment, pattern=None: moment.format(pattern if isinstance(pattern, str) else None),
    "from": lambda moment, other, bare=False: _relative(moment, other, bare, 1),
    "fromNow": lambda moment, bare=False: _relative(moment, UNDEFINED, bare, 1),
    "get": lambda moment, unit: _field(unit_of(unit))(moment) if unit_of(unit) in _GET else moment,
    "isAfter": _after,
    "isBefore": _before,
    "isBetween": _between,
    "isDST": lambda moment: bool(moment.at and moment.at.dst()),
    "isLeapYear": lambda moment: bool(moment.at and calendar.isleap(moment.at.year)),
    "isSame": _compare(lambda this, that: this == that),
    "isSameOrAfter": _compare(lambda this, that: this >= that),
    "isSameOrBefore": _compare(lambda this, that: this <= that),
    "isUtc": lambda moment: bool(moment.at and moment.at.tzname() == "UTC" and _offset(moment) == 0),
    "isValid": lambda moment: moment.at is not None,
    "local": Moment.local,
    "locale": lambda moment, name=None: moment if name else "en",
    "set": _set,
    "startOf": lambda moment, unit="ms": moment.start_of(unit_of(unit)),
    "to": lambda moment, other, bare=False: _relative(moment, other, bare, -1),
    "toArray": _parts,
    "toDate": lambda moment: moment.at,
    "toISOString": lambda moment, keep_offset=False: moment.iso(js_truthy(keep_offset)),
    "toJSON": Moment.to_json,
    "toNow": lambda moment, bare=False: _relative(moment, UNDEFINED, bare, -1),
    "toString": str,
    "tz": _zone,
    "unix": _seconds,
    "utc": Moment.utc,
    "utcOffset": _offset,
    "valueOf": lambda moment: moment.milliseconds,
}
