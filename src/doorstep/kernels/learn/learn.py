"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_problem import DemandParams, DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast
from doorstep.kernels.run import Run


def learn(problem: DemandProblem, params: DemandParams | None = None, run: Run | None = None) -> DemandForecast:
    """Learn what a problem asks for.

    Parameters
    ----------
    problem
        Of demand: see `demand.forecast`.
    params
        Defaults when None.
    run
        Progress is reported.

    Returns
    -------
    DemandForecast
        Equal for equal input.
    """
    return forecast(problem, params, run)
