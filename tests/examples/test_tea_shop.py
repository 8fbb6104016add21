"""The folder of the README is planned as the README says."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from time import perf_counter

import pytest

from doorstep.flows.plan_folder import Planned, Selection, plan_folder
from doorstep.kernels.plan.check import check
from doorstep.kernels.run import Run

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tea") / "plan"


@pytest.fixture(scope="module")
def planned(out: Path) -> Planned:
    shop = ROOT / "examples" / "tea_shop"
    return plan_folder(shop, out, selection=Selection(), run=Run(), stopwatch=perf_counter)


def test_the_table_of_the_readme_is_the_plan(planned: Planned, out: Path) -> None:
    told = re.findall(r"^\| (T-\d) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|$", README, re.MULTILINE)
    with (out / "plan.csv").open(encoding="utf-8", newline="") as rows:
        columns = ("orders", "site", "carton", "service", "promised_by", "cost")
        assert told == [tuple(row[name] for name in columns) for row in csv.DictReader(rows)]
    assert planned.result.plan.figures.planned == len(told) == 3


def test_what_the_readme_quotes_is_said(planned: Planned) -> None:
    decision = next(one for one in planned.result.decisions() if one.order == "T-1")
    near = next(lost for lost in decision.rejected if lost.option == "munich by parcel in small")
    assert near.cost_minor is not None
    assert decision.cost_minor - near.cost_minor == 66
    (left,) = planned.result.plan.unplanned
    prose = " ".join(README.split())
    assert f"*{near.option}, {near.cost_minor / 100:.2f}: {near.constraint}*" in prose
    assert f"{left.order}, to Salzburg, is left unplanned: *{left.detail}; {left.remedy}*" in prose


def test_the_usual_rule_splits_what_the_plan_does_not(planned: Planned) -> None:
    figures, baseline = planned.result.plan.figures, planned.result.baseline
    assert (figures.split_orders, baseline.split_orders) == (0, 1)
    assert figures.objective_minor == planned.result.lower_bound_minor < baseline.objective_minor


def test_the_plan_keeps_every_rule(planned: Planned) -> None:
    assert check(planned.result.reasons.market.problem, planned.result.plan) == ()
