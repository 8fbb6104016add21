"""Local times of many instants at once. The rules come from the IANA database through `zoneinfo`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.calendars import DAY_S, IntArray

SPAN_S = 1 << 40  # keeps the zones apart in one sorted key
YEARS = (1901, 2200)
SAMPLE_S = 43_200  # no zone has changed its offset twice within half a day


@dataclass(frozen=True, slots=True)
class Zones:
    """UTC offsets of Z time zones as steps, T in all.

    Attributes
    ----------
    starts, wall_starts
        [T] int64, ascending: zone * SPAN_S + the epoch second, or the local second, from which the offset holds. A
        local time that a change of the clock skips or repeats is read by the offset before the change.
    offsets_s
        [T] int64: local less UTC.
    """

    starts: IntArray
    wall_starts: IntArray
    offsets_s: IntArray

    def local(self, zone: IntArray, epoch_s: IntArray) -> IntArray:
        """Turn epoch seconds into local seconds since 1970-01-01T00:00 on the wall. Shapes broadcast."""
        step = np.searchsorted(self.starts, zone * SPAN_S + epoch_s, side="right") - 1
        return epoch_s + self.offsets_s[step]

    def instant(self, zone: IntArray, local_s: IntArray) -> IntArray:
        """Turn local seconds into epoch seconds. Shapes broadcast."""
        step = np.searchsorted(self.wall_starts, zone * SPAN_S + local_s, side="right") - 1
        return local_s - self.offsets_s[step]


def compile_zones(names: Sequence[str], first_day: int, last_day: int) -> Zones:
    """Lay out the offsets of IANA zones, exact for the instants of [first_day, last_day].

    Raises
    ------
    InvalidProblem
        For an unknown zone, or days outside the years 1901 to 2200.
    """
    first_year, last_year = (_year(day * DAY_S) for day in (first_day - 2, last_day + 2))
    starts: list[int] = []
    wall_starts: list[int] = []
    offsets: list[int] = []
    for zone, name in enumerate(names):
        before: int | None = None
        for start, offset in _steps(name, first_year, last_year):
            starts.append(zone * SPAN_S + (start if before is not None else -SPAN_S // 2))
            wall_starts.append(zone * SPAN_S + (start + max(before, offset) if before is not None else -SPAN_S // 2))
            offsets.append(offset)
            before = offset
    return Zones(
        np.array(starts, dtype=np.int64), np.array(wall_starts, dtype=np.int64), np.array(offsets, dtype=np.int64)
    )


def local_days(time_zone: str, epoch_s: IntArray) -> tuple[IntArray, IntArray]:
    """Return the local days and the seconds after local midnight of epoch seconds.

    Parameters
    ----------
    time_zone
        IANA name.
    epoch_s
        Instants, any shape.

    Returns
    -------
    tuple
        Days since 1970-01-01 and seconds of the day on the wall clock, int64, shaped like `epoch_s`.

    Raises
    ------
    InvalidProblem
        For an unknown zone, or instants outside the years 1901 to 2200.
    """
    epoch_s = np.asarray(epoch_s, dtype=np.int64)
    if not epoch_s.size:
        return epoch_s.copy(), epoch_s.copy()
    zones = compile_zones((time_zone,), int(epoch_s.min()) // DAY_S, int(epoch_s.max()) // DAY_S)
    days, seconds = np.divmod(zones.local(np.zeros_like(epoch_s), epoch_s), DAY_S)
    return days, seconds


def _year(epoch_s: int) -> int:
    year = 1970 + epoch_s // (DAY_S * 366) if epoch_s >= 0 else 1970 + epoch_s // (DAY_S * 365)
    if not YEARS[0] - 3 <= year <= YEARS[1]:
        raise InvalidProblem("an instant lies outside the years 1901 to 2200")
    return datetime.fromtimestamp(epoch_s, UTC).year


@lru_cache(maxsize=4096)
def _steps(name: str, first_year: int, last_year: int) -> tuple[tuple[int, int], ...]:
    """Return (epoch second from which it holds, offset) of a zone over whole years; the first one holds before, too."""
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidProblem(f"time zone {name!r} is not known") from error

    def offset_s(epoch_s: int) -> int:
        offset = datetime.fromtimestamp(epoch_s, zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    at = int(datetime(first_year, 1, 1, tzinfo=UTC).timestamp()) - 2 * DAY_S
    end = int(datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp()) + 2 * DAY_S
    steps = [(at, offset_s(at))]
    while at < end:
        low, high = at, at + SAMPLE_S
        if offset_s(high) != steps[-1][1]:
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset_s(middle) != steps[-1][1] else (middle, high)
            steps.append((high, offset_s(high)))
        at += SAMPLE_S
    return tuple(steps)
