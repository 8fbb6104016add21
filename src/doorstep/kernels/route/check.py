"""An independent verifier of rounds: plain Python, nothing of any solver, its own distances and times.

What is held to be right, so that whoever solves can meet it to the unit:

Distance and duration
    Metres of a leg: "rounded": floor(e + 0.5), "truncated": floor(10 e), e the Euclidean distance in double precision;
    "haversine": floor(g x detour_ppm / 10^6 + 0.5), g the great circle on EARTH_RADIUS_M; "matrix": as given. Plain
    seconds: metres x seconds_per_km / 1000, half up, or as given. A van must drive W = plain seconds x 10^12 /
    speed_ppm millionths of a second, rounded up; without periods that takes W / 10^6 seconds, rounded up.
Periods
    A second of a period of pace p drives floor(10^12 / p) of W, at least SLOWEST and at most FASTEST; before the first
    period a million. A leg is driven through the periods that it touches, and ends with the first whole second by which
    all of W is driven. So whoever leaves later arrives no sooner (FIFO).
A round
    Leaves `start` at from_s of the shift or later, visits, ends at `end` by to_s. At a stop: arrival; the break if it
    is here; service, no sooner than from_s and begun by to_s of the stop; departure after service_s. A reload visits
    `reload_at` and takes reload_s; it is never first, last, or next to another; there are at most max_trips - 1.
Windows
    Of a stop with several, service begins within the one that `RouteResult.window` says; at all others it says -1.
Break
    With break_s > 0 a pause of break_s begins from break_from_s to break_to_s, both included: at a stop before service,
    or before the first departure and within the shift; then it is no part of the round's duration.
Schedule
    The duration of a round is the least of return minus departure over all departures and places of the break that
    hold. With periods departures are whole minutes from the beginning of the shift. max_duration_s and per_s are about
    it, max_distance_m about all metres.
Load
    A trip begins with all deliveries of its stops, but for those that come from the pick-up of a pair; at a stop the
    delivery leaves and then the pick-up comes on board. Never more than the capacity, in each dimension.
Coverage
    Of a group exactly one stop is served, and the others are named nowhere; or all of it are unserved (required), or
    left (with a prize). A pair is served by one trip, pick-up first, or both are unserved, or left. Both lists ascend.
Cost
    For each round fixed + per_m x metres + per_s x duration. objective = cost + prizes of what is left + leave cost x
    (1 + priority) of what is unserved; a group or a pair counts once, with its highest priority.
Leave cost
    RouteParams.leave_cost; None: ten times the dearest of all single stops with all kinds of van, there and back: fixed
    + per_m x metres + per_s x (both ways at its speed, rounded up, + service); NEVER and beyond is passed over; at
    least 10.

References
----------
Ichoua, Gendreau and Potvin (2003), Vehicle dispatching with time-dependent travel times, European Journal of
Operational Research 144(2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from doorstep.kernels.route.check_round import Driven, RouteFault, drive, trips
from doorstep.kernels.route.check_travel import Roads
from doorstep.kernels.route.check_windows import windows_said
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, REQUIRED, RouteParams, RouteProblem, Stops
from doorstep.kernels.route.result import RouteResult

PLAIN = RouteParams()


def check(problem: RouteProblem, result: RouteResult, params: RouteParams = PLAIN) -> tuple[RouteFault, ...]:
    """List what is wrong with rounds; empty: nothing.

    Parameters
    ----------
    problem
        What was to be driven.
    result
        What is to be judged.
    params
        With which it was solved; only `leave_cost` counts.

    Returns
    -------
    tuple[RouteFault, ...]
        One for each fault. If the arrays do not fit together, that alone.
    """
    faults = list(_shapes(problem, result))
    if faults:
        return tuple(faults)
    rounds = [one.tolist() for one in result.rounds()]
    vehicles = result.vehicle.tolist()
    faults += _coverage(problem.stops, result, rounds)
    faults += _pairs(problem.stops, rounds)
    problem, windows = windows_said(problem, result)
    faults += windows
    faults += _vans(problem, vehicles, rounds)
    roads = Roads(problem.travel)
    driven = [
        drive(problem, roads, number, vehicle, visits)
        for number, (vehicle, visits) in enumerate(zip(vehicles, rounds, strict=True))
    ]
    for one in driven:
        faults += one.faults
    faults += _costs(problem, result, params, roads, driven)
    return tuple(faults)


def _shapes(problem: RouteProblem, result: RouteResult) -> Iterator[RouteFault]:
    start, visits, stops = result.start.tolist(), len(result.visit), problem.stops.count
    if len(start) != len(result.vehicle) + 1 or start[0] != 0 or start[-1] != visits:
        yield RouteFault("shape", "start does not begin at 0, end at the number of visits, or is not one longer")
    elif len(result.window) not in (0, visits):
        yield RouteFault("shape", "window is not as long as the visits")
    elif any(b <= a for a, b in pairwise(start)):
        yield RouteFault("shape", "a round without visits")
    for vehicle in sorted(set(result.vehicle.tolist()) - set(range(problem.fleet.kinds))):
        yield RouteFault("shape", f"no vehicle {vehicle}")
    told = {*result.visit.tolist(), *result.unserved.tolist(), *result.left.tolist()}
    for stop in sorted(told - set(range(stops)) - {RELOAD}):
        yield RouteFault("shape", f"no stop {stop}")
    for name, those in (("unserved", result.unserved.tolist()), ("left", result.left.tolist())):
        if those != sorted(set(those) - {RELOAD}):
            yield RouteFault("shape", f"{name} does not ascend")


def _coverage(stops: Stops, result: RouteResult, rounds: list[list[int]]) -> Iterator[RouteFault]:
    served = Counter(visit for visits in rounds for visit in visits if visit != RELOAD)
    unserved, left = set(result.unserved.tolist()), set(result.left.tolist())
    group, prize = stops.group.tolist(), stops.prize.tolist()
    of_group = Counter(group[stop] for stop in served.elements())
    for stop in range(stops.count):
        if served[stop] > 1:
            yield RouteFault("twice", f"stop {stop} is served {served[stop]} times")
        named = (served[stop] > 0) + (stop in unserved) + (stop in left)
        if named > 1:
            yield RouteFault("both", f"stop {stop} is served and not, or unserved and left")
        other = group[stop] != ANY and not served[stop] and of_group[group[stop]] > 0
        if other and named:
            yield RouteFault(
                "group", f"stop {stop} is not served, but group {group[stop]} is; it is named all the same"
            )
        elif not other and not named:
            yield RouteFault("missing", f"stop {stop} is neither served nor named")
        if stop in unserved and prize[stop] != REQUIRED:
            yield RouteFault("unserved", f"stop {stop} has a prize; it is left, not unserved")
        if stop in left and prize[stop] == REQUIRED:
            yield RouteFault("left", f"stop {stop} is required; it cannot be left")
    for number in sorted(of_group):
        if number != ANY and of_group[number] > 1:
            yield RouteFault("group", f"{of_group[number]} stops of group {number} are served")


def _pairs(stops: Stops, rounds: list[list[int]]) -> Iterator[RouteFault]:
    where: dict[int, tuple[int, int, int]] = {}
    for number, visits in enumerate(rounds):
        for trip, within in enumerate(trips(visits)):
            where |= {stop: (number, trip, place) for place, stop in enumerate(within)}
    for first, second in stops.pairs.tolist():
        a, b = where.get(first), where.get(second)
        if (a is None) != (b is None):
            yield RouteFault("pair", f"one of stops {first} and {second} is served without the other")
        elif a is not None and b is not None and (a[:2] != b[:2] or a[2] > b[2]):
            yield RouteFault("pair", f"stops {first} and {second} are not served by one trip in this order")


def _vans(problem: RouteProblem, vehicles: list[int], rounds: list[list[int]]) -> Iterator[RouteFault]:
    fleet, stops = problem.fleet, problem.stops
    for vehicle, used in sorted(Counter(vehicles).items()):
        if used > fleet.count[vehicle]:
            yield RouteFault("count", f"{used} rounds of vehicle {vehicle}, there are {fleet.count[vehicle]}")
    for number, (vehicle, visits) in enumerate(zip(vehicles, rounds, strict=True)):
        parts = list(trips(visits))
        if not all(parts):
            yield RouteFault("reload", f"round {number}: a trip without stops")
        if len(parts) > fleet.max_trips[vehicle]:
            yield RouteFault("trips", f"round {number}: {len(parts)} trips, {fleet.max_trips[vehicle]} at most")
        for stop in visits:
            if stop == RELOAD:
                continue
            if int(stops.skills[stop]) & ~int(fleet.skills[vehicle]):
                yield RouteFault("skill", f"round {number}: vehicle {vehicle} lacks a skill of stop {stop}")
            if stops.only[stop] not in (ANY, vehicle):
                yield RouteFault("only", f"round {number}: stop {stop} is for vehicle {stops.only[stop]}")


def _costs(
    problem: RouteProblem, result: RouteResult, params: RouteParams, roads: Roads, driven: list[Driven]
) -> Iterator[RouteFault]:
    fleet, stops = problem.fleet, problem.stops
    cost = 0
    for vehicle, one in zip(result.vehicle.tolist(), driven, strict=True):
        per_s = int(fleet.per_s[vehicle])
        if one.distance_m is None or (per_s and one.duration_s is None):
            return  # what it costs cannot be told, and why has been
        cost += int(fleet.fixed[vehicle]) + int(fleet.per_m[vehicle]) * one.distance_m + per_s * (one.duration_s or 0)
    if cost != result.cost:
        yield RouteFault("cost", f"{result.cost} is told, {cost} is reckoned")
    left, unserved = result.left.tolist(), result.unserved.tolist()
    objective = cost + sum(int(stops.prize[together[0]]) for together in _together(stops, left))
    if unserved:
        leave = leave_cost(problem, roads) if params.leave_cost is None else params.leave_cost
        for together in _together(stops, unserved):
            objective += leave * (1 + max(int(stops.priority[stop]) for stop in together))
    if objective != result.objective:
        yield RouteFault("objective", f"{result.objective} is told, {objective} is reckoned")
    if result.lower_bound is not None and result.lower_bound > objective:
        yield RouteFault("bound", f"{result.lower_bound} is told to be a lower bound of {objective}")


def _together(stops: Stops, those: list[int]) -> list[list[int]]:
    """Those that count as one: of a group, of a pair."""
    first = {int(second): int(first) for first, second in stops.pairs}
    found: dict[tuple[str, int], list[int]] = {}
    for stop in those:
        group = int(stops.group[stop])
        key = ("group", group) if group != ANY else ("stop", first.get(stop, stop))
        found.setdefault(key, []).append(stop)
    return list(found.values())


def leave_cost(problem: RouteProblem, roads: Roads) -> int:
    """Reckon what leaving a required stop of priority 0 costs where nobody says."""
    fleet, stops = problem.fleet, problem.stops
    dearest = 1
    for vehicle in range(fleet.kinds):
        if not fleet.count[vehicle]:
            continue
        start, end, speed = (int(of[vehicle]) for of in (fleet.start, fleet.end, fleet.speed_ppm))
        fixed, per_m, per_s = int(fleet.fixed[vehicle]), int(fleet.per_m[vehicle]), int(fleet.per_s[vehicle])
        for place, service in zip(stops.location.tolist(), stops.service_s.tolist(), strict=True):
            metres = roads.distance(start, place) + roads.distance(place, end)
            plain = roads.plain(start, place), roads.plain(place, end)
            seconds = service + sum(-(-one * 1_000_000 // speed) for one in plain)
            if max(metres, seconds) < NEVER:
                dearest = max(dearest, fixed + per_m * metres + per_s * seconds)
    return 10 * dearest
