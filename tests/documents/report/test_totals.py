from __future__ import annotations

from dataclasses import replace

import pytest
from tests.documents.report.synthetic import empty_report, nothing_planned, plan_report

from doorstep.documents.report.totals import gap, headline, saving, tiles, totals
from doorstep.domain.plan import Figures

PLAN = Figures("plan", 100, 98, 110, 12, 80_000, 2_500, 400, 93.5)
RULE = Figures("nearest", 100, 95, 120, 20, 81_000, 2_500, 450, 90.0)
REPORT = replace(plan_report(0), figures=PLAN, baseline=RULE, lower_bound_minor=84_000)


def test_the_saving_is_of_the_objective_with_unplanned_orders_counted() -> None:
    assert saving(REPORT) == pytest.approx((93_500 - 85_000) / 93_500)
    assert gap(REPORT) == pytest.approx(1_000 / 85_000)


def test_the_table_shows_both_and_their_difference() -> None:
    rows = {row.name: row for row in totals(REPORT)}
    assert (rows["Planned"].plan, rows["Planned"].rule, rows["Planned"].difference) == ("98", "95", "+3")
    assert rows["Unplanned"].verdict == "better"
    assert rows["Objective"].plan == "850.00 EUR"
    assert rows["Objective"].difference == "−85.00 EUR"
    assert rows["Cost per order"].plan == "8.16 EUR"
    assert rows["Cost per parcel"].difference == "+0.52 EUR"
    assert rows["Cost per parcel"].verdict == "worse"
    assert rows["Mean promised days"].plan == "4.08"
    assert rows["Expected on time"].difference == "+3.5 points"
    assert rows["Split rate"].plan == "12.2 %"


def test_what_weighs_is_told_as_no_money_and_the_bound_as_one_of_both() -> None:
    rows = {row.name: row for row in totals(replace(REPORT, figures=replace(PLAN, bids_minor=9_000)))}
    assert rows["Weights, which are not paid"].plan == "90.00 EUR"
    assert rows["Objective"].plan == "850.00 EUR"
    assert "Lower bound of the objective and weights" in rows
    assert not any("eights" in row.name for row in totals(REPORT))


def test_unplanned_stands_beside_every_rate() -> None:
    rates = {
        "Cost per order",
        "Cost per parcel",
        "Gap to the bound",
        "Mean promised days",
        "Expected on time",
        "Split rate",
    }
    for row in totals(REPORT):
        if row.name in rates:
            assert row.plan_note == "2 unplanned"
            assert row.rule == "" or row.rule_note == "5 unplanned"


def test_costs_of_different_numbers_of_orders_are_not_judged() -> None:
    assert next(row for row in totals(REPORT) if row.name == "Cost of the planned orders").verdict == ""


def test_the_headline_says_what_came_out() -> None:
    assert headline(REPORT).startswith("98 of 100 orders travel in 110 parcels for 800.00 EUR: 9.1 % below the rule")
    assert "25.00 EUR counted for each order left out" in headline(REPORT)
    worse = replace(REPORT, figures=RULE, baseline=PLAN)
    assert "10.0 % above the rule" in headline(worse)
    assert tiles(worse)[0].name == "Above the nearest-site rule"


def test_nothing_to_compare_is_said_and_not_computed() -> None:
    assert headline(empty_report()) == "No order was placed in this selection, so there is nothing to plan."
    assert headline(nothing_planned()) == "None of the 5 orders could be planned. The reasons are below."
    rows = {row.name: row for row in totals(nothing_planned())}
    assert {rows[name].plan for name in ("Cost per order", "Mean promised days", "Split rate")} == {"–"}
    assert gap(empty_report()) == 0.0
