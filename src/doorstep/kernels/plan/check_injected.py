"""Verifier of parcels that go by a linehaul: timetable, hand-over, promise and charge, day by day and in fractions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from math import floor
from zoneinfo import ZoneInfo

from doorstep.domain.carriage import Service
from doorstep.domain.demand import Order
from doorstep.domain.learned import TransitModel
from doorstep.domain.parcel import Parcel
from doorstep.domain.supply import Collection, Linehaul, Site
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.promise.check import Verifier, chance_by
from doorstep.kernels.promise.check_days import at, delivers, is_holiday

MILLION = 1_000_000
ONE_DAY = timedelta(days=1)
EARLY_PPM = 50_000
LATEST_SHIFT = 8  # more departures than any plan looks ahead
FARTHEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Journey:
    """The nouns of one parcel's way."""

    site: Site
    haul: Linehaul
    depot: Site
    service: Service
    calls: list[Collection]  # of the service at the depot
    order: Order
    transit: TransitModel
    target_ppm: int

    def departures(self, ready: datetime) -> Iterator[tuple[date, datetime]]:
        """Days on which the linehaul can take it, with the instants."""
        zone = ZoneInfo(self.site.time_zone)
        first = ready.astimezone(zone).date()
        for later in range(FARTHEST_DAYS):
            day = first + later * ONE_DAY
            works = day.weekday() in self.site.working_days and not is_holiday(self.site.holiday_calendar, day)
            leaves = at(day, self.haul.departure_time_s, zone)
            in_time = later > 0 or (ready < at(day, self.site.order_cutoff_s, zone) and leaves > ready)
            if works and day.weekday() in self.haul.working_days and in_time:
                yield day, leaves

    def arrival(self, day: date, leaves: datetime) -> datetime:
        """When what leaves on a day is at the depot."""
        there, left = day, self.haul.transit_days
        while left:
            there += ONE_DAY
            left -= there.weekday() in self.haul.working_days and not is_holiday(self.depot.holiday_calendar, there)
        return max(at(there, self.haul.arrival_time_s, ZoneInfo(self.depot.time_zone)), leaves)

    def handed(self, ready: datetime) -> tuple[date, datetime]:
        """First collection that takes what is at the depot."""
        zone, depot = ZoneInfo(self.depot.time_zone), self.depot
        first = ready.astimezone(zone).date()
        for later in range(FARTHEST_DAYS):
            day = first + later * ONE_DAY
            if day.weekday() not in depot.working_days or is_holiday(depot.holiday_calendar, day):
                continue
            if not later and ready >= at(day, depot.order_cutoff_s, zone):
                continue
            times = [at(day, one.collection_time_s, zone) for one in self.calls if day.weekday() in one.working_days]
            if taken := [time for time in times if later or time > ready]:
                return day, min(taken)
        raise ValueError(f"{self.service.service} never calls at {depot.site}")

    def curve(self) -> list[int]:
        """Shares that have arrived by the working days after the collection at the depot."""
        verifier = Verifier([self.depot], self.calls, [self.service], [self.order.place], self.transit, self.target_ppm)
        verifier.stated_on_time_ppm = 950_000
        return verifier.curve(self.depot, self.service, self.order.place)[0]

    def from_depot(self, ready: datetime, handed: date, day: date, transit: TransitModel) -> int:
        """Probability of having arrived by a day, of what is at the depot."""
        return chance_by(self.depot, self.calls, self.service, self.order.place, transit, ready, handed, day)

    def chance(self, ready: datetime, nth: int, day: date) -> int:
        """Probability of having arrived by a day, of what is meant for the nth departure (from 0)."""
        left = self._left(ready)
        total = 0
        for n, (leaves_on, leaves) in enumerate(islice(self.departures(ready), max(nth + 1, len(left)))):
            if n < nth:
                continue
            share = left[min(n, len(left) - 1)] - (left[n - 1] if n > nth else 0)
            there = self.arrival(leaves_on, leaves)
            handed, _ = self.handed(there)
            if handed <= day:
                total += share * self.from_depot(there, handed, day, self.transit)
        return total // MILLION

    def _left(self, ready: datetime) -> tuple[int, ...]:
        first, _ = next(self.departures(ready))
        same_day = first == ready.astimezone(ZoneInfo(self.site.time_zone)).date()
        for one in self.transit.handling:
            if (one.site, one.service) == (self.site.site, ""):
                return one.same_day_ppm if same_day else one.next_day_ppm
        return (MILLION,)

    def ever(self, ready: datetime) -> int:
        """Probability of arriving at all."""
        share = self.curve()[-1]
        for name in (self.service.service, ""):
            for one in self.transit.handling:
                if (one.site, one.service) == (self.depot.site, name):
                    return self._left(ready)[-1] * (one.same_day_ppm[-1] * share // MILLION) // MILLION
        return self._left(ready)[-1] * share // MILLION

    def late_enough(self, handed: date) -> bool:
        """Whether fewer than the early share would arrive before the order is wanted, if taken over on a day."""
        wanted, curve = self.order.not_before, self.curve()
        if wanted is None:
            return True
        steps = next(k for k, share in enumerate(curve) if share >= min(EARLY_PPM, curve[-1]))
        day, left = (handed, 1) if steps == 0 else (handed + ONE_DAY, steps)
        while day < wanted:
            left -= delivers(self.service, self.order.place, day)
            if left == 0:
                return False
            day += ONE_DAY
        return True

    def promised(self, ready: datetime, nth: int, there: datetime, handed: date) -> date:
        """Earliest day that reaches the target, or what it can reach, from the depot and all the way."""
        order, end = self.order, self.curve()[-1]
        if order.promised_by is not None and order.promised_by != order.not_before:
            return order.promised_by
        plain = replace(self.transit, handling=())
        stated = TransitModel(self.transit.as_of)
        day = handed
        while not (
            self.from_depot(there, handed, day, plain) >= min(self.target_ppm, end)
            and (end >= self.target_ppm or self.from_depot(there, handed, day, stated) >= self.target_ppm)
            and self.chance(ready, nth, day) >= min(self.target_ppm, self.ever(ready))
        ):
            day += ONE_DAY
        return max(day, order.not_before or day)


def journey_of(problem: PlanProblem, order: Order, parcel: Parcel) -> Journey | None:
    """The way of a parcel that goes by a linehaul; None: there is no such way."""
    injection = parcel.injection
    if injection is None:
        return None
    sites = {site.site: site for site in problem.sites}
    haul = next((one for one in problem.linehauls if one.linehaul == injection.linehaul), None)
    service = next((one for one in problem.tariff.services if one.service == parcel.service), None)
    calls = [call for call in problem.collections if (call.site, call.service) == (injection.depot, parcel.service)]
    if haul is None or (haul.site, haul.depot) != (parcel.site, injection.depot) or service is None or not calls:
        return None
    target = problem.brand.on_time_target_ppm
    return Journey(sites[haul.site], haul, sites[haul.depot], service, calls, order, problem.transit, target)


def injected_dates(problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime) -> Iterator[str]:
    """What is wrong with the dates of a parcel that goes by a linehaul."""
    journey = journey_of(problem, order, parcel)
    if journey is None or parcel.injection is None:
        yield f"{parcel.parcel} goes by a linehaul that does not lead there, or to a depot where nobody takes it over"
        return
    first: int | None = None
    for nth, (day, leaves) in enumerate(islice(journey.departures(ready), FARTHEST_DAYS // 2)):
        there = journey.arrival(day, leaves)
        handed, handed_at = journey.handed(there)
        if first is None and journey.late_enough(handed):
            first = nth
        if leaves < parcel.ship_at or first is None:
            continue
        promised = journey.promised(ready, nth, there, handed)
        wanted = leaves, handed_at, promised, journey.chance(ready, nth, promised)
        given = parcel.ship_at, parcel.injection.handed_at, parcel.promised_by, parcel.on_time_ppm
        if nth >= first + LATEST_SHIFT or given != wanted:
            yield f"{parcel.parcel}: leaves, is handed over and arrives {wanted}, not {given}"
        return
    yield f"{parcel.parcel}: no departure of {journey.haul.linehaul} is at {parcel.ship_at.isoformat()}"


def injected_chance(problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime, day: date) -> int:
    """How probably a parcel that goes by a linehaul arrives by a day."""
    journey = journey_of(problem, order, parcel)
    for nth, (_, leaves) in enumerate(journey.departures(ready)) if journey else ():
        if leaves == parcel.ship_at and journey:
            return journey.chance(ready, nth, day)
    return 0


def linehaul_minor(problem: PlanProblem, haul: Linehaul, weight_g: int) -> int:
    """Charge line of a linehaul, rounded half up once."""
    micros = haul.cost_per_parcel_micros + Fraction(haul.cost_per_kg_micros * weight_g, 1000)
    whole: int = floor(micros * 10**problem.brand.currency.digits / MILLION + Fraction(1, 2))
    return whole
