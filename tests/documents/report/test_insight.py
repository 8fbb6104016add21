"""What the pages of demand and costs say."""

from __future__ import annotations

from pathlib import Path

from tests.documents.report.insight import HOSTILE, costs_report, demand_report

from doorstep.documents.report.insight_costs import (
    change_rows,
    changes_chart,
    parts_chart,
    tree,
    write_costs_report,
)
from doorstep.documents.report.insight_costs import headline as costs_headline
from doorstep.documents.report.insight_demand import grid, group_rows, headline, tiles, weeks_chart, write_demand_report


def test_the_demand_page_says_what_comes_and_how_well_that_was_known(tmp_path: Path) -> None:
    report = demand_report()
    assert "units are expected in 3 weeks" in headline(report)
    assert [tile.name for tile in tiles(report)][:2] == ["Expected units", "What was learned"]
    chart = weeks_chart(report)
    assert len(chart.rows) == report.problem.weeks + 3
    assert str(chart.drawing).count("<polyline") >= 3
    shown, left = group_rows(report.rows, "goods")
    assert (len(shown), left) == (4, 0)
    heads, cells = grid(report)
    assert len(heads) == 3
    assert {len(row) for _, row in cells} == {3}
    write_demand_report(tmp_path / "report.html", report)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert page.count("<h2") == 6


def test_losses_stay_in_the_table() -> None:
    report = demand_report()
    marks = {row[-1] for by in ("goods", "region", "week", "ahead") for row in group_rows(report.rows, by)[0]}
    worse = any(
        ours.pinball > naive.pinball
        for ours in report.rows
        for naive in report.rows
        if (ours.by, ours.key) == (naive.by, naive.key) and ours.model == "chosen" and naive.model != "chosen"
        if ours.by in ("goods", "region", "week", "ahead")
    )
    assert ("worse" in marks) == worse


def test_a_short_past_is_told(tmp_path: Path) -> None:
    report = demand_report(3)
    assert "too short" in headline(report)
    write_demand_report(tmp_path / "report.html", report)
    assert "The past is too short to try" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_cost_page_adds_up(tmp_path: Path) -> None:
    report = costs_report()
    total = report.result.total_minor
    assert "40 orders cost" in costs_headline(report)
    assert parts_chart(report).rows[-1][1] == f"{total / 100:,.2f} EUR"
    assert changes_chart(report).rows[0][0] == "2026-01"
    assert change_rows(report)[-1][0] == "All parts"
    branches = tree(report)
    assert sorted(one.name for one in branches) == ["AT", "DE"]
    assert all(one.branches for one in branches)
    write_costs_report(tmp_path / "report.html", report)
    assert HOSTILE not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_nothing_to_trace_is_told(tmp_path: Path) -> None:
    report = costs_report(0)
    write_costs_report(tmp_path / "report.html", report)
    assert "Nothing to trace yet" in (tmp_path / "report.html").read_text(encoding="utf-8")
