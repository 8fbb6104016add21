"""What an order of many atoms costs at least under prices, by the steps of what its parcels cost.

Lines lie under stairs, and lose what lies between. So where lines tell too little of some sites, each parcel gets a
cell of the costs: all that weighs no more than one step, measures no more than one room, and is not proven to be too
large for its cartons costs as much. Cells of all parcels together cost something; of the atoms, each lies where its
price is least among those that take it; and if one parcel then weighs or measures too much, atoms leave it, even in
part, for the next best as long as it does (the relaxation of a knapsack; Dantzig 1957).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import NEVER, FloatArray
from doorstep.kernels.plan.lines import Lines
from doorstep.kernels.plan.market import IntArray


class Goods(NamedTuple):
    """Atoms of an order: their prices at each site, and what they need."""

    price: FloatArray  # [K, atoms] with picking; infinite where a site has too few
    need: FloatArray  # [2, atoms] weight and volume
    rooms: IntArray  # [atoms] bits of the steps of rooms that may hold them
    whole: FloatArray  # [2] weight and volume of all


class Stairs(NamedTuple):
    """Cells that a parcel from each site may have, the cheapest first."""

    size: IntArray  # [K] how many
    cost: FloatArray  # [K, O] with the cheapest room of the site
    most: FloatArray  # [K, O, 2] weight and volume
    room: IntArray  # [K, O]


class Bench(NamedTuple):
    """Work space for one set of cells."""

    option: IntArray  # [3] cell of each parcel
    where: IntArray  # [atoms] parcel of each atom
    away: FloatArray  # [atoms] what it costs to send it by the next best


@compiled
def stairs_of(lines: Lines, row: int, room: FloatArray) -> Stairs:
    """List the cells of an order that are worth looking at: not those that bear less for the same cost."""
    cells = lines.cells
    _, steps, sites, rooms = cells.cost.shape
    most, sites = (steps * rooms, sites) if len(room) else (0, 0)
    found = Stairs(
        np.zeros(sites, np.int64),
        np.empty((sites, most)),
        np.empty((sites, most, 2)),
        np.zeros((sites, most), np.int64),
    )
    for k in range(sites):
        for s in range(steps):
            for r in range(rooms):
                cost = cells.cost[row, s, k, r]
                if cost >= NEVER or room[k] == np.inf or (s + 1 < steps and cells.cost[row, s + 1, k, r] == cost):
                    continue
                at = found.size[k]
                while at > 0 and found.cost[k, at - 1] > cost + room[k]:
                    found.cost[k, at], found.room[k, at] = found.cost[k, at - 1], found.room[k, at - 1]
                    found.most[k, at, 0], found.most[k, at, 1] = found.most[k, at - 1, 0], found.most[k, at - 1, 1]
                    at -= 1
                found.cost[k, at], found.room[k, at] = cost + room[k], r
                found.most[k, at, 0], found.most[k, at, 1] = cells.until_g[row, s], cells.until_mm3[row, r]
                found.size[k] += 1
    return found


@compiled
def cells_cost(stairs: Stairs, goods: Goods, at: IntArray, fees: float, best: float, bench: Bench) -> float:
    """Least cost of one parcel from each of the sites `at`, two or three, or `best` if that is less."""
    rest, three = fees, len(at) == 3
    for a in range(len(goods.rooms)):
        lowest = np.inf
        for k in at:
            lowest = min(lowest, goods.price[k, a])
        rest += lowest
    x, y, z = at[0], at[1], at[len(at) - 1]
    if rest >= best or min(stairs.size[x], stairs.size[y], stairs.size[z]) == 0:
        return best
    for n in range(2):  # what is too much for the largest of their cells need not be tried in all of them
        most = 0.0
        for k in at:
            largest = 0.0
            for option in range(stairs.size[k]):
                largest = max(largest, stairs.most[k, option, n])
            most += largest
        if most < goods.whole[n]:
            return best
    last = stairs.cost[z, 0] if three else 0.0
    for bench.option[0] in range(stairs.size[x]):
        one = rest + stairs.cost[x, bench.option[0]]
        if one + stairs.cost[y, 0] + last >= best:
            break
        for bench.option[1] in range(stairs.size[y]):
            two = one + stairs.cost[y, bench.option[1]]
            if two + last >= best:
                break
            for bench.option[2] in range(stairs.size[z] if three else 1):
                all_of_them = two + (stairs.cost[z, bench.option[2]] if three else 0.0)
                if all_of_them >= best:
                    break
                best = min(best, all_of_them - rest + fees + in_cells(stairs, goods, at, bench))
    return best


@compiled
def in_cells(stairs: Stairs, goods: Goods, at: IntArray, bench: Bench) -> float:
    """Least prices of all atoms in the cells of some parcels; infinite where they do not go in."""
    for n in range(2):
        most = 0.0
        for p in range(len(at)):
            most += stairs.most[at[p], bench.option[p], n]
        if most < goods.whole[n]:
            return np.inf
    total = 0.0
    for a in range(len(goods.rooms)):
        lowest, bench.where[a], bench.away[a] = np.inf, -1, np.inf
        for p in range(len(at)):
            if not goods.rooms[a] >> stairs.room[at[p], bench.option[p]] & 1:
                continue
            price = goods.price[at[p], a]
            if price < lowest:
                bench.away[a], lowest, bench.where[a] = lowest, price, p
            else:
                bench.away[a] = min(bench.away[a], price)
        if bench.where[a] < 0:
            return np.inf
        bench.away[a] -= lowest
        total += lowest
    more = 0.0
    for p in range(len(at)):
        for n in range(2):
            beyond = -stairs.most[at[p], bench.option[p], n]
            for a in range(len(goods.rooms)):
                if bench.where[a] == p:
                    beyond += goods.need[n, a]
            if beyond > 0.0:
                more = max(more, moved(goods.need[n], bench, p, beyond))
    return total + more


@compiled
def moved(need: FloatArray, bench: Bench, p: int, beyond: float) -> float:
    """What it costs at least to move so much of their need away from parcel p; parts of atoms may go."""
    cost, last, last_at = 0.0, -1.0, -1
    while beyond > 0.0:
        rate, which = np.inf, -1
        for a in range(len(need)):
            if bench.where[a] != p or need[a] <= 0.0:
                continue
            each = bench.away[a] / need[a]
            if each < rate and (each > last or (each == last and a > last_at)):
                rate, which = each, a
        if which < 0:
            return np.inf
        cost += rate * min(beyond, need[which])
        beyond -= need[which]
        last, last_at = rate, which
    return cost
