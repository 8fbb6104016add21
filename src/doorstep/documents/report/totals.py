"""The plan beside the rule that most shops use: nearest site, then cheapest service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tiles import Tile, Verdict
from doorstep.documents.report.wording import amount, change, count, counted, decimal, percent, percent_ppm
from doorstep.domain.money import Currency
from doorstep.domain.plan import Figures

NONE = "–"  # a rate of nothing


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    plan: str
    rule: str
    difference: str = ""
    verdict: Verdict = ""
    explanation: str = ""
    plan_note: str = ""  # what a rate is of
    rule_note: str = ""
    difference_note: str = ""
    strong: bool = False


def saving(report: PlanReport) -> float:
    """The share of the rule's objective that the plan avoids."""
    rule = report.baseline.objective_minor
    return (rule - report.figures.objective_minor) / rule if rule else 0.0


def gap(report: PlanReport) -> float:
    """How far the objective lies above its lower bound, as a share of the objective."""
    objective = report.figures.weighed_minor
    return (objective - report.lower_bound_minor) / objective if objective else 0.0


def tiles(report: PlanReport) -> tuple[Tile, ...]:
    plan, rule, currency = report.figures, report.baseline, report.brand.currency
    saved = saving(report)
    return (
        Tile(
            f"{'Below' if saved > 0 else 'Above' if saved < 0 else 'Level with'} the nearest-site rule",
            percent(abs(saved)),
            f"objective {amount(currency, plan.objective_minor)}, the rule's {amount(currency, rule.objective_minor)}",
            _verdict(saved),
        ),
        Tile(
            "Cost per parcel",
            _per(currency, plan.cost_minor, plan.parcels),
            f"the rule: {_per(currency, rule.cost_minor, rule.parcels)}",
        ),
        Tile(
            "Mean promise",
            _days(plan, " days"),
            f"the rule: {_days(rule, ' days')}",
        ),
        Tile(
            "Expected on time",
            percent(plan.expected_on_time),
            f"of all orders; the rule: {percent(rule.expected_on_time)}",
        ),
        Tile(
            "Not planned",
            count(plan.unplanned),
            f"of {count(plan.orders)}; the rule: {count(rule.unplanned)}",
            "worse" if plan.unplanned else "better",
        ),
    )


def totals(report: PlanReport) -> tuple[Row, ...]:
    return (*_counts(report), *_costs(report), *_service(report))


def _counts(report: PlanReport) -> tuple[Row, ...]:
    plan, rule = report.figures, report.baseline
    return (
        Row("Orders", count(plan.orders), count(rule.orders)),
        _counted("Planned", plan.planned, rule.planned, "more"),
        _counted("Unplanned", plan.unplanned, rule.unplanned, "less"),
        _counted("Parcels", plan.parcels, rule.parcels, ""),
    )


def _costs(report: PlanReport) -> tuple[Row, ...]:
    plan, rule, currency = report.figures, report.baseline, report.brand.currency
    saved = rule.objective_minor - plan.objective_minor
    return (
        Row(
            "Cost of the planned orders",
            amount(currency, plan.cost_minor),
            amount(currency, rule.cost_minor),
            change(currency, plan.cost_minor - rule.cost_minor),
            _verdict(rule.cost_minor - plan.cost_minor) if plan.planned == rule.planned else "",
            plan_note=_beside(plan),
            rule_note=_beside(rule),
        ),
        _rated("Cost per order", currency, plan, rule, plan.planned, rule.planned),
        _rated("Cost per parcel", currency, plan, rule, plan.parcels, rule.parcels),
        Row(
            "Objective",
            amount(currency, plan.objective_minor),
            amount(currency, rule.objective_minor),
            change(currency, -saved),
            _verdict(saved),
            f"Cost, and {amount(currency, plan.unplanned_cost_minor)} for each order left unplanned",
            difference_note=percent(-saving(report)) if rule.objective_minor else "",
            strong=True,
        ),
        *_weights(report),
        Row(
            f"Lower bound of the objective{' and weights' if plan.bids_minor else ''}",
            amount(currency, report.lower_bound_minor),
            "",
            explanation="From prices of what is short: no plan it chooses among "
            + ("comes to less, cost and weights together" if plan.bids_minor else "costs less"),
        ),
        Row("Gap to the bound", percent(gap(report), 2), "", plan_note=_beside(plan)),
    )


def _weights(report: PlanReport) -> tuple[Row, ...]:
    """What the plan was chosen by beside its objective; nobody weighed the rule."""
    plan = report.figures
    if not plan.bids_minor:
        return ()
    why = "Commitment prices, and days until the promised date at what they are worth to shoppers"
    return (Row("Weights, which are not paid", amount(report.brand.currency, plan.bids_minor), "", explanation=why),)


def _service(report: PlanReport) -> tuple[Row, ...]:
    plan, rule = report.figures, report.baseline
    days = plan.mean_promised_days - rule.mean_promised_days
    kept = plan.expected_on_time - rule.expected_on_time
    split = plan.split_rate - rule.split_rate
    target = percent_ppm(report.brand.on_time_target_ppm)
    comparable = bool(plan.planned and rule.planned)
    return (
        Row(
            "Mean promised days",
            _days(plan),
            _days(rule),
            _signed(days, decimal(days)) if comparable else "",
            _verdict(-days) if comparable else "",
            "From placing to the promised date, of the planned orders",
            _beside(plan),
            _beside(rule),
        ),
        Row(
            "Expected on time",
            percent(plan.expected_on_time),
            percent(rule.expected_on_time),
            f"{_signed(kept, decimal(kept * 100, 1))} points",
            _verdict(kept),
            f"Of all orders, every parcel by its promise; unplanned counts as late. Target {target}",
            _beside(plan),
            _beside(rule),
        ),
        Row(
            "Split rate",
            percent(plan.split_rate) if plan.planned else NONE,
            percent(rule.split_rate) if rule.planned else NONE,
            f"{_signed(split, decimal(split * 100, 1))} points" if comparable else "",
            "",
            "Planned orders that travel in more than one parcel",
            _beside(plan),
            _beside(rule),
        ),
    )


def _counted(name: str, plan: int, rule: int, good: Literal["more", "less", ""]) -> Row:
    difference = plan - rule
    verdict = _verdict(difference if good == "more" else -difference if good == "less" else 0)
    return Row(name, count(plan), count(rule), _signed(difference, count(difference)) if difference else "0", verdict)


def _rated(name: str, currency: Currency, plan: Figures, rule: Figures, of_plan: int, of_rule: int) -> Row:
    difference, verdict = "", _verdict(0)
    if of_plan and of_rule:
        less = round(plan.cost_minor / of_plan) - round(rule.cost_minor / of_rule)
        difference, verdict = change(currency, less), _verdict(-less)
    return Row(
        name,
        _per(currency, plan.cost_minor, of_plan),
        _per(currency, rule.cost_minor, of_rule),
        difference,
        verdict,
        plan_note=_beside(plan),
        rule_note=_beside(rule),
    )


def _per(currency: Currency, minor: int, number: int) -> str:
    return amount(currency, round(minor / number)) if number else NONE


def _days(figures: Figures, unit: str = "") -> str:
    return decimal(figures.mean_promised_days) + unit if figures.planned else NONE


def _beside(figures: Figures) -> str:
    return f"{count(figures.unplanned)} unplanned"


def _signed(value: float, text: str) -> str:
    return f"+{text}" if value > 0 else text


def _verdict(gain: float) -> Verdict:
    return "better" if gain > 0 else "worse" if gain < 0 else ""


def headline(report: PlanReport) -> str:
    """The plan in one sentence."""
    plan, currency = report.figures, report.brand.currency
    if not plan.orders:
        return "No order was placed in this selection, so there is nothing to plan."
    if not plan.planned:
        return f"None of the {counted(plan.orders, 'order')} could be planned. The reasons are below."
    planned = count(plan.planned) if plan.unplanned else "All"
    of = f" of {count(plan.orders)}" if plan.unplanned else f" {count(plan.orders)}"
    saved = saving(report)
    compared = "as costly as" if not saved else f"{percent(abs(saved))} {'below' if saved > 0 else 'above'}"
    missing = plan.unplanned or report.baseline.unplanned
    counting = (
        f", with {amount(currency, plan.unplanned_cost_minor)} counted for each order left out" if missing else ""
    )
    return (
        f"{planned}{of} orders travel in {counted(plan.parcels, 'parcel')} for {amount(currency, plan.cost_minor)}: "
        f"{compared} the rule most shops use, the nearest site and then the cheapest service{counting}."
    )
