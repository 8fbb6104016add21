"""A solver that stands in where rounds are looked at, and not how good they are: vans are filled as stops stand."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.route.problem import RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.run import Run


def fill_up(problem: RouteProblem, params: RouteParams, run: Run) -> RouteResult:
    """Load van after van until it is full, in the order of the stops; whoever no van holds is unserved."""
    stops, fleet = problem.stops, problem.fleet
    room = [int(kind) for kind in range(fleet.kinds) for _ in range(int(min(fleet.count[kind], stops.count)))]
    fits = [stop for stop in range(stops.count) if (stops.delivery[stop] <= fleet.capacity).all(axis=1).any()]
    rounds: list[list[int]] = [[] for _ in room]
    unserved = sorted(set(range(stops.count)) - set(fits))
    van = 0
    for stop in fits:
        most = -(-len(fits) // max(1, len(room)))
        while van < len(room) and not _holds(problem, room[van], [*rounds[van], stop], most):
            van += 1
        if van == len(room):
            unserved.append(stop)
            continue
        rounds[van].append(stop)
    driven = [(kind, visits) for kind, visits in zip(room, rounds, strict=True) if visits]
    run.spent()
    run.incumbent(1_000, len(unserved))
    return RouteResult(
        vehicle=np.array([kind for kind, _ in driven], np.int64),
        start=np.cumsum([0, *(len(visits) for _, visits in driven)]).astype(np.int64),
        visit=np.array([stop for _, visits in driven for stop in visits], np.int64),
        unserved=np.array(sorted(unserved), np.int64),
        left=np.zeros(0, np.int64),
        cost=12_340_000,
        objective=12_340_000,
        iterations=run.iterations or 0,
        engine=params.engine or "own",
        lower_bound=12_000_000,
    )


def _holds(problem: RouteProblem, kind: int, visits: list[int], most: int) -> bool:
    load = problem.stops.delivery[visits].sum(axis=0)
    return len(visits) <= most and bool((load <= problem.fleet.capacity[kind]).all())
