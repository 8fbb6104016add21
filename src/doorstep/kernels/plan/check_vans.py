"""Verifier of own vans: every parcel of theirs on one round, each round driveable, and what it costs borne whole.

The rounds of a site, service and day are made a problem of the route kernel, from the plan alone, and given to its
verifier. Sharing no code with the solver, it states anew: roads are longer than the great circle by DETOUR_PPM and
driven at SECONDS_PER_KM; a parcel takes its weight, and the outer volume of its carton rounded up, of a mailer as if it
were filled; a van leaves no sooner than its last parcel is collected; a stop takes stop_s.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from math import prod

import numpy as np

from doorstep.domain.carriage import apart
from doorstep.domain.fleet import DETOUR_PPM, SECONDS_PER_KM, Van, VanRound
from doorstep.domain.parcel import OWN_BOX, Parcel
from doorstep.domain.place import Place
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.route.check import check as check_rounds
from doorstep.kernels.route.check_round import drive
from doorstep.kernels.route.check_travel import Roads
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, REQUIRED, Fleet, RouteProblem, Stops, Travel
from doorstep.kernels.route.result import RouteResult

Group = tuple[str, str, date]


def van_faults(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """List what is wrong with the rounds of a plan."""
    own = {one.service for one in problem.vans}
    for parcel in plan.parcels:
        if (parcel.service in own and parcel.injection is None) != (parcel.ride is not None):
            yield f"{parcel.parcel} goes by {parcel.service}, and is{'' if parcel.ride else ' not'} on a round"
    yield from _borne(plan)
    if [one.round for one in plan.rounds] != list(range(1, len(plan.rounds) + 1)):
        yield "the rounds are not numbered from 1 on"
    groups: defaultdict[Group, list[VanRound]] = defaultdict(list)
    parcels = {one.parcel: one for one in plan.parcels}
    for one in plan.rounds:
        names = [name for trip in one.trips for name in trip]
        days = {parcels[name].ship_at.date() for name in names if name in parcels}
        ends = {(parcels[name].site, parcels[name].service) for name in names if name in parcels}
        if len(days) != 1 or ends != {(one.site, one.service)}:
            yield f"round {one.round} has no parcels, or such of several days, sites or services"
        else:
            groups[one.site, one.service, days.pop()].append(one)
    for (site, service, day), rounds in groups.items():
        yield from _driven(problem, site, service, day, rounds, parcels)


def _borne(plan: Plan) -> Iterator[str]:
    """Each ride stands on its round where it says, and a round's cost is that of its rides."""
    told = {
        one.parcel: (one.ride.round, one.ride.vehicle, one.ride.trip, one.ride.position)
        for one in plan.parcels
        if one.ride is not None
    }
    stands: list[tuple[str, tuple[int, str, int, int]]] = []
    for one in plan.rounds:
        position = 0
        for trip, names in enumerate(one.trips, 1):
            for name in names:
                position += 1
                stands.append((name, (one.round, one.vehicle, trip, position)))
    if sorted(stands) != sorted(told.items()):
        yield "rides and rounds do not name the same parcels in the same places"
    borne: Counter[int] = Counter()
    for parcel in plan.parcels:
        if parcel.ride is not None:
            borne[parcel.ride.round] += parcel.ride.cost_minor
            if parcel.ride.cost_minor < 0 or parcel.ride.cost_minor > parcel.cost.freight_minor:
                yield f"{parcel.parcel} bears {parcel.ride.cost_minor} of its round"
    for one in plan.rounds:
        if borne[one.round] != one.cost_minor:
            yield f"round {one.round} costs {one.cost_minor}, its parcels bear {borne[one.round]}"


def _driven(
    problem: PlanProblem, site: str, service: str, day: date, rounds: Sequence[VanRound], parcels: dict[str, Parcel]
) -> Iterator[str]:
    vans = [one for one in problem.vans if (one.site, one.service) == (site, service)]
    rows = {one.vehicle: n for n, one in enumerate(vans)}
    where = f"{site} by {service} on {day}"
    names = [name for one in rounds for trip in one.trips for name in trip]
    places = [_door(problem, parcels[name]) for name in names]
    home = next(one.place.country for one in problem.sites if one.site == site)
    for name, place in zip(names, places, strict=True):
        if not place.located or apart(problem.tariff.territories, home, place.country):
            yield f"{name} is on a round, and has no place on the map or lies behind a border of customs"
            return
    if any(one.vehicle not in rows for one in rounds):
        yield f"a round from {where} names a van that is not there"
        return
    ready = max(_clock_s(parcels[name].ship_at) for name in names)
    made = _problem(problem, vans, [parcels[name] for name in names], places, ready)
    number = iter(range(len(names)))
    lines = [_line([[next(number) for _ in trip] for trip in one.trips]) for one in rounds]
    costs = []
    for one, line in zip(rounds, lines, strict=True):
        found = drive(made, Roads(made.travel), one.round, rows[one.vehicle], line)
        if found.distance_m is None or found.duration_s is None:
            yield f"round {one.round} cannot be driven: {'; '.join(map(str, found.faults))}"
            return
        costs.append(_cost_micros(vans[rows[one.vehicle]], found.distance_m, found.duration_s))
        told = (one.distance_m, one.duration_s, one.cost_minor)
        wanted = (found.distance_m, found.duration_s, problem.brand.currency.minor(costs[-1]))
        if told != wanted:
            yield f"round {one.round} is {wanted} in metres, seconds and cost, not {told}"
        yield from _timed(one, parcels)
    taken = [rows[one.vehicle] for one in rounds]
    yield from (f"rounds from {where}: {fault}" for fault in check_rounds(made, _result(taken, lines, sum(costs))))


def _cost_micros(van: Van, distance_m: int, duration_s: int) -> int:
    a_metre, a_second = (2 * van.cost_per_km_micros + 1_000) // 2_000, (2 * van.cost_per_hour_micros + 3_600) // 7_200
    return van.fixed_cost_micros + a_metre * distance_m + a_second * duration_s


def _result(taken: list[int], lines: list[list[int]], cost: int) -> RouteResult:
    none, ends = np.zeros(0, np.int64), np.cumsum([0, *map(len, lines)]).astype(np.int64)
    flat = np.array([stop for line in lines for stop in line], np.int64)
    return RouteResult(np.array(taken, np.int64), ends, flat, none, none, cost, cost, 0, "own")


def _timed(one: VanRound, parcels: dict[str, Parcel]) -> Iterator[str]:
    """Rides happen between departure and return, one after the other."""
    rides = [ride for trip in one.trips for name in trip if (ride := parcels[name].ride) is not None]
    times = [one.departs_at, *(at for ride in rides for at in (ride.arrives_at, ride.leaves_at)), one.returns_at]
    if times != sorted(times):
        yield f"the stops of round {one.round} do not follow one another in time"


def _door(problem: PlanProblem, parcel: Parcel) -> Place:
    return next(one.place for one in problem.orders if one.order == parcel.orders[0])


def _clock_s(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _line(trips: list[list[int]]) -> list[int]:
    """Stops of a round, a reload between two trips."""
    return [stop for n, trip in enumerate(trips) for stop in ([RELOAD] if n else []) + trip]


def _volume_cm3(problem: PlanProblem, parcel: Parcel) -> int:
    if parcel.carton == OWN_BOX:
        product = next(one for one in problem.products if one.sku == parcel.contents[0].sku)
        return -(-product.length_mm * product.width_mm * product.height_mm // 1000)
    return -(-prod(next(one for one in problem.cartons if one.carton == parcel.carton).outer_mm) // 1000)


def _problem(
    problem: PlanProblem, vans: Sequence[Van], parcels: Sequence[Parcel], places: Sequence[Place], ready: int
) -> RouteProblem:
    def each(*numbers: int | None) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([NEVER if one is None else one for one in numbers], np.int64)

    x = [*(one.depot_longitude for one in vans), *(one.longitude or 0.0 for one in places)]
    y = [*(one.depot_latitude for one in vans), *(one.latitude or 0.0 for one in places)]
    travel = Travel("haversine", np.array(x), np.array(y), seconds_per_km=SECONDS_PER_KM, detour_ppm=DETOUR_PPM)
    n, v = len(parcels), len(vans)
    no_stop, no_van = np.zeros(n, np.int64), np.zeros(v, np.int64)
    fleet = Fleet(
        count=each(*(one.count if ready <= one.shift_to_s else 0 for one in vans)),
        capacity=np.stack([each(*(one.capacity_g for one in vans)), each(*(one.capacity_cm3 for one in vans))], axis=1),
        start=np.arange(v),
        end=np.arange(v),
        from_s=each(*(min(max(one.shift_from_s, ready), one.shift_to_s) for one in vans)),
        to_s=each(*(one.shift_to_s for one in vans)),
        fixed=each(*(one.fixed_cost_micros for one in vans)),
        per_m=each(*((2 * one.cost_per_km_micros + 1_000) // 2_000 for one in vans)),
        per_s=each(*((2 * one.cost_per_hour_micros + 3_600) // 7_200 for one in vans)),
        max_distance_m=each(*(one.max_distance_m for one in vans)),
        max_duration_s=each(*(one.max_duration_s for one in vans)),
        max_trips=each(*(one.trips for one in vans)),
        reload_s=each(*(one.reload_s for one in vans)),
        skills=no_van,
        break_s=each(*(one.break_s for one in vans)),
        break_from_s=each(*(one.shift_from_s if one.break_from_s is None else one.break_from_s for one in vans)),
        break_to_s=each(*(one.shift_to_s if one.break_to_s is None else one.break_to_s for one in vans)),
        speed_ppm=each(*(one.speed_ppm for one in vans)),
    )
    loads = np.array([[one.weight_g, _volume_cm3(problem, one)] for one in parcels], np.int64).reshape(-1, 2)
    stops = Stops(
        location=v + np.arange(n),
        service_s=no_stop + vans[0].stop_s,
        from_s=no_stop,
        to_s=no_stop + NEVER,
        delivery=loads,
        pickup=np.zeros_like(loads),
        pairs=np.zeros((0, 2), np.int64),
        group=no_stop + ANY,
        skills=no_stop,
        only=no_stop + ANY,
        priority=no_stop,
        prize=no_stop + REQUIRED,
    )
    return RouteProblem(travel, stops, fleet)
