"""What a plan writes: plan.csv, placements.csv, unplanned.csv, decisions.jsonl and summary.json."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from doorstep.domain.decision import AtBorder, Choice, Conflict, Decision, Flip, Trial, Unplanned
from doorstep.domain.emission import Footprint
from doorstep.domain.fleet import Ride
from doorstep.domain.money import Currency
from doorstep.domain.parcel import CostParts, Injection, Parcel
from doorstep.domain.units import PPM
from doorstep.files.output import MARK, SUMMARY_FILE, WRITER

COST_COLUMNS = ("pick_cost", "carton_cost", "freight", "surcharges", "duty_tax", "lateness_cost", "cost")
CARBON_COLUMNS = ("co2e_g", "co2e_low_g", "co2e_high_g")
PLAN_COLUMNS = (
    "parcel",
    "orders",
    "site",
    "carton",
    "service",
    "weight_g",
    "billed_weight_g",
    "ship_at",
    "promised_by",
    "on_time_probability",
    *COST_COLUMNS,
    *CARBON_COLUMNS,
)
INJECTION_COLUMNS = ("linehaul", "injected_at", "handed_over_at", "linehaul_cost")  # of a folder with linehauls
PLACEMENT_COLUMNS = (
    "parcel",
    "order",
    "sku",
    "unit",
    "carton",
    "x_mm",
    "y_mm",
    "z_mm",
    "length_mm",
    "width_mm",
    "height_mm",
)
UNPLANNED_COLUMNS = ("order", "reason", "detail", "remedy", "conflicts")
WAITING_COLUMNS = ("waits_until", "expected_by")  # of a folder with goods on their way


def write_plan(
    folder: Path,
    parcels: Iterable[Parcel],
    unplanned: Iterable[Unplanned],
    currency: Currency,
    hauled: bool = False,
    announced: bool = False,
) -> None:
    """Write plan.csv, placements.csv and unplanned.csv into a folder that exists (see `output_folder`).

    `hauled`: parcels may go by linehauls, and have the columns that tell of it. `announced`: goods are on their way,
    and orders may wait for them.
    """
    _write_parcels(folder, parcels, currency, hauled)
    with (folder / "unplanned.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(unplanned_columns(announced))
        writer.writerows(unplanned_row(one, announced) for one in unplanned)


def unplanned_columns(announced: bool) -> tuple[str, ...]:
    """Of unplanned.csv; where goods are `announced`, orders may wait for them."""
    return UNPLANNED_COLUMNS + WAITING_COLUMNS if announced else UNPLANNED_COLUMNS


def unplanned_row(one: Unplanned, announced: bool = False) -> tuple[str, ...]:
    """In the order of `unplanned_columns`."""
    row = one.order, one.reason, one.detail, one.remedy, conflicts_text(one.conflicts)
    if not announced:
        return row
    wait = one.waiting
    return *row, *(("", "") if wait is None else (wait.due.isoformat(timespec="seconds"), str(wait.expected_by)))


def conflicts_text(conflicts: Iterable[Conflict]) -> str:
    """Say conflicts one after another; a bar stands between groups."""
    text, last = "", 0
    for one in conflicts:
        text += "" if not text else "; " if one.group == last else " | "
        text += f"{one.constraint}: {one.detail} -> {one.fix}{'' if one.enough else ' (not enough by itself)'}"
        last = one.group
    return text


def write_decisions(folder: Path, decisions: Iterable[Decision], currency: Currency) -> Iterator[Decision]:
    """Write decisions.jsonl, handing each decision on: a stream of them is computed once for all its readers."""
    with (folder / "decisions.jsonl").open("wb") as lines:
        for decision in decisions:
            lines.write(orjson.dumps(decision_record(decision, currency), option=orjson.OPT_APPEND_NEWLINE))
            yield decision


def write_summary(folder: Path, summary: Mapping[str, object]) -> None:
    """Write summary.json with the mark by which an output of ours is known."""
    marked = {**summary, MARK: WRITER}
    (folder / SUMMARY_FILE).write_bytes(orjson.dumps(marked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _write_parcels(folder: Path, parcels: Iterable[Parcel], currency: Currency, hauled: bool) -> None:
    with (
        (folder / "plan.csv").open("w", encoding="utf-8", newline="") as plan_out,
        (folder / "placements.csv").open("w", encoding="utf-8", newline="") as placements_out,
    ):
        plan, placements = csv.writer(plan_out), csv.writer(placements_out)
        plan.writerow(PLAN_COLUMNS + INJECTION_COLUMNS if hauled else PLAN_COLUMNS)
        placements.writerow(PLACEMENT_COLUMNS)
        for parcel in parcels:
            row = _plan_row(parcel, currency)
            plan.writerow(row + _injected(parcel.injection, currency) if hauled else row)
            placements.writerows(_placement_rows(parcel))


def _plan_row(parcel: Parcel, currency: Currency) -> tuple[object, ...]:
    return (
        parcel.parcel,
        " ".join(parcel.orders),
        parcel.site,
        parcel.carton,
        parcel.service,
        parcel.weight_g,
        parcel.billed_weight_g,
        parcel.ship_at.isoformat(timespec="seconds"),
        parcel.promised_by.isoformat(),
        probability_text(parcel.on_time_ppm),
        *map(currency.text, _amounts(parcel.cost)),
        *_grams(parcel.footprint),
    )


def _injected(injection: Injection | None, currency: Currency) -> tuple[object, ...]:
    """In the order of INJECTION_COLUMNS."""
    if injection is None:
        return (None, None, None, None)
    at = injection.handed_at.isoformat(timespec="seconds")
    return (injection.linehaul, injection.depot, at, currency.text(injection.cost_minor))


def _placement_rows(parcel: Parcel) -> list[tuple[object, ...]]:
    return [
        (
            parcel.parcel,
            place.order,
            place.sku,
            place.unit,
            parcel.carton,
            place.x_mm,
            place.y_mm,
            place.z_mm,
            place.length_mm,
            place.width_mm,
            place.height_mm,
        )
        for place in parcel.placements
    ]


def probability_text(ppm: int) -> str:
    return f"{ppm // PPM}.{ppm % PPM:06d}"


def _amounts(cost: CostParts) -> tuple[int, ...]:
    return (*cost.lines_minor, cost.total_minor)


def _grams(footprint: Footprint | None) -> tuple[int | None, ...]:
    """Middle, lower bound, upper bound: in the order of CARBON_COLUMNS."""
    return (None, None, None) if footprint is None else (footprint.mid_g, footprint.low_g, footprint.high_g)


def _carbon_record(footprint: Footprint | None) -> dict[str, int | None]:
    return dict(zip(CARBON_COLUMNS, _grams(footprint), strict=True))


def major(minor: int, currency: Currency) -> float | int:
    """Give an amount as a JSON number: the nearest one to the decimal, so that it prints as that decimal."""
    return minor / 10**currency.digits if currency.digits else minor


def decision_record(decision: Decision, currency: Currency) -> dict[str, Any]:
    """Say a decision in the keys of decisions.jsonl; amounts in major units."""
    flip = decision.flip
    return {
        "order": decision.order,
        "chosen": [_choice_record(choice, currency) for choice in decision.chosen],
        "cost": major(decision.cost_minor, currency),
        "rejected": [
            {
                "option": lost.option,
                "cost": None if lost.cost_minor is None else major(lost.cost_minor, currency),
                "constraint": lost.constraint,
                **_carbon_record(lost.footprint),
            }
            for lost in decision.rejected
        ],
        "flip": None if flip is None else {"change": flip.change, "amount": flip.amount, "to": flip.to},
        **({"weights": _weight_records(decision, currency)} if decision.weights else {}),
        "lower_bound": major(decision.lower_bound_minor, currency),
        "exact": decision.exact,
        "packing_proven": decision.packing_proven,
        "currency": currency.code,
        "data_version": decision.data_version,
        "seed": decision.seed,
        **({"flips": [flip_record(one) for one in decision.flips]} if decision.flips else {}),
        **(_shared_record(decision, currency) if decision.shared_with else {}),
        **({} if decision.trial is None else {"trial": _trial_record(decision.trial, currency)}),
    }


def _trial_record(trial: Trial, currency: Currency) -> dict[str, Any]:
    return {
        "service": trial.service,
        "in_place_of": trial.instead,
        "extra_cost": major(trial.extra_minor, currency),
        "propensity": trial.propensity_ppm / PPM,
    }


def _shared_record(decision: Decision, currency: Currency) -> dict[str, Any]:
    return {
        "shared_with": list(decision.shared_with),
        "cost_together": major(decision.together_minor, currency),
    }


def flip_record(flip: Flip) -> dict[str, Any]:
    """Say a change that can be made; what it does not name is left out."""
    named = {"site": flip.site, "sku": flip.sku, "service": flip.service, "day": flip.day}
    return {
        "change": flip.change,
        "amount": flip.amount,
        "to": flip.to,
        "kind": flip.kind,
        "by": flip.by,
        "unit": flip.unit,
        "least": flip.least,
        **{name: value for name, value in named.items() if value},
    }


def _weight_records(decision: Decision, currency: Currency) -> list[dict[str, Any]]:
    return [{"what": one.what, "amount": major(one.amount_minor, currency)} for one in decision.weights]


def _choice_record(choice: Choice, currency: Currency) -> dict[str, Any]:
    return {
        "site": choice.site,
        "carton": choice.carton,
        "service": choice.service,
        "ship_date": choice.ship_date,
        "promised_by": choice.promised_by,
        "on_time_probability": choice.on_time_ppm / PPM,
        "cost_parts": {
            name: major(amount, currency) for name, amount in zip(COST_COLUMNS, _amounts(choice.cost), strict=True)
        },
        "skus": list(choice.skus),
        **({"orders": list(choice.orders)} if choice.orders else {}),
        **({} if choice.at_border is None else {"at_border": _border_record(choice.at_border, currency)}),
        **({} if choice.injection is None else {"injection": _injection_record(choice.injection, currency)}),
        **({} if choice.ride is None else {"ride": ride_record(choice.ride, currency)}),
        **_carbon_record(choice.footprint),
    }


def _injection_record(injection: Injection, currency: Currency) -> dict[str, Any]:
    return {
        "linehaul": injection.linehaul,
        "depot": injection.depot,
        "handed_over_at": injection.handed_at.isoformat(timespec="seconds"),
        "linehaul_cost": major(injection.cost_minor, currency),
    }


def ride_record(ride: Ride, currency: Currency) -> dict[str, Any]:
    """Say the place of a parcel on a round, and its part of what that costs."""
    return {
        "round": ride.round,
        "vehicle": ride.vehicle,
        "trip": ride.trip,
        "position": ride.position,
        "arrival": ride.arrives_at.isoformat(timespec="seconds"),
        "round_cost": major(ride.cost_minor, currency),
    }


def _border_record(border: AtBorder, currency: Currency) -> dict[str, Any]:
    return {
        "incoterm": border.incoterm,
        "paid_by": "sender" if border.incoterm == "DDP" else "receiver",
        "duty": major(border.duty_minor, currency),
        "tax": major(border.tax_minor, currency),
        "why": border.why,
    }
