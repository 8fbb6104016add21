"""Reports of demand and costs, made of what is drawn."""

from __future__ import annotations

from tests.kernels.learn.demands import drawn

from doorstep.documents.report.insight_costs import CostReport
from doorstep.documents.report.insight_demand import DemandReport
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.flows.insight_costs import BY, kind_of
from doorstep.kernels.learn.costs import trace
from doorstep.kernels.learn.costs_change import changes
from doorstep.kernels.learn.costs_groups import grouped
from doorstep.kernels.learn.costs_problem import Charge, CostProblem, CostRow
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_backtest import backtest, rows
from doorstep.kernels.learn.demand_problem import DemandParams

HOSTILE = "</script><img src=x onerror=alert(1)>"
BRAND = Brand("b", HOSTILE, Currency("EUR"), "DE", 900_000, 5_000_000, 40_000_000)
PARAMS = DemandParams(origins=8, trial_origins=4)
MONTHS = ("2026-01", "2026-02")


def demand_report(weeks: int = 40) -> DemandReport:
    problem = drawn(1, weeks=weeks)
    tested = backtest(problem, PARAMS)
    return DemandReport(BRAND, problem, forecast(problem, PARAMS), tested, rows(tested), "0" * 64)


def costs_report(orders: int = 40) -> CostReport:
    goods = [
        CostRow(
            f"o{n}", f"p{n}", f"s{n % 12}", HOSTILE if n % 2 else f"cat{n % 9}", f"c{n % 5}", ("DE", "AT")[n % 2],
            MONTHS[n % 3 == 0], 1 + n % 3, 900, 500, 1_000,
        )
        for n in range(orders)
    ]  # fmt: skip
    charges = [Charge("freight", 450 + 7 * n, parcel=one.parcel) for n, one in enumerate(goods)]
    charges += [Charge("pick", 80, order=one.order) for one in goods]
    result = trace(CostProblem(tuple(goods), tuple(charges)))
    changed = changes(result, *MONTHS, kind_of)
    groups = [group for by, of in BY.items() for group in grouped(result, by, of)]
    return CostReport(BRAND, result, changed, MONTHS, groups, 3, 0, "0" * 64)
