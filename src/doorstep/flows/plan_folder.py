"""Plan a brand folder: read it, decide, and put the output folder in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.records import MOST_LADDERS
from doorstep.documents.report.write import write_report
from doorstep.domain.demand import Order
from doorstep.domain.exploration import Exploration
from doorstep.domain.learned import TransitModel
from doorstep.files.emissions import with_defaults
from doorstep.files.folder import BrandFolder, read_folder, select_orders
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_decisions, write_plan, write_summary
from doorstep.files.plan_rounds_out import write_rounds
from doorstep.files.plan_stored import asked_record
from doorstep.flows.commitment_prices import commitment_prices_on
from doorstep.flows.learned_values import valued_carbon, valued_orders, with_values
from doorstep.flows.summary import summarise, trials_of
from doorstep.flows.widen import known_by, widened
from doorstep.kernels.plan.awaited import Awaited, await_goods
from doorstep.kernels.plan.plan import PlanParams, PlanProblem, PlanResult, plan
from doorstep.kernels.promise.durations import durations_at
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders: placed on `first` or later and before `until`, by the date as written."""

    first: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of it: the kernel's result and the summary as written."""

    result: PlanResult
    summary: dict[str, object]


def plan_folder(
    folder: Path,
    out: Path,
    *,
    selection: Selection,
    run: Run,
    stopwatch: Callable[[], float],
    params: PlanParams | None = None,
    now: datetime | None = None,
    documents: bool = True,
    force: bool = False,
) -> Planned:
    """Plan the selected orders of `folder` into `out`.

    Raises InputRefused with every fault, or OutputRefused; in both cases `out` is as it was before.
    """
    start = stopwatch()
    with output_folder(out, force, reading=folder) as aside:  # first, so that a refusal costs no planning
        brand_folder = read_folder(folder, run.progress)
        orders = select_orders(brand_folder, selection.first, selection.until)
        loaded = stopwatch()
        problem = problem_of(brand_folder, orders, now, run.seed)
        result = plan(problem, params, run)
        decided = stopwatch()
        awaited = await_goods(problem, result, params, run)
        waited = stopwatch()
        seconds = {"seconds_reading": loaded - start, "seconds_planning": decided - loaded}
        summary = summarise(result, decided - start, peak_memory_mb(), brand_folder.data_version, run.seed)
        _write(aside, brand_folder, orders, result, awaited, summary, selection, documents, run)
        seconds["seconds_writing"] = stopwatch() - waited
        summary |= {name: round(value, 3) for name, value in seconds.items()}
        summary |= told_durations(brand_folder, problem.transit.as_of)
        if brand_folder.values:
            summary["valued_orders"] = valued_orders(problem.bid_prices, orders)
            summary |= valued_carbon(problem.bid_prices, orders)
        if brand_folder.inbound:
            summary["waiting"] = len(awaited.waits)
            summary["seconds_waiting"] = round(waited - decided, 3)
        if brand_folder.trials:
            summary |= trials_of(brand_folder.trials, result)
        summary["asked"] = asked_record(selection.first, selection.until, now, run.iterations)
        summary["params"] = asdict(params or PlanParams())
        write_summary(aside, summary)
    return Planned(result, summary)


def problem_of(
    folder: BrandFolder, orders: tuple[Order, ...], now: datetime | None = None, seed: int = 0
) -> PlanProblem:
    """Build the kernel's problem; durations and disruptions are those known when the first of the orders was placed.

    `seed`: of the lots that say which orders try a service.
    """
    known = now or min((order.placed_at for order in orders), default=datetime(1970, 1, 1, tzinfo=UTC))
    problem = PlanProblem(
        brand=folder.brand,
        products=folder.products,
        sites=folder.sites,
        collections=folder.collections,
        stock=folder.stock,
        inbound=folder.inbound,
        cartons=folder.cartons,
        tariff=folder.tariff,
        orders=orders,
        transit=folder_durations(folder, known),
        data_version=folder.data_version,
        now=now,
        emission_factors=with_defaults(folder.emission_factors),
        rules=folder.rules,
        linehauls=folder.linehauls,
        bid_prices=with_values(commitment_prices_on(folder.commitment_prices, known.date()), folder.values, orders),
        vans=folder.vans,
        exploration=Exploration(folder.trials, seed) if folder.trials else None,
    )
    return widened(problem, known_by(folder.disruptions, known.date()), known.date())


def folder_durations(folder: BrandFolder, known: datetime) -> TransitModel:
    """Give the durations that promises of a folder rest on, by what was known then."""
    published = folder.durations.model if folder.durations else None
    return durations_at(published, folder.history, known, folder.sites, folder.collections, folder.tariff.services)


def told_durations(folder: BrandFolder, as_of: datetime) -> dict[str, object]:
    """What promises rest on, as the summary tells it; nothing where no durations were ever published."""
    if folder.durations is None:
        return {}
    published = folder.durations.model.as_of == as_of
    return {"durations": "published" if published else "learned", "durations_as_of": as_of.isoformat()}


def _write(
    aside: Path,
    folder: BrandFolder,
    orders: tuple[Order, ...],
    result: PlanResult,
    awaited: Awaited,
    summary: dict[str, object],
    selection: Selection,
    documents: bool,
    run: Run,
) -> None:
    currency, hauled = folder.brand.currency, bool(folder.linehauls)
    unplanned = awaited.left(result)
    write_plan(aside, result.plan.parcels, unplanned, currency, hauled, bool(folder.inbound))
    if folder.vans:
        write_rounds(aside, result.plan, currency)
    decisions = write_decisions(aside, result.decisions(run, MOST_LADDERS if documents else 0), currency)
    if not documents:
        for _ in decisions:
            pass
        return
    report = PlanReport(
        brand=folder.brand,
        sites=folder.sites,
        services=folder.tariff.services,
        cartons=folder.cartons,
        products=folder.products,
        orders=orders,
        parcels=result.plan.parcels,
        unplanned=unplanned,
        decisions=decisions,
        figures=result.plan.figures,
        baseline=result.baseline,
        lower_bound_minor=result.lower_bound_minor,
        seconds=float(str(summary["seconds"])),
        peak_memory_mb=float(str(summary["peak_memory_mb"])),
        data_version=folder.data_version,
        seed=run.seed,
        placed_from=str(selection.first or ""),
        placed_to=str(selection.until or ""),
        hauled=hauled,
    )
    write_report(aside / "report.html", report, run.progress)


__all__ = ["Planned", "Selection", "plan_folder", "problem_of"]
