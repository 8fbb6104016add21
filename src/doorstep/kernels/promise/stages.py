"""The two stages of a parcel, handling and transit, cut into days: at risk or not, ended or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.kernels.promise.calendars import IntArray, holidays_between, weekdays
from doorstep.kernels.promise.history import Coded, FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET

CLASSES = 7  # of days: the weekdays, and holidays as Sundays
SUNDAY = 6
CALLED_OFF_KNOWN_DAYS = 90  # a status carries no date: it counts as known so many days after placing


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of n parcels, followed day by day: C days at risk in all.

    Attributes
    ----------
    bands
        [H + 1] int64: band of each age; ages of a band share what the trees say of them.
    row
        [C] int32 parcel.
    age
        [C] int16 days since the stage began, 0 to H; a stage of more than H days is cut there.
    day
        [C] int32 day since 1970-01-01.
    ended
        [C] bool: the stage ended on that day, which is the last of its parcel.
    day_class
        [C] int8 weekday, holidays as Sundays.
    calendar
        Of the holidays of this stage.
    """

    name: str
    bands: IntArray
    row: npt.NDArray[np.int32]
    age: npt.NDArray[np.int16]
    day: npt.NDArray[np.int32]
    ended: npt.NDArray[np.bool_]
    day_class: npt.NDArray[np.int8]
    calendar: Coded


@dataclass(frozen=True, slots=True)
class DayClasses:
    """Weekdays with the holidays of calendars as Sundays: `table[calendar, day - first]`, int8."""

    first: int
    table: npt.NDArray[np.int8]

    def of(self, calendar: IntArray, day: IntArray) -> npt.NDArray[np.int8]:
        """Shapes broadcast."""
        found: npt.NDArray[np.int8] = self.table[calendar, np.clip(day - self.first, 0, self.table.shape[1] - 1)]
        return found


def day_classes(calendars: Coded, first: int, last: int) -> DayClasses:
    """Lay out the classes of the days [first, last] for each calendar."""
    days = np.arange(first, last + 1)
    table = np.tile(weekdays(days).astype(np.int8), (len(calendars.names), 1))
    for index, code in enumerate(calendars.names):
        table[index, holidays_between(code, first, last) - first] = SUNDAY
    return DayClasses(first, table)


def bands(*starts: int, horizon: int) -> IntArray:
    """Return [horizon + 1] the band of each age, given the first age of each band; the first is 0."""
    return np.searchsorted(np.array(starts), np.arange(horizon + 1), side="right") - 1


HANDLING_BANDS = bands(0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 26, horizon=40)
TRANSIT_BANDS = bands(0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 19, 24, 31, 41, horizon=75)


def stages_of(history: History) -> tuple[Stage, Stage]:
    """Cut the parcels of a history into days of handling and of transit."""
    origin = Coded.of([name.split(" ")[0] for name in history.origin_region.names])
    country = Coded(origin.code[history.origin_region.code], origin.names)
    started = history.handed_over_day != NOT_YET
    told = started | (history.delivered_day == NOT_YET)  # of the others it is not known when they were handed over
    return (
        _stage("handling", HANDLING_BANDS, history.placed_day, history.handed_over_day, country, told),
        _stage("transit", TRANSIT_BANDS, history.handed_over_day, history.delivered_day, history.calendar, started),
    )


def _stage(
    name: str,
    of_age: IntArray,
    start: IntArray,
    end: IntArray,
    calendar: Coded,
    used: npt.NDArray[np.bool_],
) -> Stage:
    horizon = len(of_age) - 1
    rows = np.flatnonzero(used)
    last = np.where(end[rows] == NOT_YET, horizon, np.minimum(end[rows] - start[rows], horizon))
    row = np.repeat(rows, last + 1).astype(np.int32)
    age = np.arange(len(row)) - np.repeat(np.cumsum(last + 1) - (last + 1), last + 1)
    day = start[row] + age
    if len(row):
        found = day_classes(calendar, int(day.min()), int(day.max())).of(calendar.code[row], day)
    else:
        found = np.zeros(0, dtype=np.int8)
    ended = (end[row] != NOT_YET) & (day == end[row])
    return Stage(name, of_age, row, age.astype(np.int16), day.astype(np.int32), ended, found, calendar)


def never_arrive(history: History, day: int, unit: float) -> float:
    """Return the share of parcels that never arrive, as known before a day from those placed long enough ago."""
    age = day - history.placed_day
    mature = (age > MATURE_DAYS) & (age <= MATURE_DAYS + COHORT_DAYS) & ~known_called_off(history, day)
    came = (history.delivered_day != NOT_YET) & (history.delivered_day < day)
    weight = history.weight[mature] / unit
    return float(((weight * ~came[mature]).sum() + 0.02 * PRIOR) / (weight.sum() + PRIOR))


MATURE_DAYS, COHORT_DAYS = 90, 180
PRIOR = 25.0  # parcels, of which one in fifty is lost


def known_called_off(history: History, day: int) -> npt.NDArray[np.bool_]:
    """Tell which parcels are known before a day to have been called off. [n]."""
    return history.called_off & (history.placed_day + CALLED_OFF_KNOWN_DAYS < day)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The chance that a stage ends on a day: `by_age[age] * by_class[class]`, parcels alike.

    Attributes
    ----------
    by_age
        [H + 1] float64.
    by_class
        [CLASSES] float64, 1 on average over the days at risk.
    """

    by_age: FloatArray
    by_class: FloatArray

    def of(self, age: IntArray, day_class: IntArray) -> FloatArray:
        """Shapes broadcast; at most 0.97."""
        return np.minimum(self.by_age[age] * self.by_class[day_class], MOST_IN_A_DAY)

    def among_arriving(self) -> FloatArray:
        """Return [H + 1] the chance by age of a parcel that will end the stage in time: those that never do left out.

        Of the parcels at risk at an age, the share S(H) / S(age) never ends: a mixture cure model with a plateau.
        """
        stay = np.concatenate([[1.0], np.cumprod(1.0 - np.minimum(self.by_age, MOST_IN_A_DAY))])
        coming = np.maximum(1.0 - stay[-1] / stay[:-1], LEAST_COMING)
        return np.asarray(np.minimum(self.by_age / coming, MOST_IN_A_DAY))


MOST_IN_A_DAY = 0.97
LEAST_COMING = 0.02  # at high ages hardly any open parcel will come, and the quotient means nothing
SMOOTH_FROM, SMOOTH_OVER = 12, 3  # late ages are rare: each borrows from its neighbours


def baseline(stage: Stage, cells: IntArray, weight: FloatArray) -> Baseline:
    """Fit age and class of day as factors, in turns, to the events observed at some of the days at risk.

    `weight` is [C'] per cell. Ages without any day at risk end nothing.
    """
    size = len(stage.bands)
    key = stage.age[cells].astype(np.int64) * CLASSES + stage.day_class[cells]
    at_risk = np.bincount(key, weight, size * CLASSES).reshape(size, CLASSES)
    ended = np.bincount(key, weight * stage.ended[cells], size * CLASSES).reshape(size, CLASSES)
    by_class, by_age = np.ones(CLASSES), np.zeros(size)
    for _ in range(6):
        by_age = ended.sum(1) / np.maximum((at_risk * by_class).sum(1), 1e-9)
        by_class = (ended.sum(0) + 1.0) / ((at_risk * by_age[:, None]).sum(0) + 1.0)
    exposed = (at_risk * by_class).sum(1)
    smoothed = by_age.copy()
    for age in range(SMOOTH_FROM, size):
        near = slice(age - SMOOTH_OVER, age + SMOOTH_OVER + 1)
        smoothed[age] = ended[near].sum() / max(exposed[near].sum(), 1e-9)
    return Baseline(smoothed, by_class)
