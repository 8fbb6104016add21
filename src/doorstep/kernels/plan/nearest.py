"""The rule that most shops use, as a policy: the nearest site that has the goods, then the cheapest eligible service.

Orders are served as they came. An order goes from the nearest site that holds all of it; if none does, in the fewest
parcels, each from the nearest site that holds its part. Every parcel takes the smallest carton that fits and then the
cheapest service. Packing verdicts, stock, capacities and costs are those of the plan.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.carbon.great_circle import great_circle_m, radians_of
from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import NEVER, Board, book
from doorstep.kernels.plan.market import IntArray, Market

UNSOUGHT = -2
UNLOCATED_M = 0  # where an order's place is not located, all sites are equally near: the first of the table wins


def serve_nearest(market: Market, table: Table) -> IntArray:
    """Choices [N, 4] of the rule, as `Assignment.choice`."""
    best = table.best
    placed = np.array([order.placed_at.timestamp() for order in market.problem.orders])
    board = table.board._replace(cost=best.rule_cost)
    return serve(
        board,
        table.ledger.stock.copy(),
        table.ledger.row.copy(),
        best.rule_price,
        table.terms.lanes.column_rank,
        distances_m(market),
        np.argsort(placed, kind="stable"),
    )


def distances_m(market: Market) -> IntArray:
    """Great-circle metres [N, K] from order to site by the haversine formula."""
    orders, sites = market.problem.orders, market.problem.sites
    to, at = radians_of(o.place for o in orders)[:, None], radians_of(s.place for s in sites)[None]
    located = np.array([o.place.located for o in orders], bool)
    return np.where(located[:, None], great_circle_m(to, at), UNLOCATED_M)


@compiled
def serve(
    board: Board,
    stock: IntArray,
    rows: IntArray,
    price: IntArray,
    rank: IntArray,
    distance_m: IntArray,
    order: IntArray,
) -> IntArray:
    """Serve the orders in sequence; `stock` and `rows` are used up.

    The nearest column of a block is sought once, out of all that the orders before left. Where blocks before it in the
    same partition leave it open it is the nearest still, and only where they do not another one is sought.
    """
    choice = np.full((len(order), 4), -1, np.int64)
    trial = np.full(4, -1, np.int64)
    near = np.empty(int(np.diff(board.order_block).max()) if len(order) else 0, np.int64)
    for i in order:
        nearest, fewest, first = np.int64(0), 4, board.order_block[i]
        near[: board.order_block[i + 1] - first] = UNSOUGHT
        for p in range(board.order_partition[i], board.order_partition[i + 1]):
            parts = 1 + (board.partition[p, 1] >= 0) + (board.partition[p, 2] >= 0)
            if parts > fewest:
                break  # partitions stand in order of size
            least = sought(board, stock, rows, price, rank, distance_m[i], i, p, near)
            if least < 0 or (parts == fewest and least >= nearest):
                continue  # with others before it a block goes no shorter way
            trial[:] = -1
            trial[0] = p
            metres, found = np.int64(0), 0
            for n in range(parts):
                b = board.partition[p, n]
                q = near[b - first]
                if n > 0 and not at_hand(board, stock, rows, i, b, q):
                    q = nearest_column(board, stock, rows, price, rank, distance_m[i], i, b)
                if q < 0:
                    break
                metres += distance_m[i, board.column_site[q]]
                take_part(board, stock, rows, i, p, n, q, -1)
                trial[1 + n] = q
                found += 1
            for n in range(found):
                take_part(board, stock, rows, i, p, n, trial[1 + n], 1)
            if found == parts and (parts < fewest or metres < nearest):
                nearest, fewest = metres, parts
                choice[i] = trial
        book(board, stock, rows, i, choice[i], -1)
    return choice


@compiled
def sought(
    board: Board,
    stock: IntArray,
    rows: IntArray,
    price: IntArray,
    rank: IntArray,
    metres: IntArray,
    i: int,
    p: int,
    near: IntArray,
) -> int:
    """Metres of a partition, each block from its nearest site; -1: one has none. What is found stays in `near`."""
    total, first = 0, board.order_block[i]
    for n in range(3):
        b = board.partition[p, n]
        if b < 0:
            break
        if near[b - first] == UNSOUGHT:
            near[b - first] = nearest_column(board, stock, rows, price, rank, metres, i, b)
        if near[b - first] < 0:
            return -1
        total += metres[board.column_site[near[b - first]]]
    return int(total)


@compiled
def take_part(board: Board, stock: IntArray, rows: IntArray, i: int, p: int, n: int, q: int, sign: int) -> None:
    """Take or give back the stock and the service's capacity of one block."""
    b = board.partition[p, n]
    for u in range(board.use_start[b], board.use_start[b + 1]):
        stock[board.column_site[q], board.use_sku[u]] += sign * board.use_quantity[u]
    if board.column_row[i, q] >= 0:
        rows[board.column_row[i, q]] += sign


@compiled
def at_hand(board: Board, stock: IntArray, rows: IntArray, i: int, b: int, q: int) -> bool:
    """Whether a block has the option of a column, and its site the goods and room for it."""
    if board.cost[b, q] >= NEVER:
        return False
    k, row, site_row = board.column_site[q], board.column_row[i, q], board.group_row[i, board.column_group[q]]
    enough = (row < 0 or rows[row] > 0) and (site_row < 0 or rows[site_row] > 0)
    for u in range(board.use_start[b], board.use_start[b + 1]):
        enough = enough and stock[k, board.use_sku[u]] >= board.use_quantity[u]
    return bool(enough)


@compiled
def nearest_column(
    board: Board,
    stock: IntArray,
    rows: IntArray,
    price: IntArray,
    rank: IntArray,
    metres: IntArray,
    i: int,
    b: int,
) -> int:
    """Nearest site with the goods; there the earliest day, then the cheapest service. -1: none."""
    best = -1
    for q in range(board.cost.shape[1]):
        if not at_hand(board, stock, rows, i, b, q):
            continue
        k = board.column_site[q]
        if best < 0:
            best = q
            continue
        old = board.column_site[best]
        if (metres[k], k, rank[q], price[b, q]) < (metres[old], old, rank[best], price[b, best]):
            best = q
    return best
