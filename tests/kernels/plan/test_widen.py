"""Ways of parting large orders that follow from prices."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import BERLIN, MUNICH, order, scene, site

from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan import laid as laid_module
from doorstep.kernels.plan.board import set_table
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.plan import lay_out, plan, settle
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.widen import find_ways
from doorstep.kernels.run import Run

RESTRICTED = PlanParams(exact_atoms=1, exact_atoms_of_few=1)
DAY = Shape(orders=12, fewest_orders=12, lines=6, products=6, stock=6, capacity=0.0, many=0.0, faults=0.0, wishes=0.0)


def test_every_way_holds_each_atom_once_in_no_more_parcels_than_allowed() -> None:
    found = 0
    for seed in range(12):
        laid = lay_out(problem(Random(seed), DAY), RESTRICTED, Run(), PackParams())
        table = set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, Run())
        for i, ways in find_ways(table, laid.least, laid.atoms, RESTRICTED, Run()).items():
            assert not table.blocks.exact[i]
            assert table.contested[i]
            assert len(set(ways)) == len(ways)
            for masks in ways:
                assert 1 <= len(masks) <= 3
                assert sum(masks) == (1 << len(laid.atoms.of[i])) - 1
                assert np.bitwise_or.reduce(masks) == sum(masks)
            found += len(ways)
    assert found


def test_nothing_is_looked_for_where_one_parcel_is_all_or_every_partition_is_there() -> None:
    for params in (PlanParams(max_parcels=1, exact_atoms=1, exact_atoms_of_few=1), PlanParams()):
        laid = lay_out(problem(Random(3), DAY), params, Run(), PackParams())
        table = set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, Run())
        assert find_ways(table, laid.least, laid.atoms, params, Run()) == {}


def test_prices_part_an_order_as_no_stock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of s most lies in Berlin and of u in Munich, but there others need them together with what lies nowhere else."""
    stock = {"berlin": {"t": 1, "s": 2, "u": 1, "a": 1, "b": 1}, "munich": {"z": 1, "s": 1, "u": 2, "c": 1, "d": 1}}
    orders = [order("x", "t", "u", "z", "s")]
    orders += [order(name, *skus) for name, skus in {"1": "sa", "2": "sb", "3": "uc", "4": "ud"}.items()]
    asked = scene(orders, stock, sites=[site("berlin", BERLIN), site("munich", MUNICH)])
    wide, exact = plan(asked, RESTRICTED).plan, plan(asked).plan
    monkeypatch.setattr(laid_module, "find_ways", lambda *_: {})
    plain = plan(asked, RESTRICTED).plan
    assert not wide.unplanned
    assert len(wide.parcels) == 6
    assert wide.figures.cost_minor == exact.figures.cost_minor < plain.figures.cost_minor


def test_settling_gives_the_same_each_time() -> None:
    laid = lay_out(problem(Random(5), DAY), RESTRICTED, Run(), PackParams())
    first, again = (settle(laid, RESTRICTED, Run(seed=4))[1] for _ in range(2))
    assert (first.choice == again.choice).all()
    assert first.lower_bound_minor == again.lower_bound_minor


def test_the_quotes_of_a_widened_table_are_those_of_one_set_anew() -> None:
    wider = 0
    for seed in range(8):
        laid = lay_out(problem(Random(seed), DAY), RESTRICTED, Run(), PackParams())
        table, _ = settle(laid, RESTRICTED, Run())
        again = set_table(laid.market, laid.terms, laid.asked, laid.atoms, table.blocks, laid.book, Run())
        wider += len(table.blocks.block_order) > len(laid.blocks.block_order)
        assert np.array_equal(table.best.days, again.best.days)
        for prefix in ("", "rule_"):  # where nothing can be sent, nothing is said of what
            sent = getattr(again.best, f"{prefix}cost") < NEVER
            for name in ("cost", "carton", "service", "shift"):
                old, new = (getattr(one.best, prefix + name) for one in (table, again))
                assert np.array_equal(np.where(sent, old, -1), np.where(sent, new, -1)), prefix + name
    assert wider
