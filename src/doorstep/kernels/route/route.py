"""The best rounds for stops and vans."""

from __future__ import annotations

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.route import by_pyvrp, own_plain, own_rich
from doorstep.kernels.route.leave import priced
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import NEVER, RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.rich import is_mixed
from doorstep.kernels.route.windows import apart, gathered, spread
from doorstep.kernels.run import Run

USUAL = RouteParams()
PLAIN = Run()
PLAIN_FROM, MIXED_FROM, DEPOTS_FROM, RICH_FROM = 250, 100, 450, 600
"""Stops from which on our own engine is ahead of PyVRP: where only loads bound; where kinds of van are mixed and no
stop has a window; where vans start from several depots; and else. Measured: benchmarks/RESULTS.md.
"""
MOST_LONG = 5_000
LONG_ROUNDS = 20
"""Stops of a round, by load, from which on PyVRP is ahead on days with windows, however many stops they have."""

_NONE = np.zeros(0, np.int64)
_NOTHING = RouteResult(_NONE, np.zeros(1, np.int64), _NONE, _NONE, _NONE, 0, 0, 0, "own")


def route(
    problem: RouteProblem, params: RouteParams = USUAL, run: Run = PLAIN, start: RouteResult | None = None
) -> RouteResult:
    """Find rounds of least objective: costs of vans, metres and seconds, prizes and leave costs of whom they leave.

    Parameters
    ----------
    problem
        Stops, vans and distances. With periods of traffic the search takes each van's slowest; costs are told as they
        are in the periods. Several windows of a stop are searched as alternatives of it.
    params
        Engine and leave cost.
    run
        An anytime search: it ends by `iterations` or when `spent` reaches 1. `incumbent` is told each better answer.
        With `width` above 1 the day is parted by where rounds lie, and `map` searches the parts.
    start
        Rounds to begin with; of stops with several windows they say in which (`window`), else it begins from nothing.

    Returns
    -------
    RouteResult
        Rounds that `check` accepts; who could not be served is in it, with what that costs.

    Raises
    ------
    InvalidProblem
        If the engine that was asked for cannot search it, or none can.
    NotInstalled
        If PyVRP is asked for, or alone can search it, and is not there.
    """
    if len(problem.windows):
        each, rows = apart(problem)
        return gathered(problem, rows, route(each, params, run, spread(problem, start)))
    plain = searched(problem) if len(problem.travel.period_from_s) else problem
    if not problem.stops.count or not problem.fleet.count.any():
        return priced(problem, _NOTHING, params)
    found = None
    if engine(plain, params) == "pyvrp":
        found = by_pyvrp.solve(plain, params, run, start)
    elif own_plain.suits(plain):
        found = own_plain.solve(plain, run, start)
    found = own_rich.solve(plain, params, run, start) if found is None else found
    return found if plain is problem else priced(problem, found, params)


def engine(problem: RouteProblem, params: RouteParams = USUAL) -> str:
    """Which engine searches a problem without periods: "own" or "pyvrp".

    Raises
    ------
    InvalidProblem
        If the one that was asked for cannot, or none can.
    """
    against = {"own": own_rich.supports(problem), "pyvrp": by_pyvrp.supports(problem)}
    if params.engine:
        if against[params.engine]:
            raise InvalidProblem(f"the engine {params.engine} cannot: {'; '.join(against[params.engine])}")
        return params.engine
    if against["own"] and against["pyvrp"]:
        raise InvalidProblem("no engine can: " + "; ".join([*against["own"], *against["pyvrp"]]))
    if against["own"] or against["pyvrp"]:
        return "pyvrp" if against["own"] else "own"
    return "pyvrp" if by_pyvrp.installed() and _pyvrp_is_ahead(problem) else "own"


def _pyvrp_is_ahead(problem: RouteProblem) -> bool:
    stops, fleet = problem.stops, problem.fleet
    if own_plain.suits(problem):
        return stops.count < PLAIN_FROM
    windows = bool((stops.to_s < NEVER).any())
    if stops.count < _rich_from(problem, windows):
        return True
    needed = max(1.0, float((stops.delivery.sum(0) / fleet.capacity.max(0).clip(1)).max()))
    return windows and stops.count / needed > LONG_ROUNDS and stops.count <= MOST_LONG


def _rich_from(problem: RouteProblem, windows: bool) -> int:
    if not windows and is_mixed(problem):
        return MIXED_FROM
    return DEPOTS_FROM if len(np.unique(problem.fleet.start)) > 1 else RICH_FROM
