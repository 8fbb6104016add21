"""Ways to serve orders, met under prices: the columns of the programme over whole ways (see `master`)."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, FloatArray, Ledger, Scratch, choose, true_cost
from doorstep.kernels.plan.cuts import MOST_CUTS, Cuts
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.price import priced_floor


@compiled
def priced_ways(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    leave: FloatArray,
    least: Least,
    exact: BoolArray,
    scratch: Scratch,
    choice: IntArray,
    least_cost: FloatArray,
    floor: FloatArray,
    thorough: bool = False,
) -> None:
    """Find the cheapest priced way of each order.

    `choice` [n, 4] gets the ways, `least_cost` [n] what they cost under prices, `floor` [n] a bound of that which holds
    for all partitions, higher where it is `thorough`. Leaving order i counts `leave[i]` [N] less than it costs.
    """
    for n in range(len(orders)):
        i = orders[n]
        cost = choose(board, ledger, i, False, 1.0, scratch, choice[n])
        enough = min(cost, board.unplanned[i] - leave[i])
        lowest = np.inf if exact[i] else priced_floor(board, ledger, i, least, scratch, enough, thorough)
        if board.unplanned[i] - leave[i] < cost:
            cost = board.unplanned[i] - leave[i]
            choice[n, :] = -1
        least_cost[n], floor[n] = cost, min(cost, lowest)


@compiled
def costs_of(board: Board, order: IntArray, choice: IntArray) -> IntArray:
    """Cost of each way, in minor units, without prices."""
    cost = np.zeros(len(order), np.int64)
    for w in range(len(order)):
        cost[w] = true_cost(board, order[w], choice[w])
    return cost


@compiled
def uses_of(board: Board, cuts: Cuts, order: IntArray, choice: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """What ways take of the cuts: cut, way and lumps, one entry per parcel and cut."""
    most = 0
    for b in range(len(board.use_start) - 1):
        most = max(most, board.use_start[b + 1] - board.use_start[b])
    room = 3 * most * MOST_CUTS + 6
    one, of_one = np.zeros(room, np.int64), np.zeros(room)
    found = 0
    for w in range(len(order)):
        found += uses_of_way(board, cuts, order[w], choice[w], one, of_one)
    cut, way, lumps = np.zeros(found, np.int64), np.zeros(found, np.int64), np.zeros(found)
    found = 0
    for w in range(len(order)):
        count = uses_of_way(board, cuts, order[w], choice[w], one, of_one)
        for n in range(count):
            cut[found + n], way[found + n], lumps[found + n] = one[n], w, of_one[n]
        found += count
    return cut, way, lumps


@compiled
def uses_of_way(board: Board, cuts: Cuts, i: int, choice: IntArray, cut: IntArray, lumps: FloatArray) -> int:
    """Write what a way of order i takes; returns how many entries: of stock per parcel, of capacity once per group."""
    found, skus, stock_rows = 0, cuts.at.shape[1], cuts.at.size
    if choice[0] < 0:
        return found
    for n in range(3):
        q = choice[1 + n]
        if q < 0:
            break
        b, k = board.partition[choice[0], n], board.column_site[q]
        for u in range(board.use_start[b], board.use_start[b + 1]):
            found = take(cuts, k * skus + board.use_sku[u], board.use_quantity[u], cut, lumps, found)
        if board.column_row[i, q] >= 0:
            found = take(cuts, stock_rows + board.column_row[i, q], 1, cut, lumps, found)
        g, seen = board.column_group[q], False
        for m in range(n):
            seen = seen or board.column_group[choice[1 + m]] == g
        if not seen and board.group_row[i, g] >= 0:
            found = take(cuts, stock_rows + board.group_row[i, g], 1, cut, lumps, found)
    return found


@compiled
def take(cuts: Cuts, row: int, units: int, cut: IntArray, lumps: FloatArray, found: int) -> int:
    """Write the lumps of each cut of a row that so many units take."""
    for c in range(cuts.start[row], cuts.start[row + 1]):
        if units >= cuts.divisor[c]:
            cut[found], lumps[found] = c, units // cuts.divisor[c]
            found += 1
    return found
