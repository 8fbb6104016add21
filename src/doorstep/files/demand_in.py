"""Foreseen demand, in again: demand_total.csv and shares.csv of `doorstep insight demand`, whole or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doorstep.files.columns import Table, must, opt
from doorstep.files.faults import Faults
from doorstep.files.kinds import code, day, measure, one_of, text, whole
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables, check_keys
from doorstep.files.table import Columns

LEVELS = {"q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95, "q99": 0.99}
MOST_UNITS = 10**9

TOTALS = Table(
    "demand_total",
    "Foreseen demand of all weeks together.",
    (
        must("kind", one_of(("sku", "category")), "what the series counts"),
        must("name", text(), "the sku or the category"),
        opt("region", text(), "`DE-BE`, or the country"),
        must("from", day(), "the first day"),
        must("weeks", whole(1, 104), "how many"),
        must("mean", measure(0, MOST_UNITS), "units"),
        *(must(name, whole(0, MOST_UNITS), "a quantile, units") for name in LEVELS),
    ),
    keys=(("kind", "name", "region"),),
    needs_rows=True,
)
SHARES = Table(
    "shares",
    "How a category's series divide among its skus.",
    (
        must("sku", code(), "product"),
        must("category", text(), "its category"),
        must("share", measure(0, 1), "of the category"),
    ),
    keys=(("sku",),),
)


@dataclass(frozen=True, slots=True)
class ForeseenSeries:
    """Units of one sku or category in one region over all the weeks: their mean, and the quantiles of LEVELS."""

    kind: str
    name: str
    region: str
    mean: float
    quantiles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ForeseenDemand:
    """What will be wanted over so many weeks; `shares` of skus that have no series of their own, with the category."""

    weeks: int
    series: tuple[ForeseenSeries, ...]
    shares: dict[str, tuple[str, float]]

    @property
    def skus(self) -> set[str]:
        """Products that it tells of, those that never sold among them."""
        return {one.name for one in self.series if one.kind == "sku"} | self.shares.keys()


def read_foreseen(folder: Path, as_of: date) -> ForeseenDemand:
    """Read an output of foreseen demand that begins on `as_of`. Raises InputRefused with every fault."""
    faults = Faults()
    tables: Tables = {}
    for rank, table in enumerate((TOTALS, SHARES)):
        read_file(folder / table.file, table, rank, faults, tables, lambda _: None)
    check_keys(tables)
    if TOTALS.name in tables:
        _check_span(tables[TOTALS.name], as_of)
    faults.refuse_if_any()
    of, parts = tables[TOTALS.name].values, tables[SHARES.name].values
    quantiles = zip(*(of[name] for name in LEVELS), strict=True)
    names = (of[name] for name in ("kind", "name", "region", "mean"))
    series = tuple(
        ForeseenSeries(kind, name, region or "", mean, units)
        for (kind, name, region, mean), units in zip(zip(*names, strict=True), quantiles, strict=True)
    )
    shared = zip(parts["sku"], parts["category"], parts["share"], strict=True)
    return ForeseenDemand(of["weeks"][0], series, {sku: (category, share) for sku, category, share in shared})


def _check_span(totals: Columns, as_of: date) -> None:
    """All rows are of the same weeks from `as_of` on; another day or number is named once, not row by row."""
    begins, spans = totals.rule("from"), totals.rule("weeks")
    if not totals.rows:
        begins.add(0, "", "foresees nothing")
        return
    told: set[object] = {as_of, None, totals.values["weeks"][0]}
    for row, starts, weeks in zip(totals.rows, totals.values["from"], totals.values["weeks"], strict=True):
        if starts not in told:
            begins.add(row, starts.isoformat(), f"foresees from another day than {as_of}")
        if weeks not in told:
            spans.add(row, str(weeks), f"is not {totals.values['weeks'][0]}, as in the first row")
        told |= {starts, weeks}
