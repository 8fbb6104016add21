"""Our own engine for rich rounds: windows, several loads, kinds of van, reloads, pauses, groups, prizes, skills."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.route.budget import slices
from doorstep.kernels.route.compiled_rich import COST, FIXED, KIND, LEAVE, SIZE, UNIT
from doorstep.kernels.route.compiled_rich_journal import ABSENT, CURRENT
from doorstep.kernels.route.in_order import along_a_curve
from doorstep.kernels.route.leave import leave_costs, priced
from doorstep.kernels.route.problem import REQUIRED, IntArray, RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.rich import Field, RichSearch, Stand, field_of
from doorstep.kernels.route.rich_parts import Part, Task, anneal_part, joined, part_of, parts
from doorstep.kernels.run import Run

HOT, COLD = 1.0, 0.01  # first and last temperature, in mean costs of a stop
DEPTH = 30
USUAL = 300  # iterations a stop, where nobody says when to stop


def supports(problem: RouteProblem) -> tuple[str, ...]:
    """Why it cannot be searched, if it cannot."""
    why = []
    if len(problem.stops.pairs):
        why.append("pick-up and delivery in pairs")
    if len(problem.travel.period_from_s):
        why.append("periods of traffic: search `searched(problem)`")
    if len(problem.windows):
        why.append("several windows of a stop: search what `apart(problem)` gives")
    return tuple(why)


def solve(problem: RouteProblem, params: RouteParams, run: Run, start: RouteResult | None = None) -> RouteResult:
    """Search for rounds."""
    on = field_of(problem, leave_costs(problem, params))
    first = [] if start is None else list(zip(start.vehicle.tolist(), start.rounds(), strict=True))
    search = _begun(problem, on, first, run.seed)
    scale = _scale(search)
    parted = run.width > 1 and len(on.unit) - 1 == problem.stops.count
    told, now = search.stand(best=True), search.stand()
    done = 0
    for number, one in enumerate(slices(run, USUAL * problem.stops.count)):
        hot, cold = (scale * HOT * (COLD / HOT) ** share for share in (one.since, one.until))
        heaps = parts(problem, now, run.width, number) if parted else []
        if len(heaps) > 1:
            now, best = _annealed(on, heaps, one.iterations, hot, cold, run, number)
        else:
            search = search if not parted else RichSearch(on, problem.fleet.count, now.rounds, run.seed + number)
            search.run(one.iterations, hot, cold, DEPTH)
            now, best = search.stand(), search.stand(best=True)
        done += one.iterations
        if best.objective < told.objective:
            told = best
            run.incumbent(told.objective, len(told.absent))
    return priced(problem, _result(problem, on, told, done), params)


def _begun(problem: RouteProblem, on: Field, first: list[tuple[int, IntArray]], seed: int) -> RichSearch:
    """Rounds to begin with: where kinds of van could stand for each other, with larger ones or without."""
    found = RichSearch(on, problem.fleet.count, first, seed)
    order = _along(problem, on, found.absent[: found.counts[ABSENT]])
    found.begin(order)
    if found.mixed:
        other = RichSearch(on, problem.fleet.count, first, seed)
        other.begin(order, larger=True)
        found = min(found, other, key=lambda one: int(one.counts[CURRENT]))
    return found


def _along(problem: RouteProblem, on: Field, waiting: IntArray) -> IntArray:
    """Units that wait, in an order in which neighbours come one after another."""
    at = problem.stops.location
    curve = along_a_curve(problem.travel.x[at], problem.travel.y[at])
    wanted = set(waiting.tolist())
    return np.array([u for u in dict.fromkeys(on.node[curve, UNIT].tolist()) if u in wanted], np.int64)


def _annealed(
    on: Field, heaps: list[Part], iterations: int, hot: float, cold: float, run: Run, number: int
) -> tuple[Stand, Stand]:  # fmt: skip
    """Anneal parts by themselves, each with its share of the iterations; as they stand then, and their best."""
    stops = sum(len(part.stops) for part in heaps)
    tasks = [
        Task(part_of(on, part.stops), part, run.seed * 1_000_003 + number * 64 + p,
             iterations * len(part.stops) // stops + 1, hot, cold, DEPTH)
        for p, part in enumerate(heaps)
    ]  # fmt: skip
    found = list(run.map(anneal_part, tasks))
    return joined([now for now, _ in found]), joined([best for _, best in found])


def _scale(search: RichSearch) -> float:
    """The mean cost of a stop, vans apart: what temperatures are measured in."""
    used = search.ring[search.ring[:, SIZE] > 0]
    costs = used[:, COST] - search.on.kind[used[:, KIND], FIXED]
    return float(max(1.0, costs.sum() / max(1, used[:, SIZE].sum())))


def _result(problem: RouteProblem, on: Field, told: Stand, iterations: int) -> RouteResult:
    leave = int(on.unit[told.absent, LEAVE].sum())
    alone = np.isin(on.node[:, UNIT], told.absent)
    wanted = problem.stops.prize == REQUIRED
    lines = [line for _, line in told.rounds]
    return RouteResult(
        vehicle=np.array([k for k, _ in told.rounds], np.int64),
        start=np.cumsum([0, *map(len, lines)]).astype(np.int64),
        visit=np.concatenate([np.zeros(0, np.int64), *lines]),
        unserved=np.flatnonzero(alone & wanted).astype(np.int64),
        left=np.flatnonzero(alone & ~wanted).astype(np.int64),
        cost=told.objective - leave,
        objective=told.objective,
        iterations=iterations,
        engine="own",
    )
