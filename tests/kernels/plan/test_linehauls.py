"""Parcels by linehaul and local service: against trying everything, and by the verifier."""

from __future__ import annotations

from random import Random

import pytest
from tests.kernels.plan.borders import with_borders
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.hauling import with_linehauls

from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem

ALONE = Shape(orders=1, lines=3, stock=4, capacity=0.5, sites=3)
SHARED = Shape(orders=4, lines=3, stock=3, capacity=0.6, sites=3)


def hauled(seed: int, shape: Shape) -> PlanProblem:
    rng = Random(seed)
    return with_linehauls(rng, problem(rng, shape))


@pytest.mark.parametrize("seed", range(30))
def test_an_order_alone_is_decided_exactly(seed: int) -> None:
    asked = hauled(seed, ALONE)
    result = plan(asked)
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.objective_minor


@pytest.mark.parametrize("seed", range(15))
def test_the_best_plan_lies_between_the_bound_and_the_objective(seed: int) -> None:
    asked = hauled(seed, SHARED)
    result, best = plan(asked), Brute(asked).optimum()
    assert result.lower_bound_minor <= best <= result.plan.figures.objective_minor


@pytest.mark.parametrize("seed", range(30))
def test_the_verifier_accepts_every_plan(seed: int) -> None:
    asked = hauled(seed, Shape(wishes=0.4))
    assert check(asked, plan(asked).plan) == ()


@pytest.mark.parametrize("seed", range(10))
def test_duty_is_that_of_the_site_with_the_whole_freight(seed: int) -> None:
    rng = Random(seed)
    asked = with_linehauls(rng, with_borders(problem(rng, ALONE), rng))
    result = plan(asked)
    assert check(asked, result.plan) == ()
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.objective_minor


def test_many_of_these_parcels_go_by_linehaul() -> None:
    plans = [plan(hauled(seed, Shape(wishes=0.4))).plan for seed in range(30)]
    assert sum(parcel.injection is not None for one in plans for parcel in one.parcels) > 20
