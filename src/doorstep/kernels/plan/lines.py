"""Lines under what the weight of a parcel costs, and what an order of many atoms costs at least by them.

Let every parcel of an order that leaves site k with w grams cost at least fixed_k + per_gram_k w. Then the order costs,
out of the sites S that it is sent from, at least the fixed costs of S and, of each atom, its weight and its price
where among S they are least together. That is a facility location of a few sites: few enough to look at all S.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import NEVER, NO_LIMIT, Board, FloatArray, Ledger
from doorstep.kernels.plan.market import IntArray

STEPS = 12  # of an order's weight, at which parcels of it are quoted
TOUCHES = (0.5, 0.3)  # shares of its weight at which the lines are highest


class Lines(NamedTuple):
    """Of orders i by row l: T lines for each site k; and of the atoms a, as ranges per order."""

    row: IntArray  # [N] -1: none
    fixed: FloatArray  # [L, T, K] minor units, infinite where nothing of it can be sent
    per_gram: FloatArray  # [L, T, K]
    atom_weight_g: IntArray  # [A]
    atom_pick: IntArray  # [A, K] minor units, rounded down
    fee: IntArray  # [K] of picking an order
    parcels: int  # most of an order


def no_lines(orders: int) -> Lines:
    """Give none."""
    none = np.zeros((0, len(TOUCHES), 0))
    atoms = np.zeros(0, np.int64)
    row = np.full(orders, -1, np.int64)
    return Lines(row, none, none.copy(), atoms, np.zeros((0, 0), np.int64), atoms.copy(), 1)


def lines_under(cost: IntArray, weight_g: IntArray, total_g: IntArray) -> FloatArray:
    """Fit lines (fixed, per gram), both >= 0, under the least cost of a parcel of any weight up to `total_g`.

    Parameters
    ----------
    cost
        [L, S, K] of a parcel that weighs `weight_g` [L, S], rising with it; NEVER: nobody takes one as heavy.
    total_g
        [L] of the heaviest parcel there can be.

    Returns
    -------
    ndarray
        [L, T, K, 2]; where nobody takes the lightest parcel, the fixed cost is infinite.
    """
    until = np.concatenate([weight_g[:, 1:], total_g[:, None]], axis=1).astype(float)[:, None]  # [L, 1, S]
    high = np.where(cost < NEVER, cost, np.inf).transpose(0, 2, 1)  # [L, K, S] holds until there
    fixed, slope = _candidates(until, high)
    under = fixed[..., None] + slope[..., None] * until[:, :, None] <= high[:, :, None] + 1e-6
    sound = under.all(axis=-1) & (fixed >= 0) & (slope >= 0)
    found = []
    for share in TOUCHES:
        height = np.where(sound, fixed + slope * (share * total_g)[:, None, None], -1.0)
        best = np.argmax(height, axis=-1)[..., None]
        found.append(np.stack([np.take_along_axis(one, best, -1)[..., 0] for one in (fixed, slope)], axis=-1))
    lines = np.stack(found, axis=1)  # [L, T, K, 2]
    lines[~np.isfinite(high[..., 0])[:, None, :].repeat(len(TOUCHES), axis=1), 0] = np.inf
    return lines


def _candidates(until: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lines [L, K, *] through two points each, the level one through the lowest, and the steepest from nothing."""
    first, second = np.triu_indices(high.shape[-1], 1)
    with np.errstate(all="ignore"):
        slope = (high[..., second] - high[..., first]) / (until[..., second] - until[..., first])
        fixed = high[..., first] - slope * until[..., first]
        steepest = np.where(until > 0, high / until, np.inf).min(axis=-1, keepdims=True)
    lowest = high.min(axis=-1, keepdims=True)
    none = np.zeros_like(lowest)
    fixed = np.concatenate([np.where(np.isfinite(fixed), fixed, -1.0), lowest, none], axis=-1)
    slope = np.concatenate([np.where(np.isfinite(slope), slope, -1.0), none, steepest], axis=-1)
    return np.where(np.isfinite(fixed), fixed, 0.0), np.where(np.isfinite(slope), slope, 0.0)


@compiled
def lined_floor(
    board: Board, ledger: Ledger, lines: Lines, i: int, first: int, last: int, sku: IntArray, units: IntArray
) -> float:
    """Least priced cost of order i in several parcels; its atoms are first to last of `sku` and `units`."""
    row, floor = lines.row[i], 0.0
    if row < 0:
        return floor
    sites, touches = len(lines.fee), lines.fixed.shape[1]
    room, fee = np.full(sites, np.inf), np.full(sites, np.inf)
    cheapest_rows(board.column_row[i], board.column_site, ledger.row_price, room)
    cheapest_rows(board.group_row[i], board.group_site, ledger.row_price, fee)
    fee += lines.fee
    atom = np.empty((sites, last - first))
    for t in range(touches):
        fixed, rest = lines.fixed[row, t] + room, 0.0
        for a in range(first, last):
            lowest = np.inf
            for k in range(sites):
                cost = np.inf
                if fixed[k] < np.inf and ledger.stock[k, sku[a]] >= units[a]:
                    priced = ledger.worth[ledger.worth_at[k, sku[a]] + units[a]]
                    cost = lines.per_gram[row, t, k] * lines.atom_weight_g[a] + lines.atom_pick[a, k] + priced
                atom[k, a - first] = cost
                lowest = min(lowest, cost)
            rest += lowest
        if rest == np.inf:
            return float(np.inf)
        floor = max(floor, fewest_sites(fixed, fee, atom, rest, lines.parcels))
    return float(floor)


@compiled
def cheapest_rows(rows: IntArray, site: IntArray, price: FloatArray, least: FloatArray) -> None:
    """Lower `least` [K] to the price of the cheapest capacity row of each site; infinite where no day is left."""
    for q in range(len(rows)):
        if rows[q] >= 0:
            least[site[q]] = min(least[site[q]], price[rows[q]])
        elif rows[q] == NO_LIMIT:
            least[site[q]] = min(least[site[q]], 0.0)


@compiled
def fewest_sites(fixed: FloatArray, fee: FloatArray, atom: FloatArray, rest: float, parcels: int) -> float:
    """Least cost of two parcels or more: [K] fixed costs and fees, [K, atoms]; `rest` of all atoms where cheapest."""
    best, sites = np.inf, len(fee)
    if parcels < 2:
        return float(best)
    for k in range(sites):
        if 2 * fixed[k] + fee[k] + rest < best:
            best = min(best, 2 * fixed[k] + fee[k] + atom[k].sum())
    for k in range(sites):
        for m in range(k):
            two = fixed[k] + fee[k] + fixed[m] + fee[m]
            if two + rest >= best:
                continue
            cost = two
            for a in range(atom.shape[1]):
                cost += min(atom[k, a], atom[m, a])
                if cost >= best:
                    break
            best = min(best, cost)
            for n in range(m if parcels > 2 else 0):
                cost = two + fixed[n] + fee[n]
                if cost + rest >= best:
                    continue
                for a in range(atom.shape[1]):
                    cost += min(atom[k, a], atom[m, a], atom[n, a])
                    if cost >= best:
                        break
                best = min(best, cost)
    return float(best)
