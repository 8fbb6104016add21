"""Shared stock: prices, then insertion, sweeps, and ruin and recreate, cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.clusters import Clusters, find_clusters
from doorstep.kernels.plan.compiled import FloatArray, Ledger
from doorstep.kernels.plan.improve import book_all, cost_of, insert_all, own_choices, sweep
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.price import Prices, find_prices, own_bounds
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.ruin import open_bench, ruin_and_recreate
from doorstep.kernels.plan.tighten import Met, tighten
from doorstep.kernels.run import Run

if TYPE_CHECKING:
    from doorstep.kernels.plan.master import Master

SWEEP_SCALES = (1.0, 0.6, 0.3, 0.1, 0.0, 0.0)
BATCH = 20_000  # steps between reports of progress


@dataclass(frozen=True, slots=True)
class Assignment:
    """The choice [N, 4] of every order (partition, columns), and the bound of the objective in minor units."""

    choice: IntArray
    own_choice: IntArray  # [N, 4] with the whole stock to itself
    own_cost: IntArray  # [N]
    own_bound: IntArray  # [N] of the own cost; the same where all partitions were looked at
    lower_bound_minor: int
    ledger: Ledger  # what is left, and the prices
    leave: FloatArray  # [N] what leaving an order counts less in the bound
    iterations: int  # ruin-and-recreate steps granted to clusters not yet proven optimal


@dataclass(frozen=True, slots=True)
class Priced:
    """Orders by themselves, and what is short among them priced, before anything shared is given away."""

    own_choice: IntArray  # [N, 4]
    own_cost: IntArray  # [N]
    own_bound: IntArray  # [N]
    clusters: Clusters
    choice: IntArray  # [N, 4] a known solution: as they come, the cheapest that is left
    known_cost: IntArray  # [C] of it
    prices: Prices


def price(table: Table, least: Least, rounds: int, run: Run) -> Priced:
    """Price what is short. `least` bounds the cost of orders that have a restricted family."""
    scratch, board, held = table.scratch(), table.board, table.ledger
    own_choice, own_cost, own_bound = _by_themselves(table, least)
    clusters = find_clusters(table, own_cost)
    choice = np.where(table.contested[:, None], -1, own_choice)
    greedy = Ledger(held.stock.copy(), held.row.copy(), *held[2:])
    insert_all(board, greedy, clusters.order, 0.0, scratch, choice)
    cost = np.array([cost_of(board, clusters.orders(c), choice) for c in range(len(clusters))], np.int64)
    prices = find_prices(table, least, clusters, own_bound, cost, rounds, run)
    return Priced(own_choice, own_cost, own_bound, clusters, choice, cost, prices)


def assign(table: Table, least: Least, params: PlanParams, run: Run) -> Assignment:
    """Serve the orders out of one stock. `least` bounds the cost of those that have a restricted family."""
    if not table.contested.any():
        return uncontested(table, least, run)
    return contested(table, least, params, run)


def contested(table: Table, least: Least, params: PlanParams, run: Run) -> Assignment:
    """Price what is short and settle it, cluster by cluster; the others get what they choose by themselves."""
    found = price(table, least, params.price_rounds, run)
    known = (found.own_choice, found.choice, found.known_cost)
    choice, prices = found.choice, found.prices  # of the rounds: sweeps do no better under those of the bound
    tight, met = tighten(table, least, found.clusters, *known, prices, params, run)
    book_all(table.board, prices.ledger, choice)
    quiet = int(found.own_bound[~table.contested].sum())
    given = (found.known_cost, tight, found.own_cost, choice)
    steps = _settle(table, prices.ledger, found.clusters, *given, met, params, run)
    bound = quiet + int(tight.bound_minor.sum())
    own = found.own_choice, found.own_cost, found.own_bound
    return Assignment(choice, *own, bound, tight.ledger, tight.leave, steps)


def uncontested(table: Table, least: Least, run: Run) -> Assignment:
    """Give each order what it chooses by itself: nothing that any of them could draw on is short."""
    choice, cost, bound = _by_themselves(table, least)
    held, board = table.ledger, table.board
    ledger = Ledger(
        held.stock.copy(),
        held.row.copy(),
        np.zeros(held.stock.shape, np.int64),
        np.zeros(int(board.use_quantity.max(initial=0)) + 1),
        np.zeros(len(held.row)),
    )
    book_all(board, ledger, choice)
    run.progress("improving", 0, 0)
    return Assignment(choice, choice.copy(), cost, bound, int(bound.sum()), ledger, np.zeros(len(choice)), 0)


def _by_themselves(table: Table, least: Least) -> tuple[IntArray, IntArray, IntArray]:
    """What every order chooses with the whole stock to itself, what that costs, and a bound of it."""
    scratch, board, held = table.scratch(), table.board, table.ledger
    choice, cost = own_choices(board, held, scratch)
    bound = cost.copy()
    several = len(bound) > 1  # one order is waited for at the checkout, and its bound takes longer than its choice
    own_bounds(board, held, np.flatnonzero(~table.blocks.exact), least, scratch, bound, several)
    return choice, cost, bound


def _settle(
    table: Table,
    ledger: Ledger,
    clusters: Clusters,
    cost: IntArray,
    tight: Prices,
    own_cost: IntArray,
    choice: IntArray,
    met: Met,
    params: PlanParams,
    run: Run,
) -> int:
    """Sweep the clusters that may still gain, ruin and recreate them, exchange ways; returns the steps granted.

    Changes `choice` and `ledger`.
    """
    bound = tight.bound_minor
    board, scratch, bench = table.board, table.scratch(), open_bench(table.board, clusters.order, table.short.shape[1])
    scales = np.array(SWEEP_SCALES)
    for c in np.flatnonzero(cost > bound).tolist():
        cost[c] = sweep(board, ledger, clusters.orders(c), scales, scratch, choice, bench.record)
    left = np.flatnonzero(cost > bound)
    steps = _steps(np.diff(clusters.start)[left], params, run)
    done, told, total = 0, 0, int(steps.sum())
    for c, most in zip(left.tolist(), steps.tolist(), strict=True):
        orders = clusters.orders(c)
        for first in range(0, most, BATCH):
            last = min(first + BATCH, most)
            at = (int(bound[c]), first, last, most, run.seed + c)
            cost[c] = ruin_and_recreate(board, ledger, orders, own_cost, scratch, bench, choice, *at)
            if done + last - told >= BATCH:
                told = done + last
                run.progress("improving", told, total)
        if most and c in met.ways and cost[c] > bound[c]:
            cost[c] -= _exchanged(met.master(clusters, c), tight.of_cut, ledger, choice)
        insert_all(board, ledger, orders, 0.0, scratch, choice)  # leave nobody with a cheaper choice that is open
        done += most
    run.progress("improving", total, total)
    return total


def _exchanged(master: Master, of_cut: FloatArray, ledger: Ledger, choice: IntArray) -> int:
    from doorstep.kernels.plan.exchange import exchange  # late: scipy takes a while

    return exchange(master, of_cut[master.some.cut], ledger, choice)


def _steps(sizes: IntArray, params: PlanParams, run: Run) -> IntArray:
    """Steps per cluster, by its orders."""
    orders = int(sizes.sum())
    granted = min(params.improvement_rounds * orders, params.improvement_limit)
    return (granted if run.iterations is None else run.iterations) * sizes // max(1, orders)
