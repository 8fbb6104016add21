"""One door: what comes out follows from what goes in."""

from __future__ import annotations

from tests.kernels.learn.choosers import choosers
from tests.kernels.learn.shops import AS_OF

from doorstep.kernels.learn.choice import ChoiceFit, fit_choice
from doorstep.kernels.learn.customers import CustomersInsight
from doorstep.kernels.learn.customers_problem import CustomersProblem
from doorstep.kernels.learn.learn import learn


def test_each_problem_has_its_answer() -> None:
    problem = choosers(100, 1)
    fit, told = learn(problem), learn(CustomersProblem(AS_OF))
    assert isinstance(fit, ChoiceFit)
    assert fit.coefficient.tolist() == fit_choice(problem).coefficient.tolist()
    assert isinstance(told, CustomersInsight)
    assert told.buying.orders == 0
