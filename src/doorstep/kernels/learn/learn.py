"""One door to all that is learned: what comes out follows from the problem that goes in."""

from __future__ import annotations

from doorstep.kernels.learn.choice import ChoiceFit, fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem
from doorstep.kernels.learn.customers import CustomersInsight, learn_customers
from doorstep.kernels.learn.problem import LearnProblem
from doorstep.kernels.run import Run


def learn(problem: LearnProblem, run: Run | None = None) -> ChoiceFit | CustomersInsight:
    """Learn what a problem asks for, with usual parameters.

    Parameters
    ----------
    problem
        Of choices: see `choice.fit_choice`. Of customers: see `customers.learn_customers`.
    run
        Seed; progress is reported.

    Returns
    -------
    ChoiceFit or CustomersInsight
        Equal for equal input and seed.
    """
    if isinstance(problem, ChoiceProblem):
        return fit_choice(problem)
    return learn_customers(problem, run=run)
