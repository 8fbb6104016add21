"""What a simulation writes: simulate.json and days.csv; keys and columns are those of docs/formats.md."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import orjson

from doorstep.domain.money import Currency
from doorstep.files.output import MARK, SIMULATE_FILE, WRITER
from doorstep.files.scenario_out import scenario_object
from doorstep.kernels.simulate.compare import Change
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.figures import MONEY
from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.result import PARTS, Days, Difference, FastError, Interval, Outcome, SimulateResult
from doorstep.kernels.simulate.scenario import Scenario

DECIMALS = 6

DAY_COLUMNS = (
    "policy",
    "day",
    "orders",
    "planned",
    "planned_later",
    "parcels",
    "split",
    "stockouts",
    "cost_total",
    "objective",
    *(f"{part}_cost" if part in ("pick", "carton", "lateness") else part for part in PARTS),
    "promised_days",
    "expected_on_time",
    "realised_on_time",
    "distance_km",
    "co2e_kg",
    "stock_on_hand",
    "waiting",
    "units_received",
    "units_ordered",
    "supply_cost",
)


def date_text(day: int) -> str:
    """Write a day since 1970-01-01 as a date."""
    return date.fromordinal(EPOCH_ORDINAL + day).isoformat()


def simulation_object(
    result: SimulateResult, params: SimulateParams, seed: int, currency: Currency, scenario: Scenario | None
) -> dict[str, object]:
    """Say a simulation: money in major units, rates and means to six decimals; null: nothing to tell it by."""
    return {
        "from": date_text(result.first_day),
        "to": date_text(result.until_day),
        "days": result.until_day - result.first_day,
        "patience_days": params.patience_days,
        "batches_per_day": params.batches_per_day,
        "seed": seed,
        "seeds": params.seeds,
        "first_policy": result.outcomes[0].policy,
        "policies": {one.policy: _outcome(one, currency) for one in result.outcomes},
        "scenario": None if scenario is None else scenario_object(scenario),
        "inbound_before": result.inbound_before,
        "fast": None if result.fast is None else fast_object(result.fast, currency),
        "currency": currency.code,
    }


def fast_object(error: FastError, currency: Currency) -> dict[str, object]:
    """Say how far the fast mode lies from the full one on the sampled days."""
    return {
        "days": [date_text(day) for day in error.days],
        "orders": error.orders,
        "classes": error.classes,
        "by_table": error.by_table_ppm / 1_000_000,
        "full": {name: None if value is None else _figure(name, value, currency) for name, value in error.full.items()},
        "differences": {name: _difference(name, one, currency) for name, one in error.differences.items()},
    }


def changes_object(change: Change, currency: Currency) -> dict[str, object]:
    """Say what the scenario changes: the first policy in the world as it is, and each figure's difference."""
    return {
        "policy": change.policy,
        "without": _figures(change.before, currency),
        "differences": {name: _difference(name, one, currency) for name, one in change.differences.items()},
    }


def write_simulation(folder: Path, told: Mapping[str, object]) -> None:
    """Write simulate.json with the mark by which an output of ours is known."""
    marked = {**told, MARK: WRITER}
    (folder / SIMULATE_FILE).write_bytes(orjson.dumps(marked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_days(folder: Path, result: SimulateResult, currency: Currency) -> None:
    """Write days.csv: a row for each policy and day, those included on which nothing is placed any more."""
    with (folder / "days.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(DAY_COLUMNS)
        for outcome in result.outcomes:
            for at in range(len(outcome.days.orders)):
                writer.writerow((outcome.policy, date_text(result.first_day + at), *_day(outcome.days, at, currency)))


def _day(days: Days, at: int, currency: Currency) -> tuple[float | int, ...]:
    money = (days.cost_minor, days.objective_minor, *days.parts_minor.T)
    return (
        *(
            _short(float(column[at]))
            for column in (days.orders, days.planned, days.later, days.parcels, days.splits, days.stockouts)
        ),
        *(_short(float(column[at]) / 10**currency.digits) for column in money),
        *(_short(float(column[at])) for column in (days.promised_days, days.on_time, days.kept)),
        *(_short(float(column[at]) / 1000) for column in (days.distance_m, days.co2e_g)),
        *(_short(float(column[at])) for column in (days.stock_units, days.waiting, days.received, days.ordered)),
        _short(float(days.supply_minor[at]) / 10**currency.digits),
    )


def _outcome(outcome: Outcome, currency: Currency) -> dict[str, object]:
    found = _figures(outcome, currency)
    parts = outcome.days.parts_minor.sum(axis=0).tolist()
    found["cost_parts"] = {name: _short(minor / 10**currency.digits) for name, minor in zip(PARTS, parts, strict=True)}
    found["differences"] = (
        None
        if outcome.differences is None
        else {name: _difference(name, one, currency) for name, one in outcome.differences.items()}
    )
    return found


def _figures(outcome: Outcome, currency: Currency) -> dict[str, object]:
    return {
        name: _figure(name, value, currency) if value is not None else None for name, value in outcome.figures.items()
    }


def _figure(name: str, value: float, currency: Currency) -> float | int:
    return _short(value / 10**currency.digits if name in MONEY else value)


def _difference(name: str, found: Difference, currency: Currency) -> dict[str, object]:
    def ends(interval: Interval | None) -> list[float | int] | None:
        return None if interval is None else [_figure(name, end, currency) for end in (interval.low, interval.high)]

    return {
        "value": None if found.value is None else _figure(name, found.value, currency),
        "interval": ends(found.over_days),
        "interval_seeds": ends(found.over_seeds),
    }


def _short(value: float) -> float | int:
    """Whole numbers as such."""
    rounded = round(value, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded
