"""Covers: how many of the orders that ask for a product must be left, where the sites hold less than all ask for.

Units that leave all sites together are no more than there are. So of orders i that ask for q_i units of a sku, those
that are left ask for at least the units e that are lacking: sum of q_i y_i >= e. An order is left whole or not at all,
though the mixtures of ways that prices bound leave a tenth of one that asks for ten times e. Knapsack covers say so
(Carr, Fleischer, Leung & Phillips 2000; Wolsey 1975 of knapsacks): whatever set A is left,

    sum over i not in A of min(q_i, e - q(A)) y_i  >=  e - q(A),

and rounded up after division by a whole number, too. The price of a cover makes leaving its orders cheaper by so much,
and nothing else: the choice of an order stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.compiled import Board, FloatArray
from doorstep.kernels.plan.market import IntArray

LEAST_LACK = 1e-3  # of what a cover asks for, that mixtures leave undone
FULL = 1e-6


@dataclass(frozen=True, slots=True)
class Cover:
    """Of the orders, so many weights must be left."""

    order: IntArray
    weight: IntArray
    least: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """Who asks for a sku, for how many units in all, and how many are lacking."""

    order: IntArray
    units: IntArray
    lacking: int


def lacking_goods(board: Board, stock: IntArray, orders: IntArray, own_choice: IntArray) -> list[Lacking]:
    """Goods of which the orders that could be served at all ask for more than all sites hold."""
    order, sku, units = _needs(board, orders[own_choice[orders, 0] >= 0])
    asked = np.bincount(sku, weights=units, minlength=stock.shape[1]).astype(np.int64)
    held = np.maximum(stock, 0).sum(axis=0)
    found = []
    for j in np.flatnonzero(asked > held).tolist():
        mine = sku == j
        found.append(Lacking(order[mine], units[mine], int(asked[j] - held[j])))
    return found


def _needs(board: Board, orders: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Orders, skus and units; every partition of an order holds them all, so that its first one tells."""
    rows: dict[tuple[int, int], int] = {}
    for i in orders.tolist():
        for b in board.partition[board.order_partition[i]].tolist():
            for u in range(board.use_start[b], board.use_start[b + 1]) if b >= 0 else ():
                key = i, int(board.use_sku[u])
                rows[key] = rows.get(key, 0) + int(board.use_quantity[u])
    flat = np.array([(i, j, units) for (i, j), units in rows.items()], np.int64).reshape(-1, 3)
    return flat[:, 0], flat[:, 1], flat[:, 2]


def covers_against(goods: list[Lacking], left: FloatArray) -> list[Cover]:
    """For each sku the cover that mixtures fall short of most. `left` [N]: which share of each order they leave."""
    found = [_worst(one, left[one.order]) for one in goods]
    return [one for one in found if one is not None]


def _worst(good: Lacking, left: FloatArray) -> Cover | None:
    """Take orders to be left one by one, most left first; of all covers on the way the one that lacks most."""
    if not ((left > FULL) & (left < 1.0 - FULL)).any():
        return None  # whole orders that leave enough units keep every cover
    best, most = None, LEAST_LACK
    inside, rest = np.zeros(len(left), np.bool_), good.lacking
    for n in np.argsort(-left, kind="stable").tolist():
        weight = np.where(inside, 0, np.minimum(good.units, rest))
        for d in np.unique(np.append(weight[weight > 0], 1)).tolist():
            lumps, least = -(-weight // d), -(-rest // d)
            lacks = 1.0 - float(lumps @ left) / least
            if lacks > most:
                best, most = (lumps, least), lacks
        if left[n] < FULL or good.units[n] >= rest:
            break
        inside[n], rest = True, rest - int(good.units[n])
    if best is None:
        return None
    there = best[0] > 0
    return Cover(good.order[there], best[0][there], int(best[1]))
