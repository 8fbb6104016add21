"""Work out what is learned of a brand by its record, and keep it as a page: a chore of the night, or when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from doorstep.core.accounts.queries import all_brands
from doorstep.core.jobs.actions import put_many
from doorstep.core.learned import insights
from doorstep.core.learned.insights import KINDS, InsightKind, Kept
from doorstep.core.messages.surveys import replies
from doorstep.core.tariffs.snapshot import tariff
from doorstep.documents.insights.carriers import carriers_page
from doorstep.documents.insights.costs import costs_page
from doorstep.documents.insights.customers import customers_page
from doorstep.documents.insights.demand import demand_page
from doorstep.documents.insights.page import plain
from doorstep.documents.report.carriers_report import CarriersReport
from doorstep.documents.report.customers_report import CustomersReport
from doorstep.documents.report.insight_costs import CostReport
from doorstep.documents.report.insight_demand import DemandReport
from doorstep.domain.days import number_of
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.files.demand_out import demand_object, recipe_in
from doorstep.files.values_out import learned_rows
from doorstep.flows.cost_charges import gather
from doorstep.flows.insight_carriers import exploration, trials_proposed
from doorstep.flows.insight_costs import BY, kind_of, last_months
from doorstep.flows.insight_demand import NO_SKU, sales_of, serving, with_holidays
from doorstep.flows.insight_position import position_insight
from doorstep.flows.insight_record import RecordBooks, books, planned
from doorstep.flows.kits import exploded
from doorstep.flows.shown_options import quotes_decided, shown_options
from doorstep.kernels.learn.carrier_problem import problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_change import changes
from doorstep.kernels.learn.costs_groups import grouped
from doorstep.kernels.learn.costs_problem import CostProblem
from doorstep.kernels.learn.customers import learn_customers
from doorstep.kernels.learn.customers_problem import CustomersParams, CustomersProblem
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_backtest import backtest, rows
from doorstep.kernels.learn.demand_problem import DemandParams, DemandProblem
from doorstep.kernels.learn.demand_series import SeriesParams, series_of
from doorstep.kernels.run import Run

JOB = "learn insights"
CHORE = "insights"
POSITION = "position"  # a chore of its own: stock is moved by the week
WEEKS = 8  # foreseen
Before = Mapping[str, Any]  # the document that is replaced
OF_NOBODY = tuple((by, of) for by, of in BY.items() if by != "customer")


def learn_insight(scope: Scope, brand_id: int, kind: InsightKind, *, now: datetime, run: Run) -> Kept:
    """Work out one kind, by what was known when today began, and keep it; placing stock, by the stock of now.

    Raises NotFound for a foreign brand or a kind that is not known.
    """
    if brand_id not in scope.brands or kind not in KINDS:
        raise NotFound("no such brand or kind of insight")
    as_of = now.date()
    before = insights.kept(scope, brand_id, kind)
    read = books(brand_id, as_of)
    if kind == "position":  # alone of them it goes by what lies on the shelves, which is of the instant
        document = plain(position_insight(scope.operator, brand_id, read, now))
    else:
        document = PAGES[kind](brand_id, read, before.document if before else {}, run)
    found = Kept(as_of, now, document)
    insights.keep(brand_id, kind, found, scope.actor)
    return found


def key_of(brand_id: int, kind: InsightKind) -> str:
    """Name the job of a brand and kind."""
    return f"brand:{brand_id}:{kind}"


def learn_insights_nightly(now: datetime) -> int:
    """Have everything worked out anew: a job for each brand and kind, for any worker, so that each fails alone."""
    brands = all_brands()
    for operator, brand in brands:
        put_many(JOB, _jobs(brand, NIGHTLY, "system"), at=now, operator=operator)
    return len(brands)


def position_weekly(now: datetime) -> int:
    """Have it worked out where stock should live: a job for each brand, for any worker."""
    brands = all_brands()
    for operator, brand in brands:
        put_many(JOB, _jobs(brand, ("position",), "system"), at=now, operator=operator)
    return len(brands)


def ask_for_insight(scope: Scope, brand_id: int, kind: InsightKind, *, now: datetime) -> None:
    """Have one kind worked out soon. Raises NotFound for a foreign brand."""
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    put_many(JOB, _jobs(brand_id, (kind,), scope.actor), at=now, operator=scope.operator)


def _jobs(brand_id: int, kinds: tuple[InsightKind, ...], actor: str) -> dict[str, dict[str, Any]]:
    return {key_of(brand_id, kind): {"brand": brand_id, "kind": kind, "actor": actor} for kind in kinds}


def _carriers(brand_id: int, read: RecordBooks, __: Before, run: Run) -> dict[str, Any]:
    params = CarrierParams(late_cost_micros=read.brand.late_cost_micros)
    record = carriers(problem_of(read.history, read.as_of), params, run)
    proposals = exploration(
        record, params, (one.service for one in tariff(brand_id).services if one.tracked)
    )  # else nothing is learned
    report = CarriersReport(read.brand, record, params, (), proposals, "", run.seed)
    trials = [[one.service, one.share_ppm, one.most_extra_micros] for one in trials_proposed(proposals)]
    return plain(carriers_page(report)) | {"trials": trials}


def _costs(brand_id: int, read: RecordBooks, _: Before, __: Run) -> dict[str, Any]:
    whole = replace(read, orders=tuple(map(exploded, read.orders)))
    gathered = gather(whole, planned(brand_id, read.brand, read.as_of), (), read.as_of)
    result, months = trace(CostProblem(gathered.rows, gathered.charges)), last_months(read.as_of)
    groups = [group for by, of in OF_NOBODY for group in grouped(result, by, of)]
    changed = changes(result, *months, kind_of)
    report = CostReport(read.brand, result, changed, months, groups, gathered.left_out, gathered.from_plans, "")
    return plain(costs_page(report))


def _customers(brand_id: int, read: RecordBooks, __: Before, run: Run) -> dict[str, Any]:
    at, shown = datetime.combine(read.as_of, time.min, UTC), shown_options(brand_id, read.brand.currency)
    told = learn_customers(
        CustomersProblem(at, read.orders, read.history, shown, replies(brand_id), decided=quotes_decided(brand_id)),
        CustomersParams(),
        run,
    )
    names = {one.sku: one.name for one in read.products}
    page = plain(customers_page(CustomersReport(read.brand, told, names, "", run.seed)))
    return page | {"values": [list(row) for row in learned_rows(told.wants)]}


def _demand(_: int, read: RecordBooks, before: Before, run: Run) -> dict[str, Any]:
    """What serves is kept beside the page: the next night judges by it."""
    sales = sales_of(exploded(order) for order in read.orders)
    category_of = {one.sku: one.category for one in read.products}

    def problem(params: SeriesParams | None = None) -> DemandProblem:
        return with_holidays(series_of(sales, category_of, number_of(read.as_of), WEEKS, params))

    params, in_force = DemandParams(), recipe_in(before)
    whole = problem()
    found = forecast(whole, params, run, in_force=in_force)
    tested = backtest(problem(NO_SKU), params, run)
    table = rows(tested)
    kept = demand_object(found, table, serving(found.recipe, in_force, found.served))
    return plain(demand_page(DemandReport(read.brand, whole, found, tested, table, ""))) | {"recipe": kept["recipe"]}


PAGES: Mapping[InsightKind, Callable[[int, RecordBooks, Before, Run], dict[str, Any]]] = {
    "carriers": _carriers,
    "customers": _customers,
    "demand": _demand,
    "costs": _costs,
}
NIGHTLY: tuple[InsightKind, ...] = tuple(PAGES)
