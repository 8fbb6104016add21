"""The world of one seed: its orders, its shelves at the beginning, what comes in, and when is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from doorstep.domain.supply import Inbound, StockLevel
from doorstep.kernels.plan.board import set_table
from doorstep.kernels.plan.improve import own_choices
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.plan import lay_out
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.days import Slot, begins_at, day_of, lay_out_days
from doorstep.kernels.simulate.ground import Grounds, is_closed, lay_ground
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.scenario import Closure, under
from doorstep.kernels.simulate.supply import Supply, open_supply
from doorstep.kernels.simulate.weights import Weights, in_world

if TYPE_CHECKING:
    from doorstep.kernels.simulate.fast import FastState

FULL_SHELF = 1_000_000_000


@dataclass(slots=True)
class Stage:
    """Shared by all policies of a seed; `servable` remembers what was found out about orders that were left."""

    problem: PlanProblem
    bare: PlanProblem  # without orders, products, stock
    slots: tuple[Slot, ...]
    grounds: Grounds
    closed: tuple[Closure, ...]
    supply: Supply | None  # None: nothing is ordered anew
    sku: dict[str, int]
    stock: IntArray  # [K, J] at the beginning
    inbound: tuple[tuple[float, int, int, int], ...]  # instant, site, sku, units; the earliest first
    inbound_before: int
    placed_day: IntArray  # [N]
    weights: Weights = field(default_factory=Weights)
    servable: dict[int, bool] = field(default_factory=dict)
    fast: FastState | None = None  # what the fast mode found out

    def batch(
        self, orders: Sequence[int], stock: IntArray, now: datetime, all_open: bool = False
    ) -> tuple[PlanProblem, list[int]]:
        """Make the problem of a batch out of what is on hand; and the places of its products in the whole.

        Sites that are closed at the instant have nothing to give, unless `all_open`.
        """
        members = tuple(self.problem.orders[i] for i in orders)
        wanted = sorted({self.sku[line.sku] for one in members for line in one.lines if line.sku in self.sku})
        levels = [
            StockLevel(site.site, self.problem.products[j].sku, units)
            for k, site in enumerate(self.problem.sites)
            if all_open or not is_closed(site, self.closed, now)
            for j, units in zip(wanted, stock[k, wanted].tolist(), strict=True)
            if units > 0
        ]
        products = tuple(self.problem.products[j] for j in wanted)
        return replace(self.bare, orders=members, products=products, stock=tuple(levels), now=now), wanted

    def foreseen(self, known: Sequence[int], stock: IntArray, now: datetime, due: int) -> PlanProblem:
        """Make the ground of what is to come: the goods of known orders, what lies there, what is announced.

        `due`: the first row of what comes in that has not come yet.
        """
        problem, wanted = self.batch(known, stock, now)
        goods = set(wanted)
        coming = tuple(
            Inbound(problem.sites[k].site, self.problem.products[j].sku, units, datetime.fromtimestamp(at, UTC))
            for at, k, j, units in self.inbound[due:]
            if j in goods
        )
        return replace(problem, orders=(), inbound=coming)

    def could_be_served(self, orders: Sequence[int], now: datetime, params: SimulateParams, run: Run) -> None:
        """Find out which orders would be planned each by itself with full shelves at all sites, and remember it."""
        new = [i for i in orders if i not in self.servable]
        if not new:
            return
        full = np.full_like(self.stock, FULL_SHELF)
        problem, _ = self.batch(new, full, now, all_open=True)
        laid = lay_out(problem, params.plan, run, params.pack, self.grounds)
        table = set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, run)
        choice, _ = own_choices(table.board, table.ledger, table.scratch())
        self.servable.update(zip(new, (choice[:, 0] >= 0).tolist(), strict=True))


def set_stage(problem: SimulateProblem, params: SimulateParams, seed: int) -> Stage:
    """Make the world of a seed."""
    ground, scenario = under(problem.ground, problem.scenario, seed), problem.scenario
    first, until = problem.span
    end = until + params.patience_days
    bare = replace(ground, orders=(), products=(), stock=(), inbound=(), now=None)
    slots = lay_out_days(ground.orders, first, end, params.batches_per_day)
    sku = {one.sku: j for j, one in enumerate(ground.products)}
    site = {one.site: k for k, one in enumerate(ground.sites)}
    stock = np.zeros((len(site), len(sku)), np.int64)
    for level in ground.stock:
        stock[site[level.site], sku[level.sku]] += level.on_hand
    begin = begins_at(slots, params.batches_per_day).timestamp() if slots else 0.0
    due = sorted(
        (one.expected_at.timestamp(), site[one.site], sku[one.sku], one.quantity)
        for one in ground.inbound
        if one.site in site and one.sku in sku
    )
    return Stage(
        problem=ground,
        bare=bare,
        slots=slots,
        grounds=lay_ground(bare, ground.orders, first, end, scenario.closed, scenario.disruptions),
        closed=scenario.closed,
        supply=open_supply(scenario, site, sku, [one.value_micros for one in ground.products]),
        sku=sku,
        stock=stock,
        inbound=tuple(one for one in due if one[0] >= begin),
        inbound_before=sum(one[0] < begin for one in due),
        placed_day=np.array([day_of(order.placed_at) for order in ground.orders], np.int64),
        weights=in_world(
            Weights(
                problem.weights.speed if scenario.values else (),
                problem.weights.commitments if scenario.commitment_prices else (),
            ),
            ground.orders,
            ground.tariff.services,
        ),
    )
