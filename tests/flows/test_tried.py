"""Services that a brand folder lets be tried: planned, counted, told, and repeated to the byte."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.files.write import write_csv
from doorstep.flows.plan_folder import Selection, plan_folder, problem_of
from doorstep.flows.replay_decision import replay_decision
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.run import Run


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tried") / "brand"
    demo_brand(folder, 150, 6)
    services = [one.service for one in read_folder(folder).tariff.services]
    rows = [(one, f"{0.5 / len(services):.4f}", "3.00") for one in services]
    write_csv(folder / "explore.csv", ("service", "share", "most_extra"), rows)
    return folder


@pytest.fixture(scope="module")
def planned(brand: Path) -> Path:
    out = brand.parent / "plan"
    run = Run(seed=3, iterations=50)
    plan_folder(brand, out, selection=Selection(), run=run, stopwatch=lambda: 0.0, documents=True)
    return out


def decisions(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "decisions.jsonl").read_bytes().splitlines()]


def test_the_summary_counts_what_the_receipts_say(planned: Path) -> None:
    summary = json.loads((planned / "summary.json").read_text())
    tried = [one["trial"] for one in decisions(planned) if "trial" in one]
    assert summary["tried_orders"] == len(tried) > 0
    assert Decimal(str(summary["tried_extra_cost"])) == sum(Decimal(str(one["extra_cost"])) for one in tried)
    for service, of in summary["tried"].items():
        mine = [one for one in tried if one["service"] == service]
        assert of["orders"] == len(mine)
        assert Decimal(str(of["extra_cost"])) == sum(Decimal(str(one["extra_cost"])) for one in mine)
    assert all(0 < one["propensity"] <= 0.5 and one["extra_cost"] <= 3 for one in tried)
    assert "was chosen to be measured" in (planned / "report.html").read_text(encoding="utf-8")


def test_a_receipt_comes_out_again_to_the_byte(brand: Path, planned: Path) -> None:
    found = next(one["order"] for one in decisions(planned) if "trial" in one)
    assert replay_decision(brand, planned, found, Run()).same


def test_another_seed_tries_other_orders_and_each_plan_is_verified(brand: Path) -> None:
    read = read_folder(brand)
    seen = set()
    for seed in (1, 2):
        problem = problem_of(read, read.orders, None, seed)
        made = plan(problem, None, Run(seed=seed, iterations=50)).plan
        assert check(problem, made) == ()
        seen.add(frozenset(one.order for one in made.tried))
    assert len(seen) == 2
