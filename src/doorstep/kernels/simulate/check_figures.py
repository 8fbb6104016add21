"""Verifier of figures: sums over orders and parcels by plain loops, and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isclose

from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.result import Outcome, SimulateResult

EPOCH = date(1970, 1, 1)
Value = float | None


@dataclass(slots=True)
class _Sums:
    planned: int = 0
    later: int = 0
    splits: int = 0
    cost: int = 0
    days: int = 0
    likely: float = 0.0
    kept: int = 0


def figure_faults(params: SimulateParams, result: SimulateResult, outcome: Outcome) -> Iterator[str]:
    """Compare the figures of a policy with its parcels; of several seeds only differences can be told."""
    if params.seeds == 1:
        for name, value in _figures(result, outcome).items():
            if not _alike(value, outcome.figures[name]):
                yield f"{name} is {value}, not {outcome.figures[name]}"
    first = result.outcomes[0]
    if outcome.differences is None:
        if outcome is not first:
            yield "it is not compared with the first policy"
        return
    for name, difference in outcome.differences.items():
        mine, other = outcome.figures[name], first.figures[name]
        wanted = None if mine is None or other is None else mine - other
        if not _alike(wanted, difference.value) and params.seeds == 1:
            yield f"{name} differs by {wanted}, not {difference.value}"
        for interval in (difference.over_days, difference.over_seeds):
            value = difference.value or 0.0
            if interval is not None and not interval.low - 1e-9 <= value <= interval.high + 1e-9:
                yield f"the interval of {name} leaves out its value"


def _alike(one: Value, other: Value) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def _figures(result: SimulateResult, outcome: Outcome) -> dict[str, Value]:
    world, sent = result.world.problem, outcome.first.shipments
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for n in range(len(sent.order)):
        rows[int(sent.order[n])].append(n)
    sums = _Sums()
    for i, parcels in rows.items():
        placed = (world.orders[i].placed_at.date() - EPOCH).days
        sums.planned += 1
        sums.later += any(result.world.slots[int(sent.slot[n])].day > placed for n in parcels)
        sums.splits += len(parcels) > 1
        sums.cost += sum(int(part) for n in parcels for part in sent.parts_minor[n])
        sums.days += max(int(sent.promised_day[n]) for n in parcels) - placed
        likely, kept = 1.0, 1
        for n in parcels:
            likely *= int(sent.on_time_ppm[n]) / 1_000_000
            kept *= 0 <= int(outcome.arrived_day[n]) <= int(sent.promised_day[n])
        sums.likely += likely
        sums.kept += kept
    orders, metres = len(world.orders), [int(m) for m in sent.distance_m if m >= 0]
    left, grams = orders - sums.planned, [int(g) for g in sent.co2e_g if g >= 0]
    unplanned = world.brand.currency.minor(world.brand.unplanned_cost_micros)
    return {
        "orders": orders,
        "planned": sums.planned,
        "planned_later": sums.later,
        "parcels": len(sent.order),
        "objective": sums.cost + left * unplanned,
        "cost_total": sums.cost,
        "cost_per_order": sums.cost / sums.planned if sums.planned else None,
        "mean_promised_days": sums.days / sums.planned if sums.planned else None,
        "expected_on_time": sums.likely / orders if orders else None,
        "realised_on_time": sums.kept / orders if orders else None,
        "split_rate": sums.splits / sums.planned if sums.planned else None,
        "stockouts": sum(map(bool, outcome.first.stockout)),
        "distance_km": sum(metres) / 1000 if metres else None,
        "co2e_kg": sum(grams) / 1000 if grams else None,
        "units_ordered": int(outcome.first.ordered.units.sum()),
        "units_received": int(outcome.first.received.sum()),
        "parcels_located": len(metres),
        "parcels_weighed": len(grams),
    }
