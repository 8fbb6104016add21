"""The bound of a cluster in parts is no lower than that of the rounds, and holds; wherever parts are priced."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem, problems
from tests.kernels.plan.test_optimum import without_nominated_days
from tests.kernels.plan.whole_day import optimum

from doorstep.kernels.plan import tighten
from doorstep.kernels.plan.by_parts import cut_up
from doorstep.kernels.plan.clusters import find_clusters
from doorstep.kernels.plan.cuts import make_cuts
from doorstep.kernels.plan.least import nothing_known
from doorstep.kernels.plan.parts import Ground
from doorstep.kernels.plan.plan import PlanParams, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run

ROUNDS_ALONE, IN_PARTS = PlanParams(whole_orders=0), PlanParams(whole_orders=8)
LEFT = Shape(orders=14, fewest_orders=8, lines=3, products=5, stock=3, capacity=0.3, many=0.3)
GOODS = Shape(orders=120, fewest_orders=120, lines=2, stock=9, products=24, capacity=0.0, faults=0.02)


def dear(asked: PlanProblem) -> PlanProblem:
    asked = without_nominated_days(asked)
    return replace(asked, brand=replace(asked.brand, unplanned_cost_micros=60_000_000))


def travelling(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
    """Map as if each task were done in another process, all of them drawn before the first is done."""
    for task in list(tasks):
        yield pickle.loads(pickle.dumps(function(pickle.loads(pickle.dumps(task)))))


@settings(max_examples=20, deadline=None)
@given(problems(LEFT))
def test_the_bound_in_parts_holds_and_is_no_lower_than_that_of_the_rounds(asked: PlanProblem) -> None:
    asked = without_nominated_days(asked)
    before, after = plan(asked, ROUNDS_ALONE), plan(asked, IN_PARTS)
    assert before.lower_bound_minor <= after.lower_bound_minor <= optimum(Brute(asked))


def test_parts_lift_what_few_rounds_leave() -> None:
    asked, few = dear(problem(Random(3), GOODS)), 10
    bounds = [plan(asked, PlanParams(price_rounds=few, whole_orders=most)).lower_bound_minor for most in (0, 60, 5_000)]
    assert bounds[0] < bounds[1] <= 1.0002 * bounds[2]
    assert bounds[1] - bounds[0] > (bounds[2] - bounds[0]) // 2


@pytest.mark.parametrize("params", [PlanParams(), PlanParams(whole_orders=30)])
def test_it_is_the_same_wherever_parts_are_priced(params: PlanParams) -> None:
    asked = dear(problem(Random(4), GOODS))
    here, there = plan(asked, params, Run()), plan(asked, params, Run(map=travelling))
    assert (here.plan, here.lower_bound_minor) == (there.plan, there.lower_bound_minor)


def test_small_clusters_are_bounded_together_as_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    sparse = Shape(orders=60, fewest_orders=60, lines=1, stock=2, products=40, capacity=0.0, faults=0.0)
    asked = dear(problem(Random(5), sparse))
    together = plan(asked)
    monkeypatch.setattr(tighten, "GROUP_ORDERS", 1)
    apart = plan(asked)
    clusters = len(find_clusters(together.reasons.table, together.reasons.assignment.own_cost))
    assert clusters > 3
    assert abs(together.lower_bound_minor - apart.lower_bound_minor) <= clusters


@pytest.mark.parametrize("most", [10, 40])
def test_a_part_has_all_who_ask_for_its_goods(most: int) -> None:
    reasons = plan(dear(problem(Random(6), GOODS))).reasons
    table = reasons.table
    cuts = make_cuts(table.board, table.ledger.stock, table.ledger.row, table.short, table.row_short)
    least = nothing_known(reasons.atoms, table.blocks)
    ledger = table.ledger
    ground = Ground(table.board, ledger.stock, cuts, least, table.blocks.exact, table.scratch(), ledger)
    order, row, skus = np.flatnonzero(table.contested), np.flatnonzero(table.short), table.short.shape[1]
    parts = list(cut_up(ground, order, row, most))
    assert len(parts) > 1
    rows = np.concatenate([one[1] for one in parts])
    assert len(np.unique(rows)) == len(rows)
    for some, own in parts:
        goods = {int(r) % skus for r in own}
        asking = [i for i in order.tolist() if goods & {j for j, _ in reasons.atoms.of[i]}]
        assert some.tolist() == asking
        assert len(some) <= most
        assert set(own.tolist()) == {r for r in row.tolist() if r % skus in goods}
    capacity = np.arange(table.short.size, table.short.size + 2)
    assert list(cut_up(ground, order, capacity, most)) == []
