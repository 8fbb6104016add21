"""Ways exchanged among some orders at once: never dearer, and cheaper where a few steps of search are not enough."""

from __future__ import annotations

from random import Random

import pytest
from tests.kernels.plan.builders import Shape, problem

from doorstep.kernels.plan import search
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.run import Run

SHORT = Shape(orders=14, fewest_orders=10, lines=3, products=5, stock=4, capacity=0.3)
ONE_STEP = Run(seed=1, iterations=1)
DAYS = 25


def planned() -> list[PlanResult]:
    return [plan(problem(Random(seed), SHORT), run=ONE_STEP) for seed in range(DAYS)]


def test_it_is_cheaper_than_one_step_of_search(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = planned()
    monkeypatch.setattr(search, "_exchanged", lambda *_: 0)
    without = planned()
    for seed, (one, other) in enumerate(zip(with_it, without, strict=True)):
        assert check(problem(Random(seed), SHORT), one.plan) == ()
        assert one.lower_bound_minor == other.lower_bound_minor <= one.plan.figures.objective_minor
        assert one.plan.figures.objective_minor <= other.plan.figures.objective_minor
    assert sum(one.plan.figures.objective_minor for one in with_it) < sum(
        one.plan.figures.objective_minor for one in without
    )
