"""Prices of what is short, and the lower bound: Lagrangian relaxation, cluster by cluster.

For any prices >= 0 on stock and capacity, the sum of every order's cheapest priced choice less the value of all that
is priced is at most the best objective (Geoffrion 1974, Lagrangean relaxation for integer programming). Clusters
share nothing that is short, so each may keep the best prices of its own; costs are whole minor units, so each bound
may be rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.clusters import Clusters
from doorstep.kernels.plan.compiled import Board, FloatArray, Ledger, Scratch, book, choose
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.run import Run

STEP_FIRST, STEP_LAST = 64.0, 0.03  # of the cluster's mean order cost
MOMENTUM = 0.6
ROUNDING = 1e-3  # minor units that float sums may be off
BATCH = 20_000  # choices between reports of progress


class Rows(NamedTuple):
    """Short rows, numbered as in `Clusters`: stock and capacity in one row of numbers each."""

    price: FloatArray  # the ledger's own prices, as one row
    capacity: FloatArray
    use: IntArray
    stock_use: IntArray  # [K, J], a view of `use`
    row_use: IntArray  # [R], a view of `use`
    good: IntArray  # what the row holds: the sku, wherever it lies, or the capacity, on whichever day
    size: FloatArray  # work space: the good's use and capacity in the cluster, halved


class Descent(NamedTuple):
    """Where the search for a cluster's prices stands; per row of the cluster."""

    pull: FloatArray
    best_price: FloatArray


@dataclass(frozen=True, slots=True)
class Prices:
    """The priced ledger, and each cluster's bound [C] in minor units."""

    ledger: Ledger
    bound_minor: IntArray


def find_prices(
    table: Table, clusters: Clusters, bound_of: IntArray, ceiling: IntArray, rounds: int, run: Run
) -> Prices:
    """Subgradient steps with momentum, falling geometrically.

    `bound_of` [N] bounds of the orders by themselves; `ceiling` [C] cost of a known solution, where a search may stop.
    The ledger returned is a fresh one, with nothing taken.
    """
    ledger, rows = _open_rows(table)
    scratch, exact = table.scratch(), table.blocks.exact
    bound = np.zeros(len(clusters), np.int64)
    done, told = 0, 0
    for c in range(len(clusters)):
        orders, row = clusters.orders(c), clusters.rows(c)
        descent = Descent(np.zeros(len(row)), np.zeros(len(row)))
        mean = max(1.0, float(bound_of[orders].mean()))
        best, n = float(bound_of[orders].sum()), 0
        while n < rounds and np.ceil(best - ROUNDING) < ceiling[c]:
            last = min(rounds, n + max(1, BATCH // len(orders)))
            stand = (mean, float(ceiling[c]), best, n, last, rounds)
            best = price_cluster(table.board, ledger, orders, row, rows, descent, bound_of, exact, scratch, *stand)
            n = last
            if done + len(orders) * n // rounds - told >= BATCH // rounds:
                told = done + len(orders) * n // rounds
                run.progress("pricing", told, len(clusters.order))
        rows.price[row] = descent.best_price
        bound[c] = int(np.ceil(best - ROUNDING))
        done += len(orders)
    run.progress("pricing", done, len(clusters.order))
    return Prices(ledger, bound)


def _open_rows(table: Table) -> tuple[Ledger, Rows]:
    stock, row = table.ledger.stock, table.ledger.row
    price, use = np.zeros(stock.size + row.size), np.zeros(stock.size + row.size, np.int64)
    capacity = np.concatenate([stock.ravel(), row]).astype(float)
    ledger = Ledger(stock.copy(), row.copy(), price[: stock.size].reshape(stock.shape), price[stock.size :])
    skus, days = stock.shape[1], max(1, row.size // max(1, len(table.terms.lanes.limit)))  # capacity rows go by limit
    good = np.concatenate([np.tile(np.arange(skus), len(stock)), skus + np.arange(row.size) // days])
    stock_use, row_use = use[: stock.size].reshape(stock.shape), use[stock.size :]
    return ledger, Rows(price, capacity, use, stock_use, row_use, good, np.zeros(skus + row.size))


@compiled
def price_cluster(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    row: IntArray,
    rows: Rows,
    descent: Descent,
    bound_of: IntArray,
    exact: BoolArray,
    scratch: Scratch,
    mean: float,
    ceiling: float,
    best: float,
    first: int,
    last: int,
    rounds: int,
) -> float:
    """Rounds first to last of a cluster's search; returns the best bound so far, keeps its prices."""
    for n in range(first, last):
        for r in row:
            rows.use[r] = 0
        bound = priced_choices(board, ledger, orders, bound_of, exact, scratch, rows.stock_use, rows.row_use)
        for r in row:
            bound -= rows.price[r] * rows.capacity[r]
        if bound > best:
            best = bound
            for m in range(len(row)):
                descent.best_price[m] = rows.price[row[m]]
            if np.ceil(best - ROUNDING) >= ceiling:
                break
        move(rows, row, descent.pull, mean * STEP_FIRST * (STEP_LAST / STEP_FIRST) ** (n / max(1, rounds - 1)))
    return best


@compiled
def move(rows: Rows, row: IntArray, pull: FloatArray, step: float) -> None:
    """Move the prices by what is asked beyond what there is, relative to the good's size.

    One divisor for all sites of a good: a divisor per row would lose what the sites lack together, and prices of goods
    that must be rationed would never rise.
    """
    for r in row:
        rows.size[rows.good[r]] = 0.0
    for r in row:
        rows.size[rows.good[r]] += (rows.use[r] + rows.capacity[r]) / 2
    for m in range(len(row)):
        r = row[m]
        excess = (rows.use[r] - rows.capacity[r]) / max(1.0, rows.size[rows.good[r]])
        pull[m] = MOMENTUM * pull[m] + (1 - MOMENTUM) * excess
        rows.price[r] = max(0.0, rows.price[r] + step * pull[m])


@compiled
def priced_choices(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    bound_of: IntArray,
    exact: BoolArray,
    scratch: Scratch,
    use: IntArray,
    row_use: IntArray,
) -> float:
    """Sum of the cheapest priced choices, or weaker bounds of them; what they use is added to `use` and `row_use`."""
    least, choice = 0.0, np.full(4, -1, np.int64)
    for i in orders:
        cost = choose(board, ledger, i, False, 1.0, scratch, choice)
        least += cost if exact[i] else float(bound_of[i])
        book(board, use, row_use, i, choice, 1)
    return least
