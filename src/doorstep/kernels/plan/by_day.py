"""Compiled: how a cart is served at the least cost if nothing later than a day will do, for each of some days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import NEVER, Board, Ledger, Scratch, choose
from doorstep.kernels.plan.market import IntArray

NO_DAY = 2**62


class QuoteRows(NamedTuple):
    """Quote rows r over services v, the rows of a block side by side; as in `Quotes`."""

    row_start: IntArray  # [B + 1] ranges of rows per block
    leg: IntArray  # [r, v]
    column: IntArray  # [r, v]
    total_minor: IntArray  # [r, v]
    promised_day: IntArray  # [legs]


class Bests(NamedTuple):
    """Per day d, block n of a cart, column q: the best quote that is due by the day, and not by an earlier one yet."""

    cost: IntArray  # [D, n, Q]
    day: IntArray
    row: IntArray
    service: IntArray


class Choices(NamedTuple):
    """What is chosen, per cart and day; filled from the front."""

    cart: IntArray  # [x]
    column: IntArray  # [x, 3] -1: no such parcel
    row: IntArray  # [x, 3]
    service: IntArray  # [x, 3]


@compiled
def days_served(rows: QuoteRows, first: int, last: int, most: int) -> IntArray:
    """Distinct days that quote rows `first` to `last` (exclusive) reach: the earliest `most`, and the last."""
    days, latest = np.full(most, NO_DAY), -1
    for r in range(first, last):
        for v in range(rows.leg.shape[1]):
            if rows.total_minor[r, v] == NEVER:
                continue
            day = rows.promised_day[rows.leg[r, v]]
            latest = max(latest, day)
            for n in range(most):
                if day == days[n]:
                    break
                if day < days[n]:
                    days[n], day = day, days[n]
    found = days[days < NO_DAY]
    return np.append(found, latest) if len(found) == most and latest > found[-1] else found


@compiled
def sort_in(rows: QuoteRows, first_block: int, days: IntArray, best: Bests) -> None:
    """Put each quote where it is best: under the first day that it is due by. `best.cost` holds NEVER beforehand.

    Best is the least cost, then the earliest promise, then the first row. A later day may take what an earlier one has.
    """
    for n in range(best.cost.shape[1]):
        for r in range(rows.row_start[first_block + n], rows.row_start[first_block + n + 1]):
            for v in range(rows.leg.shape[1]):
                cost = rows.total_minor[r, v]
                if cost == NEVER:
                    continue
                day, d, q = rows.promised_day[rows.leg[r, v]], 0, rows.column[r, v]
                while days[d] < day:
                    d += 1
                if cost < best.cost[d, n, q] or (cost == best.cost[d, n, q] and day < best.day[d, n, q]):
                    best.cost[d, n, q], best.day[d, n, q] = cost, day
                    best.row[d, n, q], best.service[d, n, q] = r, v
    for d in range(1, len(days)):
        for n in range(best.cost.shape[1]):
            for q in range(best.cost.shape[2]):
                if best.cost[d - 1, n, q] <= best.cost[d, n, q]:
                    best.cost[d, n, q], best.day[d, n, q] = best.cost[d - 1, n, q], best.day[d - 1, n, q]
                    best.row[d, n, q], best.service[d, n, q] = best.row[d - 1, n, q], best.service[d - 1, n, q]


@compiled
def set_costs(board: Board, first: int, cost: IntArray) -> None:
    """Set what the blocks from `first` on cost [n, Q], and list the columns in which they can travel."""
    f = first * cost.shape[1]
    for n in range(len(cost)):
        board.option_start[first + n] = f
        for q in range(cost.shape[1]):
            board.cost[first + n, q] = cost[n, q]
            if cost[n, q] < NEVER:
                board.option[f] = q
                f += 1
    board.option_start[first + len(cost)] = f


@compiled
def choose_by_day(board: Board, ledger: Ledger, scratch: Scratch, rows: QuoteRows, most: int, choices: Choices) -> int:
    """Serve every cart as if it were alone, once for each day to try; returns how many choices there are.

    The board's costs and options are work space, with room for all columns in each block.
    """
    found, choice = 0, np.full(4, -1, np.int64)
    for i in range(len(board.order_block) - 1):
        first, last = board.order_block[i], board.order_block[i + 1]
        days = days_served(rows, rows.row_start[first], rows.row_start[last], most)
        shape = (len(days), last - first, board.cost.shape[1])
        best = Bests(
            np.full(shape, NEVER), np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        )
        if len(days) > 0:
            sort_in(rows, first, days, best)
        for d in range(len(days)):
            set_costs(board, first, best.cost[d])
            choose(board, ledger, i, True, 0.0, scratch, choice)
            if choice[0] < 0:
                continue
            choices.cart[found] = i
            for slot in range(3):
                q = choice[1 + slot]
                choices.column[found, slot] = q
                if q >= 0:
                    n = board.partition[choice[0], slot] - first
                    choices.row[found, slot], choices.service[found, slot] = best.row[d, n, q], best.service[d, n, q]
            found += 1
    return found
