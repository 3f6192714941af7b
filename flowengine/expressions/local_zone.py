"""The time zone of this machine, with its summer time."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
