"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.choice import ChoiceFit, fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem
from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_problem import CostResult
from doorstep.kernels.learn.customers import CustomersInsight, learn_customers
from doorstep.kernels.learn.customers_problem import CustomersProblem
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_problem import DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast
from doorstep.kernels.learn.problem import LearnProblem
from doorstep.kernels.run import Run

USUAL = Run()
Learned = ChoiceFit | CustomersInsight | DemandForecast | CostResult


def learn(problem: LearnProblem, run: Run = USUAL) -> Learned:
    """Learn what a problem asks for, with usual parameters.

    Parameters
    ----------
    problem
        Of choices: see `choice.fit_choice`. Of customers: see `customers.learn_customers`.
        Of demand: see `demand.forecast`. Of costs: see `costs.trace`.
    run
        Seed; progress is reported.

    Returns
    -------
    ChoiceFit, CustomersInsight, DemandForecast or CostResult
        Equal for equal input and seed.
    """
    if isinstance(problem, ChoiceProblem):
        return fit_choice(problem)
    if isinstance(problem, CustomersProblem):
        return learn_customers(problem, run=run)
    if isinstance(problem, DemandProblem):
        return forecast(problem, run=run)
    return trace(problem)
