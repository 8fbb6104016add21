"""Linehauls on the map and in figures."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.documents.report.synthetic import hauled_report, plan_report

from doorstep.documents.report.hauls import handed_over, haul_rows
from doorstep.documents.report.map import site_map
from doorstep.documents.report.tally import tally


def test_each_way_is_a_line_and_the_depot_a_diamond() -> None:
    report = hauled_report()
    counted = tally(report)
    made = site_map(report, counted)
    assert made is not None
    root = ElementTree.fromstring(made.drawing)
    hauled = [one for one in report.parcels if one.injection is not None]
    told = [line.findtext("title", "") for line in root.iter("line")]
    assert len(told) == len({one.site for one in hauled})
    assert sum(int(one.split(": ")[1].split()[0]) for one in told) == len(hauled)
    diamonds = [one for one in root.iter("polygon") if one.get("class") == "depot"]
    titles = [one.findtext("title", "") for one in root.iter("g")]
    assert f"Paris hub (paris-hub): {len(hauled)} parcels handed over to local services" in titles
    assert len(diamonds) == 1
    assert "diamonds" in made.description


def test_figures_say_who_takes_over() -> None:
    report = hauled_report()
    counted = tally(report)
    rows = haul_rows(report, counted)
    assert sum(int(row.parcels) for row in rows) == handed_over(counted)["paris-hub"] > 0
    assert {row.depot for row in rows} == {"Paris hub"}
    assert {row.services for row in rows} == {"Gelbpost Economy"}
    assert [int(row.parcels) for row in rows] == sorted((int(row.parcels) for row in rows), reverse=True)


def test_a_depot_stands_among_the_linehauls_and_not_among_the_sites() -> None:
    report = hauled_report()
    made = site_map(report, tally(report))
    assert made is not None
    assert "paris-hub" not in {row.site for row in made.rows}


def test_a_plan_without_linehauls_draws_none() -> None:
    report = plan_report(30)
    made = site_map(report, tally(report))
    assert made is not None
    assert made.hauls == ()
    assert "hauls" not in made.drawing
