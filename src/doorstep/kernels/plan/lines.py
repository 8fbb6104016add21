"""Lines under what weight and volume of a parcel cost.

Parcels of an order are quoted from each site at steps of its weight, in cartons with room for so much at least: the
cheapest of them is what a parcel of that weight and that volume costs at least. Under these costs lie planes, so that
what is in a parcel adds up to what it costs. In `floors` they tell what an order costs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import NEVER, FloatArray
from doorstep.kernels.plan.market import IntArray

STEPS = 48  # of an order's weight, at which parcels of it are quoted
COARSE = 4  # of them at once, for lines
MOST_ROOMS = 8  # steps of its volume, which are rooms of cartons
TOUCHES = np.array([0.2, 0.35, 0.5, 0.65, 0.8])  # shares of an order at which lines are highest
MIDDLE = 2
MIXES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])  # of the volume in a measure of weight and volume


class Cells(NamedTuple):
    """Of large orders l: what a parcel costs at least of some step of weight, in a carton of some step of rooms."""

    cost: IntArray  # [L, S, K, R] NEVER: nobody takes one
    until_g: FloatArray  # [L, S] the most that a parcel of the step weighs
    until_mm3: FloatArray  # [L, R] and measures


class Lines(NamedTuple):
    """Of orders i by row l: T lines for each site k; and of the atoms a, as ranges per order."""

    row: IntArray  # [N] -1: none
    fixed: FloatArray  # [L, T, K] minor units, infinite where nothing of it can be sent
    per_gram: FloatArray  # [L, T, K]
    per_mm3: FloatArray  # [L, T, K]
    atom_weight_g: IntArray  # [A]
    atom_mm3: FloatArray  # [A]
    atom_rooms: IntArray  # [A] bits of the steps of rooms in which some carton may hold it
    atom_pick: IntArray  # [A, K] minor units, rounded down
    fee: IntArray  # [K] of picking an order
    parcels: int  # most of an order
    cells: Cells


def no_lines(orders: int) -> Lines:
    """Give none."""
    none = np.zeros((0, len(TOUCHES), 0))
    atoms = np.zeros(0, np.int64)
    row = np.full(orders, -1, np.int64)
    picks = np.zeros((0, 0), np.int64)
    cells = Cells(np.zeros((0, STEPS, 0, 0), np.int64), np.zeros((0, STEPS)), np.zeros((0, 0)))
    return Lines(row, none, none.copy(), none.copy(), atoms, np.zeros(0), atoms.copy(), picks, atoms.copy(), 1, cells)


def rooms_of_cost(cost: IntArray, room_mm3: IntArray) -> tuple[IntArray, FloatArray]:
    """Least cost of parcels in cartons of each step of rooms, out of their cost by carton.

    Parameters
    ----------
    cost
        [..., C] of a parcel in each carton.
    room_mm3
        [C] of the cartons.

    Returns
    -------
    tuple of ndarray
        [..., R] the least cost in what is larger than room r - 1 and no larger than room r, and [R] the rooms.
    """
    rooms = room_steps(room_mm3)
    step = np.searchsorted(rooms, room_mm3)
    least = [cost[..., step == r].min(axis=-1) for r in range(len(rooms))]
    return np.stack(least, axis=-1), rooms.astype(np.float64)


def room_steps(room_mm3: IntArray) -> IntArray:
    """Steps [R] of the rooms of cartons, the last of them the largest."""
    rooms = np.unique(room_mm3)
    if len(rooms) > MOST_ROOMS:
        rooms = rooms[np.linspace(0, len(rooms) - 1, MOST_ROOMS).round().astype(np.int64)]
    return rooms


@compiled
def lines_under(cells: Cells) -> FloatArray:
    """Fit planes (fixed, per gram, per mm3), all >= 0, under the least cost of a parcel.

    Returns
    -------
    ndarray
        [L, T, K, 3]; where nobody takes the lightest parcel, the fixed cost is infinite.
    """
    cost, until_g, until_mm3 = cells.cost[:, ::COARSE], cells.until_g[:, COARSE - 1 :: COARSE], cells.until_mm3
    orders, steps, sites, rooms = cost.shape
    found = np.zeros((orders, len(TOUCHES), sites, 3))
    measure, high = np.empty(steps * rooms), np.empty(steps * rooms)
    for n in range(orders):
        whole_g, whole_mm3 = max(1.0, until_g[n, -1]), max(1.0, until_mm3[n, -1])
        for k in range(sites):
            if cost[n, 0, k].min() >= NEVER:
                found[n, :, k, 0] = np.inf
                continue
            most = np.full(len(TOUCHES), -1.0)
            for mix in MIXES:
                count = 0
                for s in range(steps):
                    for r in range(rooms):
                        if cost[n, s, k, r] < NEVER:
                            share = (1.0 - mix) * until_g[n, s] / whole_g + mix * until_mm3[n, r] / whole_mm3
                            measure[count], high[count] = share, cost[n, s, k, r]
                            count += 1
                for t in range(len(TOUCHES)):
                    fixed, slope = line_under(measure[:count], high[:count], TOUCHES[t])
                    if fixed + slope * TOUCHES[t] > most[t] + 1e-9:
                        most[t] = fixed + slope * TOUCHES[t]
                        found[n, t, k, 0] = fixed
                        found[n, t, k, 1], found[n, t, k, 2] = slope * (1.0 - mix) / whole_g, slope * mix / whole_mm3
    return found


@compiled
def line_under(at: FloatArray, high: FloatArray, touch: float) -> tuple[float, float]:
    """Fit a line (fixed, slope), both >= 0, under the points (at, high), as high as can be at `touch`."""
    lowest, slope, cheapest = np.inf, np.inf, np.inf
    level = True  # no point lies before the touch
    for i in range(len(at)):
        if at[i] > touch:
            continue
        level = False
        for j in range(len(at)):
            if at[j] > touch:
                rise = (high[j] - high[i]) / (at[j] - at[i])
                height = high[i] + rise * (touch - at[i])
                if height < lowest or (height == lowest and rise < slope):  # at a point that is touched: the flattest
                    lowest, slope = height, rise
    slope = 0.0 if level else max(0.0, slope)
    steepest, fixed = np.inf, np.inf
    for i in range(len(at)):
        cheapest = min(cheapest, high[i])
        if at[i] > 0.0:
            steepest = min(steepest, high[i] / at[i])
        if slope < np.inf:
            fixed = min(fixed, high[i] - slope * at[i])
    if steepest == np.inf:  # nothing measures anything, as where no weights are known
        return cheapest, 0.0
    if slope == np.inf or fixed < 0.0:
        return 0.0, steepest
    return fixed, slope
