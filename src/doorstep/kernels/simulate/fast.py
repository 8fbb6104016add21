"""The fast mode: whole orders go where it is cheapest by tables of lanes and prices of what is short; few are planned.

What no table holds, or no single site, is decided order by order by the plan kernel at the same prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.bids import BidPrices
from doorstep.domain.units import PPM
from doorstep.kernels.carbon.great_circle import great_circle_m, radians_of
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.quote import half_up, lateness_minor
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.capacity import WHOLE_SITE
from doorstep.kernels.simulate.compiled_fast import BY_ITSELF, NOWHERE, FastBatch, choose_sites
from doorstep.kernels.simulate.course import Course
from doorstep.kernels.simulate.days import Slot
from doorstep.kernels.simulate.ground import is_closed
from doorstep.kernels.simulate.lane_tables import LaneTables, lay_tables, wanted_rows
from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.world import Stage

MILLI = 1_000
NO_LIMIT = 1 << 40


@dataclass(slots=True)
class FastState:
    """What the fast mode found out about a world, for all seeds."""

    tables: LaneTables
    cost: IntArray  # [C, K] thousandths of a minor unit
    to: NDArray[np.float64]  # [N, 2] radians
    located: NDArray[np.bool_]  # [N]
    servable: NDArray[np.bool_]  # [C]
    by_table: int = 0  # parcels that the tables sent, of the last replay
    kept: dict[int, tuple[IntArray, BidPrices | None] | None] = field(
        default_factory=dict
    )  # of slots that are looked at again


def fast_state(stage: Stage, params: SimulateParams, run: Run) -> FastState:
    """Lay the tables of a world."""
    tables = lay_tables(stage, params, run)
    cost = tables.cost_minor
    can = tables.service >= 0
    return FastState(
        tables,
        np.where(can, cost * MILLI, NO_LIMIT * MILLI),
        radians_of(order.place for order in stage.problem.orders),
        np.array([order.place.located for order in stage.problem.orders], bool),
        np.asarray((can & (cost < _unplanned(stage))).any(axis=1), bool),
    )


def _unplanned(stage: Stage) -> int:
    brand = stage.problem.brand
    return brand.currency.minor(brand.unplanned_cost_micros)


def decide_fast(
    stage: Stage, state: FastState, course: Course, number: int, batch: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Send what the tables can; returns the orders to be planned one by one, and those that wait for goods."""
    tables, slot = state.tables, stage.slots[number]
    start, sku, units = wanted_rows(tables.wants, batch)
    open_ = np.array([not is_closed(site, stage.closed, slot.now) for site in stage.problem.sites], bool)
    stock = np.where((open_ & tables.market.ships)[:, None], course.stock, 0)
    kind = tables.class_of[np.asarray(batch, np.int64)]
    days, depart = _departures(stage, slot)
    rooms = _rooms(tables, course, days)
    before = rooms[0].copy(), rooms[1].copy()
    asked = FastBatch(
        start,
        sku,
        units,
        kind,
        state.cost,
        tables.service,
        *_prices(stage, tables, course),
        *_lateness(stage, tables, np.asarray(batch, np.int64), slot),
        depart,
        np.int64(_unplanned(stage) * MILLI),
    )
    site = choose_sites(asked, stock, *rooms)
    if rooms[0].size:
        _book(course, tables, days, (before[0] - rooms[0], before[1] - rooms[1]))
    went = np.flatnonzero(site >= 0)
    state.by_table += len(went)
    _ship(stage, state, course, number, np.asarray(batch, np.int64)[went], site[went], (start, sku, units), went)
    total = stock.sum(axis=0)
    left, waits = [], []
    for at in np.flatnonzero(site < 0).tolist():
        rows = slice(start[at], start[at + 1])
        if site[at] == NOWHERE and (total[sku[rows]] < units[rows]).any():
            if state.servable[kind[at]]:
                waits.append(batch[at])
        else:
            left.append(batch[at])
    assert set(np.unique(site[site < 0]).tolist()) <= {NOWHERE, BY_ITSELF}
    return left, waits


def _departures(stage: Stage, slot: Slot) -> tuple[IntArray, IntArray]:
    """Days on which what is planned now leaves, and of each site and service which of them. [D], [K, V]"""
    calls = np.argwhere(stage.grounds.whole.pair >= 0)
    nowhere = np.zeros(len(calls), np.int64)
    found = _promised(stage, calls[:, 0], calls[:, 1], nowhere, nowhere - 1, slot)
    days, row = np.unique(found.ship_day, return_inverse=True)
    depart = np.full(stage.grounds.whole.pair.shape, -1, np.int64)
    depart[calls[:, 0], calls[:, 1]] = np.where(found.ship_day >= 0, row, -1)
    return days, depart


def _lateness(stage: Stage, tables: LaneTables, batch: IntArray, slot: Slot) -> tuple[IntArray, IntArray]:
    """Where orders go and what day they were promised, [n] row; and what lateness costs by site and service."""
    area, promised = tables.area[batch], tables.wants.promised_by[batch]
    span = int(promised.max(initial=0)) + 2
    pairs, row = np.unique(area * span + promised + 1, return_inverse=True)
    calls = np.argwhere(stage.grounds.whole.pair >= 0)
    each = np.tile(calls, (len(pairs), 1))
    whom = np.repeat(pairs, len(calls))
    found = _promised(stage, each[:, 0], each[:, 1], whom // span, whom % span - 1, slot)
    late = np.zeros((len(pairs), *stage.grounds.whole.pair.shape), np.int64)
    at = np.repeat(np.arange(len(pairs)), len(calls))
    late[at, each[:, 0], each[:, 1]] = lateness_minor(tables.terms, found.as_wished_ppm) * MILLI
    return row.astype(np.int64), late


def _promised(
    stage: Stage, site: IntArray, service: IntArray, area: IntArray, promised_by: IntArray, slot: Slot
) -> PromiseResult:
    """Promise parcels that are ready now, exactly."""
    size, areas = len(site), len(stage.grounds.area)
    legs = Legs(
        site.astype(np.int64),
        service.astype(np.int64),
        area.astype(np.int64),
        np.full(size, int(slot.now.timestamp()), np.int64),
        np.zeros(size, np.int64),
        np.full(size, -1, np.int64),
        promised_by,
    )
    whole = replace(stage.grounds.whole, destination_area=np.arange(areas))
    return promise(PromiseProblem(whole, legs))


def _rooms(tables: LaneTables, course: Course, days: IntArray) -> tuple[IntArray, IntArray]:
    """Room for orders [K, D] and for parcels [K, V, D] that is left on these days."""
    of_site, of_service = tables.market.site_capacity, tables.market.service_capacity
    sites = np.repeat(np.where(of_site < 0, NO_LIMIT, of_site)[:, None], len(days), axis=1).astype(np.int64)
    services = np.repeat(np.where(of_service < 0, NO_LIMIT, of_service)[:, :, None], len(days), axis=2).astype(np.int64)
    at = {day: d for d, day in enumerate(days.tolist())}
    for (site, service, day), count in course.taken.of.items():
        if day in at and service == WHOLE_SITE:
            sites[site, at[day]] -= count
        elif day in at:
            services[site, service, at[day]] -= count
    return sites, services


def _book(course: Course, tables: LaneTables, days: IntArray, used: tuple[IntArray, IntArray]) -> None:
    """Take room that is limited off the days."""
    for k, d in np.argwhere((tables.market.site_capacity >= 0)[:, None] & (used[0] > 0)).tolist():
        course.taken.of[k, WHOLE_SITE, int(days[d])] += int(used[0][k, d])
    for k, v, d in np.argwhere((tables.market.service_capacity >= 0)[:, :, None] & (used[1] > 0)).tolist():
        course.taken.of[k, v, int(days[d])] += int(used[1][k, v, d])


def _prices(stage: Stage, tables: LaneTables, course: Course) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Fees of picking a unit, and the prices of units, orders and parcels, all in thousandths of a minor unit."""
    market, per_minor = tables.market, tables.terms.micros_per_minor
    goods = np.zeros(stage.stock.shape, np.int64)
    orders, parcels = np.zeros(len(market.ships), np.int64), np.zeros(market.service_capacity.shape, np.int64)
    for row in course.bids.rows if course.bids is not None else ():
        milli, k = row.price_micros * MILLI // per_minor, market.site[row.site]
        if row.sku:
            goods[k, stage.sku[row.sku]] = milli
        elif row.service:
            parcels[k, market.service[row.service]] = milli
        else:
            orders[k] = milli
    return market.pick_unit_micros * MILLI // per_minor, goods, orders, parcels


def _ship(
    stage: Stage,
    state: FastState,
    course: Course,
    number: int,
    orders: IntArray,
    site: IntArray,
    rows: tuple[IntArray, IntArray, IntArray],
    went: IntArray,
) -> None:
    """Book what goes: shelves, goods, dates and charge lines."""
    if not len(orders):
        return
    tables, slot = state.tables, stage.slots[number]
    start, sku, units = rows
    counts = np.diff(start)[went]
    at = np.repeat(start[:-1][went] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    np.subtract.at(course.stock, (np.repeat(site, counts), sku[at]), units[at])
    kind = tables.class_of[orders]
    service = tables.service[kind, site]
    found = _promised(stage, site, service, tables.area[orders], tables.wants.promised_by[orders], slot)
    parts = tables.parts_minor[kind, site].copy()
    taken = np.bincount(np.repeat(np.arange(len(orders)), counts), units[at], len(orders)).astype(np.int64)
    parts[:, 0] += half_up(taken * tables.terms.pick_unit_micros[site], tables.terms.micros_per_minor)
    parts[:, 5] = lateness_minor(tables.terms, found.as_wished_ppm)
    there = radians_of(one.place for one in stage.problem.sites)
    metres = great_circle_m(state.to[orders], there[site])
    course.rows.append(
        {
            "order": orders,
            "number": np.ones(len(orders), np.int64),
            "site": site,
            "service": service,
            "slot": np.full(len(orders), number, np.int64),
            "ready_at": np.full(len(orders), int(slot.now.timestamp()), np.int64),
            "ship_day": found.ship_day,
            "promised_day": found.promised_day,
            "on_time_ppm": np.minimum(found.on_time_ppm, PPM),
            "parts_minor": parts,
            "distance_m": np.where(state.located[orders], metres, -1).astype(np.int64),
            "co2e_g": tables.co2e_g[kind, site],
        }
    )
    course.contents.append((counts, np.stack([sku[at], units[at]], axis=1)))
