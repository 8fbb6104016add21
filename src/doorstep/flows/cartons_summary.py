"""What came of choosing cartons, as rows and as summary.json; keys are those of docs/formats.md."""

from __future__ import annotations

from collections.abc import Container

from doorstep.domain.packing import CartonSet, StockedCarton
from doorstep.files.plan_out import major
from doorstep.flows.carton_trials import Bench, Choice, Trial


def stocked(choice: Choice, today: Container[str]) -> tuple[StockedCarton, ...]:
    """The chosen cartons, that which saves most first."""
    chosen = choice.chosen
    rows = (
        StockedCarton(carton, carton.carton in today, parcels, without.objective_minor - chosen.objective_minor)
        for carton, parcels, without in zip(chosen.cartons, chosen.parcels, choice.without, strict=True)
    )
    return tuple(sorted(rows, key=lambda row: (-row.saves_minor, row.carton.carton)))


def sets_of(choice: Choice) -> tuple[CartonSet, ...]:
    return tuple(_set(trial, choice) for trial in choice.curve)


def _set(trial: Trial, choice: Choice) -> CartonSet:
    return CartonSet(
        cartons=tuple(carton.carton for carton in trial.cartons),
        cost_minor=trial.cost_minor,
        objective_minor=trial.objective_minor,
        saving=saving(trial, choice.today),
        packed=trial.packed,
        undivided=trial.one_box,
        orders=choice.orders,
    )


def saving(trial: Trial, today: Trial) -> float:
    """Share of today's objective; 0 where that is 0."""
    if not today.objective_minor:
        return 0.0
    return (today.objective_minor - trial.objective_minor) / today.objective_minor


def summarise_cartons(choice: Choice, bench: Bench, seconds: float) -> dict[str, object]:
    chosen, today, currency = choice.chosen, choice.today, bench.prices.currency
    orders, gap = bench.kinds.orders, chosen.reckoned_minor - chosen.bound_minor
    return {
        "orders": orders,
        "orders_left_out": bench.kinds.left_out,
        "baskets": len(bench.kinds.baskets),
        "asked_for": choice.asked_for,
        "count": choice.count,
        "cartons": [carton.carton for carton in chosen.cartons],
        "candidates": choice.candidates,
        "cost_total": major(chosen.cost_minor, currency),
        "objective": major(chosen.objective_minor, currency),
        "packed": chosen.packed,
        "one_box_rate": round(chosen.one_box / orders, 6),
        "choice_gap_pct": round(100 * gap / chosen.reckoned_minor, 4) if chosen.reckoned_minor else 0.0,
        "today_cartons": len(today.cartons),
        "today_cost_total": major(today.cost_minor, currency),
        "today_objective": major(today.objective_minor, currency),
        "today_packed": today.packed,
        "today_one_box_rate": round(today.one_box / orders, 6),
        "saving_pct": round(100 * saving(chosen, today), 4),
        "seconds": round(seconds, 3),
    }
