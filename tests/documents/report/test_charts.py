from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.documents.report.synthetic import empty_report, nothing_planned, plan_report

from doorstep.documents.report.charts import carton_use, charts, cost_per_parcel, on_time, promised_days
from doorstep.documents.report.lanes import lanes
from doorstep.documents.report.tally import on_time_of, tally
from doorstep.domain.money import Currency


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_every_drawing_is_well_formed_named_and_described() -> None:
    report = plan_report(40)
    for chart in charts(report, tally(report)):
        root = ElementTree.fromstring(chart.drawing)
        title, desc = root.find("title"), root.find("desc")
        assert title is not None
        assert title.text == chart.title
        assert desc is not None
        assert desc.text == chart.takeaway
        assert chart.rows


def test_cost_parts_add_up_to_the_cost_of_the_plan() -> None:
    report = plan_report(40)
    counted = tally(report)
    assert sum(counted.cost_parts_minor.values()) == report.figures.cost_minor == sum(counted.parcel_costs_minor)


def test_histograms_count_every_parcel_and_order() -> None:
    report = plan_report(120, unplanned_every=9)
    by_key = {chart.key: chart for chart in charts(report, tally(report))}
    for key, total in (
        ("costs", len(report.parcels)),
        ("ontime", len(report.parcels)),
        ("days", report.figures.planned),
    ):
        assert sum(number(row[1]) for row in by_key[key].rows) == total


def test_promised_days_agree_with_the_figures() -> None:
    report = plan_report(50)
    assert sum(tally(report).promised_days) == report.figures.promised_days


def test_parcels_below_the_target_stand_out() -> None:
    chart = on_time([1_000_000, 960_000, 950_000, 949_999, 920_000], 950_000)
    assert "60.0 % of the parcels reach the target of 95.0 %" in chart.takeaway
    bars = [node for node in ElementTree.fromstring(chart.drawing).iter("rect")]
    low = [bar for bar in bars if bar.get("class") == "bar-low" and float(bar.get("height", 0)) > 0]
    assert len(low) == 2


def test_the_takeaway_names_the_median() -> None:
    assert "Half of the parcels cost 2.00 EUR or less" in cost_per_parcel(Currency("EUR"), [100, 200, 300]).takeaway
    assert "half within 3" in promised_days([2, 3, 9]).takeaway


def test_fill_is_goods_over_inner_volume() -> None:
    report = plan_report(60)
    counted = tally(report)
    inner = {c.carton: c.inner_mm[0] * c.inner_mm[1] * c.inner_mm[2] for c in report.cartons}
    boxed = [p for p in report.parcels if p.carton == "M"]
    goods = sum(u.length_mm * u.width_mm * u.height_mm for p in boxed for u in p.placements)
    assert counted.cartons["M"].fill == pytest.approx(goods / (len(boxed) * inner["M"]))
    assert any(row[0] == "Own box" and row[2] == "" for row in carton_use(counted).rows)


def test_lanes_add_up_in_both_directions() -> None:
    report = plan_report(80)
    made = lanes(report, tally(report))
    assert made is not None
    assert number(made.totals[-1]) == len(report.parcels)
    for row in made.rows:
        assert sum(number(text) for text, _ in row.cells if text != "·") == number(row.total)


def test_an_order_is_on_time_when_all_its_parcels_are() -> None:
    first = plan_report(3).parcels[0]
    assert on_time_of([replace(first, on_time_ppm=900_000), replace(first, on_time_ppm=500_000)]) == pytest.approx(0.45)


def test_nothing_planned_draws_nothing() -> None:
    for report in (empty_report(), nothing_planned()):
        assert charts(report, tally(report)) == ()
        assert lanes(report, tally(report)) is None
