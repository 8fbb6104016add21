"""A part of a batch is the same orders: under any prices they choose and cost there what they do in the batch."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.kernels.plan.builders import Shape, problem

from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.compiled import FloatArray
from doorstep.kernels.plan.cuts import make_cuts
from doorstep.kernels.plan.improve import cost_of
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.parts import Ground, clustered, part_of, ranges
from doorstep.kernels.plan.plan import PlanParams, lay_out, plan
from doorstep.kernels.plan.price import set_worth
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ways import priced_ways
from doorstep.kernels.run import Run

MIXED = Shape(orders=20, fewest_orders=14, lines=4, products=8, stock=4, capacity=0.5, many=0.3)
FEW_ATOMS = PlanParams(exact_atoms=2, sharing=False)  # so that some orders are large


def priced(ground: Ground, order: IntArray, leave: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    choice, least, floor = np.full((len(order), 4), -1, np.int64), np.zeros(len(order)), np.zeros(len(order))
    terms = ground.least, ground.exact, ground.scratch
    priced_ways(ground.board, ground.ledger, order, leave, *terms, choice, least, floor)
    return choice, least, floor


def ground_of(asked: PlanProblem, rng: np.random.Generator) -> tuple[Ground, FloatArray]:
    """Price everything at random: all rows are cut, short or not."""
    table = plan(asked, FEW_ATOMS).reasons.table
    least = lay_out(asked, FEW_ATOMS, Run(), PackParams()).least
    everything = np.ones_like(table.short), np.ones_like(table.row_short)
    cuts = make_cuts(table.board, table.ledger.stock, table.ledger.row, *everything)
    prices = np.zeros(cuts.length), np.zeros(len(table.ledger.row))
    ledger = table.ledger._replace(worth_at=cuts.at, worth=prices[0], row_price=prices[1])
    of_cut = rng.integers(0, 400, len(cuts.divisor)).astype(np.float64)
    set_worth(ledger, np.flatnonzero(np.diff(cuts.start)), cuts, of_cut)
    return Ground(table.board, table.ledger.stock, cuts, least, table.blocks.exact, table.scratch(), ledger), of_cut


@pytest.mark.parametrize("seed", range(8))
def test_orders_choose_in_a_part_what_they_choose_in_the_batch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground, of_cut = ground_of(problem(Random(seed), MIXED), rng)
    orders = len(ground.board.unplanned)
    some = np.sort(rng.permutation(orders)[: orders // 2])
    leave = rng.integers(0, 300, orders).astype(np.float64)
    choice, least, floor = priced(ground, some, leave)
    part = part_of(ground, some, of_cut)
    found, least_there, floor_there = priced(part.ground, np.arange(len(some)), leave[some])
    assert np.array_equal(part.of_batch(found), choice)
    assert np.allclose(least_there, least)
    assert np.allclose(floor_there, floor)
    of_all = np.full((orders, 4), -1, np.int64)
    of_all[some] = choice
    assert np.array_equal(part.choices(of_all), found)
    assert cost_of(part.ground.board, np.arange(len(some)), found) == cost_of(ground.board, some, of_all)


def test_ranges_are_joined() -> None:
    at, begin = ranges(np.array([0, 2, 2, 5, 6]), np.array([2, 0, 1, 3]))
    assert at.tolist() == [2, 3, 4, 0, 1, 5]
    assert begin.tolist() == [0, 3, 5, 5, 6]


def test_cuts_go_with_the_clusters_of_their_rows() -> None:
    ground, _ = ground_of(problem(Random(1), MIXED), np.random.default_rng(1))
    row = np.array([3, 0, 5])
    some = clustered(ground.cuts, np.array([0, 1]), np.array([0, 1]), row, np.array([1, 0, 1]))
    of_row = {0: 0, 3: 1, 5: 1}
    whose = np.searchsorted(ground.cuts.start, some.cut, side="right") - 1
    assert [of_row[r] for r in whose.tolist()] == some.of_cut.tolist()
    assert set(whose.tolist()) == set(of_row)
    assert (np.diff(some.cut) > 0).all()
