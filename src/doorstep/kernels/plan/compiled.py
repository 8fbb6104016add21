"""Inner loops of the plan kernel. Costs in minor units; NEVER marks what cannot be; priced costs are floats."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.market import BoolArray, IntArray

FloatArray = NDArray[np.float64]
NEVER = np.int64(1) << 60
NO_LIMIT, NO_DAY = -1, -2  # in place of capacity rows
FLOATING = 1e-3  # minor units that float sums may be off


class Board(NamedTuple):
    """What stays as it is: blocks b, partitions p, columns q, groups g of orders i; capacity rows r."""

    order_block: IntArray  # [N + 1]
    order_partition: IntArray  # [N + 1]
    partition: IntArray  # [P, 3]
    use_start: IntArray  # [B + 1]
    use_sku: IntArray
    use_quantity: IntArray
    cost: IntArray  # [B, Q] without the pick cost per order
    option_start: IntArray  # [B + 1] ranges of `option`
    option: IntArray  # the columns in which a block can travel
    column_site: IntArray  # [Q]
    column_group: IntArray  # [Q]
    group_site: IntArray  # [G]
    pick_order: IntArray  # [K]
    column_row: IntArray  # [N, Q] row of the service's parcels that day, negative: NO_LIMIT, or NO_DAY of the order
    group_row: IntArray  # [N, G] row of the site's orders that day, likewise
    unplanned: IntArray  # [N] cost of leaving an order


class Ledger(NamedTuple):
    """What is left, and its prices.

    Units of a sku that leave a site in one parcel have a price together: n of them `worth[worth_at[k, j] + n]`.
    """

    stock: IntArray  # [K, J]
    row: IntArray  # [R]
    worth_at: IntArray  # [K, J]
    worth: FloatArray
    row_price: FloatArray  # [R]


class Scratch(NamedTuple):
    """Work space for one order; n counts its blocks."""

    at: FloatArray  # [n, G] priced cost in the cheapest column of a group
    column: IntArray  # [n, G] that column
    least: FloatArray  # [n] of all groups, the fee added
    least_group: IntArray  # [n]
    least_alone: FloatArray  # [n] of all groups, no fee
    fee: FloatArray  # [G]
    pick: IntArray  # [3]


@compiled
def keep_best(
    block: IntArray,
    carton: IntArray,
    carton_rank: IntArray,
    column: IntArray,
    total: IntArray,
    rated: IntArray,
    price: IntArray,
    leg: IntArray,
    promised_day: IntArray,
    collected: int,
    best: IntArray,
    best_day: IntArray,
    best_row: IntArray,
    best_service: IntArray,
    rule: IntArray,
    rule_rank: IntArray,
    rule_price: IntArray,
    rule_row: IntArray,
    rule_service: IntArray,
) -> None:
    """Reduce quote rows [r, v] to the best per (block, column), and to what the usual rule would take there.

    Best: least cost, then earliest promise. The rule: smallest carton, then cheapest price, of the first `collected`
    services, which collect at the site. Ties keep the first row.
    The outputs are [b, q], `best` and `rule` filled with NEVER beforehand; rows are indices into r.
    """
    for r in range(len(block)):
        b = block[r]
        rank = carton_rank[carton[r]]
        for v in range(column.shape[1]):
            q = column[r, v]
            if q < 0:
                continue
            cost, day, charged = total[r, v], promised_day[leg[r, v]], price[rated[r], v]
            if cost < best[b, q] or (cost == best[b, q] and day < best_day[b, q]):
                best[b, q], best_day[b, q], best_row[b, q], best_service[b, q] = cost, day, r, v
            if v < collected and (
                rule[b, q] == NEVER
                or rank < rule_rank[b, q]
                or (rank == rule_rank[b, q] and charged < rule_price[b, q])
            ):
                rule[b, q], rule_rank[b, q], rule_price[b, q] = cost, rank, charged
                rule_row[b, q], rule_service[b, q] = r, v


@compiled
def priced_cost(board: Board, ledger: Ledger, i: int, b: int, q: int, bounded: bool, scale: float) -> float:
    """Priced cost of a block in a column without the group's fee; infinite when what is left does not suffice."""
    k, row = board.column_site[q], board.column_row[i, q]
    group_row = board.group_row[i, board.column_group[q]]
    if bounded and ((row >= 0 and ledger.row[row] < 1) or (group_row >= 0 and ledger.row[group_row] < 1)):
        return float(np.inf)
    priced = ledger.row_price[row] if row >= 0 else 0.0
    for u in range(board.use_start[b], board.use_start[b + 1]):
        j = board.use_sku[u]
        if bounded and ledger.stock[k, j] < board.use_quantity[u]:
            return float(np.inf)
        priced += ledger.worth[ledger.worth_at[k, j] + board.use_quantity[u]]
    return float(board.cost[b, q] + scale * priced)


@compiled
def price_blocks(board: Board, ledger: Ledger, i: int, bounded: bool, scale: float, scratch: Scratch) -> None:
    """Fill the scratch with each block's priced cost in its best column per group, and with those groups' fees."""
    groups = len(board.group_site)
    first = board.order_block[i]
    for b in range(first, board.order_block[i + 1]):
        n = b - first
        scratch.least[n], scratch.least_group[n], scratch.least_alone[n] = np.inf, -1, np.inf
        for g in range(groups):
            scratch.at[n, g] = np.inf
        for f in range(board.option_start[b], board.option_start[b + 1]):
            q = board.option[f]
            cost, g, k = (
                priced_cost(board, ledger, i, b, q, bounded, scale),
                board.column_group[q],
                board.column_site[q],
            )
            if cost == np.inf:
                continue
            row = board.group_row[i, g]
            scratch.fee[g] = board.pick_order[k] + (scale * ledger.row_price[row] if row >= 0 else 0.0)
            if cost < scratch.at[n, g]:
                scratch.at[n, g], scratch.column[n, g] = cost, q
            scratch.least_alone[n] = min(scratch.least_alone[n], cost)
            if cost + scratch.fee[g] < scratch.least[n]:
                scratch.least[n], scratch.least_group[n] = cost + scratch.fee[g], g


@compiled
def choose(
    board: Board, ledger: Ledger, i: int, bounded: bool, scale: float, scratch: Scratch, choice: IntArray
) -> float:
    """Cheapest way to serve order i under the prices; exact. Returns its priced cost.

    `choice` [4] becomes (partition, column of each block), partition -1: leaving the order unplanned is cheapest.
    `bounded`: only what the ledger has left.
    """
    price_blocks(board, ledger, i, bounded, scale, scratch)
    best = float(board.unplanned[i])
    choice[:] = -1
    pick = scratch.pick
    first = board.order_block[i]
    for p in range(board.order_partition[i], board.order_partition[i + 1]):
        if at_least(board, scratch, p, first) >= best + FLOATING:
            continue
        cost = together(board, scratch, p, first, pick)
        if cost >= best:
            continue
        for n in range(3):
            b = board.partition[p, n]
            pick[n] = scratch.column[b - first, pick[n]] if b >= 0 else -1
        if bounded and not allowed(board, ledger, i, p, pick):
            cost = search_allowed(board, ledger, i, p, scratch, pick, best, scale)
            if cost >= best:
                continue
        best = cost
        choice[0] = p
        choice[1:] = pick
    return float(best)


@compiled
def at_least(board: Board, scratch: Scratch, p: int, first: int) -> float:
    """Bound of a partition's priced cost: each block where it is cheapest, and no fee. Most need no closer look."""
    least = scratch.least_alone[board.partition[p, 0] - first]
    for n in range(1, 3):
        if board.partition[p, n] >= 0:
            least += scratch.least_alone[board.partition[p, n] - first]
    return float(least)


@compiled
def together(board: Board, scratch: Scratch, p: int, first: int, pick: IntArray) -> float:
    """Least priced cost of partition p, its blocks sharing a group's fee where they meet; `pick` gets the groups."""
    x, y, z = board.partition[p, 0] - first, board.partition[p, 1] - first, board.partition[p, 2] - first
    pick[0], pick[1], pick[2] = scratch.least_group[x], -1, -1
    best = scratch.least[x]
    if board.partition[p, 1] < 0:
        return float(best)
    pick[1] = scratch.least_group[y]
    best += scratch.least[y]
    three = board.partition[p, 2] >= 0
    if three:
        pick[2] = scratch.least_group[z]
        best += scratch.least[z]
    at, fee = scratch.at, scratch.fee
    for g in range(len(fee)):
        if three:
            cost = at[x, g] + at[y, g] + at[z, g] + fee[g]
            if cost < best:
                best, pick[0], pick[1], pick[2] = cost, g, g, g
            cost = at[x, g] + at[z, g] + fee[g] + scratch.least[y]
            if cost < best:
                best, pick[0], pick[1], pick[2] = cost, g, scratch.least_group[y], g
            cost = at[y, g] + at[z, g] + fee[g] + scratch.least[x]
            if cost < best:
                best, pick[0], pick[1], pick[2] = cost, scratch.least_group[x], g, g
        cost = at[x, g] + at[y, g] + fee[g]
        if three:
            cost += scratch.least[z]
        if cost < best:
            best, pick[0], pick[1] = cost, g, g
            if three:
                pick[2] = scratch.least_group[z]
    return float(best)


@compiled
def allowed(board: Board, ledger: Ledger, i: int, p: int, pick: IntArray) -> bool:
    """Say whether what is left suffices for the picked columns *together*; each alone was checked before."""
    for n in range(3):
        b = board.partition[p, n]
        if b < 0:
            break
        k, row = board.column_site[pick[n]], board.column_row[i, pick[n]]
        same_row = 0
        for m in range(3):
            c = board.partition[p, m]
            if c >= 0 and row >= 0 and board.column_row[i, pick[m]] == row:
                same_row += 1
        if row >= 0 and same_row > ledger.row[row]:
            return False
        for u in range(board.use_start[b], board.use_start[b + 1]):
            asked = 0
            for m in range(3):
                c = board.partition[p, m]
                if c < 0 or board.column_site[pick[m]] != k:
                    continue
                for w in range(board.use_start[c], board.use_start[c + 1]):
                    if board.use_sku[w] == board.use_sku[u]:
                        asked += board.use_quantity[w]
            if asked > ledger.stock[k, board.use_sku[u]]:
                return False
    return True


@compiled
def search_allowed(
    board: Board, ledger: Ledger, i: int, p: int, scratch: Scratch, pick: IntArray, best: float, scale: float
) -> float:
    """Least priced cost of partition p over all columns that what is left suffices for together.

    Rare, so plain enumeration. `pick` gets the columns; nothing below `best`: it stays, and `best` is returned.
    """
    first, trial = board.order_block[i], np.full(3, -1, np.int64)
    x, y, z = board.partition[p, 0], board.partition[p, 1], board.partition[p, 2]
    last = board.option[board.option_start[z] : board.option_start[z + 1]] if z >= 0 else board.option[:1]
    rest = scratch.least_alone[z - first] if z >= 0 else 0.0
    for trial[0] in board.option[board.option_start[x] : board.option_start[x + 1]]:
        g = board.column_group[trial[0]]
        a = priced_cost(board, ledger, i, x, trial[0], True, scale) + scratch.fee[g]
        if a + scratch.least_alone[y - first] + rest >= best:
            continue
        for trial[1] in board.option[board.option_start[y] : board.option_start[y + 1]]:
            h = board.column_group[trial[1]]
            b = a + priced_cost(board, ledger, i, y, trial[1], True, scale) + (0.0 if h == g else scratch.fee[h])
            if b + rest >= best:
                continue
            for q in last:
                cost = b
                trial[2] = q if z >= 0 else -1
                if z >= 0:
                    f = board.column_group[q]
                    cost += priced_cost(board, ledger, i, z, q, True, scale)
                    cost += 0.0 if f in (g, h) else scratch.fee[f]
                if cost < best and allowed(board, ledger, i, p, trial):
                    best = cost
                    pick[:] = trial
    return float(best)


@compiled
def true_cost(board: Board, i: int, choice: IntArray) -> int:
    """Cost of a choice of order i in minor units, without prices."""
    if choice[0] < 0:
        return int(board.unplanned[i])
    cost = 0
    for n in range(3):
        q = choice[1 + n]
        if q < 0:
            break
        cost += board.cost[board.partition[choice[0], n], q]
        g, seen = board.column_group[q], False
        for m in range(n):
            seen = seen or board.column_group[choice[1 + m]] == g
        if not seen:
            cost += board.pick_order[board.group_site[g]]
    return cost


@compiled
def book(board: Board, stock: IntArray, rows: IntArray, i: int, choice: IntArray, sign: int) -> None:
    """Take (sign -1) or give back (+1) what a choice of order i uses."""
    if choice[0] < 0:
        return
    for n in range(3):
        q = choice[1 + n]
        if q < 0:
            break
        b, k = board.partition[choice[0], n], board.column_site[q]
        for u in range(board.use_start[b], board.use_start[b + 1]):
            stock[k, board.use_sku[u]] += sign * board.use_quantity[u]
        if board.column_row[i, q] >= 0:
            rows[board.column_row[i, q]] += sign
        g, seen = board.column_group[q], False
        for m in range(n):
            seen = seen or board.column_group[choice[1 + m]] == g
        if not seen and board.group_row[i, g] >= 0:
            rows[board.group_row[i, g]] += sign


@compiled
def touch(board: Board, wanted: IntArray, row_wanted: IntArray, drawn: BoolArray, need: IntArray) -> None:
    """Add up the most that each order could draw on each stock row [K, J] and capacity row.

    An order may send all its units of a sku from one site, if in several parcels. `drawn` [K, J] and `need` [J] are
    zeroed space.
    """
    for i in range(len(board.order_block) - 1):
        count_need(board, i, need, 1)
        for fresh in (True, False):
            for b in range(board.order_block[i], board.order_block[i + 1]):
                for f in range(board.option_start[b], board.option_start[b + 1]):
                    q = board.option[f]
                    k = board.column_site[q]
                    for u in range(board.use_start[b], board.use_start[b + 1]):
                        j = board.use_sku[u]
                        if fresh and not drawn[k, j]:
                            wanted[k, j] += need[j]
                        drawn[k, j] = fresh
                    if fresh and board.column_row[i, q] >= 0:
                        row_wanted[board.column_row[i, q]] += 1
        for g in range(len(board.group_site)):
            if board.group_row[i, g] >= 0:
                row_wanted[board.group_row[i, g]] += 1
        count_need(board, i, need, -1)


@compiled
def count_need(board: Board, i: int, need: IntArray, sign: int) -> None:
    """Add (sign 1) or take off (-1) an order's units per sku; every partition holds them all."""
    if board.order_partition[i] == board.order_partition[i + 1]:
        return
    for b in board.partition[board.order_partition[i]]:
        if b >= 0:
            for u in range(board.use_start[b], board.use_start[b + 1]):
                need[board.use_sku[u]] += sign * board.use_quantity[u]


@compiled
def mark_contested(board: Board, short: BoolArray, row_short: BoolArray) -> BoolArray:
    """Orders that could draw on a row that is short."""
    orders = len(board.order_block) - 1
    contested = np.zeros(orders, np.bool_)
    for i in range(orders):
        for b in range(board.order_block[i], board.order_block[i + 1]):
            for f in range(board.option_start[b], board.option_start[b + 1]):
                q = board.option[f]
                g = board.column_group[q]
                if board.column_row[i, q] >= 0 and row_short[board.column_row[i, q]]:
                    contested[i] = True
                if board.group_row[i, g] >= 0 and row_short[board.group_row[i, g]]:
                    contested[i] = True
                for u in range(board.use_start[b], board.use_start[b + 1]):
                    if short[board.column_site[q], board.use_sku[u]]:
                        contested[i] = True
            if contested[i]:
                break
    return contested
