"""Rounds laid out in arrays, with what is known of each part of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.route.compiled_insertion import DEPOT, INFEASIBLE, Lines, Parts, measure
from doorstep.kernels.route.compiled_round import Tasks, Vans
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, Fleet, IntArray, RouteProblem, Stops, Travel
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.travel import pairwise

PPM = 1_000_000
LONGEST_S = 4_000_000
"""Of a way where the van has its own speed, or there are periods; a longer one is none."""
Round = tuple[int, tuple[int, ...]]
"""Row of the fleet, and the visits."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Rounds over a problem, and idle vans behind them: one for each row that has any left.

    The parts of a problem stand here one by one, so that one can be eased without the whole being checked again.

    Parameters
    ----------
    rounds
        In use; their numbers are those of the result. Idle vans follow in `lines`.
    location
        [k] row in `Travel` of each place.
    """

    travel: Travel
    stops: Stops
    fleet: Fleet
    rounds: tuple[Round, ...]
    tasks: Tasks
    vans: Vans
    lines: Lines
    location: IntArray
    parts: Parts

    @property
    def cost(self) -> int:
        """Of the rounds in use; INFEASIBLE or more, if one of them cannot be driven."""
        return sum(self.parts.cost[: len(self.rounds)].tolist())

    @property
    def fits(self) -> IntArray:
        """[r] 1: the round can be driven."""
        return np.asarray(self.parts.cost < INFEASIBLE, np.int64)

    def visits_of(self, place: int) -> tuple[int, int]:
        """The round that owns a place, and how many visits lie up to it."""
        r = int(np.searchsorted(self.lines.first, place, side="right")) - 1
        return r, place - int(self.lines.first[r])

    def relaid(self, rounds: Iterable[Round]) -> Laid:
        """Lay other rounds over the same problem."""
        return _laid(self.travel, self.stops, self.fleet, rounds, self.tasks, self.vans)


def rounds_of(result: RouteResult) -> tuple[Round, ...]:
    """The rounds of a result."""
    return tuple((int(v), tuple(one.tolist())) for v, one in zip(result.vehicle, result.rounds(), strict=True))


def result_of(rounds: Sequence[Round]) -> RouteResult:
    """The reverse of `rounds_of`: rounds as a result that says nothing of costs, nor of who is left."""
    nobody = np.zeros(0, np.int64)
    start = np.cumsum([0, *(len(visits) for _, visits in rounds)])
    visit = np.array([one for _, visits in rounds for one in visits], np.int64)
    return RouteResult(np.array([row for row, _ in rounds], np.int64), start, visit, nobody, nobody, 0, 0, 0, "own")


def lay(problem: RouteProblem, rounds: Iterable[Round]) -> Laid:
    """Lay rounds out. Raises InvalidProblem where stops have several windows: see `narrowed`."""
    if len(problem.windows):
        raise InvalidProblem("several windows of a stop: lay out what `narrowed(problem, result)` gives")
    return lay_parts(problem.travel, problem.stops, problem.fleet, rounds)


def in_window(laid: Laid, stop: int, from_s: int, to_s: int) -> Laid:
    """Let a stop on no round have another window."""
    opens, closes = laid.stops.from_s.copy(), laid.stops.to_s.copy()
    opens[stop], closes[stop] = from_s, to_s
    stops = replace(laid.stops, from_s=opens, to_s=closes)
    return replace(laid, stops=stops, tasks=tasks_of(stops, laid.tasks.late_weight))


def lay_parts(
    travel: Travel,
    stops: Stops,
    fleet: Fleet,
    rounds: Iterable[Round],
    late_weight: IntArray | None = None,
    van_late_weight: IntArray | None = None,
) -> Laid:
    """Lay rounds out over the parts of a problem.

    Parameters
    ----------
    travel, stops, fleet
        As in `RouteProblem`; not checked.
    rounds
        Row of the fleet and visits of each.
    late_weight
        [n] what a second after the window of a stop counts; 0, and None: there may be none.
    van_late_weight
        [v] what a second beyond the shift or the longest duration counts; 0, and None: there may be none.
    """
    tasks, vans = tasks_of(stops, late_weight), vans_of(fleet, travel, van_late_weight)
    return _laid(travel, stops, fleet, rounds, tasks, vans)


def tasks_of(stops: Stops, late_weight: IntArray | None = None) -> Tasks:
    """Stops as the compiled code reads them."""
    n = stops.count
    mate, is_first, brought = np.full(n, ANY), np.zeros(n, np.int64), stops.delivery.copy()
    for one, other in ((0, 1), (1, 0)):
        mate[stops.pairs[:, one]] = stops.pairs[:, other]
    is_first[stops.pairs[:, 0]] = 1
    brought[stops.pairs[:, 1]] = 0
    weight = np.zeros(n, np.int64) if late_weight is None else late_weight
    return Tasks(
        stops.service_s, stops.from_s, stops.to_s, brought, stops.pickup - stops.delivery, mate, is_first,
        stops.skills, stops.only, weight,
    )  # fmt: skip


def vans_of(fleet: Fleet, travel: Travel, late_weight: IntArray | None = None) -> Vans:
    """Vans as the compiled code reads them."""
    weight = np.zeros(fleet.kinds, np.int64) if late_weight is None else late_weight
    return Vans(
        fleet.capacity, fleet.from_s, fleet.to_s, fleet.fixed, fleet.per_m, fleet.per_s, fleet.max_distance_m,
        fleet.max_duration_s, fleet.max_trips, fleet.reload_s, fleet.skills, fleet.break_s, fleet.break_from_s,
        fleet.break_to_s, weight, travel.period_from_s, travel.period_pace_ppm,
    )  # fmt: skip


def legs(travel: Travel, a: IntArray, b: IntArray, speed_ppm: IntArray) -> tuple[IntArray, IntArray]:
    """Metres and time, at the speed of the van, from each of `a` to the one of `b` beside it.

    Seconds, rounded up; with periods, millionths of a second of driving at the plain pace.
    """
    metres, plain_s = pairwise(travel, a, b)
    unit = PPM if len(travel.period_from_s) else 1
    speed = np.broadcast_to(speed_ppm, plain_s.shape)
    if unit == 1 and (speed == PPM).all():
        return metres, plain_s
    way = -(-np.minimum(plain_s, LONGEST_S) * unit * PPM // speed)
    return metres, np.where(plain_s > LONGEST_S, NEVER, way)


def _laid(travel: Travel, stops: Stops, fleet: Fleet, rounds: Iterable[Round], tasks: Tasks, vans: Vans) -> Laid:
    rounds = tuple(rounds)
    whole = len(travel.period_from_s) > 0 or bool(tasks.late_weight.any() or vans.late_weight.any())
    lines, location = _lines(travel, stops, fleet, rounds, whole)
    places, d = len(location), fleet.capacity.shape[1]
    time, load, of = np.zeros((2, places, 3), np.int64), np.zeros((4, places, d), np.int64), len(lines.row)
    cost, distance, duration, late, depart, pause = np.zeros((6, of), np.int64)
    begins, pairs = np.zeros((2, places), np.int64)
    loads = (load[0], load[1], load[2], load[3], pairs)
    parts = Parts(time[0], time[1], *loads, cost, distance, duration, late, depart, pause, begins)
    measure(lines, tasks, vans, parts)
    return Laid(travel, stops, fleet, rounds, tasks, vans, lines, location, parts)


def _lines(travel: Travel, stops: Stops, fleet: Fleet, rounds: Sequence[Round], whole: bool) -> tuple[Lines, IntArray]:
    busy = Counter(row for row, _ in rounds)
    idle: list[Round] = [(row, ()) for row, count in enumerate(fleet.count.tolist()) if count > busy[row]]
    every = [*rounds, *idle]
    row = np.array([v for v, _ in every], np.int64)
    first = np.cumsum([0, *(len(visits) + 2 for _, visits in every)])
    stop = np.array([place for _, visits in every for place in (DEPOT, *visits, DEPOT)], np.int64)
    owner = np.repeat(row, np.diff(first))
    location = np.where(stop == RELOAD, fleet.reload_at[owner], fleet.start[owner])
    location[stop >= 0] = stops.location[stop[stop >= 0]]
    location[first[1:] - 1] = fleet.end[row]
    following = np.append(location[1:], location[-1:])
    leg_m, leg_s = legs(travel, location, following, fleet.speed_ppm[owner])
    none = np.zeros(0, np.int64)
    depot_legs = (none, none, none, none)
    if (fleet.max_trips > 1).any():
        depot, speed = fleet.reload_at[owner], fleet.speed_ppm[owner]
        depot_legs = (*legs(travel, location, depot, speed), *legs(travel, depot, following, speed))
    plain = (fleet.break_s[row] == 0) & (not whole)
    used = np.arange(len(every)) < len(rounds)
    lines = Lines(row, used.astype(np.int64), plain.astype(np.int64), first, stop, leg_m, leg_s, *depot_legs)
    return lines, location
