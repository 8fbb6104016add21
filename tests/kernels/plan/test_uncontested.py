"""Where nothing is short, orders are served without prices, and as they would be with them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from tests.kernels.plan.builders import Shape, problem

from doorstep.domain.supply import StockLevel
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.laid import Laid, lay_out
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.search import contested, uncontested
from doorstep.kernels.run import Run


def laid_out(seed: int, stock: int) -> tuple[Laid, Table]:
    """Orders where each site has so many units of everything."""
    asked = problem(Random(seed), Shape(orders=6, lines=5, capacity=0))
    levels = [StockLevel(one.site, two.sku, stock) for one in asked.sites for two in asked.products]
    laid = lay_out(replace(asked, stock=tuple(levels)), PlanParams(), Run(), PackParams())
    return laid, set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, Run())


@pytest.mark.parametrize("seed", range(20))
def test_orders_are_served_as_they_are_with_prices(seed: int) -> None:
    laid, table = laid_out(seed, 500)
    assert not table.contested.any()
    one, other = uncontested(table, laid.least, Run()), contested(table, laid.least, PlanParams(), Run())
    for name in ("choice", "own_choice", "own_cost", "own_bound", "leave"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert (one.lower_bound_minor, one.iterations) == (other.lower_bound_minor, other.iterations)
    for ledger in (one.ledger, other.ledger):
        assert not ledger.worth.any()
        assert not ledger.row_price.any()
    assert np.array_equal(one.ledger.stock, other.ledger.stock)
    assert np.array_equal(one.ledger.row, other.ledger.row)
    assert (one.ledger.stock < table.ledger.stock).any() == (one.choice[:, 0] >= 0).any()
