"""One policy, day by day: plan what came and what waits, take it off the shelves, let goods come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

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
from doorstep.kernels.simulate.course import Course, open_course, reorder, shipments_of, take_in
from doorstep.kernels.simulate.days import EPOCH_ORDINAL, begins_at
from doorstep.kernels.simulate.fast import FastState, decide_fast, fast_state
from doorstep.kernels.simulate.fast_prices import learn_fast
from doorstep.kernels.simulate.problem import PLANNING, Policy, SimulateParams
from doorstep.kernels.simulate.result import Replay
from doorstep.kernels.simulate.rules import choose
from doorstep.kernels.simulate.supply import joined
from doorstep.kernels.simulate.weights import weighed
from doorstep.kernels.simulate.world import Stage


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
    fast = fast_of(stage, params, run) if policy == "fast" else None
    if fast is not None:
        fast.by_table = 0
    inner = Run(seed=seed, iterations=run.iterations, progress=silent, map=run.map)
    stock_units, waiting, seen = [], [], 0
    for number, slot in enumerate(stage.slots):
        take_in(stage, course, slot)
        batch = [*course.waiting, *slot.orders]
        if policy == "plan_priced" and batch:
            _learn(stage, course, number, params, inner)
        if fast is not None and batch:
            learn_fast(stage, course, number, params, inner)
            if number in fast.kept:
                fast.kept[number] = course.stock.copy(), course.bids
        course.known += slot.orders
        waits: list[int] = []
        if fast is not None and batch:
            batch, waits = decide_fast(stage, fast, course, number, batch)
        left = plan_batch(stage, course, policy, number, batch, params, inner) if batch else []
        course.waiting = [*waits, *left]
        seen += len(slot.orders)
        if slot.last_of_day:
            lost = [i for i in course.waiting if slot.day - stage.placed_day[i] >= params.patience_days]
            stockout[lost] = True
            course.waiting = [i for i in course.waiting if not stockout[i]]
            stock_units.append(int(course.stock.sum()))
            reorder(stage, course, slot.day, seed)
            waiting.append(len(course.waiting))
            run.progress(policy, seen, orders)
    return Replay(
        shipments_of(course),
        stockout,
        np.array(stock_units, np.int64),
        np.array(waiting, np.int64),
        tuple(course.plans),
        joined(course.ordered),
        np.array(course.received, np.int64),
        np.array(course.holding, np.int64),
    )


def fast_of(stage: Stage, params: SimulateParams, run: Run) -> FastState:
    """Give the tables of a world, laid once for all seeds."""
    if stage.fast is None:
        stage.fast = fast_state(stage, params, run)
    return stage.fast


def _learn(stage: Stage, course: Course, number: int, params: SimulateParams, run: Run) -> None:
    """Price what is on the shelves by the orders of the batches before, and what is announced by then."""
    if not course.known:
        return
    now = stage.slots[number - 1].now
    ground = stage.foreseen(course.known, course.stock, now, course.due)
    known = [stage.problem.orders[i] for i in course.known]
    since = begins_at(stage.slots, params.batches_per_day)
    course.bids = next_bids(course.bids, ground, known, since, params.bids, params.plan, run, stage.grounds)


def plan_batch(
    stage: Stage, course: Course, policy: Policy, number: int, batch: Sequence[int], params: SimulateParams, run: Run
) -> list[int]:
    """Plan a batch and book it; returns the orders that wait for goods."""
    now = stage.slots[number].now
    problem, wanted = stage.batch(batch, course.stock, now)
    bids = None if course.bids is None else of_goods(course.bids, (one.sku for one in problem.products))
    if policy in PLANNING:
        today = date.fromordinal(EPOCH_ORDINAL + stage.slots[number].day)  # `now` may be the midnight after it
        bids = weighed(bids, stage.weights, {one.order for one in problem.orders}, today)
    problem = problem if bids is None else replace(problem, bid_prices=bids)
    laid = lay_out(problem, params.plan, run, params.pack, stage.grounds)
    table, picks = choose(policy, laid, params.plan, run, lambda one: course.taken.amend(one, laid.market))
    loads = laid.blocks.block_load[picks.block].tolist()
    contents = [[(wanted[j], units) for j, units in laid.book.keys[load]] for load in loads]
    for site, goods in zip(picks.site.tolist(), contents, strict=True):
        for sku, units in goods:
            course.stock[site, sku] -= units
    course.taken.add(laid.market, picks)
    course.contents.append(
        (
            np.array([len(goods) for goods in contents], np.int64),
            np.array([pair for goods in contents for pair in goods], np.int64).reshape(-1, 2),
        )
    )
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
