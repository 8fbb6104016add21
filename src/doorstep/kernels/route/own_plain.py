"""Our own engine where only loads bound: annealed ruin and recreate, parted by where rounds lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.kernels.route.budget import slices
from doorstep.kernels.route.compiled_plain import BEST, CURRENT, Ints, arc
from doorstep.kernels.route.in_order import along_a_curve
from doorstep.kernels.route.in_space import in_space, rule_of
from doorstep.kernels.route.plain import Ground, Search, first_rounds, ground, part_of
from doorstep.kernels.route.problem import ANY, NEVER, REQUIRED, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.run import Run

NEIGHBOURS = 100  # known to each
DEPTH, DEEPER = 30, 100  # of them an insertion looks at, at first and at last, and at all where it finds no room
HOT, COLD = 2.0, 0.1  # first and last temperature, in mean arcs between customers of the first rounds
LARGE, LARGE_HOT = 15_000, 1.5  # from so many customers on, a cooler beginning
PARTED = 400  # customers of a part, at least
USUAL = 400  # iterations a customer, where nobody says when to stop
DEAREST = 2**29  # of an arc; costs are kept in 32 bits


def suits(problem: RouteProblem) -> bool:
    """Whether nothing but the load of one kind of van bounds the rounds, and stops are only delivered to."""
    stops, fleet, travel = problem.stops, problem.fleet, problem.travel
    if fleet.kinds != 1 or problem.dimensions != 1 or travel.rule == "matrix" or stops.count < 2:
        return False
    bounded = (fleet.max_distance_m, fleet.max_duration_s, fleet.to_s, stops.to_s)
    return bool(
        fleet.start[0] == fleet.end[0]
        and all((one >= NEVER).all() for one in bounded)
        and (stops.from_s <= fleet.from_s[0]).all()
        and fleet.break_s[0] == 0
        and not stops.pickup.any()
        and not len(stops.pairs)
        and (stops.group == ANY).all()
        and not (stops.skills & ~fleet.skills[0]).any()
        and (stops.prize == REQUIRED).all()
        and (stops.delivery <= fleet.capacity[0]).all()
        and stops.delivery.max() < 2**31
        and fleet.speed_ppm[0] == 1_000_000
        and not len(travel.period_from_s)
        and _dearest(problem) < DEAREST
    )


def solve(problem: RouteProblem, run: Run, start: RouteResult | None = None) -> RouteResult | None:
    """Search for rounds; None if there are fewer vans than rounds to begin with."""
    order, on = _ground_of(problem)
    capacity = int(problem.fleet.capacity[0, 0])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    first = first_rounds(on, capacity) if start is None else [place[line] for line in start.rounds()]
    vans = int(min(problem.fleet.count[0], len(order)))
    if len(first) > vans or sum(map(len, first)) != len(order):
        return None
    rounds, cost, iterations = _annealed(on, first, vans, run)
    service = int(problem.fleet.per_s[0] * problem.stops.service_s.sum())
    lines = [order[line] for line in rounds]
    return RouteResult(
        vehicle=np.zeros(len(lines), np.int64),
        start=np.cumsum([0, *map(len, lines)]).astype(np.int64),
        visit=np.concatenate(lines),
        unserved=np.zeros(0, np.int64),
        left=np.zeros(0, np.int64),
        cost=cost + service,
        objective=cost + service,
        iterations=iterations,
        engine="own",
    )


def _dearest(problem: RouteProblem) -> int:
    """More than any arc costs: from corner to corner and back."""
    travel, fleet = problem.travel, problem.fleet
    if travel.rule == "haversine":
        most = 4 * EARTH_RADIUS_M * travel.detour_ppm / 1_000_000
    else:
        most = 10 * float(np.ptp(travel.x) + np.ptp(travel.y) + 1)
    return int(most * (fleet.per_m[0] + fleet.per_s[0] * travel.seconds_per_km / 1000)) if most < NEVER else NEVER


def _ground_of(problem: RouteProblem) -> tuple[Ints, Ground]:
    """The stops in the order of a curve that fills the plane, and the ground in that order."""
    travel, stops, fleet = problem.travel, problem.stops, problem.fleet
    order = along_a_curve(travel.x[stops.location], travel.y[stops.location])
    at = np.append(stops.location[order], fleet.start[0])
    rates = np.array(
        [rule_of(travel), fleet.per_m[0], fleet.per_s[0], travel.seconds_per_km, travel.detour_ppm, fleet.fixed[0],
         fleet.capacity[0, 0]], np.int64,
    )  # fmt: skip
    return order, ground(in_space(travel, at), rates, stops.delivery[order, 0], NEIGHBOURS)


def _annealed(on: Ground, first: list[Ints], vans: int, run: Run) -> tuple[list[Ints], int, int]:
    """The best rounds found, their cost, and the iterations done."""
    whole = Search(on, first, min(vans - len(first), 20 + len(first) // 10), run.seed)
    hot = _mean_arc(on, first) * (HOT if on.customers < LARGE else LARGE_HOT)
    fall = (COLD / HOT) if on.customers < LARGE else (COLD / LARGE_HOT)
    best, best_cost, done = first, int(whole.counts[BEST]), 0
    current = first
    for number, one in enumerate(slices(run, USUAL * on.customers)):
        warm, cool = hot * fall**one.since, hot * fall**one.until
        depth = round(DEPTH + (DEEPER - DEPTH) * one.since)
        parts = _parts(on, current, run.width, number) if run.width > 1 else [current]
        tasks = [
            _Part(on, part, _vans_of(part, parts, vans), run.seed * 1_000_003 + number * 64 + p,
                  one.iterations * sum(map(len, part)) // on.customers + 1, warm, cool, depth)
            for p, part in enumerate(parts)
        ]  # fmt: skip
        done += one.iterations
        found = list(run.map(_anneal_part, tasks))
        current = [line for part in found for line in part.rounds]
        cost = sum(part.best_cost for part in found)
        if cost < best_cost:
            best, best_cost = [line for part in found for line in part.best], cost
            run.incumbent(best_cost, 0)
    return best, best_cost, done


@dataclass(frozen=True, slots=True)
class _Part:
    on: Ground
    rounds: list[Ints]
    vans: int
    seed: int
    iterations: int
    hot: float
    cold: float
    depth: int


@dataclass(frozen=True, slots=True)
class _Found:
    rounds: list[Ints]
    cost: int
    best: list[Ints]
    best_cost: int


def _anneal_part(part: _Part) -> _Found:
    """Anneal some rounds by themselves."""
    chosen = np.sort(np.concatenate(part.rounds))
    alone = len(chosen) == part.on.customers
    on = part.on if alone else part_of(part.on, chosen)
    lines = part.rounds if alone else [np.searchsorted(chosen, line) for line in part.rounds]
    search = Search(on, lines, max(0, part.vans - len(lines)), part.seed)
    search.run(part.iterations, part.hot, part.cold, part.depth)
    names = np.arange(len(chosen)) if alone else chosen
    return _Found(
        [names[line] for line in search.rounds()], int(search.counts[CURRENT]),
        [names[line] for line in search.rounds(best=True)], int(search.counts[BEST]),
    )  # fmt: skip


def _parts(on: Ground, rounds: list[Ints], width: int, number: int) -> list[list[Ints]]:
    """Part rounds in as many heaps of like size, by where their middles lie along an axis that turns each time."""
    heaps = min(width, on.customers // PARTED, len(rounds) // 2)
    if heaps < 2:
        return [rounds]
    middles = np.array([on.points[line].mean(0) for line in rounds]) - on.points[on.customers]
    spread = middles - middles.mean(0)
    _, _, axes = np.linalg.svd(spread, full_matrices=False)
    flat = spread @ axes[:2].T
    turn = number * 2.399963  # the golden angle: no two cuts are alike for long
    order = np.argsort(flat @ np.array([np.cos(turn), np.sin(turn)]), kind="stable")
    upto = np.cumsum([len(rounds[r]) for r in order])
    heap = np.minimum((upto - 1) * heaps // on.customers, heaps - 1)
    return [[rounds[r] for r in order[heap == h]] for h in range(heaps) if (heap == h).any()]


def _vans_of(part: list[Ints], parts: list[list[Ints]], vans: int) -> int:
    """How many vans a part may use: its own, and a share of those that stand idle."""
    idle = vans - sum(map(len, parts))
    return len(part) + min(idle // len(parts), 20 + len(part) // 10)


def _mean_arc(on: Ground, rounds: list[Ints]) -> float:
    """The mean cost of an arc between neighbours in a round."""
    arcs = [arc(on.points, on.rates, a, b) for line in rounds for a, b in pairwise(line)]
    return max(1.0, sum(arcs) / max(1, len(arcs)))
