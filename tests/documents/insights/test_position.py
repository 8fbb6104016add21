"""Where stock should live as a page: proposals in order, and words where there is nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from doorstep.documents.insights.page import plain, read
from doorstep.documents.insights.position import PositionInsight, nothing_to_go_by, position_page
from doorstep.documents.report.position_report import PositionReport
from doorstep.documents.report.sites_map import Spot
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.placement import BulkMove, Point, Purchase, Shelf

HOSTILE = "</script><img src=x onerror=alert(1)>"
BRAND = Brand("b", "Hearth", Currency("EUR"), "DE", 900_000, 5_000_000, 40_000_000)
DAY = date(2026, 5, 11)
SUMMARY: dict[str, Any] = {
    "units_bought": 1_040, "units_moved": 12, "transfers": 2, "days": 3, "months": 1, "share_within": 0.875,
    "cost_total": 1234.5, "sites": ["ber", "muc"], "centre": "ber", "lead_days": {"ber": 28, "muc": 7},
}  # fmt: skip
REPORT = PositionReport(
    BRAND,
    [Spot("Berlin", Place("DE", "BE", "Berlin", "10115", 52.5, 13.4), 0.0, 0)],
    [
        Spot(HOSTILE, Place("DE", "BY", "", "80331", 48.1, 11.6), 41.0, 0),
        Spot("DE-HH", Place("DE", "HH", "", ""), 90.0, -1),
    ],
    [Shelf("ber", "mug", 40, 12, "", 150), Shelf("muc", "mug", 8, 2, "", 700)],
    [BulkMove("ber", "muc", "mug", 10, 500.0, DAY), BulkMove("ber", "muc", HOSTILE, 2, 400.0, DAY)],
    [Point(0.8, 100_000), Point(0.9, 120_000)],
    SUMMARY,
    [Purchase("ber", "lamp", 40, DAY), Purchase("ber", "mug", 1_000)],
)
INSIGHT = PositionInsight(REPORT, {("ber", "mug"): 7}, {("muc", "mug"): 3})


def test_what_matters_most_stands_first() -> None:
    page = position_page(INSIGHT)
    assert page.headline == "1,040 units to order and 12 to move between sites."
    frontier, orders, moves, sites, shelves = page.sections
    assert frontier.charts[0].rows == (("80.00 %", "1,000.00 EUR"), ("90.00 %", "1,200.00 EUR"))
    assert orders.tables[0].rows[0][:3] == ("mug", "ber", "1,000")
    assert [row[3:5] for row in moves.tables[0].rows] == [("2", "2.00 EUR"), ("10", "0.50 EUR")]
    assert shelves.tables[0].rows == (
        ("mug", "muc", "0", "3", "2", "8", "7.00 EUR"),
        ("mug", "ber", "7", "0", "12", "40", "1.50 EUR"),
    )
    assert shelves.tables[1].rows == (("ber", "1", "40", "28"), ("muc", "1", "8", "7"))
    assert [row[1:] for row in sites.charts[0].rows] == [("–", "90"), ("Berlin", "41")]
    assert "<img" not in str(sites.charts[0].drawing)
    assert read(json.loads(json.dumps(plain(page)))) == page


def test_where_nothing_is_to_be_done_the_page_says_so() -> None:
    still = SUMMARY | {"units_bought": 0, "units_moved": 0, "transfers": 0}
    bare = replace(REPORT, purchases=(), moves=[], points=[], sites=[], regions=[], summary=still)
    page = position_page(PositionInsight(bare, {}, {}))
    assert page.headline == "Nothing is to be ordered or moved this week."
    assert [one.key for one in page.sections if not one.filled] == ["frontier", "orders", "moves", "sites"]
    assert all(one.filled or one.empty for one in page.sections)


def test_why_nothing_can_be_told() -> None:
    page = nothing_to_go_by("no site is a store")
    assert (page.headline, page.sections) == ("No site is a store.", ())
