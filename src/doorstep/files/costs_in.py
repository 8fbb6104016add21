"""Rates of activities, and parcels of plans, in: checked in every cell, or refused with every fault."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.files.faults import Faults
from doorstep.files.folder import read_tables
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables, check_keys, check_references
from doorstep.files.schema_costs import OF_ROWS, PLACEMENTS, PLAN, RATES_COSTS
from doorstep.kernels.run import Progress, silent

COSTS = ("pick_cost", "carton_cost", "freight", "surcharges", "duty_tax", "lateness_cost")


@dataclass(frozen=True, slots=True)
class ActivityRate:
    """What an activity costs; empty fields: any category, any country."""

    activity: str
    per: str
    rate_micros: int
    times_ppm: int
    category: str
    country: str


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """A parcel of a plan: its cost parts in the order of COSTS, and how many units of what lie in it, by order."""

    parcel: str
    cost_micros: tuple[int, ...]
    units: tuple[tuple[tuple[str, str], int], ...]  # (order, sku), units; in the order in which they lie there


def read_rates(folder: Path) -> tuple[tuple[ActivityRate, ...], str]:
    """Read rates_costs.csv of a folder, and its sha256; none: no rates. Raises InputRefused with every fault."""
    faults = Faults()
    tables, version = read_tables(folder, [RATES_COSTS], faults, silent)
    check_keys(tables)
    read = tables.get(RATES_COSTS.name)
    if read is not None:
        finding = read.rule("category")
        for row, per, category in zip(read.rows, read.values["per"], read.values["category"], strict=True):
            if category and per is not None and per not in OF_ROWS:
                finding.add(row, category, f"a rate per {per} knows no category: it is for all that is in it")
    faults.refuse_if_any()
    if read is None:
        return (), ""
    names = ("activity", "per", "rate", "times", "category", "country")
    return tuple(ActivityRate(*cells) for cells in zip(*(read.values[name] for name in names), strict=True)), version


def read_plans(folders: Sequence[Path], progress: Progress = silent) -> tuple[tuple[PlannedParcel, ...], str]:
    """Read plan.csv and placements.csv of outputs of `plan`, and the sha256 of all. Raises InputRefused."""
    found: list[PlannedParcel] = []
    faults, version = Faults(), hashlib.sha256()
    for rank, folder in enumerate(folders):
        progress("reading plans", rank, len(folders))
        tables: Tables = {}
        for at, table in enumerate((PLAN, PLACEMENTS)):
            read_file(folder / table.file, table, 2 * rank + at, faults, tables, version.update)
        check_keys(tables)
        check_references(tables)
        if len(tables) == 2 and not faults.count:
            found += _parcels(tables)
    _once(folders, found, faults)
    faults.refuse_if_any()
    return tuple(found), version.hexdigest() if folders else ""


def _once(folders: Sequence[Path], found: Sequence[PlannedParcel], faults: Faults) -> None:
    """Refuse a parcel that two plans tell of: it would be counted twice."""
    twice = sorted(name for name, times in Counter(one.parcel for one in found).items() if times > 1)
    if twice and len(folders) > 1:
        finding = faults.rule(PLAN.file, 2 * len(folders))
        for name in twice:
            finding.add(0, name, "is in two of the plans")


def _parcels(tables: Tables) -> list[PlannedParcel]:
    plan, places = tables["plan"].values, tables["placements"].values
    units: dict[str, Counter[tuple[str, str]]] = {}
    for parcel, order, sku in zip(places["parcel"], places["order"], places["sku"], strict=True):
        units.setdefault(parcel, Counter())[order, sku] += 1
    costs = zip(*(plan[name] for name in COSTS), strict=True)
    return [
        PlannedParcel(parcel, cost, tuple(units.get(parcel, Counter()).items()))
        for parcel, cost in zip(plan["parcel"], costs, strict=True)
    ]
