"""Bounds as good as whole ways and covers make them, of clusters that are not too large for a programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.clusters import Clusters
from doorstep.kernels.plan.compiled import FLOATING, FloatArray
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.price import Prices, set_worth
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.run import Run

if TYPE_CHECKING:
    from doorstep.kernels.plan.master import Master

CLUSTERS = 2  # of the largest size that a programme prices: so many orders of all clusters


@dataclass(frozen=True, slots=True)
class Met:
    """The ways met of a cluster's orders, and the prices of what they take, covers at the end."""

    master: Master
    price: FloatArray


def tighten(
    table: Table,
    least: Least,
    clusters: Clusters,
    own_choice: IntArray,
    choice: IntArray,
    known_cost: IntArray,
    prices: Prices,
    params: PlanParams,
    run: Run,
) -> tuple[Prices, dict[int, Met]]:
    """Give prices with which the bounds of clusters are higher, and by cluster the ways that were met.

    Only clusters whose bound is short of a known solution.

    `own_choice` and `choice` [N, 4] are ways to begin with: of each order by itself, and of the known solution, which
    costs `known_cost` [C]. The stock of the ledger stays the same, and that of `prices` keeps its prices.
    """
    some = _within(clusters, np.flatnonzero(prices.bound_minor < known_cost), params.whole_orders)
    if not some:
        return prices, {}
    from doorstep.kernels.plan.master import Ground, leaving, open_master, tightened  # late: scipy takes a while

    ledger = prices.ledger._replace(worth=prices.ledger.worth.copy(), row_price=prices.ledger.row_price.copy())
    ground = Ground(table.board, table.ledger.stock, prices.cuts, least, table.blocks.exact, table.scratch(), ledger)
    met: dict[int, Met] = {}
    bound, of_cut, leave = prices.bound_minor.copy(), prices.of_cut.copy(), prices.leave.copy()
    for done, c in enumerate(some):
        run.progress("programmes", done, len(some))
        orders, rows = clusters.orders(c), clusters.rows(c)
        master = open_master(ground, orders, rows, own_choice)
        for known in (own_choice, choice):
            master.add(orders, known[orders])
        best = tightened(master, of_cut[master.cut], float(known_cost[c]))
        found = int(np.ceil(best.bound - FLOATING))
        if found > bound[c]:
            bound[c], of_cut[master.cut] = found, best.price[: len(master.cut)]
            leave += leaving(master, best.price, len(leave))
        set_worth(ledger, rows, prices.cuts, of_cut)
        met[c] = Met(master, best.price)
    run.progress("programmes", len(some), len(some))
    return replace(prices, ledger=ledger, bound_minor=bound, of_cut=of_cut, leave=leave), met


def _within(clusters: Clusters, some: IntArray, most: int) -> list[int]:
    """Those of the clusters that are small enough, as long as they are not too many orders together."""
    sizes = np.diff(clusters.start)[some]
    fit = some[sizes <= most]
    return [int(c) for c in fit[np.cumsum(np.diff(clusters.start)[fit]) <= CLUSTERS * most]]
