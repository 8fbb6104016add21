"""What an order of many atoms costs at least under prices, by lines under what its parcels cost.

Let every parcel of an order that leaves site k with w grams and v mm3 cost fixed_k + per_gram_k w + per_mm3_k v at
least. Then the order costs, out of the sites S that it is sent from, at least the fixed costs of S and, of each atom,
its weight, its volume and its price where among S they are least together. That is a facility location of a few sites:
few enough to look at all S. Of several lines under the parcels of a site any may be taken, for each parcel another: the
lines that tell most. Those that touch where the parcels lie do so, as a rule, and are tried first. Where they do not
tell enough, `stepped` looks closer.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import NO_LIMIT, Board, FloatArray, Ledger
from doorstep.kernels.plan.lines import MIDDLE, TOUCHES, Lines
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.stepped import Bench, Goods, Stairs, cells_cost, stairs_of

TRIALS = 4  # of lines that touch where the parcels lie


@compiled
def lined_floor(
    board: Board,
    ledger: Ledger,
    lines: Lines,
    i: int,
    first: int,
    last: int,
    sku: IntArray,
    units: IntArray,
    enough: float,
    thorough: bool,
) -> float:
    """Least priced cost of order i in several parcels; its atoms are first to last of `sku` and `units`.

    No more is told than that it costs `enough`. `thorough`: by steps, where lines do not tell as much.
    """
    row = lines.row[i]
    if row < 0:
        return 0.0
    sites, touches = len(lines.fee), len(TOUCHES)
    room, fee = np.full(sites, np.inf), np.full(sites, np.inf)
    cheapest_rows(board.column_row[i], board.column_site, ledger.row_price, room)
    cheapest_rows(board.group_row[i], board.group_site, ledger.row_price, fee)
    fee += lines.fee
    fixed = lines.fixed[row] + room
    need, whole = np.empty((2, last - first)), np.empty(2)
    need[0], need[1] = lines.atom_weight_g[first:last], lines.atom_mm3[first:last]
    whole[0], whole[1] = need[0].sum(), need[1].sum()
    share = (need[0] / max(1.0, whole[0]) + need[1] / max(1.0, whole[1])) / 2.0
    price, atom = np.full((sites, last - first), np.inf), np.empty((touches, sites, last - first))
    for k in range(sites):
        for a in range(first, last):
            if fixed[0, k] < np.inf and ledger.stock[k, sku[a]] >= units[a]:
                price[k, a - first] = lines.atom_pick[a, k] + ledger.worth[ledger.worth_at[k, sku[a]] + units[a]]
        for t in range(touches):
            atom[t, k] = lines.per_gram[row, t, k] * need[0] + lines.per_mm3[row, t, k] * need[1] + price[k]
    goods = Goods(price, need, lines.atom_rooms[first:last], whole)
    stairs = stairs_of(lines, row, room if thorough else room[:0])
    return fewest_sites(fixed, fee, atom, share, lines.parcels, enough, goods, stairs)


@compiled
def cheapest_rows(rows: IntArray, site: IntArray, price: FloatArray, least: FloatArray) -> None:
    """Lower `least` [K] to the price of the cheapest capacity row of each site; infinite where no day is left."""
    for q in range(len(rows)):
        if rows[q] >= 0:
            least[site[q]] = min(least[site[q]], price[rows[q]])
        elif rows[q] == NO_LIMIT:
            least[site[q]] = min(least[site[q]], 0.0)


@compiled
def fewest_sites(
    fixed: FloatArray,
    fee: FloatArray,
    atom: FloatArray,
    share: FloatArray,
    parcels: int,
    enough: float,
    goods: Goods,
    stairs: Stairs,
) -> float:
    """Least cost of two parcels or more, or `enough` if that is less.

    Lines t: [T, K] fixed costs and [T, K, atoms]; [K] fees; `share` [atoms] of the order. By lines a pair of sites
    stands for several parcels from each, so that only steps need look at sites that stand twice among three.
    """
    best, sites, rest, stepped = enough, len(fee), 0.0, stairs.size.sum() > 0
    if parcels < 2:
        return best
    for a in range(len(share)):
        rest += atom[MIDDLE, :, a].min()
    at, line, load = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3)
    bench = Bench(np.zeros(3, np.int64), np.zeros(len(share), np.int64), np.zeros(len(share)))
    for k in range(sites):
        for m in range(k + 1):
            at[0], at[1] = k, m
            two = fee[k] + (fee[m] if m != k else 0.0)
            low = two + fixed[MIDDLE, k] + fixed[MIDDLE, m] + rest
            if low < best:
                told = set_cost(fixed, atom, share, at[:2], two, best, line, load)
                if told < best and stepped:
                    told = max(told, cells_cost(stairs, goods, at[:2], two, best, bench))
                best = min(best, told)
            last = m + 1 if stepped else m if m != k else 0
            for n in range(last if parcels > 2 else 0):
                at[2], three = n, fee[n] if n != m else 0.0
                if low + three + fixed[MIDDLE, n] < best:
                    told = set_cost(fixed, atom, share, at, two + three, best, line, load)
                    if told < best and stepped:
                        told = max(told, cells_cost(stairs, goods, at, two + three, best, bench))
                    best = min(best, told)
    return best


@compiled
def set_cost(
    fixed: FloatArray,
    atom: FloatArray,
    share: FloatArray,
    at: IntArray,
    fees: float,
    best: float,
    line: IntArray,
    load: FloatArray,
) -> float:
    """Most that lines tell of a parcel from each of the sites `at`; from `best` on no more is looked for."""
    most, touches = -np.inf, len(TOUCHES)
    line[:] = MIDDLE
    for _ in range(TRIALS):
        most = max(most, fees + parted(fixed, atom, share, at, line, load))
        if most >= best:
            return most
        same = True
        for n in range(len(at)):
            nearest = np.argmin(np.abs(TOUCHES - load[n]))
            same = same and nearest == line[n]
            line[n] = nearest
        if same:
            break
    ways = touches
    for _ in range(1, len(at)):
        ways *= touches
    for way in range(ways):
        rest = way
        for n in range(len(at)):
            line[n], rest = rest % touches, rest // touches
        most = max(most, fees + parted(fixed, atom, share, at, line, load))
        if most >= best:
            break
    return most


@compiled
def parted(
    fixed: FloatArray, atom: FloatArray, share: FloatArray, at: IntArray, line: IntArray, load: FloatArray
) -> float:
    """Cost of the sites `at` by one line for each, every atom where it is cheapest; writes their shares to `load`."""
    cost = 0.0
    for n in range(len(at)):
        cost += fixed[line[n], at[n]]
        load[n] = 0.0
    for a in range(len(share)):
        lowest, where = np.inf, 0
        for n in range(len(at)):
            one = atom[line[n], at[n], a]
            if one < lowest:
                lowest, where = one, n
        cost += lowest
        load[where] += share[a]
    return cost
