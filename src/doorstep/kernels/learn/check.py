"""Verify what was learned, whatever it is."""

from __future__ import annotations

from doorstep.kernels.learn.check_demand import check_demand
from doorstep.kernels.learn.demand_problem import DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast


def check(problem: DemandProblem, found: DemandForecast) -> list[str]:
    """Say all that is wrong with an answer; an empty list: nothing is."""
    return check_demand(problem, found)
