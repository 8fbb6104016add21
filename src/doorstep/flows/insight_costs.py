"""Where the money of a brand folder's orders went: gather what was charged, trace it, and put the answer in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doorstep.documents.report.insight_costs import CostReport, write_costs_report
from doorstep.files.costs_in import read_plans, read_rates
from doorstep.files.costs_out import costs_object, write_costs
from doorstep.files.folder import read_folder
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.flows.cost_charges import Gathered, gather
from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_change import changes
from doorstep.kernels.learn.costs_groups import grouped
from doorstep.kernels.learn.costs_problem import CostProblem, CostRow
from doorstep.kernels.run import Run

BY: Mapping[str, Callable[[CostRow], str]] = {
    "country": lambda row: row.country,
    "category": lambda row: row.category,
    "month": lambda row: row.month,
    "customer": lambda row: row.customer,
    "sku": lambda row: row.sku,
}


@dataclass(frozen=True, slots=True)
class CostsWish:
    """What is asked for: orders placed before `as_of`; parcels of `plans`, and those of history."""

    as_of: date
    plans: tuple[Path, ...] = ()


def insight_costs(folder: Path, out: Path, wish: CostsWish, *, run: Run, force: bool = False) -> dict[str, object]:
    """Write costs.csv, costs_by.csv, changes.csv, report.html and summary.json into `out`.

    Returns summary.json as written. Raises InputRefused with every fault, or OutputRefused; in each case `out` is as it
    was before.
    """
    with output_folder(out, force, reading=(folder, *wish.plans)) as aside:
        read = read_folder(folder, run.progress)
        rates, rates_version = read_rates(folder)
        plans, plans_version = read_plans(wish.plans, run.progress)
        gathered = gather(read, plans, rates, wish.as_of)
        result = trace(CostProblem(gathered.rows, gathered.charges))
        months = last_months(wish.as_of)
        changed = changes(result, *months, kind_of)
        groups = [group for by, of in BY.items() for group in grouped(result, by, of)]
        write_costs(aside, result, groups, changed, read.brand.currency)
        told = costs_object(result, changed, months, read.brand.currency) | _told(gathered, wish)
        told |= {"data_version": read.data_version, "rates_version": rates_version, "plans_version": plans_version}
        report = CostReport(
            read.brand, result, changed, months, groups, gathered.left_out, gathered.from_plans, read.data_version
        )
        write_costs_report(aside / "report.html", report)
        write_summary(aside, told)
    return told


def kind_of(row: CostRow) -> str:
    """Goods of one category to one country are one kind: between kinds is the mix."""
    return f"{row.country} {row.category}"


def last_months(as_of: date) -> tuple[str, str]:
    """Name the last whole month before a day, after the one before it."""
    whole = as_of.year * 12 + as_of.month - 2
    before, after = (f"{at // 12}-{at % 12 + 1:02d}" for at in (whole - 1, whole))
    return before, after


def _told(gathered: Gathered, wish: CostsWish) -> dict[str, object]:
    return {
        "as_of": wish.as_of.isoformat(),
        "orders_from_plans": gathered.from_plans,
        "orders_left_out": gathered.left_out,
        "rates": gathered.rates,
    }
