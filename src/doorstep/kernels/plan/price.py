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
from doorstep.kernels.plan.compiled import FLOATING, Board, FloatArray, Ledger, Scratch, choose, price_blocks
from doorstep.kernels.plan.cuts import Cuts, make_cuts
from doorstep.kernels.plan.floors import lined_floor
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.run import Run

STEP_FIRST, STEP_LAST = 1.0, 0.01  # of what the bound lacks of a known solution
MOMENTUM = 0.6
PATIENCE = 8  # rounds without a gain
BATCH = 20_000  # choices between reports of progress


class Dual(NamedTuple):
    """Prices of cuts, and the use that they are moved by."""

    price: FloatArray  # [C]
    best: FloatArray  # [C] of the best bound
    pull: FloatArray  # [C]
    taken: IntArray  # how often n units leave a short stock row in one parcel, laid out as `Ledger.worth`
    row_use: IntArray  # [R]
    good: IntArray  # [K * J + R] what a row holds: the sku, wherever it lies, or the capacity, on any day
    size: FloatArray  # work space: a good's use and capacity in the cluster, halved
    stale: IntArray  # [1] rounds since the bound has risen


@dataclass(frozen=True, slots=True)
class Prices:
    """The priced ledger, and each cluster's bound [C] in minor units; the cuts, and what they cost.

    In the bound, leaving order i counts `leave[i]` less than it costs (see `covers`).
    """

    ledger: Ledger
    bound_minor: IntArray
    cuts: Cuts
    of_cut: FloatArray
    leave: FloatArray  # [N]


def find_prices(
    table: Table, least: Least, clusters: Clusters, bound_of: IntArray, ceiling: IntArray, rounds: int, run: Run
) -> Prices:
    """Subgradient steps with momentum, falling geometrically.

    `bound_of` [N] bounds of the orders by themselves; `ceiling` [C] cost of a known solution, where a search may stop.
    The ledger returned is a fresh one, with nothing taken.
    """
    stock, capacity_rows = table.ledger.stock, table.ledger.row
    cuts = make_cuts(table.board, stock, capacity_rows, table.short, table.row_short)
    ledger = Ledger(stock.copy(), capacity_rows.copy(), cuts.at, np.zeros(cuts.length), np.zeros(len(capacity_rows)))
    dual = _open_dual(cuts, stock.shape, len(capacity_rows), len(table.terms.lanes.limit))
    scratch, exact = table.scratch(), table.blocks.exact
    bound = np.zeros(len(clusters), np.int64)
    done, told = 0, 0
    for c in range(len(clusters)):
        orders, row, dual.stale[0] = clusters.orders(c), clusters.rows(c), 0
        best, n = float(bound_of[orders].sum()), 0
        while n < rounds and np.ceil(best - FLOATING) < ceiling[c]:
            last = min(rounds, n + max(1, BATCH // len(orders)))
            stand = (float(ceiling[c]), best, n, last, rounds)
            best = price_cluster(table.board, ledger, orders, row, cuts, dual, least, exact, scratch, *stand)
            n = last
            if done + len(orders) * n // rounds - told >= BATCH // rounds:
                told = done + len(orders) * n // rounds
                run.progress("pricing", told, len(clusters.order))
        set_worth(ledger, row, cuts, dual.best)
        bound[c] = int(np.ceil(best - FLOATING))
        done += len(orders)
    run.progress("pricing", done, len(clusters.order))
    return Prices(ledger, bound, cuts, dual.best, np.zeros(len(table.board.unplanned)))


def _open_dual(cuts: Cuts, shape: tuple[int, ...], rows: int, limits: int) -> Dual:
    skus, size, days = shape[1], len(cuts.divisor), max(1, rows // max(1, limits))  # capacity rows go by limit
    return Dual(
        price=np.zeros(size),
        best=np.zeros(size),
        pull=np.zeros(size),
        taken=np.zeros(cuts.length, np.int64),
        row_use=np.zeros(rows, np.int64),
        good=np.concatenate([np.tile(np.arange(skus), shape[0]), skus + np.arange(rows) // days]),
        size=np.zeros(skus + rows),
        stale=np.zeros(1, np.int64),
    )


@compiled
def price_cluster(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    row: IntArray,
    cuts: Cuts,
    dual: Dual,
    least: Least,
    exact: BoolArray,
    scratch: Scratch,
    ceiling: float,
    best: float,
    first: int,
    last: int,
    rounds: int,
) -> float:
    """Rounds first to last of a cluster's search; returns the best bound so far, keeps its prices.

    A search that has not gained for some rounds goes on from the best prices, with the shorter steps of by then.
    """
    for n in range(first, last):
        set_worth(ledger, row, cuts, dual.price)
        forget(row, cuts, dual)
        bound = priced_choices(board, ledger, orders, least, exact, scratch, dual)
        for r in row:
            for c in range(cuts.start[r], cuts.start[r + 1]):
                bound -= dual.price[c] * cuts.capacity[c]
        if bound > best:
            best, dual.stale[0] = bound, 0
            for r in row:
                for c in range(cuts.start[r], cuts.start[r + 1]):
                    dual.best[c] = dual.price[c]
            if np.ceil(best - FLOATING) >= ceiling:
                break
        dual.stale[0] += 1
        if dual.stale[0] > PATIENCE:
            dual.stale[0] = 0
            for r in row:
                for c in range(cuts.start[r], cuts.start[r + 1]):
                    dual.price[c], dual.pull[c] = dual.best[c], 0.0
            continue
        share = STEP_FIRST * (STEP_LAST / STEP_FIRST) ** (n / max(1, rounds - 1))
        move(row, cuts, dual, share * (ceiling - bound))
    return best


@compiled
def set_worth(ledger: Ledger, row: IntArray, cuts: Cuts, price: FloatArray) -> None:
    """Turn the prices of cuts into those of units that are taken together."""
    stock_rows, skus = ledger.stock.size, ledger.stock.shape[1]
    for r in row:
        first, last = cuts.start[r], cuts.start[r + 1]
        if r >= stock_rows:
            ledger.row_price[r - stock_rows] = price[first]
            continue
        at = ledger.worth_at[r // skus, r % skus]
        for q in range(1, cuts.most[r % skus] + 1):
            worth = 0.0
            for c in range(first, last):
                worth += price[c] * (q // cuts.divisor[c])
            ledger.worth[at + q] = worth


@compiled
def forget(row: IntArray, cuts: Cuts, dual: Dual) -> None:
    """Set the use of the rows to zero."""
    skus = cuts.at.shape[1]
    for r in row:
        if r >= cuts.at.size:
            dual.row_use[r - cuts.at.size] = 0
        else:
            at = cuts.at[r // skus, r % skus]
            dual.taken[at : at + cuts.most[r % skus] + 1] = 0


@compiled
def used(r: int, c: int, cuts: Cuts, dual: Dual) -> int:
    """Lumps that are taken of cut c of row r."""
    if r >= cuts.at.size:
        return int(dual.row_use[r - cuts.at.size])
    skus, lumps = cuts.at.shape[1], 0
    at = cuts.at[r // skus, r % skus]
    for q in range(1, cuts.most[r % skus] + 1):
        if dual.taken[at + q] > 0:
            lumps += dual.taken[at + q] * (q // cuts.divisor[c])
    return lumps


@compiled
def move(row: IntArray, cuts: Cuts, dual: Dual, lacking: float) -> None:
    """Move the prices by what is asked beyond what there is, relative to the good's size.

    One divisor for all sites of a good: a divisor per row would lose what the sites lack together, and prices of goods
    that must be rationed would never rise. `lacking`: by how much the bound would rise if it went on rising as it does
    here; so steps are as long as the prices of these goods are, whatever their units (Polyak 1969, Minimization of
    unsmooth functionals).
    """
    for r in row:
        dual.size[dual.good[r]] = 0.0
    for r in row:
        c = cuts.start[r]
        dual.size[dual.good[r]] += (used(r, c, cuts, dual) + cuts.capacity[c]) / 2
    slope = 0.0
    for r in row:
        size = max(1.0, dual.size[dual.good[r]])
        for c in range(cuts.start[r], cuts.start[r + 1]):
            excess = used(r, c, cuts, dual) - cuts.capacity[c]
            moved = excess * cuts.divisor[c] / size
            if dual.price[c] > 0.0 or moved > 0.0:
                slope += excess * moved
            dual.pull[c] = MOMENTUM * dual.pull[c] + (1 - MOMENTUM) * moved
    step = lacking / max(slope, 1e-9)
    for r in row:
        for c in range(cuts.start[r], cuts.start[r + 1]):
            dual.price[c] = max(0.0, dual.price[c] + step * dual.pull[c])


@compiled
def priced_choices(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    least: Least,
    exact: BoolArray,
    scratch: Scratch,
    dual: Dual,
) -> float:
    """Sum of the cheapest priced choices, or weaker bounds of them; what they use is counted in `dual`."""
    total, choice = 0.0, np.full(4, -1, np.int64)
    for i in orders:
        cost = choose(board, ledger, i, False, 1.0, scratch, choice)
        total += cost if exact[i] else min(cost, priced_floor(board, ledger, i, least, scratch, cost, False))
        count(board, ledger, dual, i, choice)
    return total


@compiled
def own_bounds(
    board: Board, ledger: Ledger, orders: IntArray, least: Least, scratch: Scratch, bound: IntArray, thorough: bool
) -> None:
    """Lower `bound` [N], of what is known of each order, to what these cost at least with the whole stock."""
    for i in orders:
        price_blocks(board, ledger, i, True, 0.0, scratch)
        floor = priced_floor(board, ledger, i, least, scratch, float(bound[i]), thorough)
        if floor < bound[i]:
            bound[i] = int(np.ceil(floor - FLOATING))


@compiled
def priced_floor(
    board: Board, ledger: Ledger, i: int, least: Least, scratch: Scratch, enough: float, thorough: bool
) -> float:
    """What an order costs at least under prices, whatever the partition; its blocks are priced in the scratch.

    More than `enough` need not be told. `thorough`: with more computing, and no less is told.

    In one parcel it costs what that one does. In several it costs at least what it does without prices, and each atom
    at least its price where that is lowest; and at least what `lines` tell.
    """
    p, first = board.order_partition[i], board.order_block[i]
    together = np.inf
    if p < board.order_partition[i + 1] and board.partition[p, 1] < 0:
        together = scratch.least[board.partition[p, 0] - first]
    apart = float(least.apart[i])
    start, last = least.atom_start[i], least.atom_start[i + 1]
    for a in range(start, last):
        j, q = least.atom_sku[a], least.atom_quantity[a]
        lowest = np.inf
        for k in range(len(ledger.stock)):
            lowest = min(lowest, ledger.worth[ledger.worth_at[k, j] + q])
        apart += lowest
    if apart >= enough:  # lines and cells would look for what cannot be: an order heavier than all its parcels, say
        return float(min(together, apart))
    given = (start, last, least.atom_sku, least.atom_quantity)
    lined = lined_floor(board, ledger, least.lines, i, *given, enough, thorough)
    return float(min(together, max(apart, lined)))


@compiled
def count(board: Board, ledger: Ledger, dual: Dual, i: int, choice: IntArray) -> None:
    """Count what a choice of order i takes: parcel by parcel of stock, once per group of capacity."""
    if choice[0] < 0:
        return
    for n in range(3):
        q = choice[1 + n]
        if q < 0:
            break
        b, k = board.partition[choice[0], n], board.column_site[q]
        for u in range(board.use_start[b], board.use_start[b + 1]):
            at = ledger.worth_at[k, board.use_sku[u]]
            if at > 0:
                dual.taken[at + board.use_quantity[u]] += 1
        if board.column_row[i, q] >= 0:
            dual.row_use[board.column_row[i, q]] += 1
        g, seen = board.column_group[q], False
        for m in range(n):
            seen = seen or board.column_group[choice[1 + m]] == g
        if not seen and board.group_row[i, g] >= 0:
            dual.row_use[board.group_row[i, g]] += 1
