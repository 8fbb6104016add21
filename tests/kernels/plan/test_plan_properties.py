from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem

from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run

SHAPES = {
    "few": Shape(),
    "tight": Shape(orders=14, stock=2, capacity=0.9),
    "large orders": Shape(orders=5, lines=9, products=12, stock=9, many=0.3),
    "wishes": Shape(orders=10, wishes=0.6, faults=0.3),
}
CASES = [(name, seed) for name in SHAPES for seed in range(12)]


@cache
def planned(name: str, seed: int) -> tuple[PlanProblem, PlanResult]:
    """Plan once what several tests look at."""
    asked = problem(Random(f"{name} {seed}"), SHAPES[name])
    return asked, plan(asked)


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_verifier_accepts_every_plan(name: str, seed: int) -> None:
    asked, result = planned(name, seed)
    assert check(asked, result.plan) == ()


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_every_order_is_planned_or_left_and_counted_once(name: str, seed: int) -> None:
    asked, result = planned(name, seed)
    sent = Counter(order for parcel in result.plan.parcels for order in parcel.orders)
    left = [one.order for one in result.plan.unplanned]
    assert sorted([*sent, *left]) == sorted(order.order for order in asked.orders)
    assert max(sent.values(), default=0) <= 3
    assert all(one.reason and one.detail and one.remedy for one in result.plan.unplanned)
    assert [one.order for one in result.decisions()] == [order.order for order in asked.orders if order.order in sent]


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_no_objective_lies_below_the_bound(name: str, seed: int) -> None:
    asked, result = planned(name, seed)
    figures = result.plan.figures
    assert 0 <= result.lower_bound_minor <= figures.objective_minor
    assert figures.unplanned_cost_minor == asked.brand.currency.minor(asked.brand.unplanned_cost_micros)
    assert figures.objective_minor <= len(asked.orders) * figures.unplanned_cost_minor  # leaving all is always possible


@pytest.mark.parametrize("seed", range(6))
def test_equal_seeds_give_equal_plans(seed: int) -> None:
    asked = problem(Random(seed), SHAPES["tight"])
    first, second = plan(asked, run=Run(seed=5)), plan(asked, run=Run(seed=5))
    assert first.plan == second.plan
    assert first.lower_bound_minor == second.lower_bound_minor
    assert list(first.decisions()) == list(second.decisions())


@pytest.mark.parametrize("seed", range(6))
def test_more_improvement_never_leaves_a_worse_plan_than_none(seed: int) -> None:
    asked = problem(Random(seed), SHAPES["tight"])
    none = plan(asked, run=Run(iterations=0)).plan.figures.objective_minor
    assert plan(asked, run=Run(iterations=4_000)).plan.figures.objective_minor <= none
