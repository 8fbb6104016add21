"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_problem import CostResult
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_problem import DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast
from doorstep.kernels.learn.problem import LearnProblem
from doorstep.kernels.run import Run


def learn(problem: LearnProblem, run: Run | None = None) -> DemandForecast | CostResult:
    """Learn what a problem asks for, with usual parameters.

    Parameters
    ----------
    problem
        Of demand: see `demand.forecast`. Of costs: see `costs.trace`.
    run
        Progress is reported.

    Returns
    -------
    DemandForecast or CostResult
        Equal for equal input.
    """
    if isinstance(problem, DemandProblem):
        return forecast(problem, run=run)
    return trace(problem)
