"""What it costs to put a stop, a pair or one of a group into rounds, at every place; and to take one out.

Cheapest insertion as in Solomon 1987 (Algorithms for the vehicle routing and scheduling problems with time window
constraints), exact: an insertion that is offered can be driven, and costs what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.kernels.route.compiled_insertion import INFEASIBLE, WAYS, Reach, stop_costs
from doorstep.kernels.route.compiled_pair import Pair, pair_costs
from doorstep.kernels.route.laid import Laid, Round, legs
from doorstep.kernels.route.problem import ANY, RELOAD, IntArray


@dataclass(frozen=True, slots=True)
class Insertion:
    """One way to put something in.

    Parameters
    ----------
    stops
        The stop, or pick-up and delivery.
    row
        Of the fleet.
    round
        Number of the round; `len(rounds)` or more: a van that stands idle.
    at, then
        So many visits of the round as it is lie before the stop, and before the delivery of a pair.
    reload
        0: as it is; 1: with a reload before, 2: behind, 3: both.
    cost
        What the rounds cost more.
    """

    stops: tuple[int, ...]
    row: int
    round: int
    at: int
    then: int
    reload: int
    cost: int


@dataclass(frozen=True, slots=True)
class Insertions:
    """All ways to put something in, by place.

    Parameters
    ----------
    stops
        The stop, or pick-up and delivery.
    cost
        [k] the least at each place of `laid`, right behind it; INFEASIBLE: it cannot be.
    behind
        [k] the place behind which the delivery of a pair goes.
    reload
        [k] as in `Insertion`.
    """

    laid: Laid
    stops: tuple[int, ...]
    cost: IntArray
    behind: IntArray
    reload: IntArray

    def by_round(self) -> IntArray:
        """[r] the least cost in each round, idle vans included."""
        return np.minimum.reduceat(self.cost, self.laid.lines.first[:-1])

    def at(self, place: int) -> Insertion:
        """The insertion right behind a place."""
        r, at = self.laid.visits_of(place)
        then = int(self.behind[place]) - int(self.laid.lines.first[r])
        row = int(self.laid.lines.row[r])
        return Insertion(self.stops, row, r, at, then, int(self.reload[place]), int(self.cost[place]))

    def best(self) -> Insertion | None:
        """The cheapest, the first of equals; None: there is none."""
        if not len(self.cost):
            return None
        place = int(np.argmin(self.cost))
        return None if self.cost[place] >= INFEASIBLE else self.at(place)

    def best_in(self, r: int) -> Insertion | None:
        """The cheapest in one round."""
        first, last = self.laid.lines.first[r], self.laid.lines.first[r + 1]
        place = int(first + np.argmin(self.cost[first:last]))
        return None if self.cost[place] >= INFEASIBLE else self.at(place)


def reach_of(laid: Laid, location: int) -> Reach:
    """How far a location is from every place of rounds."""
    lines, fleet = laid.lines, laid.fleet
    speed = fleet.speed_ppm[np.repeat(lines.row, np.diff(lines.first))]
    here = np.full(len(laid.location), location)
    there = legs(laid.travel, laid.location, here, speed)
    back = legs(laid.travel, here, np.append(laid.location[1:], laid.location[-1:]), speed)
    depot, speed, here = fleet.reload_at[lines.row], fleet.speed_ppm[lines.row], here[: len(lines.row)]
    return Reach(*there, *back, *legs(laid.travel, here, depot, speed), *legs(laid.travel, depot, here, speed))


def stop_insertions(laid: Laid, stop: int, skip: int = ANY, reach: Reach | None = None) -> Insertions:
    """Every place for a stop that is on no round.

    Parameters
    ----------
    laid
        The rounds.
    stop
        Not one of a pair.
    skip
        A round that is left out.
    reach
        Of the place of the stop, if it is known already.
    """
    costs = np.empty((len(laid.location), WAYS), np.int64)
    reach = reach_of(laid, int(laid.stops.location[stop])) if reach is None else reach
    stop_costs(stop, reach, laid.lines, laid.parts, laid.tasks, laid.vans, skip, costs)
    way = costs.argmin(axis=1)
    places = np.arange(len(costs))
    return Insertions(laid, (stop,), costs[places, way], places, way)


def pair_insertions(laid: Laid, first: int, second: int, skip: int = ANY) -> Insertions:
    """Every place for a pick-up, the delivery each time where it is best."""
    places = len(laid.location)
    cost, behind, way = (np.zeros(places, np.int64) for _ in range(3))
    location, row = laid.stops.location, laid.lines.row
    a, b = np.full(len(row), location[first]), np.full(len(row), location[second])
    pair = Pair(first, second, *legs(laid.travel, a, b, laid.fleet.speed_ppm[row]))
    reaches = reach_of(laid, int(location[first])), reach_of(laid, int(location[second]))
    pair_costs(pair, *reaches, laid.lines, laid.parts, laid.tasks, laid.vans, skip, cost, behind, way)
    return Insertions(laid, (first, second), cost, behind, way)


def insertions(laid: Laid, stop: int, skip: int = ANY) -> Insertions:
    """Every place for a stop, or for the pair that it belongs to."""
    mate = int(laid.tasks.mate[stop])
    if mate == ANY:
        return stop_insertions(laid, stop, skip)
    first, second = (stop, mate) if laid.tasks.is_first[stop] else (mate, stop)
    return pair_insertions(laid, first, second, skip)


def cheapest(laid: Laid, stops: Iterable[int]) -> Insertion | None:
    """The cheapest way to serve one of some stops, as of a group; None: there is none."""
    found = [best for stop in stops if (best := insertions(laid, stop).best())]
    return min(found, key=lambda one: one.cost, default=None)


def alternatives(laid: Laid, stop: int) -> tuple[int, ...]:
    """The stops of the group of a stop, itself included; itself alone if it is in none."""
    group = int(laid.stops.group[stop])
    return (stop,) if group == ANY else tuple(np.flatnonzero(laid.stops.group == group).tolist())


def inserted(rounds: Sequence[Round], one: Insertion) -> tuple[Round, ...]:
    """Rounds with an insertion done; that of an idle van stands last."""
    if one.round >= len(rounds):
        return (*rounds, (one.row, one.stops))
    row, visits = rounds[one.round]
    head, middle, tail = visits[: one.at], visits[one.at : one.then], visits[one.then :]
    before = (RELOAD,) if one.reload & 1 else ()
    behind = (RELOAD,) if one.reload & 2 else ()
    new = (*head, *before, one.stops[0], *middle, *one.stops[1:], *behind, *tail)
    return (*rounds[: one.round], (row, new), *rounds[one.round + 1 :])


def without(visits: Sequence[int], gone: Iterable[int]) -> tuple[int, ...]:
    """Visits without some stops, and without the reloads of trips that are empty then."""
    away = set(gone)
    kept: list[int] = []
    for visit in visits:
        if visit not in away and (visit != RELOAD or (kept and kept[-1] != RELOAD)):
            kept.append(visit)
    return tuple(kept[:-1] if kept and kept[-1] == RELOAD else kept)


def removals(laid: Laid) -> IntArray:
    """[n] what the rounds cost less without each stop, or its pair; INFEASIBLE: on no round, or it cannot be left out.

    A round of nothing else is not driven at all.
    """
    saved = np.full(laid.stops.count, INFEASIBLE)
    for r, (row, visits) in enumerate(laid.rounds):
        if laid.parts.cost[r] >= INFEASIBLE:
            continue
        stops = [stop for stop in visits if stop != RELOAD]
        gone = [(stop, int(laid.tasks.mate[stop])) for stop in stops]
        left = [(row, without(visits, one)) for one in gone]
        tried = laid.relaid([one for one in left if one[1]])
        costs = iter(tried.parts.cost.tolist())
        for stop, (_, rest) in zip(stops, left, strict=True):
            cost = next(costs) if rest else 0
            saved[stop] = laid.parts.cost[r] - cost if cost < INFEASIBLE else INFEASIBLE
    return saved


def served(laid: Laid) -> IntArray:
    """[n] the round of each stop; ANY: on none."""
    where = np.full(laid.stops.count, ANY)
    lines = laid.lines
    owner = np.repeat(np.arange(len(lines.row)), np.diff(lines.first))
    stops = lines.stop >= 0
    where[lines.stop[stops]] = owner[stops]
    return where
