"""Working days of many calendars as arrays: counting and stepping cost one look-up each.

A day is the number of days since 1970-01-01. A calendar is a pattern of weekdays less the public holidays of a country
or subdivision, as the `holidays` library knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from holidays import country_holidays

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.provinces import LARGER

IntArray = npt.NDArray[np.integer[Any]]
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0
DAY_S = 86_400


def weekdays(days: IntArray) -> IntArray:
    """Return the weekday of each day, Monday 0; shape as given."""
    return (days + EPOCH_WEEKDAY) % 7


def known_calendar(code: str) -> bool:
    """Tell whether the library has holidays for `code`: `BR`, `BR-SP`; the empty code has none and is known."""
    if not code:
        return True
    country, _, subdivision = code.partition("-")
    if len(country) != 2:
        return False
    try:
        _holidays(country, subdivision, 2000)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=1_000)
def known_country(code: str) -> bool:
    """Tell whether `code` is two capital letters, as ISO 3166-1 has them; whether anyone lives there is not asked."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


@lru_cache(maxsize=100_000)
def destination_calendar(country: str, region: str) -> str:
    """Return the finest known calendar of a destination: `BR-SP`, else `BR`, else none (the empty code).

    `region` is a subdivision code, bare (`SP`) or full (`BR-SP`), a name that the library takes for one, or a province
    of a region that has a calendar.
    """
    region = bare_region(country, region)
    region = LARGER.get((country, region), region)
    for code in (f"{country}-{region}", country):
        if (region or code == country) and known_calendar(code):
            return code
    return ""


def bare_region(country: str, region: str) -> str:
    """Return a region without its country: `BR-SP` in `BR` is `SP`."""
    return region.removeprefix(f"{country}-")


@lru_cache(maxsize=20_000)
def _holidays(country: str, subdivision: str, year: int) -> tuple[int, ...]:
    found = country_holidays(country, subdiv=subdivision or None, years=year)
    return tuple(sorted(day.toordinal() - EPOCH_ORDINAL for day in found))


def holidays_between(code: str, first_day: int, last_day: int) -> IntArray:
    """Return the holidays of a known calendar in [first_day, last_day], ascending. [n] int64."""
    if not code:
        return np.zeros(0, dtype=np.int64)
    country, _, subdivision = code.partition("-")
    years = range(_year(first_day), _year(last_day) + 1)
    days = np.array([day for year in years for day in _holidays(country, subdivision, year)], dtype=np.int64)
    return np.unique(days[(days >= first_day) & (days <= last_day)])


def _year(day: int) -> int:
    return date.fromordinal(day + EPOCH_ORDINAL).year


class Days(NamedTuple):
    """The fields of `Calendars`."""

    first_day: int
    last_day: int
    counts: IntArray
    days: IntArray


@dataclass(frozen=True, slots=True)
class Calendars:
    """C calendars over the days [first_day, last_day]; D = last_day - first_day + 1.

    Attributes
    ----------
    counts
        [C, D + 1] int32: working days among the first i days of the range.
    days
        [C, D + 1] int64: the working days in order, then the day after the range in all the cells left, at least one.
    """

    first_day: int
    last_day: int
    counts: IntArray
    days: IntArray

    def count(self, calendar: IntArray, day: IntArray) -> IntArray:
        """Working days in [first_day, day]; a day outside the range counts like its nearest end. Shapes broadcast."""
        through = np.clip(day - (self.first_day - 1), 0, self.counts.shape[1] - 1)
        found: IntArray = self.counts.ravel()[calendar * self.counts.shape[1] + through]
        return found

    def look_ups(self) -> Days:
        """As the compiled loop takes them."""
        return Days(self.first_day, self.last_day, self.counts, self.days)


class CalendarBook:
    """Collects the distinct calendars of a problem, then lays them out as arrays."""

    def __init__(self) -> None:
        self._index: dict[tuple[int, str], int] = {}

    def add(self, weekday_mask: int, code: str) -> int:
        """Return the index of a calendar. Raises InvalidProblem when the library does not know `code`."""
        if not known_calendar(code):
            raise InvalidProblem(f"holiday calendar {code!r} is not known")
        return self._index.setdefault((weekday_mask, code), len(self._index))

    def build(self, first_day: int, last_day: int) -> Calendars:
        """Lay out all calendars added so far over [first_day, last_day]."""
        days = np.arange(first_day, last_day + 1)
        weekday_bit = np.left_shift(1, weekdays(days))
        counts = np.zeros((len(self._index), len(days) + 1), dtype=np.int32)
        working = np.full(counts.shape, last_day + 1, dtype=np.int64)
        for (mask, code), index in self._index.items():
            works = (weekday_bit & mask) > 0
            works[holidays_between(code, first_day, last_day) - first_day] = False
            counts[index, 1:] = np.cumsum(works)
            working[index, : counts[index, -1]] = days[works]
        return Calendars(first_day, last_day, counts, working)
