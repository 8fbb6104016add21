"""How far the fast mode lies from the full one: both decide the same sampled days, out of the same shelves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.chance import order_keys, uniform_ppm
from doorstep.kernels.simulate.classes import Wants
from doorstep.kernels.simulate.course import Course, shipments_of
from doorstep.kernels.simulate.days import Slot
from doorstep.kernels.simulate.fast import FastState, decide_fast
from doorstep.kernels.simulate.fate import arrived_days
from doorstep.kernels.simulate.figures import COMPARED, figures_of, mean_figures, sum_by_day
from doorstep.kernels.simulate.intervals import over_seeds
from doorstep.kernels.simulate.lane_tables import wanted_rows
from doorstep.kernels.simulate.problem import Policy, SimulateParams
from doorstep.kernels.simulate.replay import plan_batch
from doorstep.kernels.simulate.result import Days, Difference, FastError, Replay
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.supply import joined
from doorstep.kernels.simulate.world import Stage

MOST_ORDERS = 2_500  # of a sampled day; of more some stand for all
SAMPLE = 5  # the stream of chance by which they are drawn


def sampled_slots(stage: Stage, days: int) -> list[int]:
    """Choose so many batches, evenly over those that have orders; the first is left out if it can be.

    In the first batch no price is known yet.
    """
    full = [number for number, slot in enumerate(stage.slots) if slot.orders]
    full = full[1:] or full
    if not full:
        return []
    at = np.unique(np.linspace(0, len(full) - 1, min(days, len(full))).round().astype(np.int64))
    return [full[n] for n in at.tolist()]


def fast_error(
    stage: Stage, done: Replay, params: SimulateParams, scenario: Scenario, seed: int, run: Run
) -> FastError:
    """Decide the sampled days in both modes.

    Parameters
    ----------
    stage
        With a fast state that kept the shelves and prices of the sampled batches.
    done
        What the fast mode did.
    params, scenario, seed, run
        Of the simulation.
    """
    assert stage.fast is not None
    state, one_day = stage.fast, replace(params, patience_days=0)
    days, orders, fast, full = list[int](), 0, list[Days](), list[Days]()
    for number, kept in state.kept.items():
        if kept is None:
            continue
        stock, bids = kept
        some, thin = _thinned(stage, number, stock, seed)
        small, narrow = _small(stage, state, number, some, thin)
        sides: tuple[tuple[Policy, list[Days]], ...] = (("fast", fast), ("plan", full))
        for policy, found in sides:
            course = Course(thin.copy(), bids=bids)
            found.append(_day(small, narrow, course, policy, one_day, scenario, seed, run))
        days.append(stage.slots[number].day)
        orders += len(some)
    mine, other = [figures_of(one) for one in fast], [figures_of(one) for one in full]
    found_differences = {}
    for name in COMPARED:
        pairs = [(a[name], b[name]) for a, b in zip(mine, other, strict=True)]
        values = [a - b for a, b in pairs if a is not None and b is not None]
        value = float(np.mean(values)) if values else None
        found_differences[name] = Difference(value, over_seeds(values, params.level), None)
    return FastError(
        tuple(days),
        orders,
        mean_figures(other),
        found_differences,
        len(state.tables.service),
        state.by_table * PPM // max(1, len(done.shipments.order)),
    )


def _thinned(stage: Stage, number: int, stock: IntArray, seed: int) -> tuple[list[int], IntArray]:
    """Keep a share of a batch's orders, and of each row of goods; what is left over a whole unit is drawn."""
    orders = list(stage.slots[number].orders)
    share = min(1.0, MOST_ORDERS / max(1, len(orders)))
    if share == 1.0:
        return orders, stock
    drawn = uniform_ppm(order_keys([stage.problem.orders[i] for i in orders]), seed, SAMPLE)
    some = [i for i, draw in zip(orders, drawn.tolist(), strict=True) if draw < share * PPM]
    exact = stock * share
    rng = np.random.default_rng((seed, number))
    return some, (np.floor(exact) + (rng.random(stock.shape) < exact - np.floor(exact))).astype(np.int64)


def _small(
    stage: Stage, state: FastState, number: int, some: Sequence[int], stock: IntArray
) -> tuple[Stage, FastState]:
    """Make a world of these orders alone, with the tables of the large one."""
    slot = stage.slots[number]
    at, tables = np.asarray(some, np.int64), state.tables
    start, sku, units = wanted_rows(tables.wants, some)
    small = replace(
        stage,
        problem=replace(stage.problem, orders=tuple(stage.problem.orders[i] for i in some)),
        slots=(Slot(slot.day, True, slot.now, tuple(range(len(some)))),),
        supply=None,
        stock=stock,
        inbound=(),
        placed_day=stage.placed_day[at],
        servable={},
        fast=None,
    )
    narrow = replace(
        state,
        tables=replace(
            tables,
            wants=Wants(
                start, sku, units, tables.wants.plain[at], tables.wants.promised_by[at], tables.wants.slack[at]
            ),
            class_of=tables.class_of[at],
            area=tables.area[at],
        ),
        to=state.to[at],
        located=state.located[at],
    )
    return small, narrow


def _day(
    stage: Stage,
    state: FastState,
    course: Course,
    policy: Policy,
    params: SimulateParams,
    scenario: Scenario,
    seed: int,
    run: Run,
) -> Days:
    """Decide the one batch of a small world."""
    inner = Run(seed=seed, iterations=run.iterations, map=run.map)
    batch = list(range(len(stage.problem.orders)))
    waits: list[int] = []
    if policy == "fast":
        batch, waits = decide_fast(stage, state, course, 0, batch)
    left = plan_batch(stage, course, policy, 0, batch, params, inner) if batch else []
    stockout = np.zeros(len(stage.problem.orders), bool)
    stockout[[*waits, *left]] = True
    zero = np.zeros(1, np.int64)
    replayed = Replay(shipments_of(course), stockout, zero, zero, (), joined(()), zero, zero)
    arrived = arrived_days(stage, replayed.shipments, scenario, seed)
    return sum_by_day(stage, replayed, arrived, stage.slots[0].day, 1)
