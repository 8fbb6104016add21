"""The order that docs/concepts.md works out is worked out by the program to the same cent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from doorstep.domain.decision import Decision
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.plan import PlanProblem, PlanResult, plan

ROOT = Path(__file__).resolve().parents[2]
PROSE = " ".join((ROOT / "docs" / "concepts.md").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def problem() -> PlanProblem:
    folder = read_folder(ROOT / "examples" / "tea_shop")
    return problem_of(folder, folder.orders)


@pytest.fixture(scope="module")
def result(problem: PlanProblem) -> PlanResult:
    return plan(problem)


def decision(result: PlanResult, order: str) -> Decision:
    return next(one for one in result.decisions() if one.order == order)


def euros(minor: int) -> str:
    return f"{minor / 100:.2f}"


def test_the_lines_of_the_worked_order(result: PlanResult) -> None:
    (chosen,) = decision(result, "T-2").chosen
    cost = chosen.cost
    for line, minor in (
        ("picking", cost.pick_minor),
        ("carton", cost.carton_minor),
        ("freight", cost.freight_minor),
        ("surcharges", cost.surcharges_minor),
        ("duty and tax", cost.duty_tax_minor),
        ("lateness", cost.lateness_minor),
        (r"\*\*sum\*\*", cost.total_minor),
    ):
        assert re.search(rf"\| {line} \|[^|]*\| (\*\*)?{euros(minor)}(\*\*)? \|", PROSE), line
    parcel = next(one for one in result.plan.parcels if one.orders == ("T-2",))
    assert f"{parcel.weight_g} g" in PROSE
    assert f"zone near, {parcel.billed_weight_g} g" in PROSE
    assert (parcel.site, parcel.carton, parcel.service, str(parcel.promised_by)) == (
        *("munich", "large", "parcel"),
        "2026-11-19",
    )


def test_the_best_split_of_it(result: PlanResult) -> None:
    split = next(lost for lost in decision(result, "T-2").rejected if " + " in lost.option)
    assert split.option.count("munich") == 2
    assert split.cost_minor is not None
    assert f"both parcels from Munich, costs {euros(split.cost_minor)}" in PROSE


def test_who_gets_the_teapot(problem: PlanProblem, result: PlanResult) -> None:
    """First come, first served: T-1 alone, then T-2 out of what is left."""
    costs = {order: decision(result, order).cost_minor for order in ("T-1", "T-2")}
    first = decision(plan(replace(problem, orders=problem.orders[:1])), "T-1").cost_minor
    left = tuple(
        replace(one, on_hand=0) if (one.site, one.sku) == ("munich", "teapot") else one for one in problem.stock
    )
    second = decision(plan(replace(problem, orders=problem.orders[1:2], stock=left)), "T-2").cost_minor
    for name, mine, other in (("T-1, who came first", first, second), ("T-2", costs["T-1"], costs["T-2"])):
        assert f"| {name} | {euros(mine)} | {euros(other)} | {euros(mine + other)} |" in PROSE


def test_the_bound(result: PlanResult) -> None:
    own = [decision(result, order).lower_bound_minor for order in ("T-1", "T-2", "T-3")]
    assert f"{euros(own[0])}, {euros(own[1])} and {euros(own[2])} (T-3)" in PROSE
    assert (
        f"a bound of {euros(sum(own) + 6000)}, and the plan costs {euros(result.plan.figures.objective_minor)}" in PROSE
    )
    assert f"raises the bound to {euros(result.lower_bound_minor)}" in PROSE
    assert result.gap_pct == 0
