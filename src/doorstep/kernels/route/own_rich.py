"""Our own engine for rich rounds: windows, several loads, kinds of van, reloads, pauses, groups, prizes, skills."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.route.budget import slices
from doorstep.kernels.route.compiled_rich import COST, FIXED, KIND, LEAVE, SIZE, UNIT
from doorstep.kernels.route.compiled_rich_search import ABSENT, BEST, BEST_ABSENT, DONE
from doorstep.kernels.route.in_order import along_a_curve
from doorstep.kernels.route.problem import NEVER, REQUIRED, RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.rich import Field, RichSearch, field_of
from doorstep.kernels.route.travel import pairwise
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
    return tuple(why)


def leave_cost(problem: RouteProblem, params: RouteParams) -> int:
    """What leaving a required stop of priority 0 costs: ten times the dearest round to one stop, if none is given."""
    if params.leave_cost is not None:
        return params.leave_cost
    fleet, stops = problem.fleet, problem.stops
    dearest = 1
    for v in range(fleet.kinds):
        out_m, out_s = pairwise(problem.travel, fleet.start[v], stops.location)
        back_m, back_s = pairwise(problem.travel, stops.location, fleet.end[v])
        metres, seconds = out_m + back_m, out_s + back_s + stops.service_s
        seen = (metres < NEVER) & (seconds < NEVER)
        costs = fleet.fixed[v] + fleet.per_m[v] * metres[seen] + fleet.per_s[v] * seconds[seen]
        dearest = max(dearest, int(costs.max(initial=0)))
    return 10 * dearest


def solve(problem: RouteProblem, params: RouteParams, run: Run, start: RouteResult | None = None) -> RouteResult:
    """Search for rounds."""
    leave = leave_cost(problem, params)
    on = field_of(problem, leave)
    first = [] if start is None else list(zip(start.vehicle.tolist(), start.rounds(), strict=True))
    search = RichSearch(on, problem.fleet.count, first, run.seed)
    travel, stops = problem.travel, problem.stops
    curve = along_a_curve(travel.x[stops.location], travel.y[stops.location])
    waiting = set(search.absent[: search.counts[ABSENT]].tolist())
    order = [u for u in dict.fromkeys(on.node[curve, UNIT].tolist()) if u in waiting]
    search.begin(np.array(order, np.int64))
    scale = _scale(search)
    told = int(search.counts[BEST])
    for one in slices(run, USUAL * stops.count):
        hot, cold = (scale * HOT * (COLD / HOT) ** share for share in (one.since, one.until))
        search.run(one.iterations, hot, cold, DEPTH)
        if search.counts[BEST] < told:
            told = int(search.counts[BEST])
            run.incumbent(told, int(search.counts[BEST_ABSENT]))
    return _result(problem, on, search)


def _scale(search: RichSearch) -> float:
    """The mean cost of a stop, vans apart: what temperatures are measured in."""
    used = search.ring[search.ring[:, SIZE] > 0]
    costs = used[:, COST] - search.on.kind[used[:, KIND], FIXED]
    return float(max(1.0, costs.sum() / max(1, used[:, SIZE].sum())))


def _result(problem: RouteProblem, on: Field, search: RichSearch) -> RouteResult:
    rounds = search.rounds(best=True)
    absent = np.sort(search.best_absent[: search.counts[BEST_ABSENT]])
    leave = int(on.unit[absent, LEAVE].sum())
    alone = np.isin(on.node[:, UNIT], absent)
    wanted = problem.stops.prize == REQUIRED
    cost = int(search.counts[BEST]) - leave
    return RouteResult(
        vehicle=np.array([k for k, _ in rounds], np.int64),
        start=np.cumsum([0, *(len(line) for _, line in rounds)]).astype(np.int64),
        visit=np.concatenate([line for _, line in rounds]) if rounds else np.zeros(0, np.int64),
        unserved=np.flatnonzero(alone & wanted).astype(np.int64),
        left=np.flatnonzero(alone & ~wanted).astype(np.int64),
        cost=cost,
        objective=cost + leave,
        iterations=int(search.counts[DONE]),
        engine="own",
    )
