"""Linehauls for random problems, and what the verifier says of each: when it leaves, arrives, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from random import Random

from tests.kernels.plan.builders import DESTINATIONS, WORKING

from doorstep.domain.carriage import RateBreak, Tariff, ZoneRule, apart
from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.learned import HandlingCurve, TransitModel
from doorstep.domain.supply import SHIPPING_KINDS, Collection, Linehaul, Site
from doorstep.kernels.plan.check_injected import Journey
from doorstep.kernels.plan.problem import PlanProblem

EPOCH = date(1970, 1, 1)
DEPOTS = (
    (DESTINATIONS[0], "Europe/Berlin", "DE-BY"),
    (DESTINATIONS[2], "Europe/Paris", "FR"),
    (DESTINATIONS[4], "America/Manaus", "BR-AM"),
)


@dataclass(frozen=True)
class Hauled:
    """One departure: days since 1970-01-01, and the probability that its lateness is charged by."""

    depot: int
    ship_day: int
    handed_day: int
    promised_day: int
    ppm: int


def with_linehauls(rng: Random, problem: PlanProblem, cheap: bool = True) -> PlanProblem:
    """Give a random problem one or two depots, services that call there, and linehauls from sites of the same union."""
    depots: list[Site] = []
    calls: list[Collection] = []
    hauls: list[Linehaul] = []
    capacity = any(site.daily_order_capacity is not None for site in problem.sites)
    for n, (place, zone, calendar) in enumerate(rng.sample(DEPOTS, rng.randint(1, 2))):
        depot = replace(
            problem.sites[0],
            site=f"hub-{n}",
            kind="depot",
            place=place,
            time_zone=zone,
            holiday_calendar=rng.choice(("", calendar)),
            working_days=rng.choice(WORKING),
            order_cutoff_s=rng.choice((6, 9, 15)) * 3600,
            daily_order_capacity=None,
        )
        depots.append(depot)
        calls += [
            Collection(depot.site, one.service, rng.randint(7, 19) * 3600, rng.choice(WORKING))
            for one in problem.tariff.services
            for _ in range(rng.choice((0, 1, 1, 1, 2)))
        ]
        for site in problem.sites:
            border = apart(problem.tariff.territories, site.place.country, place.country)
            if site.kind in SHIPPING_KINDS and not border:
                hauls += [
                    _haul(rng, site, depot, len(hauls) + m, cheap, capacity) for m in range(rng.choice((1, 1, 2)))
                ]
    return replace(
        problem,
        sites=(*problem.sites, *depots),
        collections=(*problem.collections, *calls),
        linehauls=tuple(hauls),
        tariff=_from_depots(rng, problem, depots),
        transit=_handling(rng, problem.transit, (*problem.sites, *depots)),
    )


def _haul(rng: Random, site: Site, depot: Site, number: int, cheap: bool, capacity: bool) -> Linehaul:
    departs = rng.choice((4, 12, 17, 21)) * 3600
    days = rng.randint(0, 2)
    return Linehaul(
        linehaul=f"haul-{number}",
        site=site.site,
        depot=depot.site,
        departure_time_s=departs,
        working_days=rng.choice(WORKING),
        transit_days=days,
        arrival_time_s=23 * 3600 if days == 0 else rng.choice((5, 8, 14)) * 3600,
        cost_per_parcel_micros=rng.randint(0, 400_000 if cheap else 4_000_000),
        cost_per_kg_micros=rng.choice((0, 123_456, 50_000)),
        daily_parcel_capacity=rng.choice((None, 0, 1, 2)) if capacity else None,
    )


def _from_depots(rng: Random, problem: PlanProblem, depots: list[Site]) -> Tariff:
    """Have most services charge less from the depots."""
    near = [one for one in problem.tariff.services if rng.random() < 0.8]
    zones = [
        ZoneRule(service.service, one.place.country, one.place.postcode[:3], country, "", "near", rng.random() < 0.2)
        for one in depots
        for service in near
        for country in sorted({place.country for place in DESTINATIONS})
    ]
    rates = [
        RateBreak(service.service, "near", 5_000, rng.randint(500_000, 2_500_000), rng.randint(0, 900_000))
        for service in near
    ]
    tariff = problem.tariff
    return replace(tariff, zones=(*tariff.zones, *zones), rates=(*tariff.rates, *rates))


def _handling(rng: Random, transit: TransitModel, sites: tuple[Site, ...]) -> TransitModel:
    if rng.random() < 0.6:
        return transit
    first = rng.randint(500_000, 900_000)
    rest = rng.randint(first, 1_000_000)
    curves = [
        HandlingCurve(one.site, "", 50, (first, rest, 990_000), (rng.randint(first, rest), 980_000, 990_000))
        for one in sites
        if rng.random() < 0.7 and rest <= 980_000
    ]
    return replace(transit, handling=tuple(curves))


def hauls_of(problem: PlanProblem, site: Site) -> list[tuple[int, int]]:
    """(service, linehaul) by which parcels may leave a site and be taken over."""
    calls = {(one.site, one.service) for one in problem.collections}
    return [
        (v, n)
        for n, haul in enumerate(problem.linehauls)
        for v, service in enumerate(problem.tariff.services)
        if haul.site == site.site and (haul.depot, service.service) in calls
    ]


def hauled(problem: PlanProblem, order: Order, haul: int, service: int, shift: int) -> Hauled:
    """The departure that a parcel takes, so many after the first that it can and may."""
    one, offer = problem.linehauls[haul], problem.tariff.services[service]
    sites = {site.site: k for k, site in enumerate(problem.sites)}
    site, depot = problem.sites[sites[one.site]], problem.sites[sites[one.depot]]
    calls = [call for call in problem.collections if (call.site, call.service) == (one.depot, offer.service)]
    target = problem.brand.on_time_target_ppm
    journey = Journey(site, one, depot, offer, calls, order, problem.transit, target)
    ready = max(order.placed_at, problem.now or order.placed_at)
    nowhere = Hauled(sites[one.depot], -1, 0, -1, 0)
    shut = not set(range(7)) & {day for day in range(7) if day in site.working_days and day in one.working_days}
    shut |= not any(day in call.working_days and day in depot.working_days for call in calls for day in range(7))
    if shut:
        return nowhere
    return _departure(journey, ready, order, shift, sites[one.depot])


def _departure(journey: Journey, ready: datetime, order: Order, shift: int, depot: int) -> Hauled:
    late, departures = count(), journey.departures(ready.astimezone(UTC))
    for nth, (day, leaves) in enumerate(departures):
        there = journey.arrival(day, leaves)
        handed, _ = journey.handed(there)
        if not journey.late_enough(handed) or next(late) < shift:
            continue
        promised = journey.promised(ready, nth, there, handed)
        wished = nominated_day(order.not_before, order.promised_by) or promised
        ppm = journey.chance(ready, nth, wished)
        return Hauled(depot, (day - EPOCH).days, (handed - EPOCH).days, (promised - EPOCH).days, ppm)
    raise AssertionError("a linehaul leaves at last")
