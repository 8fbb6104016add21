"""Verify remaining times one by one, the slow way: from day to day and departure to departure, in fractions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from zoneinfo import ZoneInfo

from doorstep.domain.carriage import Service
from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.check import EPOCH, EVER, MILLION, ONE_DAY, Leaving, Verifier
from doorstep.kernels.promise.check_days import at, delivers
from doorstep.kernels.promise.promise import BEYOND_CALENDAR, NO_COLLECTION, OK
from doorstep.kernels.promise.remaining import OUTLIVED, RemainingParams, RemainingResult, UnderWay


def check_remaining(
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    destinations: Sequence[Place],
    transit: TransitModel,
    target_ppm: int,
    parcels: UnderWay,
    now: int,
    params: RemainingParams,
    result: RemainingResult,
    *,
    covered: tuple[int, int] | None = None,
) -> tuple[str, ...]:
    """Answer every parcel anew and compare.

    Parameters
    ----------
    sites, collections, services, destinations, transit, target_ppm
        As given to `compile_remaining`, with the defaults of `NetworkParams`.
    parcels, now, params, result
        n parcels, the instant in epoch seconds, what was asked for, and n answers.
    covered
        First and last day (since 1970-01-01) that the tables cover; None: all days.

    Returns
    -------
    tuple
        A sentence per column of a parcel that is told wrongly; empty when all is well.
    """
    columns = (result.today, result.arrived_ppm, result.quantile_day, result.expected_day, result.late_ppm)
    if {len(one) for one in (*columns, result.likely_late, result.reason)} != {len(parcels)}:
        return ("the result does not have one answer per parcel",)
    coarse = replace(transit, lanes=tuple(one for one in transit.lanes if not one.origin_prefix and not _of_area(one)))
    own, broad = (
        Verifier(sites, collections, services, destinations, model, target_ppm) for model in (transit, coarse)
    )
    own.stated_on_time_ppm = broad.stated_on_time_ppm = 950_000
    faults: list[str] = []
    for n in range(len(parcels)):
        answer = _Answer(own, broad, parcels, n, datetime.fromtimestamp(now, UTC), params, covered or EVER)
        faults += (f"parcel {n}: {fault}" for fault in answer.faults(result, n))
    return tuple(faults)


def _of_area(lane: object) -> bool:
    return bool(getattr(lane, "destination_region", "") or getattr(lane, "destination_prefix", ""))


class _Answer:
    """What is to be told of one parcel."""

    def __init__(
        self,
        own: Verifier,
        broad: Verifier,
        parcels: UnderWay,
        n: int,
        now: datetime,
        params: RemainingParams,
        covered: tuple[int, int],
    ) -> None:
        self.params, self.now, self.target_ppm = params, now, own.target_ppm
        self.site, self.service = own.sites[int(parcels.site[n])], own.services[int(parcels.service[n])]
        self.destination = own.destinations[int(parcels.destination[n])]
        self.zone = ZoneInfo(self.site.time_zone)
        self.today = now.astimezone(self.zone).date()
        self.curve, self.broad = (one.curve(self.site, self.service, self.destination)[0] for one in (own, broad))
        self.calls = own.calls(self.site, self.service)
        self.last = EPOCH + timedelta(days=covered[1])
        self.promised = _date(int(parcels.promised_by[n]))
        ready, left = (
            datetime.fromtimestamp(int(column[n]), UTC).astimezone(self.zone)
            for column in (parcels.ready_at, parcels.left_at)
        )
        self.left_day = left.date() if parcels.left_at[n] >= 0 else None
        meant = _date(int(parcels.ship_day[n]))
        self.reason = OK
        if self.left_day is None and not self._called():
            self.reason = NO_COLLECTION
        elif not self._within(covered, (self.left_day or ready.date(), self.today, meant, self.promised)):
            self.reason = BEYOND_CALENDAR
        else:
            self._look(own, ready, meant)

    def _within(self, covered: tuple[int, int], days: tuple[date, date, date | None, date | None]) -> bool:
        first = EPOCH + timedelta(days=covered[0])
        return days[0] >= first and all(one is None or one <= self.last for one in days[1:])

    def _called(self) -> bool:
        open_on = [day for day in range(7) if day in self.site.working_days]
        return any(day in call.working_days for call in self.calls for day in open_on)

    def _look(self, own: Verifier, ready: datetime, meant: date | None) -> None:
        """Find what its age leaves of its own evidence, in parts per million."""
        if self.left_day is not None:
            left = MILLION - self._share(self.curve, self.left_day, self.today - ONE_DAY)
            self.reason = OUTLIVED if left < self.params.least_ppm else OK
            return
        leaving = Leaving(own, ready, self.site, self.service, self.calls)
        while meant is not None and leaving.day() < meant:
            leaving.skip()
        missed = 0
        grace = timedelta(seconds=self.params.grace_s)
        while leaving.day() <= self.last and self._last_call(leaving.day()) + grace <= self.now:
            leaving.skip()
            missed += 1
        self.leaving, self.nth = leaving, leaving.passed
        self.gone = self._left(self.nth - 1) if missed else 0
        self.reason = OUTLIVED if missed and MILLION - self.gone < self.params.least_ppm else OK

    def _last_call(self, day: date) -> datetime:
        on_the_day = [call for call in self.calls if day.weekday() in call.working_days]
        return max(at(day, call.collection_time_s, self.zone) for call in on_the_day)

    def _left(self, nth: int) -> int:
        curve = self.leaving.left
        return 0 if nth < 0 else curve[min(nth, len(curve) - 1)]

    def _share(self, curve: list[int], left: date, day: date) -> int:
        """Share of a curve that has arrived by the end of a day."""
        if day < left:
            return 0
        between = [left + timedelta(days=step) for step in range((day - left).days + 1)]
        open_days = [one for one in between if delivers(self.service, self.destination, one)]
        steps = sum(one > left for one in open_days)
        return curve[min(steps, len(curve) - 1)] if open_days else 0

    def chance(self, day: date) -> int:
        """Probability of having arrived by the end of a day."""
        return self._from_the_door(day) if self.left_day is not None else self._from_the_shelf(day)

    def _from_the_door(self, day: date) -> int:
        assert self.left_day is not None
        eve = self.today - ONE_DAY
        gone, come = (self._share(self.curve, self.left_day, one) for one in (eve, day))
        if MILLION - gone >= self.params.least_ppm:
            return int(Fraction(MILLION * (come - gone), MILLION - gone))
        past, future = (self._share(self.broad, self.left_day, one) for one in (eve, day))
        others = int(Fraction(MILLION * (future - past), max(MILLION - past, self.params.never_ppm)))
        lacking = self.params.least_ppm - (MILLION - gone)
        return int(Fraction(MILLION * (come - gone) + lacking * others, self.params.least_ppm))

    def _from_the_shelf(self, day: date) -> int:
        learned = outlived = 0
        before, halves = self.gone, MILLION
        for step, leaves in enumerate(self._departures(day)):
            arrived = self._share(self.curve, leaves, day)
            now_left = self._left(self.nth + step)
            learned, before = learned + (now_left - before) * arrived, now_left
            outlived, halves = outlived + (halves - halves // 2) * arrived, halves // 2
        here = MILLION - self.gone
        if here >= self.params.least_ppm:
            return int(Fraction(learned, here))
        return int(Fraction(learned + (self.params.least_ppm - here) * (outlived // MILLION), self.params.least_ppm))

    def _departures(self, until: date) -> Iterator[date]:
        """Days of the departures that may take it, from the next one on."""
        kept = self.leaving.passed
        for nth in count(kept):
            self.leaving.passed = nth
            day = self.leaving.day()
            if day > until:
                self.leaving.passed = kept
                return
            yield day

    def faults(self, result: RemainingResult, n: int) -> Iterator[str]:
        """Say what is told otherwise."""
        span, nothing = self.params.span_days, -1
        arrived = [nothing] * span
        quantiles, expected, late = [nothing] * len(self.params.quantiles_ppm), nothing, nothing
        today = nothing
        if self.reason in (OK, OUTLIVED):
            today = _number(self.today)
            days = [self.today + timedelta(days=step) for step in range(span)]
            arrived = [self.chance(day) if day <= self.last else nothing for day in days]
            known = dict(zip(days, arrived, strict=True))

            def first(share: int) -> int:
                return next((_number(day) for day, one in known.items() if one >= share), nothing)

            quantiles, expected = [first(share) for share in self.params.quantiles_ppm], first(self.target_ppm)
            if self.promised is not None:
                late = MILLION - (self.chance(self.promised) if self.promised >= self.today else 0)
        for name, wanted, given in (
            ("today", today, int(result.today[n])),
            ("arrived_ppm", arrived, result.arrived_ppm[n].tolist()),
            ("quantile_day", quantiles, result.quantile_day[n].tolist()),
            ("expected_day", expected, int(result.expected_day[n])),
            ("late_ppm", late, int(result.late_ppm[n])),
            ("likely_late", late >= self.params.likely_late_ppm, bool(result.likely_late[n])),
            ("reason", self.reason, int(result.reason[n])),
        ):
            if wanted != given:
                yield f"{name}: expected {wanted}, given {given}"


def _date(day: int) -> date | None:
    return None if day < 0 else EPOCH + timedelta(days=day)


def _number(day: date) -> int:
    return (day - EPOCH).days
