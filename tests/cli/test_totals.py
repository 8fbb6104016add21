"""Totals of a plan on the terminal, where something weighs beside its cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flows.commit_brand import commit_brand

from doorstep.cli.totals import rows
from doorstep.flows.plan_folder import Planned, Selection, plan_folder
from doorstep.kernels.run import Run


def planned(folder: Path) -> Planned:
    asked = Selection()
    return plan_folder(
        folder, folder.parent / "plan", selection=asked, run=Run(), stopwatch=lambda: 0.0, documents=False
    )


def test_what_weighs_is_told_beside_the_money_and_the_rule_has_no_gap(tmp_path: Path) -> None:
    done = planned(commit_brand(tmp_path / "brand", values="worth,value\nday_sooner,1.60\nnext_day,0.75\n"))
    told, figures = done.summary, done.result.plan.figures
    assert figures.bids_minor > 0
    assert float(str(told["weights"])) == pytest.approx(figures.bids_minor / 100)
    assert told["objective"] == told["cost_total"]
    assert told["valued_orders"] == 1
    together = float(str(told["objective"])) + float(str(told["weights"]))
    gap = 100 * (together - float(str(told["lower_bound"]))) / together
    assert float(str(told["gap_pct"])) == pytest.approx(gap, abs=1e-3)
    table = {name: (mine, its) for name, mine, its in rows(done)}
    assert table["weights, which are not paid"] == (f"{figures.bids_minor / 100:.2f} EUR", "")
    assert table["gap to the lower bound"] == ("0.00 %", "–")  # its money beside a bound of more than money


def test_where_nothing_weighs_the_rule_has_a_gap(tmp_path: Path) -> None:
    done = planned(commit_brand(tmp_path / "brand", values="worth,value\nday_sooner,-1\n"))
    assert "weights" not in done.summary
    assert done.summary["valued_orders"] == 0
    table = {name: (mine, its) for name, mine, its in rows(done)}
    assert "weights, which are not paid" not in table
    assert table["gap to the lower bound"][1].endswith("%")
