"""Foresee the demand of a brand folder: count its orders by week, choose how, and put the answer in place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.documents.report.insight_demand import DemandReport, write_demand_report
from doorstep.domain.demand import Order
from doorstep.files.demand_out import (
    EPOCH_ORDINAL,
    demand_object,
    named_recipe,
    recipe_of,
    write_backtest,
    write_demand,
)
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_backtest import backtest, rows
from doorstep.kernels.learn.demand_problem import DAYS, DemandParams, DemandProblem, Recipe
from doorstep.kernels.learn.demand_series import Sale, SeriesParams, series_of
from doorstep.kernels.promise.calendars import bare_region, destination_calendar, holidays_between
from doorstep.kernels.run import Run

NO_SKU = SeriesParams(own_units=2**40)  # the backtest counts whole categories: who sells well is known only later


@dataclass(frozen=True, slots=True)
class DemandWish:
    """What is asked for: `weeks` from `as_of` on, tried from so many origins; `in_force`: a former output."""

    as_of: date
    weeks: int = 8
    origins: int = 13
    in_force: Path | None = None


def insight_demand(folder: Path, out: Path, wish: DemandWish, *, run: Run, force: bool = False) -> dict[str, object]:
    """Write demand.csv, demand_total.csv, shares.csv, backtest.csv, report.html and summary.json into `out`.

    What a former output in `out` serves by is in force, unless `wish` names another. Returns summary.json as written.
    Raises InputRefused with every fault, InvalidProblem or OutputRefused; in each case `out` is as it was before.
    """
    with output_folder(out, force, reading=folder) as aside:
        in_force = recipe_of(out) if wish.in_force is None else named_recipe(wish.in_force)
        read = read_folder(folder, run.progress)
        params = DemandParams(trial_origins=wish.origins)
        problem = demand_problem(read, wish.as_of, wish.weeks)
        found = forecast(problem, params, run, in_force=in_force)
        tested = backtest(demand_problem(read, wish.as_of, wish.weeks, NO_SKU), params, run)
        table = rows(tested)
        write_demand(aside, found)
        write_backtest(aside, table)
        told = demand_object(found, table, serving(found.recipe, in_force, found.served))
        told |= {"as_of": wish.as_of.isoformat(), "data_version": read.data_version, "seed": run.seed}
        placed = [one.placed_at.date() for one in read.orders if one.placed_at.date() < wish.as_of]
        report = DemandReport(read.brand, problem, found, tested, table, read.data_version, placed)
        write_demand_report(aside / "report.html", report)
        write_summary(aside, told)
    return told


def serving(candidate: Recipe, in_force: Recipe | None, served: str) -> Recipe:
    """Say what the next run finds in force; where seasonal-naive serves, nothing is."""
    if served == "candidate":
        return candidate
    return in_force if served == "in_force" and in_force is not None else Recipe()


def demand_problem(read: BrandFolder, as_of: date, weeks: int, params: SeriesParams | None = None) -> DemandProblem:
    """Count the orders of a folder placed before a day, by the date as written, with the holidays of their regions."""
    category_of = {one.sku: one.category for one in read.products}
    day = as_of.toordinal() - EPOCH_ORDINAL
    return with_holidays(series_of(sales_of(read.orders), category_of, day, weeks, params))


def sales_of(orders: Iterable[Order]) -> list[Sale]:
    """Give each line of orders as a sale."""
    return [
        Sale(
            order.placed_at.date().toordinal() - EPOCH_ORDINAL,
            line.sku,
            region_key(order.place.country, order.place.region),
            line.quantity,
        )
        for order in orders
        for line in order.lines
    ]


def region_key(country: str, region: str) -> str:
    """Name a region so that it is one in all the world: BR-SP; without a region the country."""
    bare = bare_region(country, region.strip())
    return f"{country}-{bare}" if bare else country


def with_holidays(problem: DemandProblem) -> DemandProblem:
    """Count the public holidays of each week, past and to come, where the goods are asked for."""
    length = problem.weeks + problem.horizon
    last = problem.first_day + DAYS * length - 1
    by_region: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for key in problem.series:
        if key.region not in by_region:
            days = holidays_between(destination_calendar(key.region[:2], key.region[3:]), problem.first_day, last)
            by_region[key.region] = np.bincount((days - problem.first_day) // DAYS, minlength=length).astype(np.float64)
    off = np.array([by_region[key.region] for key in problem.series]).reshape(len(problem.series), length)
    return replace(problem, days_off=off)
