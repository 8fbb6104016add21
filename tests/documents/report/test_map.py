from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.documents.report.synthetic import empty_report, plan_report

from doorstep.documents.report.map import HEIGHT, WIDTH, site_map
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tally import tally


def drawn(report: PlanReport) -> ElementTree.Element:
    made = site_map(report, tally(report))
    assert made is not None
    return ElementTree.fromstring(made.drawing)


def orders_of(root: ElementTree.Element) -> int:
    titles = [circle.findtext("title", "") for circle in root.iter("circle")]
    return sum(int(title.split(": ")[1].split(" order")[0].replace(",", "")) for title in titles)


def test_every_located_order_is_in_one_dot() -> None:
    assert orders_of(drawn(plan_report(150, unplanned_every=10))) == 150


def test_one_far_order_does_not_make_the_rest_small() -> None:
    report = plan_report(201)
    made = site_map(report, tally(report))
    assert made is not None
    assert made.notes == ("1 order outside the first view: press “All” to see everything.",)
    inside = [c for c in ElementTree.fromstring(made.drawing).iter("circle") if 0 <= float(c.get("cx", -1)) <= WIDTH]
    assert len(inside) > 50


def test_the_view_of_everything_holds_every_dot() -> None:
    root = drawn(plan_report(201))
    x, y, width, height = (float(v) for v in root.get("data-all", "").split())
    assert width / height == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    for circle in root.iter("circle"):
        assert x <= float(circle.get("cx", "nan")) <= x + width
        assert y <= float(circle.get("cy", "nan")) <= y + height


def test_orders_without_coordinates_are_counted_aloud() -> None:
    report = plan_report(20, located=False)
    made = site_map(report, tally(report))
    assert made is not None
    assert made.notes == ("20 orders without coordinates, not on the map.",)
    assert not list(ElementTree.fromstring(made.drawing).iter("circle"))


def test_sites_are_larger_the_more_they_ship() -> None:
    report = plan_report(150)
    counted = tally(report)
    made = site_map(report, counted)
    assert made is not None
    assert [row.parcels for row in made.rows] == [
        str(n) for n in sorted((u.parcels for u in counted.sites.values()), reverse=True)
    ]
    squares = [float(r.get("width", 0)) for r in ElementTree.fromstring(made.drawing).iter("rect")]
    assert squares == sorted(squares)  # the busiest is drawn last, on top


def test_unplanned_orders_are_dots_of_their_own() -> None:
    root = drawn(plan_report(30, unplanned_every=1))
    assert {c.get("class") for c in root.iter("circle")} == {"c-unplanned"}


def test_sites_show_before_any_order() -> None:
    assert len(list(drawn(empty_report()).iter("rect"))) == 4


def test_nothing_located_has_no_map() -> None:
    report = replace(plan_report(5, located=False), sites=())
    assert site_map(report, tally(report)) is None


def test_places_across_the_world_stay_on_it() -> None:
    report = plan_report(2)
    fiji, alaska = (
        replace(o, place=replace(o.place, latitude=lat, longitude=lon))
        for o, (lat, lon) in zip(report.orders, ((-17.7, 178.0), (61.2, -149.9)), strict=True)
    )
    assert orders_of(drawn(replace(report, orders=(fiji, alaska)))) == 2
