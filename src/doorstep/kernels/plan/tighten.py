"""Bounds as good as whole ways and covers make them: clusters by the group, large ones part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.by_parts import raised
from doorstep.kernels.plan.clusters import Clusters
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.parts import Ground, one_cluster
from doorstep.kernels.plan.price import Prices, set_worth
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.programmes import Found, Known, Task, solve, task_of
from doorstep.kernels.run import Run

if TYPE_CHECKING:
    from doorstep.kernels.plan.master import Master

GROUP_ORDERS = 600  # of clusters that one programme prices together


@dataclass(frozen=True, slots=True)
class Met:
    """Ways met of the orders of clusters that are not proven to be solved."""

    ground: Ground
    own_choice: IntArray
    ways: dict[int, tuple[IntArray, IntArray]]  # orders and choices [w, 4] by cluster

    def master(self, clusters: Clusters, cluster: int) -> Master:
        """Open the programme of a cluster with the ways that are known."""
        from doorstep.kernels.plan.master import open_master  # late: scipy takes a while

        some = one_cluster(self.ground.cuts, clusters.orders(cluster), clusters.rows(cluster))
        master = open_master(self.ground, some, self.own_choice)
        master.add(*self.ways[cluster])
        return master


def tighten(
    table: Table,
    least: Least,
    clusters: Clusters,
    own_choice: IntArray,
    choice: IntArray,
    known_cost: IntArray,
    prices: Prices,
    params: PlanParams,
    run: Run,
) -> tuple[Prices, Met]:
    """Give prices with which the bounds of clusters are higher, and the ways that were met.

    Only clusters whose bound is short of a known solution.

    `own_choice` and `choice` [N, 4] are ways to begin with: of each order by itself, and of the known solution, which
    costs `known_cost` [C]. The stock of the ledger stays the same, and that of `prices` keeps its prices.
    """
    ledger = prices.ledger._replace(worth=prices.ledger.worth.copy(), row_price=prices.ledger.row_price.copy())
    ground = Ground(table.board, table.ledger.stock, prices.cuts, least, table.blocks.exact, table.scratch(), ledger)
    met = Met(ground, own_choice, {})
    sizes = np.diff(clusters.start)
    some = np.flatnonzero((prices.bound_minor < known_cost) & (params.whole_orders > 0))
    if len(some) == 0:
        return prices, met
    bound, of_cut, leave = prices.bound_minor.copy(), prices.of_cut.copy(), prices.leave.copy()
    known = Known(own_choice, choice, of_cut, leave)
    given = Known(own_choice, choice, prices.of_cut, prices.leave)  # the same, however early a task is drawn
    groups = list(_groups(some[sizes[some] <= params.whole_orders], sizes))
    tasks = (_task(ground, clusters, group, given, known_cost, bound) for group in groups)
    done, total = 0, int(sizes[some].sum())
    for group, found in zip(groups, run.map(solve, tasks), strict=True):
        _take(clusters, group, found, known, bound, met)
        done += int(sizes[group].sum())
        run.progress("programmes", done, total)
    for c in some[sizes[some] > params.whole_orders].tolist():
        orders, rows = clusters.orders(c), clusters.rows(c)
        most = max(1, params.whole_orders // 2)
        bound[c], met.ways[c] = raised(ground, orders, rows, known, int(bound[c]), most, run)
        done += len(orders)
        run.progress("programmes", done, total)
    set_worth(ledger, clusters.row, prices.cuts, of_cut)
    return replace(prices, ledger=ledger, bound_minor=bound, of_cut=of_cut, leave=leave), met


def _groups(some: IntArray, sizes: IntArray) -> Iterator[IntArray]:
    """Gather clusters, one after the other, into groups of so many orders; larger ones are groups by themselves."""
    first, orders = 0, 0
    for n, c in enumerate(some.tolist()):
        if n > first and orders + sizes[c] > GROUP_ORDERS:
            yield some[first:n]
            first, orders = n, 0
        orders += int(sizes[c])
    if first < len(some):
        yield some[first:]


def _task(
    ground: Ground, clusters: Clusters, group: IntArray, known: Known, known_cost: IntArray, bound: IntArray
) -> Task:
    """Ask for the prices of a group of clusters."""
    orders, rows = [clusters.orders(c) for c in group.tolist()], [clusters.rows(c) for c in group.tolist()]
    of_order, of_row = (np.repeat(np.arange(len(group)), [len(one) for one in each]) for each in (orders, rows))
    limits = known_cost[group].astype(np.float64), bound[group].astype(np.float64)
    return task_of(ground, np.concatenate(orders), of_order, np.concatenate(rows), of_row, known, *limits)


def _take(clusters: Clusters, group: IntArray, found: Found, known: Known, bound: IntArray, met: Met) -> None:
    """Take what was found of a group."""
    bound[group] = found.bound.astype(np.int64)
    known.of_cut[found.cut] = found.of_cut
    known.leave[found.order] += found.leave
    for c in group.tolist():
        mine = np.isin(found.way_order, clusters.orders(c))
        if mine.any():
            met.ways[c] = found.way_order[mine], found.way[mine]
