"""Compiled passes over the orders: choices, sweeps, ruin and recreate."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, Ledger, Scratch, book, choose, true_cost
from doorstep.kernels.plan.market import BoolArray, IntArray

RUIN = 8  # most orders taken out in one step
HEAT = 0.02  # first temperature, of the mean own cost


@compiled
def own_choices(board: Board, ledger: Ledger, scratch: Scratch) -> tuple[IntArray, IntArray]:
    """Every order's optimum with the whole stock to itself: choices [N, 4] and costs [N]."""
    orders = len(board.order_block) - 1
    choice, cost = np.full((orders, 4), -1, np.int64), np.zeros(orders, np.int64)
    for i in range(orders):
        choose(board, ledger, i, True, 0.0, scratch, choice[i])
        cost[i] = true_cost(board, choice[i])
    return choice, cost


@compiled
def priced_choices(
    board: Board,
    ledger: Ledger,
    active: IntArray,
    bound_of: IntArray,
    exact: BoolArray,
    scratch: Scratch,
    use: IntArray,
    row_use: IntArray,
) -> float:
    """Sum of the cheapest priced choices, or weaker bounds of them; what they use is added to `use` and `row_use`."""
    least, choice = 0.0, np.full(4, -1, np.int64)
    for i in active:
        cost = choose(board, ledger, i, False, 1.0, scratch, choice)
        least += cost if exact[i] else float(bound_of[i])
        book(board, use, row_use, i, choice, 1)
    return least


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
def ruin_and_recreate(
    board: Board,
    ledger: Ledger,
    active: IntArray,
    own_cost: IntArray,
    scratch: Scratch,
    choice: IntArray,
    steps: int,
    done: int,
    total: int,
    seed: int,
) -> None:
    """Take out an order that pays more than its own optimum with some who hold what it wants; put them back anew.

    Accepts under annealing (Schrimpf et al. 2000, Record breaking optimization results using the ruin and recreate
    principle); ends on the best found in this batch. Reproducible: step n of a seed draws the same numbers.
    """
    np.random.seed((seed * 1_000_003 + done) % 2_147_483_647)
    want, out = np.full(4, -1, np.int64), np.full(RUIN, -1, np.int64)
    old, new = np.full((RUIN, 4), -1, np.int64), np.full((RUIN, 4), -1, np.int64)
    start, member = orders_by_sku(board, active, ledger.stock.shape[1])
    record, gap, lowest = choice.copy(), 0, 0
    dirty, is_dirty, dirt = np.zeros(len(choice), np.int64), np.zeros(len(choice), np.bool_), 0  # since the record
    mean = max(1.0, own_cost[active].mean())
    for n in range(steps):
        i = active[np.random.randint(len(active))]
        for _ in range(4):  # prefer an order that does not have what it wants
            if true_cost(board, choice[i]) > own_cost[i]:
                break
            i = active[np.random.randint(len(active))]
        count = pick_ruin(board, ledger, i, active, start, member, scratch, choice, want, out)
        before = 0
        for m in range(count):
            old[m] = choice[out[m]]
            before += true_cost(board, old[m])
            book(board, ledger.stock, ledger.row, out[m], old[m], 1)
        scale = (0.0, 0.0, 0.5, 1.0)[np.random.randint(4)]
        after = 0
        for m in range(count):
            choose(board, ledger, out[m], True, scale if m else 0.0, scratch, new[m])
            book(board, ledger.stock, ledger.row, out[m], new[m], -1)
            after += true_cost(board, new[m])
        heat = HEAT * mean * (1.0 - (done + n) / total) ** 2
        if after <= before or np.random.random() < np.exp((before - after) / max(heat, 1e-9)):
            for m in range(count):
                choice[out[m]] = new[m]
                if not is_dirty[out[m]]:
                    is_dirty[out[m]], dirty[dirt] = True, out[m]
                    dirt += 1
            gap += after - before
            if gap < lowest:
                lowest = gap
                for m in range(dirt):
                    record[dirty[m]], is_dirty[dirty[m]] = choice[dirty[m]], False
                dirt = 0
        else:
            for m in range(count):
                book(board, ledger.stock, ledger.row, out[m], new[m], 1)
            for m in range(count):
                book(board, ledger.stock, ledger.row, out[m], old[m], -1)
    restore(board, ledger, dirty[:dirt], choice, record)


@compiled
def restore(board: Board, ledger: Ledger, changed: IntArray, choice: IntArray, record: IntArray) -> None:
    """Return the changed orders to a recorded assignment."""
    for i in changed:
        book(board, ledger.stock, ledger.row, i, choice[i], 1)
    for i in changed:
        choice[i] = record[i]
        book(board, ledger.stock, ledger.row, i, choice[i], -1)


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
    active: IntArray,
    start: IntArray,
    member: IntArray,
    scratch: Scratch,
    choice: IntArray,
    want: IntArray,
    out: IntArray,
) -> int:
    """Fill `out` with order i and random holders of what its unrestricted optimum would use; return how many."""
    choose(board, ledger, i, False, 0.0, scratch, want)
    out[0], count = i, 1
    size = np.random.randint(2, RUIN + 1)
    for _ in range(4 * size):
        if count == size or want[0] < 0:
            break
        n = np.random.randint(3)
        if want[1 + n] < 0:
            n = 0
        b, k = board.partition[want[0], n], board.column_site[want[1 + n]]
        u = np.random.randint(board.use_start[b], board.use_start[b + 1])
        j = board.use_sku[u]
        anyone = np.random.random() < 0.25  # capacity is shared by orders of other goods too
        other = active[np.random.randint(len(active))] if anyone else member[np.random.randint(start[j], start[j + 1])]
        if choice[other, 0] < 0 or not holds(board, choice[other], k, -1 if anyone else j):
            continue
        seen = False
        for m in range(count):
            seen = seen or out[m] == other
        if not seen:
            out[count] = other
            count += 1
    return count


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
