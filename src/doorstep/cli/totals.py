"""The table that `doorstep plan` prints: the plan beside the rule that most shops use."""

from __future__ import annotations

from rich.table import Table

from doorstep.documents.report.wording import amount, count, decimal, percent
from doorstep.domain.money import Currency
from doorstep.domain.plan import Figures
from doorstep.domain.units import divide_half_up
from doorstep.flows.plan_folder import Planned

NONE = "–"  # a rate of nothing
Row = tuple[str, str, str]


def totals(planned: Planned) -> Table:
    """Every count, cost and rate of both; a rate of nothing is a dash."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("plan", justify="right", style="bold", no_wrap=True)
    table.add_column("nearest site, then cheapest", justify="right", no_wrap=True)
    for row in rows(planned):
        table.add_row(*row)
    return table


def rows(planned: Planned) -> tuple[Row, ...]:
    result = planned.result
    plan, rule = result.plan.figures, result.baseline
    currency, bound = result.reasons.market.problem.brand.currency, result.lower_bound_minor
    speed, saved = float(str(planned.summary["orders_per_second"])), float(str(planned.summary["saving_pct"]))
    beside = zip(_figures(currency, plan), _figures(currency, rule), strict=True)
    weighs = plan.bids_minor != 0  # the bound is then of the objective and of that; nobody weighed the rule
    weights = (("weights, which are not paid", amount(currency, plan.bids_minor), ""),)
    return (
        *((name, mine, its) for (name, mine), (_, its) in beside),
        *(weights if weighs else ()),
        ("gap to the lower bound", _above(plan, bound), NONE if weighs else _above(rule, bound)),
        ("lower bound", amount(currency, bound), ""),
        ("saving against the rule", percent(saved / 100, 2) if rule.objective_minor else NONE, ""),
        ("orders per second", decimal(speed, 0 if speed >= 10 else 1) if plan.orders else NONE, ""),
    )


def _above(of: Figures, bound: int) -> str:
    return percent((of.weighed_minor - bound) / of.weighed_minor if of.weighed_minor else 0.0, 2)


def _figures(currency: Currency, of: Figures) -> tuple[tuple[str, str], ...]:
    return (
        ("orders", count(of.orders)),
        ("unplanned", count(of.unplanned)),
        ("parcels", count(of.parcels)),
        ("cost per parcel", _mean(currency, of.cost_minor, of.parcels)),
        ("cost per planned order", _mean(currency, of.cost_minor, of.planned)),
        ("mean promised days", decimal(of.mean_promised_days) if of.planned else NONE),
        ("expected on time, of all orders", percent(of.expected_on_time) if of.orders else NONE),
        ("split, of planned orders", percent(of.split_rate) if of.planned else NONE),
        ("objective", amount(currency, of.objective_minor)),
    )


def _mean(currency: Currency, minor: int, number: int) -> str:
    return amount(currency, divide_half_up(minor, number)) if number else NONE
