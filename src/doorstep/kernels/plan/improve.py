"""Compiled passes over the orders: their own choices, booking, insertion under prices."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, FloatArray, Ledger, Scratch, book, choose, true_cost
from doorstep.kernels.plan.market import IntArray


@compiled
def own_choices(board: Board, ledger: Ledger, scratch: Scratch) -> tuple[IntArray, IntArray]:
    """Every order's optimum with the whole stock to itself: choices [N, 4] and costs [N]."""
    orders = len(board.order_block) - 1
    choice, cost = np.full((orders, 4), -1, np.int64), np.zeros(orders, np.int64)
    for i in range(orders):
        choose(board, ledger, i, True, 0.0, scratch, choice[i])
        cost[i] = true_cost(board, i, choice[i])
    return choice, cost


@compiled
def book_all(board: Board, ledger: Ledger, choice: IntArray) -> None:
    """Take what all choices use."""
    for i in range(len(choice)):
        book(board, ledger.stock, ledger.row, i, choice[i], -1)


@compiled
def insert_all(board: Board, ledger: Ledger, order: IntArray, scale: float, scratch: Scratch, choice: IntArray) -> None:
    """Take each order out and put it back where it is cheapest at the scaled prices, in the order given."""
    for i in order:
        book(board, ledger.stock, ledger.row, i, choice[i], 1)
        choose(board, ledger, i, True, scale, scratch, choice[i])
        book(board, ledger.stock, ledger.row, i, choice[i], -1)


@compiled
def sweep(
    board: Board,
    ledger: Ledger,
    order: IntArray,
    scales: FloatArray,
    scratch: Scratch,
    choice: IntArray,
    best: IntArray,
) -> int:
    """Put the orders in anew under prices that fall by the scales; keep the cheapest outcome in `choice`.

    `best` [N, 4] is work space. Returns the cost of the orders.
    """
    least = cost_of(board, order, choice)
    keep(order, choice, best)
    for i in order:
        book(board, ledger.stock, ledger.row, i, choice[i], 1)
        choice[i] = -1
    for scale in scales:
        insert_all(board, ledger, order, scale, scratch, choice)
        cost = cost_of(board, order, choice)
        if cost < least:
            least = cost
            keep(order, choice, best)
    restore(board, ledger, order, choice, best)
    return least


@compiled
def cost_of(board: Board, order: IntArray, choice: IntArray) -> int:
    """Cost of the orders, those left out included."""
    cost = 0
    for i in order:
        cost += true_cost(board, i, choice[i])
    return cost


@compiled
def keep(order: IntArray, choice: IntArray, record: IntArray) -> None:
    """Write the orders' choices into the record."""
    for i in order:
        record[i] = choice[i]


@compiled
def restore(board: Board, ledger: Ledger, changed: IntArray, choice: IntArray, record: IntArray) -> None:
    """Return the changed orders to the recorded choices."""
    for i in changed:
        book(board, ledger.stock, ledger.row, i, choice[i], 1)
    for i in changed:
        choice[i] = record[i]
        book(board, ledger.stock, ledger.row, i, choice[i], -1)
