"""The bound against the linear program that it approaches: see generated_columns.py."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.generated_columns import linear_optimum, list_ways
from tests.kernels.plan.test_optimum import without_nominated_days
from tests.seeds import seeds

from doorstep.kernels.plan.clusters import find_clusters
from doorstep.kernels.plan.plan import PlanParams, plan

DEAR = 60_000_000  # so that leaving an order is not the cheapest
ROUNDS_ALONE = PlanParams(whole_orders=0)  # covers may pass it: see test_tighten.py
TOLERANCE = {"goods": 0.002, "days": 0.01}  # what 150 rounds may leave
SHAPES = {
    "goods": Shape(orders=300, fewest_orders=300, lines=3, stock=40, products=20, capacity=0.0, faults=0.02),
    "days": Shape(orders=200, fewest_orders=200, lines=2, stock=30, products=20, capacity=1.0, faults=0.02),
}


@pytest.mark.parametrize("seed", seeds(2, 8))
@pytest.mark.parametrize("name", SHAPES)
def test_the_bound_comes_close_to_the_linear_optimum_and_never_passes_it(name: str, seed: int) -> None:
    """Each cluster's bound is rounded up to a whole minor unit; a day all of whose capacities are short is no worse."""
    asked = without_nominated_days(problem(Random(seed), SHAPES[name]))
    dear = max(asked.brand.unplanned_cost_micros, DEAR)
    asked = replace(asked, brand=replace(asked.brand, unplanned_cost_micros=dear))
    result, optimum = plan(asked, ROUNDS_ALONE), linear_optimum(list_ways(Brute(asked)))
    clusters = len(find_clusters(result.reasons.table, result.reasons.assignment.own_cost))
    assert result.lower_bound_minor <= optimum + clusters
    assert result.lower_bound_minor >= (1 - TOLERANCE[name]) * optimum - clusters
