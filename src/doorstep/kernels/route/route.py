"""The best rounds for stops and vans."""

from __future__ import annotations

from doorstep.kernels.route import own_plain, own_rich
from doorstep.kernels.route.problem import RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.run import Run

USUAL = RouteParams()
PLAIN = Run()


def route(
    problem: RouteProblem, params: RouteParams = USUAL, run: Run = PLAIN, start: RouteResult | None = None
) -> RouteResult:
    """Find rounds of least objective: costs of vans, metres and seconds, prizes and leave costs of whom they leave.

    Parameters
    ----------
    problem
        Stops, vans and distances.
    params
        Engine and leave cost.
    run
        An anytime search: it ends by `iterations` or when `spent` reaches 1. `incumbent` is told each better answer.
        With `width` above 1 the day is parted by where rounds lie, and `map` searches the parts.
    start
        Rounds to begin with.

    Returns
    -------
    RouteResult
        Rounds that `check` accepts; who could not be served is in it, with what that costs.
    """
    found = own_plain.solve(problem, run, start) if own_plain.suits(problem) else None
    return own_rich.solve(problem, params, run, start) if found is None else found
