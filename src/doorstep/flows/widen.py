"""Let a plan reckon with what is declared: transit to the areas concerned takes as many working days longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from doorstep.domain.carriage import Service
from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.learned import Lane
from doorstep.domain.place import Place
from doorstep.domain.supply import Site
from doorstep.kernels.plan.plan import PlanProblem
from doorstep.kernels.promise.areas import destination_areas, origin_areas
from doorstep.kernels.promise.journeys import lane_keys
from doorstep.kernels.promise.lanes import Curves, compile_curves
from doorstep.kernels.promise.network import NetworkParams

LEVELS = 5  # of lanes, the finest first


def known_by(declared: Sequence[DeclaredDisruption], day: date) -> tuple[Disruption, ...]:
    """What is declared by a day and not over by then."""
    return tuple(one.what for one in declared if one.declared_on <= day <= one.what.ends_on)


def widened(problem: PlanProblem, disruptions: Sequence[Disruption], today: date) -> PlanProblem:
    """Give the finest lane of each site and destination concerned the curve that holds there, so many days later.

    Of several disruptions the longest delay counts. Areas are those by which transit is known, so that orders to
    others keep their promise.
    """
    if not disruptions or not problem.orders or not problem.sites:
        return problem
    places = sorted({order.place for order in problem.orders}, key=repr)
    touched = [place for place in places if any(one.reaches(place) for one in disruptions)]
    if not touched:
        return problem
    services, sites = problem.tariff.services, problem.sites
    origins, ends = origin_areas([site.place for site in sites]), destination_areas(touched)
    curves = compile_curves(
        services,
        origins,
        ends,
        problem.transit,
        problem.brand.on_time_target_ppm,
        NetworkParams().stated_on_time_ppm,
    )
    made: dict[tuple[object, ...], Lane] = {}
    for v, service in enumerate(services):
        for k, site in enumerate(sites):
            for d, place in enumerate(touched):
                days = _delay(disruptions, site, service, place, today)
                if days:
                    lane = _later(
                        curves, (int(origins.area_of[k]), v, int(ends.area_of[d])), site, service, place, days
                    )
                    made[_key(lane)] = lane
    kept = [lane for lane in problem.transit.lanes if _key(lane) not in made]
    lanes = sorted([*kept, *made.values()], key=lambda lane: (-lane.level, lane.service, *map(str, _key(lane))))
    return replace(problem, transit=replace(problem.transit, lanes=tuple(lanes)))


def _delay(disruptions: Sequence[Disruption], site: Site, service: Service, place: Place, today: date) -> int:
    """The longest delay met by a parcel that leaves about now."""
    arrives = today + timedelta(days=2 * service.max_days + 2)  # days off lie between
    return max(
        (
            one.delay_days
            for one in disruptions
            if one.site in ("", site.site) and one.slows(service) and one.reaches(place) and one.during(today, arrives)
        ),
        default=0,
    )


def _later(curves: Curves, cell: tuple[int, int, int], site: Site, service: Service, place: Place, days: int) -> Lane:
    keys = lane_keys(site.place.country, site.place.postcode, place.country, place.region, place.postcode)
    level, key = next((level, key) for level, key in enumerate(keys) if key is not None)
    curve = curves.arrived_ppm[curves.curve_of[cell]]
    return Lane(level, service.service, *key, 0, (*(0,) * days, *(int(share) for share in curve)))


def _key(lane: Lane) -> tuple[object, ...]:
    return (
        lane.level,
        lane.service,
        lane.origin_country,
        lane.origin_prefix,
        lane.destination_country,
        lane.destination_region,
        lane.destination_prefix,
    )
