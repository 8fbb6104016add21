"""The day a parcel leaves, the day it is promised for, and the probability that it keeps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import DAY_S, IntArray, weekdays
from doorstep.kernels.promise.lanes import first_day_reaching
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.run import Run

OK = 0
NO_COLLECTION = 1  # the service does not call at the site
BEYOND_CALENDAR = 2  # a day of the leg lies outside the days that the tables cover
TARGET_NOT_REACHED = 3  # promised all the same; history does not show the target being reached, see `beyond_evidence`

NEVER = np.iinfo(np.int64).max
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PromiseParams:
    """How legs are promised, each with its default here and nowhere else.

    Attributes
    ----------
    early_ppm
        A nominated day: the parcel leaves on the first collection day on which less than this share of parcels would
        arrive too early.
    block_legs
        Legs worked on at a time; bounds the memory.
    """

    early_ppm: int = 50_000
    block_legs: int = 1 << 17

    def __post_init__(self) -> None:
        if not 0 < self.early_ppm < PPM:
            raise InvalidProblem("early_ppm lies between 0 and a million")
        if self.block_legs < 1:
            raise InvalidProblem("block_legs < 1 not understood")


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """Answers, one per leg.

    Attributes
    ----------
    ship_at
        [n] int64 epoch seconds of the collection; -1: no promise.
    ship_day
        [n] int64 local date of it at the site; -1: no promise.
    promised_day
        [n] int64 the day promised already, if there is one; else the earliest day whose probability reaches the target,
        and of a nominated day (`not_before` and `promised_by` alike) itself or, if it is missed, the earliest after it;
        -1: no promise.
    on_time_ppm
        [n] int64 probability of having arrived by the end of `promised_day`.
    as_wished_ppm
        [n] int64 the same by the end of the nominated day, by which lateness is charged; without one `on_time_ppm`.
    reason
        [n] uint8: OK, NO_COLLECTION, BEYOND_CALENDAR (both: no promise), TARGET_NOT_REACHED (promised).
    """

    ship_at: npt.NDArray[np.int64]
    ship_day: npt.NDArray[np.int64]
    promised_day: npt.NDArray[np.int64]
    on_time_ppm: npt.NDArray[np.int64]
    as_wished_ppm: npt.NDArray[np.int64]
    reason: npt.NDArray[np.uint8]


def promise(problem: PromiseProblem, params: PromiseParams | None = None, run: Run | None = None) -> PromiseResult:
    """Answer all legs of a problem.

    Parameters
    ----------
    problem
        Tables and n legs.
    params
        Defaults when None.
    run
        Progress is reported per block. Nothing is random.

    Returns
    -------
    PromiseResult
        n answers, in the order of the legs.
    """
    params, run = params or PromiseParams(), run or Run()
    size = len(problem.legs)
    result = PromiseResult(
        ship_at=np.empty(size, dtype=np.int64),
        ship_day=np.empty(size, dtype=np.int64),
        promised_day=np.empty(size, dtype=np.int64),
        on_time_ppm=np.empty(size, dtype=np.int64),
        as_wished_ppm=np.empty(size, dtype=np.int64),
        reason=np.empty(size, dtype=np.uint8),
    )
    early_days = first_day_reaching(problem.tables.arrived_ppm, params.early_ppm)
    for start in range(0, size, params.block_legs):
        stop = min(size, start + params.block_legs)
        _Block(problem.tables, problem.legs.part(start, stop), early_days).answer(result, slice(start, stop))
        run.progress("promising", stop, size)
    return result


class _Block:
    """Legs worked on together; every array has one cell per leg."""

    def __init__(self, tables: PromiseTables, legs: Legs, early_days: IntArray) -> None:
        self.tables, self.legs = tables, legs
        self.pair = tables.pair[legs.site, legs.service]
        self.zone = tables.site_zone[legs.site]
        self.calls = tables.pair_calendar[self.pair]
        area = tables.destination_area[legs.destination]
        self.curve = tables.curve_of[tables.site_area[legs.site], legs.service, area]
        self.delivery = tables.delivery_calendar[legs.service, area]
        self.early_days = early_days[self.curve]

    def answer(self, result: PromiseResult, rows: slice) -> None:
        tables, legs, calendars = self.tables, self.legs, self.tables.calendars
        ready_day = tables.zones.local(self.zone, legs.ready_at.astype(np.int64)) // DAY_S
        ship_day, today_at = self._ship_day(ready_day)
        ship_at = np.where(today_at < NEVER, today_at, self._first_call(ship_day, None))
        promised = self._promised_day(ship_day)
        on_time = self._on_time_ppm(ship_day, promised)
        as_wished = self._on_time_ppm(ship_day, np.where(legs.nominated, legs.not_before, promised))
        reason = np.where(tables.beyond_evidence[self.curve], TARGET_NOT_REACHED, OK)
        outside = (ready_day < calendars.first_day) | (ready_day > calendars.last_day)
        outside |= (ship_day > calendars.last_day) | (promised > calendars.last_day)
        outside |= legs.not_before > calendars.last_day
        reason[outside] = BEYOND_CALENDAR
        reason[self.pair < 0] = NO_COLLECTION
        none = (reason == NO_COLLECTION) | (reason == BEYOND_CALENDAR)
        result.ship_at[rows] = np.where(none, -1, ship_at)
        result.ship_day[rows] = np.where(none, -1, ship_day)
        result.promised_day[rows] = np.where(none, -1, promised)
        result.on_time_ppm[rows] = np.where(none, 0, on_time)
        result.as_wished_ppm[rows] = np.where(none, 0, as_wished)
        result.reason[rows] = reason

    def _ship_day(self, ready_day: IntArray) -> tuple[IntArray, IntArray]:
        """Return the day each parcel leaves, and the instant, if that is a collection later on the day it is ready."""
        tables, legs, calendars = self.tables, self.legs, self.tables.calendars
        cutoff_at = self._instant(tables.site_cutoff[legs.site], ready_day)
        today_at = self._first_call(ready_day, legs.ready_at)
        today = (legs.ready_at < cutoff_at) & (today_at < NEVER) & calendars.works(self.calls, ready_day)
        day = np.where(today, ready_day, calendars.after(self.calls, ready_day, 1))
        earliest = self._earliest_for_nominated()
        if earliest is not None:
            day = np.where(day < earliest, calendars.on_or_after(self.calls, earliest), day)
        if legs.shift.any():
            day = np.where(legs.shift > 0, calendars.after(self.calls, day, np.maximum(legs.shift, 1)), day)
        return day, np.where(today & (day == ready_day), today_at, NEVER)

    def _first_call(self, day: IntArray, later_than: IntArray | None) -> IntArray:
        """Return the first collection instant of a day, or the first later than an instant; NEVER: none."""
        tables = self.tables
        bit = np.left_shift(1, weekdays(day))
        first = np.full(len(day), NEVER, dtype=np.int64)
        for cell in range(tables.call_wall.shape[1]):
            at = self._instant(tables.call_wall[self.pair, cell], day)
            happens = (tables.call_weekdays[self.pair, cell] & bit) > 0
            if later_than is not None:
                happens &= at > later_than
            first = np.where(happens & (at < first), at, first)
        return first

    def _instant(self, wall: IntArray, day: IntArray) -> IntArray:
        """Return the instant of a wall time on a day; a day outside the calendar is read as its nearest end."""
        covered = self.tables.wall_at.shape[1]
        at: IntArray = self.tables.wall_at.ravel()[
            wall * covered + np.clip(day - self.tables.calendars.first_day, 0, covered - 1)
        ]
        return at

    def _earliest_for_nominated(self) -> IntArray | None:
        """Return the first day to leave on for the early quantile not to arrive before `not_before`; None: none asked.

        With k working days of transit the arrival is the (count(ship day) + k)-th working day of the calendar, so the
        ship day must have at least count(not_before - 1) - k + 1 of them behind it; with k = 0 the arrival is the first
        working day from the ship day on, which must have passed the last one before `not_before`.
        """
        legs, calendars = self.legs, self.tables.calendars
        if (legs.not_before < 0).all():
            return None
        before = calendars.count(self.delivery, legs.not_before - 1)
        behind = before - self.early_days + 1
        earliest = np.where(
            self.early_days > 0,
            np.where(behind > 0, calendars.nth(self.delivery, behind), calendars.first_day),
            np.where(before > 0, calendars.nth(self.delivery, before) + 1, calendars.first_day),
        )
        return np.where(legs.not_before < 0, calendars.first_day, earliest)

    def _promised_day(self, ship_day: IntArray) -> IntArray:
        calendars, steps = self.tables.calendars, self.tables.target_days[self.curve]
        arrival = np.where(
            steps > 0,
            calendars.after(self.delivery, ship_day, steps),
            calendars.on_or_after(self.delivery, ship_day),
        )
        promised_by = self.legs.promised_by
        kept = (promised_by >= 0) & ~self.legs.nominated
        return np.where(kept, promised_by, np.maximum(arrival, self.legs.not_before))

    def _on_time_ppm(self, ship_day: IntArray, promised: IntArray) -> IntArray:
        arrived, calendars = self.tables.arrived_ppm, self.tables.calendars
        through = calendars.count(self.delivery, promised)
        passed = through - calendars.count(self.delivery, ship_day)
        chance = arrived[self.curve, np.clip(passed, 0, arrived.shape[1] - 1)]
        # Before the first working day from the ship day on, nothing is delivered, not even on the same day.
        possible = (promised >= ship_day) & (through > calendars.count(self.delivery, ship_day - 1))
        return np.where(possible, chance, 0)
