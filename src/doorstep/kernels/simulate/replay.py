"""One policy, day by day: plan what came and what waits, take it off the shelves, let goods come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doorstep.domain.bids import BidPrices
from doorstep.domain.decision import Unplanned
from doorstep.domain.emission import Footprint
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.assemble import Picks, build_parcels, figures
from doorstep.kernels.plan.bid import next_bids, of_goods
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.nearest import distances_m
from doorstep.kernels.plan.plan import Laid, lay_out
from doorstep.kernels.run import Run, silent
from doorstep.kernels.simulate.capacity import Taken
from doorstep.kernels.simulate.days import Slot, begins_at
from doorstep.kernels.simulate.problem import Policy, SimulateParams
from doorstep.kernels.simulate.result import Replay, Shipments
from doorstep.kernels.simulate.rules import choose
from doorstep.kernels.simulate.supply import PurchaseOrders, holding_micros, joined, order_up
from doorstep.kernels.simulate.world import Stage

COLUMNS = Shipments.__slots__[:12]
Contents = list[list[tuple[int, int]]]  # of each parcel: sku, units


@dataclass(slots=True)
class _Course:
    """What changes from batch to batch."""

    stock: IntArray
    taken: Taken = field(default_factory=Taken)
    waiting: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)  # orders that came before the batch
    bids: BidPrices | None = None
    due: int = 0  # next row of what comes in
    rows: list[dict[str, IntArray]] = field(default_factory=list)
    contents: Contents = field(default_factory=list)
    plans: list[tuple[int, tuple[int, ...], Plan]] = field(default_factory=list)
    coming: IntArray | None = None  # [K, J] on order or announced, where goods are ordered anew
    ordered: list[PurchaseOrders] = field(default_factory=list)
    received: list[int] = field(default_factory=list)  # units of each day, announced or ordered
    holding: list[int] = field(default_factory=list)  # micros of each day


def replay(stage: Stage, policy: Policy, params: SimulateParams, seed: int, run: Run) -> Replay:
    """Let a policy serve the orders of a world.

    Parameters
    ----------
    stage
        The world; only what it remembers of orders that were left is added to.
    policy
        Which one.
    params
        Patience, batches, effort.
    seed
        Of the search.
    run
        Progress by orders placed, and the map over which packing and quoting are spread.
    """
    course = open_course(stage)
    orders = len(stage.problem.orders)
    stockout = np.zeros(orders, bool)
    inner = Run(seed=seed, iterations=run.iterations, progress=silent, map=run.map)
    stock_units, waiting, seen = [], [], 0
    for number, slot in enumerate(stage.slots):
        _take_in(stage, course, slot)
        batch = [*course.waiting, *slot.orders]
        if policy == "plan_priced" and batch:
            _learn(stage, course, number, params, inner)
        course.known += slot.orders
        if batch:
            course.waiting = _plan(stage, course, policy, number, batch, params, inner)
        seen += len(slot.orders)
        if slot.last_of_day:
            lost = [i for i in course.waiting if slot.day - stage.placed_day[i] >= params.patience_days]
            stockout[lost] = True
            course.waiting = [i for i in course.waiting if not stockout[i]]
            stock_units.append(int(course.stock.sum()))
            _reorder(stage, course, slot.day, seed)
            waiting.append(len(course.waiting))
            run.progress(policy, seen, orders)
    return Replay(
        _shipments(course),
        stockout,
        np.array(stock_units, np.int64),
        np.array(waiting, np.int64),
        tuple(course.plans),
        joined(course.ordered),
        np.array(course.received, np.int64),
        np.array(course.holding, np.int64),
    )


def open_course(stage: Stage) -> _Course:
    """Begin with the shelves of the world."""
    course = _Course(stage.stock.copy())
    if stage.supply is not None:
        course.coming = np.zeros_like(stage.stock)
        for _, site, sku, units in stage.inbound:
            course.coming[site, sku] += units
    return course


def _take_in(stage: Stage, course: _Course, slot: Slot) -> None:
    """Put on the shelves what has come in by now."""
    units = 0
    while course.due < len(stage.inbound) and stage.inbound[course.due][0] <= slot.now.timestamp():
        _, site, sku, count = stage.inbound[course.due]
        course.stock[site, sku] += count
        units += count
        if course.coming is not None:
            course.coming[site, sku] -= count
        course.due += 1
    if len(course.received) == len(course.holding):  # the day begins
        course.received.append(_bought(course, slot.day))
    course.received[-1] += units


def _bought(course: _Course, day: int) -> int:
    """Put on the shelves what was ordered anew and is due; returns units."""
    units = 0
    if course.coming is None:
        return units
    for one in course.ordered:  # those of a day, in which no cell stands twice
        now = np.flatnonzero(one.due_day == day)
        course.stock[one.site[now], one.sku[now]] += one.units[now]
        course.coming[one.site[now], one.sku[now]] -= one.units[now]
        units += int(one.units[now].sum())
    return units


def _reorder(stage: Stage, course: _Course, day: int, seed: int) -> None:
    """End a day: order what is short, and reckon what lies."""
    if stage.supply is None or course.coming is None:
        course.holding.append(0)
        return
    placed = order_up(stage.supply, course.stock, course.coming, day, seed)
    course.coming[placed.site, placed.sku] += placed.units
    course.ordered.append(placed)
    course.holding.append(holding_micros(stage.supply, course.stock))


def _learn(stage: Stage, course: _Course, number: int, params: SimulateParams, run: Run) -> None:
    """Price what is on the shelves by the orders of the batches before, and what is announced by then."""
    if not course.known:
        return
    now = stage.slots[number - 1].now
    ground = stage.foreseen(course.known, course.stock, now, course.due)
    known = [stage.problem.orders[i] for i in course.known]
    since = begins_at(stage.slots, params.batches_per_day)
    course.bids = next_bids(course.bids, ground, known, since, params.bids, params.plan, run, stage.grounds)


def _plan(
    stage: Stage, course: _Course, policy: Policy, number: int, batch: Sequence[int], params: SimulateParams, run: Run
) -> list[int]:
    """Plan a batch and book it; returns the orders that wait for goods."""
    now = stage.slots[number].now
    problem, wanted = stage.batch(batch, course.stock, now)
    if course.bids is not None:
        problem = replace(problem, bid_prices=of_goods(course.bids, (one.sku for one in problem.products)))
    laid = lay_out(problem, params.plan, run, params.pack, stage.grounds)
    table, picks = choose(policy, laid, params.plan, run, lambda one: course.taken.amend(one, laid.market))
    loads = laid.blocks.block_load[picks.block].tolist()
    contents = [[(wanted[j], units) for j, units in laid.book.keys[load]] for load in loads]
    for site, goods in zip(picks.site.tolist(), contents, strict=True):
        for sku, units in goods:
            course.stock[site, sku] -= units
    course.taken.add(laid.market, picks)
    course.contents += contents
    led = ways(laid.market)
    prints = led.grams(picks.order, picks.site, picks.service, picks.weight_g) if led else [None] * len(loads)
    course.rows.append(_columns(laid, picks, prints, number, np.array(batch, np.int64), int(now.timestamp())))
    planned = set(picks.order.tolist())
    left = [order for at, order in enumerate(batch) if at not in planned]
    if params.keep_plans:
        course.plans.append((number, tuple(batch), _kept(laid, table, picks, prints, policy, params, run)))
    stage.could_be_served(left, now, params, run)
    return [i for i in left if stage.servable[i]]


def _columns(
    laid: Laid, picks: Picks, prints: Sequence[Footprint | None], number: int, batch: IntArray, now: int
) -> dict[str, IntArray]:
    size = len(picks.order)
    located = np.array([order.place.located for order in laid.market.problem.orders], bool)[picks.order]
    metres = distances_m(laid.market)[picks.order, picks.site]
    parts = (picks.pick, picks.carton_minor, picks.freight, picks.surcharges, picks.duty_tax, picks.lateness)
    return {
        "order": batch[picks.order],
        "number": picks.number,
        "site": picks.site,
        "service": picks.service,
        "slot": np.full(size, number, np.int64),
        "ready_at": np.full(size, now, np.int64),
        "ship_day": picks.ship_day,
        "promised_day": picks.promised_day,
        "on_time_ppm": picks.on_time_ppm,
        "parts_minor": np.stack(parts, axis=1).reshape(size, len(parts)),
        "distance_m": np.where(located, metres, -1),
        "co2e_g": np.array([-1 if one is None else one.mid_g for one in prints], np.int64),
    }


def _kept(
    laid: Laid,
    table: Table,
    picks: Picks,
    prints: Sequence[Footprint | None],
    policy: Policy,
    params: SimulateParams,
    run: Run,
) -> Plan:
    """Give the batch's plan with layouts, as the plan kernel writes one."""
    planned = set(picks.order.tolist())
    left = tuple(
        Unplanned(order.order, "left", "not planned in this batch", "goods that come in")
        for at, order in enumerate(laid.market.problem.orders)
        if at not in planned
    )
    parcels = build_parcels(laid.market, table, laid.book, picks, prints, params.pack, run)
    return Plan(parcels, left, figures(laid.market, picks, policy))


def _shipments(course: _Course) -> Shipments:
    counts = [len(goods) for goods in course.contents]
    flat = np.array([pair for goods in course.contents for pair in goods], np.int64).reshape(-1, 2)
    return Shipments(
        **{name: _joined([one[name] for one in course.rows], name) for name in COLUMNS},
        content_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        content_sku=flat[:, 0].copy(),
        content_units=flat[:, 1].copy(),
    )


def _joined(columns: list[IntArray], name: str) -> IntArray:
    return np.concatenate(columns) if columns else np.zeros((0, 6) if name == "parts_minor" else 0, np.int64)
