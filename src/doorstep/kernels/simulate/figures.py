"""From parcels and fates to sums by day, and from these to figures and their differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.simulate.intervals import DayBlocks, over_seeds
from doorstep.kernels.simulate.result import Days, Difference, FloatArray, Replay
from doorstep.kernels.simulate.world import Stage

MONEY = ("objective", "cost_total", "cost_per_order", "supply_cost", "cost_per_placed_order")  # in minor units
Sums = tuple[FloatArray, FloatArray | None]  # a total, or above and below a line

FIGURES: dict[str, Callable[[Days], Sums]] = {
    "orders": lambda d: (d.orders, None),
    "planned": lambda d: (d.planned, None),
    "objective": lambda d: (d.objective_minor, None),
    "cost_per_order": lambda d: (d.cost_minor, d.planned),
    "mean_promised_days": lambda d: (d.promised_days, d.planned),
    "expected_on_time": lambda d: (d.on_time, d.orders),
    "split_rate": lambda d: (d.splits, d.planned),
    "stockouts": lambda d: (d.stockouts, None),
    "distance_km": lambda d: (d.distance_m / 1000, None),
    "co2e_kg": lambda d: (d.co2e_g / 1000, None),
    "realised_on_time": lambda d: (d.kept, d.orders),
    "cost_total": lambda d: (d.cost_minor, None),
    "planned_later": lambda d: (d.later, None),
    "parcels": lambda d: (d.parcels, None),
    "supply_cost": lambda d: (d.supply_minor, None),
    "cost_per_placed_order": lambda d: (d.objective_minor + d.supply_minor, d.orders),
    "units_received": lambda d: (d.received, None),
    "units_ordered": lambda d: (d.ordered, None),
    "parcels_located": lambda d: (d.located, None),
    "parcels_weighed": lambda d: (d.weighed, None),
}
COMPARED = tuple(name for name in FIGURES if name not in ("orders", "parcels_located", "parcels_weighed"))


def sum_by_day(stage: Stage, replay: Replay, arrived: IntArray, first_day: int, days: int) -> Days:
    """Add up what became of the orders by their day of placing.

    Parameters
    ----------
    stage, replay
        The world, and what a policy did in it.
    arrived
        [P] day of arrival of each parcel, -1: never.
    first_day, days
        D days from the first on, those included on which nothing is placed any more.
    """
    sent, orders = replay.shipments, len(stage.problem.orders)
    day = stage.placed_day - first_day

    def of_parcels(values: NDArray[Any]) -> FloatArray:
        return np.bincount(day[sent.order], values, days).astype(np.float64)

    def of_orders(values: NDArray[Any]) -> FloatArray:
        return np.bincount(day, values, days).astype(np.float64)

    count = np.bincount(sent.order, minlength=orders)
    planned = count > 0
    latest, slot_day = np.zeros(orders, np.int64), np.array([slot.day for slot in stage.slots] or [0], np.int64)
    np.maximum.at(latest, sent.order, sent.promised_day)
    later, likely, kept = np.zeros(orders, bool), np.ones(orders), np.ones(orders, bool)
    later[sent.order] = slot_day[sent.slot] > stage.placed_day[sent.order]
    np.multiply.at(likely, sent.order, sent.on_time_ppm / PPM)
    np.logical_and.at(kept, sent.order, (arrived >= 0) & (arrived <= sent.promised_day))
    brand = stage.problem.brand
    left_minor = brand.currency.minor(brand.unplanned_cost_micros)
    cost = of_parcels(sent.cost_minor)
    parts = [of_parcels(sent.parts_minor[:, part]) for part in range(sent.parts_minor.shape[1])]
    return Days(
        orders=of_orders(np.ones(orders)),
        planned=of_orders(planned),
        later=of_orders(later),
        parcels=of_parcels(np.ones(len(sent.order), np.int64)),
        splits=of_orders(count > 1),
        stockouts=of_orders(replay.stockout),
        cost_minor=cost,
        objective_minor=np.asarray(cost + left_minor * of_orders(~planned), np.float64),
        parts_minor=np.stack(parts, axis=1),
        promised_days=of_orders(np.where(planned, latest - stage.placed_day, 0)),
        on_time=of_orders(np.where(planned, likely, 0.0)),
        kept=of_orders(planned & kept),
        distance_m=of_parcels(np.maximum(sent.distance_m, 0)),
        located=of_parcels(sent.distance_m >= 0),
        co2e_g=of_parcels(np.maximum(sent.co2e_g, 0)),
        weighed=of_parcels(sent.co2e_g >= 0),
        stock_units=replay.stock_units.astype(np.float64),
        waiting=replay.waiting.astype(np.float64),
        received=replay.received.astype(np.float64),
        ordered=np.bincount(replay.ordered.day - first_day, replay.ordered.units, days).astype(np.float64),
        supply_minor=_supply_minor(stage, replay, first_day, days),
    )


def _supply_minor(stage: Stage, replay: Replay, first_day: int, days: int) -> FloatArray:
    """Cost of ordering and of holding by day, each rounded once."""
    if stage.supply is None:
        return np.zeros(days)
    currency = stage.problem.brand.currency
    orders = np.bincount(replay.ordered.day - first_day, minlength=days)
    each, lying = stage.supply.terms.order_micros, replay.holding_micros.tolist()
    pairs = zip(orders.tolist(), lying, strict=True)
    return np.array([currency.minor(count * each) + currency.minor(micros) for count, micros in pairs], np.float64)


def mean_days(of_seeds: Sequence[Days]) -> Days:
    """Average sums by day over the seeds."""
    if len(of_seeds) == 1:
        return of_seeds[0]
    return Days(*(np.mean([getattr(one, name.name) for one in of_seeds], axis=0) for name in fields(Days)))


def figures_of(days: Days) -> dict[str, float | None]:
    """Reckon all figures of one run; None: there is nothing to tell it by."""
    found: dict[str, float | None] = {}
    for name, sums in FIGURES.items():
        above, below = sums(days)
        total = None if below is None else float(below.sum())
        found[name] = float(above.sum()) if total is None else float(above.sum()) / total if total else None
    for name, known in (("distance_km", days.located), ("co2e_kg", days.weighed)):
        if not known.any():
            found[name] = None
    return found


def mean_figures(of_seeds: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    """Average figures over the seeds that have them."""
    found: dict[str, float | None] = {}
    for name in FIGURES:
        known = [value for one in of_seeds if (value := one[name]) is not None]
        found[name] = float(np.mean(known)) if known else None
    return found


def differences(
    mine: Sequence[Days], first: Sequence[Days], blocks: DayBlocks | None, span: int, level: float
) -> dict[str, Difference]:
    """Compare a policy with the first one, seed by seed and day by day.

    `mine` and `first` hold sums of each seed; only the `span` days of placing are drawn.
    """
    own, other = [figures_of(one) for one in mine], [figures_of(one) for one in first]
    my_days, first_days = mean_days(mine), mean_days(first)
    found: dict[str, Difference] = {}
    for name in COMPARED:
        pairs = [(a[name], b[name]) for a, b in zip(own, other, strict=True)]
        values = [a - b for a, b in pairs if a is not None and b is not None]
        if not values:
            found[name] = Difference(None, None, None)
            continue
        value = float(np.mean(values))
        days = None
        if blocks is not None:
            sides = [FIGURES[name](one) for one in (my_days, first_days)]
            points = [float(above.sum()) / (float(below.sum()) if below is not None else 1.0) for above, below in sides]
            cut = [(above[:span], None if below is None else below[:span]) for above, below in sides]
            draws = blocks.drawn(*cut[0]) - blocks.drawn(*cut[1])
            days = blocks.around(value, points[0] - points[1], draws)
        found[name] = Difference(value, days, over_seeds(values, level))
    return found
