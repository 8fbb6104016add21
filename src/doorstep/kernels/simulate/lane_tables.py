"""What a parcel of each class costs from each site: quoted once for the order that stands for the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from doorstep.domain.demand import Order
from doorstep.kernels.plan.assemble import Picks, pick_parcels
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.plan import Laid, lay_out
from doorstep.kernels.plan.quote import Terms
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.classes import Wants, keys_of, representatives, wants_of
from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.world import FULL_SHELF, Stage

CHUNK_ORDERS = 4_000  # quoted together


@dataclass(frozen=True, slots=True)
class LaneTables:
    """C classes, K sites; what never can be has service -1.

    Attributes
    ----------
    wants
        Of all orders.
    class_of
        [N] class of an order, -1: none.
    area
        [N] destination area.
    service
        [C, K] cheapest.
    parts_minor
        [C, K, 6] charge lines, as PARTS names them; of picking without the units, of lateness none.
    co2e_g
        [C, K] -1: not known.
    market, terms
        Fees, capacities and the network.
    """

    wants: Wants
    class_of: IntArray
    area: IntArray
    service: IntArray
    parts_minor: IntArray
    co2e_g: IntArray
    market: Market
    terms: Terms

    @property
    def cost_minor(self) -> IntArray:
        """[C, K] total of these; NEVER where there is no way."""
        return np.where(self.service >= 0, self.parts_minor.sum(axis=2), NEVER)


def lay_tables(stage: Stage, params: SimulateParams, run: Run) -> LaneTables:
    """Put the orders into classes and quote one of each at every site, as if planned in the first batch."""
    orders = stage.problem.orders
    wants = wants_of(orders, stage.sku)
    area = stage.grounds.areas_of([order.place for order in orders])
    exact = stage.grounds.duties is not None or any(
        one.of_value or one.when == "over_value" for one in stage.problem.tariff.surcharges
    )
    plain = wants.plain if not stage.problem.rules else np.zeros(len(orders), bool)
    standing, class_of = representatives(keys_of(stage.problem, wants, area, exact), plain)
    sites = len(stage.problem.sites)
    service = np.full((len(standing), sites), -1, np.int64)
    parts = np.zeros((len(standing), sites, 6), np.int64)
    co2e = np.full((len(standing), sites), -1, np.int64)
    full = np.full_like(stage.stock, FULL_SHELF)
    now = next((slot.now for slot in stage.slots if slot.orders), stage.slots[0].now)
    laid: Laid | None = None
    for first in range(0, max(1, len(standing)), CHUNK_ORDERS):
        some = standing[first : first + CHUNK_ORDERS].tolist()
        problem, _ = stage.batch(some, full, now, all_open=True)
        problem = replace(problem, orders=_as_of(problem.orders, wants.slack[some].tolist(), now))
        laid = lay_out(problem, params.plan, run, params.pack, stage.grounds)
        table = set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, run)
        for site in range(sites):
            picks = _from_site(laid, table, site)
            at = first + picks.order
            service[at, site] = picks.service
            lines = (picks.pick, picks.carton_minor, picks.freight, picks.surcharges, picks.duty_tax, picks.lateness)
            parts[at, site] = np.stack(lines, axis=1).reshape(-1, len(lines))
            parts[at, site, 5] = 0
            parts[at, site, 0] = laid.market.pick_order_minor[site]
            co2e[at, site] = _grams(laid.market, picks)
        run.progress("classes", min(first + CHUNK_ORDERS, len(standing)), len(standing))
    assert laid is not None
    return LaneTables(wants, class_of, area, service, parts, co2e, laid.market, laid.terms)


def _as_of(orders: Sequence[Order], slack: Sequence[int], now: datetime) -> tuple[Order, ...]:
    """Let the orders have been promised as long before as they were, from now."""
    return tuple(
        order if days < 0 else replace(order, promised_by=now.date() + timedelta(days=days))
        for order, days in zip(orders, slack, strict=True)
    )


def _from_site(laid: Laid, table: Table, site: int) -> Picks:
    """Send every order whole from one site, as is cheapest there."""
    board = table.board
    choice = np.full((len(laid.market.problem.orders), 4), -1, np.int64)
    columns = np.flatnonzero(board.column_site == site)
    first = board.order_partition[:-1]
    whole = np.flatnonzero(np.diff(board.order_partition) > 0)
    if len(columns) and len(whole):
        whole = whole[board.partition[first[whole], 1] < 0]
        cost = board.cost[board.partition[first[whole], 0]][:, columns]
        best = cost.argmin(axis=1)
        can = cost[np.arange(len(whole)), best] < NEVER
        choice[whole[can], 0] = first[whole[can]]
        choice[whole[can], 1] = columns[best[can]]
    return pick_parcels(laid.market, table, laid.book, choice)


def _grams(market: Market, picks: Picks) -> IntArray:
    led = ways(market)
    if not led:
        return np.full(len(picks.order), -1, np.int64)
    prints = led.grams(picks.order, picks.site, picks.service, picks.weight_g)
    return np.array([-1 if one is None else one.mid_g for one in prints], np.int64)


def wanted_rows(wants: Wants, orders: Sequence[int]) -> tuple[IntArray, IntArray, IntArray]:
    """Cut the rows of some orders out: [n + 1] start, product and units."""
    at = np.asarray(orders, np.int64)
    counts = wants.start[at + 1] - wants.start[at]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.arange(start[-1]) + np.repeat(wants.start[at] - start[:-1], counts)
    return start, wants.sku[rows], wants.units[rows]
