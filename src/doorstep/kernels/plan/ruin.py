"""Ruin and recreate.

Schrimpf et al. 2000, Record breaking optimization results using the ruin and recreate principle.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, Ledger, Scratch, book, choose, true_cost
from doorstep.kernels.plan.improve import cost_of, keep, restore
from doorstep.kernels.plan.market import BoolArray, IntArray

RUIN = 8  # most orders taken out in one step
HEAT = 0.1  # first temperature, of the cluster's mean own cost


class Bench(NamedTuple):
    """Work space of ruin and recreate, and who asks for what."""

    start: IntArray  # [J + 1] ranges of `member`
    member: IntArray  # orders that ask for a sku
    record: IntArray  # [N, 4] the cheapest choices found
    dirty: IntArray  # [N] orders changed since the record
    is_dirty: BoolArray  # [N]
    want: IntArray  # [4]
    out: IntArray  # [RUIN]
    old: IntArray  # [RUIN, 4]
    new: IntArray  # [RUIN, 4]


def open_bench(board: Board, active: IntArray, skus: int) -> Bench:
    """Work space for the active orders."""
    orders = len(board.order_block) - 1
    start, member = orders_by_sku(board, active, skus)
    return Bench(
        start,
        member,
        record=np.full((orders, 4), -1, np.int64),
        dirty=np.zeros(orders, np.int64),
        is_dirty=np.zeros(orders, np.bool_),
        want=np.full(4, -1, np.int64),
        out=np.full(RUIN, -1, np.int64),
        old=np.full((RUIN, 4), -1, np.int64),
        new=np.full((RUIN, 4), -1, np.int64),
    )


@compiled
def ruin_and_recreate(
    board: Board,
    ledger: Ledger,
    orders: IntArray,
    own_cost: IntArray,
    scratch: Scratch,
    bench: Bench,
    choice: IntArray,
    floor: int,
    done: int,
    last: int,
    total: int,
    seed: int,
) -> int:
    """Steps `done` to `last` of `total` over the orders of a cluster, under annealing; returns their cost.

    A step takes out an order that pays more than its own optimum, with some who hold what it wants, and puts them back
    anew. Ends on the cheapest choices found, at once when they cost no more than `floor`. The numbers drawn follow
    from `seed` and `done`.
    """
    np.random.seed((seed * 1_000_003 + done) % 2_147_483_647)
    cost = cost_of(board, orders, choice)
    lowest, dirt = cost, 0
    keep(orders, choice, bench.record)
    mean = max(1.0, own_cost[orders].mean())
    for n in range(done, last):
        if lowest <= floor:
            break
        i = pick_unhappy(board, orders, own_cost, choice, (1, 4, 16, 64)[np.random.randint(4)])
        count = pick_ruin(board, ledger, i, orders, scratch, bench, choice)
        change = recreate(board, ledger, scratch, bench, choice, count)
        heat = HEAT * mean * (1.0 - n / total) ** 2
        if change > 0 and np.random.random() >= np.exp(-change / max(heat, 1e-9)):
            undo(board, ledger, bench, count)
            continue
        cost += change
        for m in range(count):
            choice[bench.out[m]] = bench.new[m]
            if not bench.is_dirty[bench.out[m]]:
                bench.is_dirty[bench.out[m]], bench.dirty[dirt] = True, bench.out[m]
                dirt += 1
        if cost < lowest:
            lowest = cost
            clean(bench, dirt, choice)
            dirt = 0
    restore(board, ledger, bench.dirty[:dirt], choice, bench.record)
    clean(bench, dirt, choice)
    return lowest


@compiled
def pick_unhappy(board: Board, orders: IntArray, own_cost: IntArray, choice: IntArray, draws: int) -> int:
    """Draw an order that pays more than its own optimum; of several draws, the one that pays most beyond it."""
    i, most = orders[np.random.randint(len(orders))], 0
    for n in range(draws + 4):
        other = orders[np.random.randint(len(orders))]
        beyond = true_cost(board, other, choice[other]) - own_cost[other]
        if beyond > most:
            i, most = other, beyond
        if most > 0 and n >= draws - 1:
            break
    return int(i)


@compiled
def recreate(board: Board, ledger: Ledger, scratch: Scratch, bench: Bench, choice: IntArray, count: int) -> int:
    """Take the drawn orders out and put them back one by one, into `bench.new`; return the change of cost."""
    change = 0
    for m in range(count):
        i = bench.out[m]
        bench.old[m] = choice[i]
        change -= true_cost(board, i, choice[i])
        book(board, ledger.stock, ledger.row, i, choice[i], 1)
    scale = (0.0, 0.0, 0.5, 1.0)[np.random.randint(4)]
    for m in range(count):
        i = bench.out[m]
        choose(board, ledger, i, True, scale if m else 0.0, scratch, bench.new[m])
        change += true_cost(board, i, bench.new[m])
        book(board, ledger.stock, ledger.row, i, bench.new[m], -1)
    return change


@compiled
def undo(board: Board, ledger: Ledger, bench: Bench, count: int) -> None:
    """Give the drawn orders back what they had."""
    for m in range(count):
        book(board, ledger.stock, ledger.row, bench.out[m], bench.new[m], 1)
    for m in range(count):
        book(board, ledger.stock, ledger.row, bench.out[m], bench.old[m], -1)


@compiled
def clean(bench: Bench, dirt: int, choice: IntArray) -> None:
    """Write the changed orders into the record."""
    for m in range(dirt):
        i = bench.dirty[m]
        bench.record[i], bench.is_dirty[i] = choice[i], False


@compiled
def orders_by_sku(board: Board, active: IntArray, skus: int) -> tuple[IntArray, IntArray]:
    """List, per sku, the active orders that ask for it: CSR starts [J + 1] and members."""
    count = np.zeros(skus + 1, np.int64)
    start, member, at = count, count, count
    for sign in (0, 1):
        if sign == 1:
            start = np.cumsum(count)
            member = np.zeros(start[-1], np.int64)
            at = start.copy()
        for i in active:
            if board.order_block[i] == board.order_block[i + 1]:
                continue
            for b in range(board.order_block[i], board.order_block[i + 1]):
                single = b == board.order_block[i]
                for u in range(board.use_start[b], board.use_start[b + 1]):
                    if not single and first_use(board, i, b, board.use_sku[u]):
                        continue
                    if sign == 0:
                        count[board.use_sku[u] + 1] += 1
                    else:
                        member[at[board.use_sku[u]]] = i
                        at[board.use_sku[u]] += 1
    return start, member


@compiled
def first_use(board: Board, i: int, block: int, sku: int) -> bool:
    """Say whether an earlier block of the order holds the sku."""
    for b in range(board.order_block[i], block):
        for u in range(board.use_start[b], board.use_start[b + 1]):
            if board.use_sku[u] == sku:
                return True
    return False


@compiled
def pick_ruin(
    board: Board,
    ledger: Ledger,
    i: int,
    orders: IntArray,
    scratch: Scratch,
    bench: Bench,
    choice: IntArray,
) -> int:
    """Fill `bench.out` with order i and random holders of what it would use if it could; return how many.

    Those who hold what it lacks are drawn first.
    """
    want, out = bench.want, bench.out
    choose(board, ledger, i, False, (0.0, 0.5, 1.0)[np.random.randint(3)], scratch, want)
    out[0], count = i, 1
    size = np.random.randint(2, RUIN + 1)
    if want[0] < 0:
        return count
    for _ in range(2 * size):
        if count == size:
            break
        b, u = lacking(board, ledger, want)
        if u < 0:
            break
        count = draw(board, bench, choice, board.column_site[want[1 + b]], board.use_sku[u], count)
    for _ in range(2 * size):
        if count == size:
            break
        n = np.random.randint(3)
        if want[1 + n] < 0:
            n = 0
        b, k = board.partition[want[0], n], board.column_site[want[1 + n]]
        j = board.use_sku[np.random.randint(board.use_start[b], board.use_start[b + 1])]
        if np.random.random() < 0.25:  # capacity is shared by orders of other goods too
            other = orders[np.random.randint(len(orders))]
            if choice[other, 0] >= 0 and holds(board, choice[other], k, -1):
                count = add(bench, count, other)
        else:
            count = draw(board, bench, choice, k, j, count)
    return count


@compiled
def lacking(board: Board, ledger: Ledger, want: IntArray) -> tuple[int, int]:
    """Draw one of the uses of a choice that what is left does not suffice for: which parcel's, and which use; or -1."""
    parcel, found, seen = -1, -1, 0
    for n in range(3):
        if want[1 + n] < 0:
            break
        b, k = board.partition[want[0], n], board.column_site[want[1 + n]]
        for u in range(board.use_start[b], board.use_start[b + 1]):
            if ledger.stock[k, board.use_sku[u]] < board.use_quantity[u]:
                seen += 1
                if np.random.randint(seen) == 0:
                    parcel, found = n, u
    return parcel, found


@compiled
def draw(board: Board, bench: Bench, choice: IntArray, site: int, sku: int, count: int) -> int:
    """Draw a few who ask for a sku, and add the first who has it from a site."""
    for _ in range(6):
        other = bench.member[np.random.randint(bench.start[sku], bench.start[sku + 1])]
        if choice[other, 0] >= 0 and holds(board, choice[other], site, sku):
            return add(bench, count, other)
    return count


@compiled
def add(bench: Bench, count: int, other: int) -> int:
    """Add an order to those that are taken out, unless it is there."""
    for m in range(count):
        if bench.out[m] == other:
            return count
    bench.out[count] = other
    return count + 1


@compiled
def holds(board: Board, choice: IntArray, site: int, sku: int) -> bool:
    """Say whether a choice draws a sku, or with -1 anything, from a site."""
    for n in range(3):
        q = choice[1 + n]
        if q >= 0 and board.column_site[q] == site:
            b = board.partition[choice[0], n]
            for u in range(board.use_start[b], board.use_start[b + 1]):
                if sku < 0 or board.use_sku[u] == sku:
                    return True
    return False
