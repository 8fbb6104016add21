"""When each van is where, what it carries, and what its round costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.route.departure import Round, choose, drive, latest
from doorstep.kernels.route.pace import driving_us, pace
from doorstep.kernels.route.problem import NEVER, RELOAD, IntArray, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.travel import pairwise
from doorstep.kernels.route.windows import narrowed

_ANY_TIME = -4 * NEVER


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times, loads and cost of r rounds over k visits, in the order of the result; d dimensions of load.

    Parameters
    ----------
    departure_s, return_s, duration_s
        [r] leaves the start, is back at the end, and the seconds between: as few as its windows allow, and then as
        early as that allows. With periods departures are whole minutes from the beginning of the shift.
    distance_m, driving_s, waiting_s
        [r] of the whole round; waiting is all that is neither driving nor service nor reload nor pause.
    back_m, back_s
        [r] the last way.
    fixed_cost, metre_cost, second_cost
        [r] parts of the cost.
    first_load
        [r, d] on board at the departure.
    pause_at, pause_s
        [r] row of the visit before whose service the van pauses, or `NOWHERE`, or `BEFORE` its departure, where the
        pause is no part of the round; and when the pause begins.
    leg_m, leg_s
        [k] the way to the visit.
    arrival_s, begin_s, end_s, leave_s, wait_s
        [k] there, service or reload begins, ends, and on; and what of the time between is spent waiting.
    slack_s
        [k] how much later service could begin, no later departure given, without breaking a window after it, the
        pause, the shift or the longest day; negative: by how much one is broken from here on. At most `NEVER`.
    load
        [k, d] on board when leaving; of a reload: with the next trip's deliveries.
    """

    departure_s: IntArray
    return_s: IntArray
    duration_s: IntArray
    distance_m: IntArray
    driving_s: IntArray
    waiting_s: IntArray
    back_m: IntArray
    back_s: IntArray
    fixed_cost: IntArray
    metre_cost: IntArray
    second_cost: IntArray
    first_load: IntArray
    pause_at: IntArray
    pause_s: IntArray
    leg_m: IntArray
    leg_s: IntArray
    arrival_s: IntArray
    begin_s: IntArray
    end_s: IntArray
    leave_s: IntArray
    wait_s: IntArray
    slack_s: IntArray
    load: IntArray

    @property
    def cost(self) -> int:
        """Of all rounds: fixed, metres, seconds."""
        return int(self.fixed_cost.sum() + self.metre_cost.sum() + self.second_cost.sum())


def schedule(problem: RouteProblem, result: RouteResult) -> Schedule:
    """Time the rounds of `result`, whether or not they can be driven.

    Parameters
    ----------
    problem
        With its periods, not `searched`.
    result
        Its `vehicle`, `start` and `visit` are used, and `window` where stops have several.

    Returns
    -------
    Schedule
        A round that can keep all windows keeps them. One that cannot leaves when its shift begins and is late where
        `slack_s` says so.
    """
    problem = narrowed(problem, result)
    fleet, rounds, visits = problem.fleet, len(result.vehicle), len(result.visit)
    metres, driving = ways(problem, result)
    first, back = result.start[:-1] + np.arange(rounds), result.start[1:] + np.arange(rounds)
    by_round, by_visit = _times(problem, result, driving)
    departure, home, paused, place = by_round
    arrival, begin, leave, late = by_visit
    service, from_there = _service(problem, result), np.ones(visits + rounds, np.bool_)
    from_there[back] = False
    before = np.insert(leave, result.start[:-1], departure)
    leg_s, back_s = arrival - before[from_there], home - before[back]
    wait = leave - arrival - service
    stayed = place >= 0
    np.subtract.at(wait, place[stayed], fleet.break_s[result.vehicle[stayed]])
    distance = np.add.reduceat(metres, first) if rounds else np.zeros(0, np.int64)
    first_load, load = _loads(problem, result)
    of = result.vehicle
    return Schedule(
        departure_s=departure,
        return_s=home,
        duration_s=home - departure,
        distance_m=distance,
        driving_s=back_s + _summed(leg_s, result.start),
        waiting_s=_summed(wait, result.start),
        back_m=metres[back],
        back_s=back_s,
        fixed_cost=fleet.fixed[of],
        metre_cost=fleet.per_m[of] * distance,
        second_cost=fleet.per_s[of] * (home - departure),
        first_load=first_load,
        pause_at=place,
        pause_s=paused,
        leg_m=metres[from_there],
        leg_s=leg_s,
        arrival_s=arrival,
        begin_s=begin,
        end_s=begin + service,
        leave_s=leave,
        wait_s=wait,
        slack_s=np.minimum(late - begin, NEVER),
        load=load,
    )


def _times(problem: RouteProblem, result: RouteResult, way_us: IntArray) -> tuple[IntArray, IntArray]:
    """[4, r] departure, return, pause and its place; [4, k] arrival, begin, departure, and the latest begin."""
    day, of = pace(problem.travel), result.vehicle.tolist()
    by_round, by_visit = np.zeros((4, len(of)), np.int64), np.zeros((4, len(result.visit)), np.int64)
    for at, (a, b) in enumerate(zip(result.start[:-1].tolist(), result.start[1:].tolist(), strict=True)):
        one = _round(problem, of[at], result.visit[a:b], way_us[a + at : b + at + 1].tolist())
        chosen = choose(one, day)
        driven = drive(one, day, chosen)
        by = min(one.shift[1], chosen.departure_s + int(problem.fleet.max_duration_s[of[at]]))
        by_visit[:, a:b] = *driven[:3], latest(one, day, chosen.place, by)
        place = chosen.place + a if chosen.place >= 0 else chosen.place
        by_round[:, at] = chosen.departure_s, driven.return_s, driven.pause_s, place
    return by_round, by_visit


def ways(problem: RouteProblem, result: RouteResult) -> tuple[IntArray, IntArray]:
    """[k + r] metres and millionths of plain driving, round after round: to each visit, and back."""
    fleet, of = problem.fleet, np.repeat(result.vehicle, np.diff(result.start))
    place = np.where(result.visit == RELOAD, fleet.reload_at[of], problem.stops.location[result.visit])
    to = np.insert(place, result.start[1:], fleet.end[result.vehicle])
    since = np.insert(place, result.start[:-1], fleet.start[result.vehicle])
    metres, seconds = pairwise(problem.travel, since, to)
    speed = fleet.speed_ppm[np.repeat(result.vehicle, np.diff(result.start) + 1)]
    return metres, driving_us(seconds, speed)


def _service(problem: RouteProblem, result: RouteResult) -> IntArray:
    of = np.repeat(result.vehicle, np.diff(result.start))
    return np.where(result.visit == RELOAD, problem.fleet.reload_s[of], problem.stops.service_s[result.visit])


def _round(problem: RouteProblem, kind: int, visit: IntArray, way_us: list[int]) -> Round:
    fleet, stops = problem.fleet, problem.stops
    stop = visit != RELOAD
    return Round(
        way_us=way_us,
        from_s=np.where(stop, stops.from_s[visit], _ANY_TIME).tolist(),
        to_s=np.where(stop, stops.to_s[visit], -_ANY_TIME).tolist(),
        service_s=np.where(stop, stops.service_s[visit], fleet.reload_s[kind]).tolist(),
        stop=stop.tolist(),
        shift=(int(fleet.from_s[kind]), int(fleet.to_s[kind])),
        pause=(int(fleet.break_s[kind]), int(fleet.break_from_s[kind]), int(fleet.break_to_s[kind])),
    )


def _summed(of: IntArray, start: IntArray) -> IntArray:
    total: IntArray = np.concatenate([np.zeros(1, np.int64), np.cumsum(of)])
    summed: IntArray = total[start[1:]] - total[start[:-1]]
    return summed


def _loads(problem: RouteProblem, result: RouteResult) -> tuple[IntArray, IntArray]:
    """[r, d] at the departure, [k, d] after each visit; what a pair passes on is never loaded at the depot."""
    stops, visit, start = problem.stops, result.visit, result.start
    from_depot = stops.delivery.copy()
    from_depot[stops.pairs[:, 1]] = 0
    stop = (visit != RELOAD)[:, None]
    taken = np.where(stop, from_depot[visit], 0)
    change = np.where(stop, stops.pickup[visit] - stops.delivery[visit], 0)
    begins = (visit == RELOAD).astype(np.int64)  # a trip begins with the round, and with each reload
    begins[start[:-1]] += 1
    trip = np.cumsum(begins) - 1
    loaded = np.zeros((int(trip[-1]) + 1 if len(trip) else 0, problem.dimensions), np.int64)
    np.add.at(loaded, trip, taken)
    upto = np.cumsum(change, axis=0)
    first = np.searchsorted(trip, np.arange(len(loaded)))
    base = upto[first] - change[first]
    of_round = trip[start[:-1]] - (visit[start[:-1]] == RELOAD)
    return loaded[of_round], loaded[trip] + upto - base[trip]
