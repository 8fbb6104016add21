"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.carrier_problem import CarrierProblem
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_problem import CostResult
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_problem import DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast
from doorstep.kernels.learn.problem import LearnProblem
from doorstep.kernels.run import Run


def learn(problem: LearnProblem, run: Run | None = None) -> CarrierRecord | DemandForecast | CostResult:
    """Learn what a problem asks for, with usual parameters.

    Parameters
    ----------
    problem
        Of carriers: see `carriers.carriers`. Of demand: see `demand.forecast`. Of costs: see `costs.trace`.
    run
        Seed of the draws; progress is reported.

    Returns
    -------
    CarrierRecord, DemandForecast or CostResult
        Equal for equal input and seed.
    """
    if isinstance(problem, CarrierProblem):
        return carriers(problem, CarrierParams(), run or Run())
    if isinstance(problem, DemandProblem):
        return forecast(problem, run=run)
    return trace(problem)
