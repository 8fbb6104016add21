"""The programme over whole ways: its bound is never lower, comes to what prices can reach, and holds."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem, problems
from tests.kernels.plan.generated_columns import linear_optimum, list_ways
from tests.kernels.plan.test_optimum import without_nominated_days
from tests.kernels.plan.whole_day import optimum

from doorstep.kernels.plan.clusters import find_clusters
from doorstep.kernels.plan.compiled import book
from doorstep.kernels.plan.cuts import make_cuts
from doorstep.kernels.plan.plan import PlanParams, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ways import uses_of

ROUNDS_ALONE = PlanParams(whole_orders=0)
FEW_ROUNDS = PlanParams(price_rounds=10)
LEFT = Shape(orders=14, fewest_orders=8, lines=3, products=4, stock=3, capacity=0.3, many=0.3)
GOODS = Shape(orders=200, fewest_orders=200, lines=3, stock=40, products=20, capacity=0.0, faults=0.02)


@settings(max_examples=25, deadline=None)
@given(problems(LEFT))
def test_the_bound_rises_and_holds_where_orders_must_be_left(asked: PlanProblem) -> None:
    asked = without_nominated_days(asked)
    before, after = plan(asked, ROUNDS_ALONE), plan(asked)
    assert before.lower_bound_minor <= after.lower_bound_minor <= optimum(Brute(asked))


@pytest.mark.parametrize("seed", range(3))
def test_few_rounds_are_enough_for_what_prices_can_reach(seed: int) -> None:
    asked = without_nominated_days(problem(Random(seed), GOODS))
    asked = replace(asked, brand=replace(asked.brand, unplanned_cost_micros=60_000_000))
    reached = linear_optimum(list_ways(Brute(asked)))
    result = plan(asked, FEW_ROUNDS)
    clusters = len(find_clusters(result.reasons.table, result.reasons.assignment.own_cost))
    assert result.lower_bound_minor >= 0.9997 * reached - clusters
    assert result.lower_bound_minor <= result.plan.figures.objective_minor


@settings(max_examples=25, deadline=None)
@given(problems(LEFT))
def test_ways_use_what_is_booked_for_them(asked: PlanProblem) -> None:
    result = plan(asked)
    table, choice = result.reasons.table, result.reasons.assignment.choice
    everything = np.ones_like(table.short), np.ones_like(table.row_short)
    cuts = make_cuts(table.board, table.ledger.stock, table.ledger.row, *everything)
    cut, way, lumps = uses_of(table.board, cuts, np.arange(len(choice)), choice)
    first = cuts.start[:-1]  # of each row: by units
    for i in range(len(choice)):
        stock, rows = np.zeros_like(table.ledger.stock), np.zeros_like(table.ledger.row)
        book(table.board, stock, rows, i, choice[i], 1)
        taken = np.zeros(len(cuts.divisor))
        np.add.at(taken, cut[way == i], lumps[way == i])
        assert taken[first].tolist() == [*stock.ravel().tolist(), *rows.tolist()]


def test_equal_days_are_planned_alike() -> None:
    asked = problem(Random(5), LEFT)
    one, other = plan(asked), plan(asked)
    assert (one.plan, one.lower_bound_minor) == (other.plan, other.lower_bound_minor)
