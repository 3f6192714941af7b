"""moment.js's date patterns: ``YYYY-MM-DD HH:mm`` writes a date, and reads one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()  # noqa: SIM905

_TOKEN = re.compile(
    r"(\[[^\[]*\])|(\\)?([Hh]mm(?:ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[ow]?|W[oW]?|Qo?|YYYYYY|YYYYY|YYYY|YY?|"
    r"y{1,4}|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|LTS|LT|LL?L?L?|l{1,4}|.)",
    re.DOTALL,
)
_LONG = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "L": "MM/DD/YYYY",
    "LL": "MMMM D, YYYY",
    "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "l": "M/D/YYYY",
    "ll": "MMM D, YYYY",
    "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}
_LONG_TOKEN = re.compile(r"\[[^\[]*\]|\\.|(LTS|LT|LL?L?L?|l{1,4})", re.DOTALL)


def write_date(at: datetime, pattern: str) -> str:
    """Write a date, in the zone that it has, by a pattern."""
    written = []
    for bracketed, backslash, token in _TOKEN.findall(_expanded(pattern)):
        if bracketed:
            written.append(bracketed[1:-1])
        elif backslash or token not in _WRITERS:
            written.append(token)
        else:
            written.append(str(_WRITERS[token](at)))
    return "".join(written)


def _expanded(pattern: str) -> str:
    """Replace L, LT and their like by the patterns that they are short for."""
    return _LONG_TOKEN.sub(lambda found: _LONG[found[1]] if found[1] else found[0], pattern)


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def offset_text(at: datetime, colon: str = ":") -> str:
    """Write the offset from UTC: ``+02:00``."""
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def week_of_year(at: date) -> tuple[int, int]:
    """Give year and number of the week that begins on Sunday; the first one holds 1 January."""
    saturday = date.fromordinal(at.toordinal() + (5 - at.weekday()) % 7)  # its year is the week's year
    return saturday.year, (saturday.timetuple().tm_yday - 1) // 7 + 1


def _weekday(at: date) -> int:
    return at.isoweekday() % 7


def _zone_name(at: datetime) -> str:
    """Name the zone; a moment in the machine's own zone has no name in moment.js."""
    return "" if getattr(at.tzinfo, "is_local", False) else (at.tzname() or "")


_Writer = Callable[[datetime], Any]


def _padded(width: int, number: Callable[[datetime], int]) -> _Writer:
    return lambda at: f"{number(at):0{width}}"


def _numbers(token: str, number: Callable[[datetime], int], *, ordinals: bool = True) -> dict[str, _Writer]:
    writers: dict[str, _Writer] = {token: number, token * 2: _padded(2, number)}
    if ordinals:
        writers[token + "o"] = lambda at: ordinal(number(at))
    return writers


def _fraction(digits: int) -> _Writer:
    return lambda at: f"{at.microsecond // 1000:03}000000"[:digits]


_WRITERS: dict[str, _Writer] = {
    **_numbers("M", lambda at: at.month),
    **_numbers("D", lambda at: at.day),
    **_numbers("w", lambda at: week_of_year(at)[1]),
    **_numbers("W", lambda at: at.isocalendar()[1]),
    **_numbers("H", lambda at: at.hour, ordinals=False),
    **_numbers("h", lambda at: at.hour % 12 or 12, ordinals=False),
    **_numbers("k", lambda at: at.hour or 24, ordinals=False),
    **_numbers("m", lambda at: at.minute, ordinals=False),
    **_numbers("s", lambda at: at.second, ordinals=False),
    **{"S" * digits: _fraction(digits) for digits in range(1, 10)},
    "MMM": lambda at: MONTHS[at.month - 1][:3],
    "MMMM": lambda at: MONTHS[at.month - 1],
    "DDD": lambda at: at.timetuple().tm_yday,
    "DDDo": lambda at: ordinal(at.timetuple().tm_yday),
    "DDDD": lambda at: f"{at.timetuple().tm_yday:03}",
    "d": _weekday,
    "do": lambda at: ordinal(_weekday(at)),
    "dd": lambda at: WEEKDAYS[_weekday(at)][:2],
    "ddd": lambda at: WEEKDAYS[_weekday(at)][:3],
    "dddd": lambda at: WEEKDAYS[_weekday(at)],
    "e": _weekday,
    "E": lambda at: at.isoweekday(),
    "Q": lambda at: (at.month + 2) // 3,
    "Qo": lambda at: ordinal((at.month + 2) // 3),
    "YY": lambda at: f"{at.year % 100:02}",
    "YYYY": lambda at: f"{at.year:04}",
    "YYYYY": lambda at: f"{at.year:05}",
    "YYYYYY": lambda at: f"+{at.year:06}",
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: at.year,
    "yy": lambda at: f"{at.year:02}",
    "yyy": lambda at: f"{at.year:03}",
    "yyyy": lambda at: f"{at.year:04}",
    "gg": lambda at: f"{week_of_year(at)[0] % 100:02}",
    "gggg": lambda at: f"{week_of_year(at)[0]:04}",
    "ggggg": lambda at: f"{week_of_year(at)[0]:05}",
    "GG": lambda at: f"{at.isocalendar()[0] % 100:02}",
    "GGGG": lambda at: f"{at.isocalendar()[0]:04}",
    "GGGGG": lambda at: f"{at.isocalendar()[0]:05}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "hmm": lambda at: f"{at.hour % 12 or 12}{at.minute:02}",
    "hmmss": lambda at: f"{at.hour % 12 or 12}{at.minute:02}{at.second:02}",
    "Hmm": lambda at: f"{at.hour}{at.minute:02}",
    "Hmmss": lambda at: f"{at.hour}{at.minute:02}{at.second:02}",
    "x": lambda at: round(at.timestamp() * 1000),
    "X": lambda at: int(at.timestamp() // 1),
    "z": _zone_name,
    "zz": lambda at: "Coordinated Universal Time" if at.tzname() == "UTC" else _zone_name(at),
    "Z": offset_text,
    "ZZ": lambda at: offset_text(at, ""),
}

_UP_TO_TWO, _WORD = r"\d\d?", r"[^\W\d_]+"
_READERS: dict[str, str] = {
    **dict.fromkeys("M MM D DD H HH h hh k kk m mm s ss".split(), _UP_TO_TWO),  # noqa: SIM905
    **{"S" * digits: rf"\d{{1,{max(3, digits)}}}" for digits in range(1, 10)},
    **dict.fromkeys(("MMM", "MMMM", "dd", "ddd", "dddd"), _WORD),
    "Do": r"\d\d?(?:st|nd|rd|th)",
    "DDD": r"\d{1,3}",
    "DDDD": r"\d{3}",
    "YY": r"\d\d",
    "YYYY": r"\d{1,4}",
    "YYYYY": r"[+-]?\d{1,6}",
    "Y": r"[+-]?\d+",
    "Q": r"\d",
    "a": r"[aApP]\.?[mM]?\.?",
    "A": r"[aApP]\.?[mM]?\.?",
    "x": r"[+-]?\d+",
    "X": r"[+-]?\d+(?:\.\d{1,3})?",
    "Z": r"Z|[+-]\d\d:?\d\d",
    "ZZ": r"Z|[+-]\d\d:?\d\d",
}
_FIELDS = {
    "YYYY": "Y", "YYYYY": "Y", "MM": "M", "DD": "D", "Do": "D", "DDDD": "DDD", "HH": "H", "kk": "k", "hh": "h",
    "mm": "m", "ss": "s", "MMMM": "MMM", "A": "a", "ZZ": "Z",
}  # fmt: skip


def read_date(text: str, pattern: str, zone: tzinfo) -> datetime | None:
    """Read a date by a pattern, as forgiving as moment.js: what does not fit is skipped. None where nothing fits."""
    found: dict[str, str] = {}
    for bracketed, backslash, token in _TOKEN.findall(_expanded(pattern)):
        reader = None if bracketed or backslash else _READERS.get(token)
        if reader and (match := re.search(reader, text)):
            found["S" if token.startswith("S") else _FIELDS.get(token, token)] = match[0]
            text = text[match.end() :]
    try:
        return _assembled(found, zone) if found else None
    except (ValueError, OverflowError):
        return None


def _assembled(found: dict[str, str], zone: tzinfo) -> datetime:
    """Put what was read together. Raises ValueError where there is no such date."""
    if "X" in found or "x" in found:
        seconds = float(found["X"]) if "X" in found else int(found["x"]) / 1000
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)
    now = datetime.now(zone)
    year = _year(found, now.year)
    first_given = "Y" in found or "YY" in found
    month = _month(found) or (1 if first_given or "DDD" in found else now.month)
    later = first_given or "M" in found or "MMM" in found
    day = int(re.sub(r"\D", "", found["D"])) if "D" in found else (1 if later else now.day)
    milliseconds = int(f"{found.get('S', '0')}00"[:3])
    minute, second = int(found.get("m", 0)), int(found.get("s", 0))
    at = datetime(
        year, month, day, 0, minute, second, milliseconds * 1000, tzinfo=UTC
    )  # its zone comes below
    if "DDD" in found:
        at = at.replace(month=1, day=1) + timedelta(days=int(found["DDD"]) - 1)
    return (at + timedelta(hours=_hour(found))).replace(tzinfo=_zone(found, zone)).astimezone(zone)


def _year(found: dict[str, str], this_year: int) -> int:
    if "YY" in found:
        return int(found["YY"]) + (1900 if int(found["YY"]) > 68 else 2000)
    year = found.get("Y", str(this_year))
    return int(year) + (2000 if len(year) == 2 and int(year) <= 68 else 1900 if len(year) == 2 else 0)


def _month(found: dict[str, str]) -> int | None:
    if "MMM" in found:
        names = [name[:3].lower() for name in MONTHS]
        return names.index(found["MMM"][:3].lower()) + 1
    if "Q" in found:
        return int(found["Q"]) * 3 - 2
    return int(found["M"]) if "M" in found else None


def _hour(found: dict[str, str]) -> int:
    hour = int(found.get("H") or found.get("h") or found.get("k") or 0)
    if not 0 <= hour <= 24:
        raise ValueError("hour")
    if "k" in found and hour == 24:
        return 0
    if "a" not in found:
        return hour
    afternoon = found["a"][0] in "pP"
    return hour + 12 if afternoon and hour < 12 else 0 if not afternoon and hour == 12 else hour


def _zone(found: dict[str, str], zone: tzinfo) -> tzinfo:
    if "Z" not in found:
        return zone
    return fixed_zone(found["Z"])


def fixed_zone(text: str) -> tzinfo:
    """Read an offset such as ``+02:00`` or ``Z``."""
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
