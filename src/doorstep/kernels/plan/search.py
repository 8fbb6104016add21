"""Shared stock: prices by Lagrangian relaxation, then insertion, sweeps, and ruin and recreate.

The bound: for any prices >= 0 on stock and capacity, the sum of every order's cheapest priced choice less the value of
all that is priced is at most the best objective (Geoffrion 1974, Lagrangean relaxation for integer programming).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import FloatArray, Ledger
from doorstep.kernels.plan.improve import book_all, insert_all, own_choices, priced_choices, ruin_and_recreate
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.run import Run

STEP_FIRST, STEP_LAST = 2.0, 0.02  # of the mean order cost
MOMENTUM = 0.6
SWEEP_SCALES = (1.0, 0.6, 0.3, 0.1, 0.0, 0.0)
RUIN_BATCH = 20_000  # steps between reports of progress


@dataclass(frozen=True, slots=True)
class Assignment:
    """The choice [N, 4] of every order (partition, columns), and the bound of the objective in minor units."""

    choice: IntArray
    own_choice: IntArray  # [N, 4] with the whole stock to itself
    own_cost: IntArray  # [N]
    lower_bound_minor: int
    ledger: Ledger  # what is left, and the prices
    iterations: int  # ruin-and-recreate steps done


def assign(table: Table, params: PlanParams, run: Run) -> Assignment:
    """Serve the orders out of one stock."""
    scratch, board = table.scratch(), table.board
    own_choice, own_cost = own_choices(board, table.ledger, scratch)
    bound_of = np.where(table.blocks.exact, own_cost, np.minimum(own_cost, 0))
    active = np.flatnonzero(table.contested)
    ledger, priced_bound = _price(table, active, bound_of, params, run)
    choice = np.full((len(own_cost), 4), -1, np.int64)
    quiet = np.flatnonzero(~table.contested)
    choice[quiet] = own_choice[quiet]
    book_all(board, ledger, choice)
    steps = run.iterations if run.iterations is not None else params.improvement_rounds * len(active)
    if len(active):
        _settle(table, ledger, active, own_cost, choice, steps, run)
    bound = max(int(bound_of.sum()), priced_bound)
    return Assignment(choice, own_choice, own_cost, bound, ledger, steps if len(active) else 0)


def _price(table: Table, active: IntArray, bound_of: IntArray, params: PlanParams, run: Run) -> tuple[Ledger, int]:
    """Find prices of what is short: subgradient steps with momentum, relative to size, falling geometrically."""
    board, ledger, scratch = table.board, table.ledger, table.scratch()
    capacity, rows = ledger.stock.astype(float), ledger.row.astype(float)
    others = int(bound_of.sum() - bound_of[active].sum())
    best_bound, best = -np.inf, (ledger.stock_price.copy(), ledger.row_price.copy())
    pull, row_pull = np.zeros(capacity.shape), np.zeros(len(rows))
    scale = max(1.0, float(bound_of[active].mean())) if len(active) else 1.0
    rounds = params.price_rounds if len(active) else 0
    for n in range(rounds):
        use, row_use = np.zeros(capacity.shape, np.int64), np.zeros(len(rows), np.int64)
        least = priced_choices(board, ledger, active, bound_of, table.blocks.exact, scratch, use, row_use)
        bound = others + least - float((ledger.stock_price * capacity).sum() + (ledger.row_price * rows).sum())
        if bound > best_bound:
            best_bound, best = bound, (ledger.stock_price.copy(), ledger.row_price.copy())
        step = scale * STEP_FIRST * (STEP_LAST / STEP_FIRST) ** (n / max(1, rounds - 1))
        pull = MOMENTUM * pull + (1 - MOMENTUM) * _excess(use, capacity)
        row_pull = MOMENTUM * row_pull + (1 - MOMENTUM) * _excess(row_use, rows)
        ledger.stock_price[:] = np.maximum(0.0, ledger.stock_price + step * pull)
        ledger.row_price[:] = np.maximum(0.0, ledger.row_price + step * row_pull)
        run.progress("pricing", n + 1, rounds)
    fresh = Ledger(ledger.stock.copy(), ledger.row.copy(), *best)
    return fresh, int(np.floor(best_bound + 1e-6)) if rounds else int(bound_of.sum())


def _excess(use: IntArray, capacity: FloatArray) -> FloatArray:
    return np.clip((use - capacity) / np.maximum(1.0, (use + capacity) / 2), -1.0, 1.0)


def _settle(
    table: Table,
    ledger: Ledger,
    active: IntArray,
    own_cost: IntArray,
    choice: IntArray,
    steps: int,
    run: Run,
) -> None:
    """Insert under prices, sweep with falling prices, then ruin and recreate. Changes `choice` and `ledger`."""
    board, scratch = table.board, table.scratch()
    order = active[np.lexsort((active, own_cost[active]))]
    for n, scale in enumerate(SWEEP_SCALES):
        insert_all(board, ledger, order, scale, scratch, choice)
        run.progress("settling", n + 1, len(SWEEP_SCALES))
    done = 0
    while done < steps:
        batch = min(RUIN_BATCH, steps - done)
        ruin_and_recreate(board, ledger, active, own_cost, scratch, choice, batch, done, steps, run.seed)
        done += batch
        run.progress("improving", done, steps)
    for _ in range(2):  # leave nobody with a cheaper choice that is still open
        insert_all(board, ledger, order, 0.0, scratch, choice)
