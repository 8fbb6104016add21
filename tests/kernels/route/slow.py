"""What a round costs, in plain Python and by trying everything: every place for the break, every departure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, RouteProblem

PPM = 1_000_000


def cost_of(problem: RouteProblem, v: int, visits: Sequence[int]) -> int | None:
    """None: it cannot be driven."""
    times = drive(problem, v, visits)
    metres = sum(leg[0] for leg in legs_of(problem, v, visits))
    if times is None or metres > problem.fleet.max_distance_m[v] or not loads_hold(problem, v, visits):
        return None
    depart, back = times
    if back - depart > problem.fleet.max_duration_s[v]:
        return None
    fleet = problem.fleet
    return int(fleet.fixed[v] + fleet.per_m[v] * metres + fleet.per_s[v] * (back - depart))


def legs_of(problem: RouteProblem, v: int, visits: Sequence[int]) -> list[tuple[int, int]]:
    fleet, travel = problem.fleet, problem.travel
    assert travel.distance is not None
    assert travel.duration is not None
    depot = int(fleet.reload[v]) if len(fleet.reload) else int(fleet.start[v])
    places = [depot if stop == RELOAD else int(problem.stops.location[stop]) for stop in visits]
    whole = [int(fleet.start[v]), *places, int(fleet.end[v])]
    found = []
    for a, b in pairwise(whole):
        unit = PPM if len(travel.period_from_s) else 1
        way = ceil(Fraction(int(travel.duration[a, b]) * unit * PPM, int(fleet.speed_ppm[v])))
        found.append((int(travel.distance[a, b]), way))
    return found


def loads_hold(problem: RouteProblem, v: int, visits: Sequence[int]) -> bool:
    stops, fleet = problem.stops, problem.fleet
    trips: list[list[int]] = [[]]
    for stop in visits:
        if stop == RELOAD:
            trips.append([])
        else:
            trips[-1].append(stop)
    if len(trips) > fleet.max_trips[v]:
        return False
    for stop in (stop for trip in trips for stop in trip):
        if stops.skills[stop] & ~fleet.skills[v] or stops.only[stop] not in (ANY, v):
            return False
    for first, second in stops.pairs.tolist():
        if first in visits or second in visits:
            together = [trip for trip in trips if first in trip and second in trip]
            if not together or together[0].index(first) > together[0].index(second):
                return False
    second = set(stops.pairs[:, 1].tolist())
    for trip in trips:
        for k in range(fleet.capacity.shape[1]):
            load = sum(int(stops.delivery[stop, k]) for stop in trip if stop not in second)
            most = load
            for stop in trip:
                load += int(stops.pickup[stop, k]) - int(stops.delivery[stop, k])
                most = max(most, load)
            if most > fleet.capacity[v, k]:
                return False
    return True


def drive(problem: RouteProblem, v: int, visits: Sequence[int]) -> tuple[int, int] | None:
    """Back as early as can be with the break here or there, then away as late as can be; of these the shortest."""
    legs = legs_of(problem, v, visits)
    if any(far >= NEVER for far, _ in legs):
        return None
    fleet = problem.fleet
    first, last = int(fleet.from_s[v]), int(fleet.to_s[v])
    found = []
    for pause in [-1, *(i for i, stop in enumerate(visits) if stop != RELOAD)] if fleet.break_s[v] else [None]:
        backs = {depart: walk(problem, v, visits, legs, depart, pause) for depart in range(first, last + 1)}
        held = [(back, -depart) for depart, back in backs.items() if back is not None and back <= last]
        if held:
            back, depart = min(held)
            found.append((back + depart, -depart, back))
    return min(found)[1:] if found else None


def walk(
    problem: RouteProblem, v: int, visits: Sequence[int], legs: list[tuple[int, int]], depart: int, pause: int | None
) -> int | None:
    """`pause`: the number of the visit, -1: before departure."""
    stops, fleet = problem.stops, problem.fleet
    break_s, opens, closes = int(fleet.break_s[v]), int(fleet.break_from_s[v]), int(fleet.break_to_s[v])
    if pause == -1:
        begin = max(int(fleet.from_s[v]), opens)
        if begin > closes or begin + break_s > depart:
            return None
    now = depart
    for i, stop in enumerate(visits):
        now = arrive(problem, now, legs[i][1])
        now += int(fleet.reload_s[v]) if stop == RELOAD else 0
        if pause == i:
            now = max(now, opens)
            if now > closes:
                return None
            now += break_s
        if stop == RELOAD:
            continue
        now = max(now, int(stops.from_s[stop]))
        if now > stops.to_s[stop]:
            return None
        now += int(stops.service_s[stop])
    return arrive(problem, now, legs[-1][1])


def arrive(problem: RouteProblem, leave: int, way: int) -> int:
    """Second by second, each at the pace of its period; `way` in millionths then."""
    starts, paces = problem.travel.period_from_s.tolist(), problem.travel.period_pace_ppm.tolist()
    if not starts:
        return leave + way
    now = leave
    while way > 0:
        period = sum(1 for start in starts if start <= now)
        way -= PPM * PPM // paces[period - 1] if period else PPM
        now += 1
    return now
