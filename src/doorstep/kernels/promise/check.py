"""Verify promises one by one, the slow way: dates, time zones and holidays straight from their libraries.

Shares no code with the solver; it walks from day to day where the solver looks up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.domain.carriage import Service
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.check_days import at, delivers, is_holiday
from doorstep.kernels.promise.problem import Legs
from doorstep.kernels.promise.promise import (
    BEYOND_CALENDAR,
    NO_COLLECTION,
    OK,
    TARGET_NOT_REACHED,
    PromiseResult,
)

MILLION = 1_000_000
ONE_DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
EVER = (date(1902, 1, 1).toordinal() - EPOCH.toordinal(), 80_000)


@dataclass(frozen=True, slots=True)
class _Answer:
    ship_at: int = -1
    ship_day: int = -1
    promised_day: int = -1
    on_time_ppm: int = 0
    as_wished_ppm: int = 0
    reason: int = OK


class Outside(Exception):
    """A day of the leg lies outside the days covered."""


def check(
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    destinations: Sequence[Place],
    transit: TransitModel,
    target_ppm: int,
    legs: Legs,
    result: PromiseResult,
    *,
    covered: tuple[int, int] | None = None,
    stated_on_time_ppm: int = 950_000,
    early_ppm: int = 50_000,
) -> tuple[str, ...]:
    """Answer every leg anew and compare.

    Parameters
    ----------
    sites, collections, services, destinations, transit, target_ppm
        As given to `compile_network`.
    legs, result
        n questions and n answers.
    covered
        First and last day (since 1970-01-01) that the tables cover; None: all days, and no leg can be beyond them.
    stated_on_time_ppm, early_ppm
        As given to `NetworkParams` and `PromiseParams`.

    Returns
    -------
    tuple
        A sentence per leg that is answered wrongly; empty when all is well.
    """
    lengths = {len(legs.site), len(result.ship_at), len(result.ship_day), len(result.promised_day)}
    if len(lengths | {len(result.on_time_ppm), len(result.as_wished_ppm), len(result.reason)}) > 1:
        return ("the result does not have one answer per leg",)
    verifier = Verifier(sites, collections, services, destinations, transit, target_ppm)
    verifier.covered = covered or EVER
    verifier.stated_on_time_ppm, verifier.early_ppm = stated_on_time_ppm, early_ppm
    faults = []
    for leg in range(len(legs)):
        expected = verifier.answer(legs, leg)
        given = _Answer(
            ship_at=int(result.ship_at[leg]),
            ship_day=int(result.ship_day[leg]),
            promised_day=int(result.promised_day[leg]),
            on_time_ppm=int(result.on_time_ppm[leg]),
            as_wished_ppm=int(result.as_wished_ppm[leg]),
            reason=int(result.reason[leg]),
        )
        if given != expected:
            faults.append(f"leg {leg}: expected {expected}, given {given}")
    return tuple(faults)


def chance_by(
    site: Site,
    collections: Sequence[Collection],
    service: Service,
    destination: Place,
    transit: TransitModel,
    ready: datetime,
    ship_day: date,
    day: date,
) -> int:
    """Return the probability, in parts per million, that what is meant to leave on a day has arrived by another.

    0: nothing that is ready then leaves on that day.
    """
    verifier = Verifier([site], collections, [service], [destination], transit, MILLION)
    verifier.stated_on_time_ppm = 950_000
    calls = verifier.calls(site, service)
    leaving = Leaving(verifier, ready, site, service, calls)
    while leaving.day() < ship_day:
        leaving.skip()
    curve = verifier.curve(site, service, destination)[0]
    return leaving.chance(curve, day, service, destination) if leaving.day() == ship_day else 0


class Leaving:
    """The departures that a parcel can take, from the one that it is meant for on."""

    def __init__(
        self, verifier: Verifier, ready: datetime, site: Site, service: Service, calls: list[Collection]
    ) -> None:
        self.verifier = verifier
        self.coming = verifier._collection_days(ready, site, calls)
        self.days: list[tuple[date, list[datetime]]] = []
        self.passed = 0  # departures that it could have taken before
        same_day = self._day(0) == ready.astimezone(ZoneInfo(site.time_zone)).date()
        self.left = verifier._left(site, service, same_day)

    def _day(self, index: int) -> date:
        while len(self.days) <= index:
            coming = next(self.coming, None)
            if coming is None:
                raise Outside
            self.days.append(coming)
        return self.days[index][0]

    def day(self) -> date:
        """Day on which it leaves."""
        return self._day(self.passed)

    def at(self) -> datetime:
        """Return the first collection that can take it then."""
        self._day(self.passed)
        return min(self.days[self.passed][1])

    def skip(self) -> None:
        """Leave with the next one instead."""
        self.passed += 1

    def chance(self, curve: list[int], day: date, service: Service, destination: Place) -> int:
        """Probability of having arrived by the end of a day: of each departure's share, what is fast enough."""
        total = 0
        for nth in range(self.passed, max(self.passed, len(self.left) - 1) + 1):
            try:
                leaves = self._day(nth)
            except Outside:
                break
            if leaves > day:
                break
            share = self.left[min(nth, len(self.left) - 1)] - (self.left[nth - 1] if nth > self.passed else 0)
            total += share * self.verifier._chance(curve, leaves, day, service, destination)
        return total // MILLION


class Verifier:
    """Answers legs anew."""

    stated_on_time_ppm: int
    early_ppm: int
    covered: tuple[int, int] = EVER

    def __init__(
        self,
        sites: Sequence[Site],
        collections: Sequence[Collection],
        services: Sequence[Service],
        destinations: Sequence[Place],
        transit: TransitModel,
        target_ppm: int,
    ) -> None:
        self.sites, self.collections, self.services = sites, collections, services
        self.destinations, self.transit, self.target_ppm = destinations, transit, target_ppm

    def answer(self, legs: Legs, leg: int) -> _Answer:
        """Answer one leg."""
        site, service = self.sites[int(legs.site[leg])], self.services[int(legs.service[leg])]
        destination = self.destinations[int(legs.destination[leg])]
        calls = self.calls(site, service)
        if not any(day in call.working_days and day in site.working_days for call in calls for day in range(7)):
            return _Answer(reason=NO_COLLECTION)
        try:
            return self._promised(legs, leg, site, service, destination, calls)
        except Outside:
            return _Answer(reason=BEYOND_CALENDAR)

    def _promised(
        self, legs: Legs, leg: int, site: Site, service: Service, destination: Place, calls: list[Collection]
    ) -> _Answer:
        curve, evidence_end = self.curve(site, service, destination)
        not_before, promised_by = (date_of(int(column[leg])) for column in (legs.not_before, legs.promised_by))
        leaving = self.leaving(legs, leg, curve, calls)
        day = leaving.day()
        steps = _first_reaching(curve, self.target_ppm)
        if curve[-1] < self.target_ppm:
            steps = max(steps, _first_reaching(self._stated(service), self.target_ppm))
        reach = leaving.left[-1] * curve[-1] // MILLION
        wished = not_before if not_before == promised_by else None
        promised = promised_by
        if promised is None or wished is not None:
            promised = self._advance(day, steps, service, destination)
            assert promised is not None
            while leaving.chance(curve, promised, service, destination) < min(self.target_ppm, reach):
                promised = self._advance(promised, 1, service, destination)
                assert promised is not None
            promised = max(promised, not_before or promised)
        if promised > day:
            self._inside(promised)
        beyond = evidence_end is not None and (curve[-1] < self.target_ppm or steps > evidence_end)
        beyond |= leaving.left[0] < MILLION and reach < self.target_ppm
        on_time = leaving.chance(curve, promised, service, destination)
        return _Answer(
            ship_at=int(leaving.at().timestamp()),
            ship_day=(day - EPOCH).days,
            promised_day=(promised - EPOCH).days,
            on_time_ppm=on_time,
            as_wished_ppm=on_time if wished is None else leaving.chance(curve, wished, service, destination),
            reason=TARGET_NOT_REACHED if beyond else OK,
        )

    def leaving(self, legs: Legs, leg: int, curve: list[int], calls: list[Collection]) -> Leaving:
        """Departures of a leg, from the one that it is meant for on."""
        site, service = self.sites[int(legs.site[leg])], self.services[int(legs.service[leg])]
        destination = self.destinations[int(legs.destination[leg])]
        not_before = date_of(int(legs.not_before[leg]))
        if not_before is not None and (not_before - EPOCH).days > self.covered[1]:
            raise Outside
        early = _first_reaching(curve, self.early_ppm)
        to_skip = int(legs.shift[leg])
        nominated = not_before is None
        found = Leaving(self, datetime.fromtimestamp(int(legs.ready_at[leg]), UTC), site, service, calls)
        while True:
            if not_before is not None and not nominated:
                arrival = self._advance(found.day(), early, service, destination, stop=not_before)
                nominated = arrival is None or arrival >= not_before
            if nominated and to_skip == 0:
                return found
            to_skip -= nominated
            found.skip()

    def calls(self, site: Site, service: Service) -> list[Collection]:
        """Collections of a service at a site."""
        return [call for call in self.collections if (call.site, call.service) == (site.site, service.service)]

    def _left(self, site: Site, service: Service, same_day: bool) -> tuple[int, ...]:
        """What has left with the first possible departure, the second ...; all with the first, unless it is learned."""
        for name in (service.service, ""):
            for one in self.transit.handling:
                if (one.site, one.service) == (site.site, name):
                    return one.same_day_ppm if same_day else one.next_day_ppm
        return (MILLION,)

    def _inside(self, day: date) -> None:
        if not self.covered[0] <= (day - EPOCH).days <= self.covered[1]:
            raise Outside

    def _collection_days(
        self, ready: datetime, site: Site, calls: list[Collection]
    ) -> Iterator[tuple[date, list[datetime]]]:
        """Days on which the parcel can leave, with the instants of the collections that can take it."""
        zone = ZoneInfo(site.time_zone)
        first = ready.astimezone(zone).date()
        day = first
        while True:
            self._inside(day)
            if day.weekday() in site.working_days and not is_holiday(site.holiday_calendar, day):
                instants = [
                    at(day, call.collection_time_s, zone) for call in calls if day.weekday() in call.working_days
                ]
                if day == first:
                    in_time = ready < at(day, site.order_cutoff_s, zone)
                    instants = [instant for instant in instants if in_time and instant > ready]
                if instants:
                    yield day, instants
            day += ONE_DAY

    def _advance(
        self, ship_day: date, steps: int, service: Service, destination: Place, stop: date | None = None
    ) -> date | None:
        """Arrival day of a transit of so many working days; None: on or after `stop`."""
        day, left = (ship_day, 1) if steps == 0 else (ship_day + ONE_DAY, steps)
        while True:
            if stop is not None and day >= stop:
                return None
            self._inside(day)
            left -= delivers(service, destination, day)
            if left == 0:
                return day
            day += ONE_DAY

    def _chance(self, curve: list[int], ship_day: date, promised: date, service: Service, destination: Place) -> int:
        if promised < ship_day:
            return 0
        passed, day, possible = 0, ship_day, False
        while day <= promised:
            moves = delivers(service, destination, day)
            possible |= moves
            passed += moves and day > ship_day
            day += ONE_DAY
        return curve[min(passed, len(curve) - 1)] if possible else 0

    def _stated(self, service: Service) -> list[int]:
        length = service.max_days + 1
        share = self.stated_on_time_ppm
        span = service.max_days - service.min_days + 1
        curve = [max(0, share * (k - service.min_days + 1) // span) for k in range(length)]
        left = MILLION - share
        while left:
            left //= 2
            curve.append(MILLION - left)
        return _no_same_day(curve, service)

    def curve(self, site: Site, service: Service, destination: Place) -> tuple[list[int], int | None]:
        """Stated transit, overlaid by lanes from the coarsest to the finest; and where the evidence ends."""
        curve, evidence_end = self._stated(service), None
        for level in range(4, -1, -1):
            names = ["", service.service] if service.speed == "standard" else [service.service]
            for name in names:
                for lane in self.transit.lanes:
                    if (lane.level, lane.service) == (level, name) and _covers(lane, site.place, destination):
                        learned = _no_same_day(list(lane.arrived_ppm), service)
                        end = len(learned) - 1
                        curve = learned + _continuation(learned[-1], curve, end)
                        evidence_end = end if evidence_end is None else max(end, evidence_end)
        return curve, evidence_end


def _continuation(known: int, coarser: list[int], end: int) -> list[int]:
    at_end = coarser[min(end, len(coarser) - 1)]
    if at_end == MILLION:
        return []
    return [known + (MILLION - known) * (share - at_end) // (MILLION - at_end) for share in coarser[end + 1 :]]


def _no_same_day(curve: list[int], service: Service) -> list[int]:
    if service.speed == "same_day" and service.min_days == 0:
        return curve
    return [0, *curve[1:]] if len(curve) > 1 else [0, curve[0]]


def _first_reaching(curve: list[int], share_ppm: int) -> int:
    goal = min(share_ppm, curve[-1])
    return next(k for k, share in enumerate(curve) if share >= goal)


def _covers(lane: Lane, origin: Place, destination: Place) -> bool:
    from_code, to_code = ("".join(place.postcode.split(" ")).upper() for place in (origin, destination))
    region = destination.region
    if region.startswith(destination.country + "-"):
        region = region[len(destination.country) + 1 :]
    return (
        lane.origin_country in ("", origin.country)
        and lane.destination_country in ("", destination.country)
        and lane.destination_region in ("", region)
        and from_code.startswith(lane.origin_prefix)
        and to_code.startswith(lane.destination_prefix)
    )


def date_of(day: int) -> date | None:
    """Return the date of a day; None below 0."""
    return None if day < 0 else EPOCH + timedelta(days=day)
