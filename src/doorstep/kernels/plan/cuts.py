"""Cuts on contested stock: what lumps can take of a row, for each of several divisors.

Whoever takes q units of a row with s units takes floor(q / d) lumps of d of the floor(s / d) that it holds, whatever d
is (a Chvatal-Gomory cut of rank one; Chvatal 1973, Edmonds polytopes and a hierarchy of combinatorial problems). d = 1
is the row itself. With three units, orders of two each cannot share a row, though by units one and a half of them fit:
d = 2 says so. A price on each cut makes a price for q units together, which rises by leaps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, FloatArray
from doorstep.kernels.plan.market import BoolArray, IntArray

MOST_CUTS = 6  # of a row, itself included


class Cuts(NamedTuple):
    """Cuts as ranges of rows, which are numbered as in `Clusters`: stock rows, then capacity rows.

    `most[j]` units of sku j leave in one parcel at the most; what a short stock row knows by units begins at `at`, all
    others share the zeros at 0.
    """

    start: IntArray  # [K * J + R + 1]
    divisor: IntArray  # [C]
    capacity: FloatArray  # [C]
    most: IntArray  # [J]
    at: IntArray  # [K, J]
    length: int  # of what is known by units


def make_cuts(board: Board, stock: IntArray, row: IntArray, short: BoolArray, row_short: BoolArray) -> Cuts:
    """Cut the short rows. `stock` [K, J] and `row` [R] hold what there is; `short`, `row_short` say which are short."""
    most = np.zeros(stock.shape[1], np.int64)
    np.maximum.at(most, board.use_sku, board.use_quantity)
    first = np.concatenate([[0], np.cumsum(most + 1)]).astype(np.int64)
    asked = np.zeros(first[-1], np.bool_)
    asked[first[board.use_sku] + board.use_quantity] = True
    length = np.where(short, most + 1, 0)
    zeros = int(most.max(initial=0)) + 1
    at = np.where(short, zeros + (np.cumsum(length) - length.ravel()).reshape(stock.shape), 0)
    count, divisor, capacity = list_cuts(stock, row, short, row_short, most, first, asked, MOST_CUTS)
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return Cuts(start, divisor, capacity, most, at, zeros + int(length.sum()))


@compiled
def list_cuts(
    stock: IntArray,
    row: IntArray,
    short: BoolArray,
    row_short: BoolArray,
    most: IntArray,
    first: IntArray,
    asked: BoolArray,
    most_cuts: int,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Cuts per row, their divisors and capacities. `asked[first[j] + q]`: somebody may take q of j at once."""
    sites, skus = stock.shape
    count = np.zeros(sites * skus + len(row), np.int64)
    divisor = np.zeros(most_cuts * short.sum() + row_short.sum(), np.int64)
    capacity = np.zeros(len(divisor))
    best, waste = np.zeros(most_cuts, np.int64), np.zeros(most_cuts)
    made = 0
    for k in range(sites):
        for j in range(skus):
            if not short[k, j]:
                continue
            found = pick_divisors(stock[k, j], asked[first[j] : first[j] + most[j] + 1], best, waste)
            for n in range(found):
                divisor[made], capacity[made] = best[n], stock[k, j] // best[n]
                made += 1
            count[k * skus + j] = found
    for r in range(len(row)):
        if row_short[r]:
            divisor[made], capacity[made], count[sites * skus + r] = 1, row[r], 1
            made += 1
    return count, divisor[:made].copy(), capacity[:made].copy()


@compiled
def pick_divisors(held: int, asked: BoolArray, best: IntArray, waste: FloatArray) -> int:
    """Write 1 and the divisors that waste the largest shares of a row to `best`; returns how many."""
    best[0], waste[0], found = 1, np.inf, 1
    largest = min(held, len(asked) - 1)
    for d in range(2, largest + 1):
        lumps = held // d
        wanted = asked[d] or d == held // (lumps + 1) + 1  # the least divisor with so few lumps
        lost = 1.0 - d * lumps / held
        if not wanted or lost <= 0.0:
            continue
        if found == len(best) and lost <= waste[found - 1]:
            continue
        n = min(found, len(best) - 1)
        while waste[n - 1] < lost:
            best[n], waste[n] = best[n - 1], waste[n - 1]
            n -= 1
        best[n], waste[n] = d, lost
        found = min(found + 1, len(best))
    return found
