"""Commitments of all brands as a page: whose parcels count, what could not be planned, and nothing said twice."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.documents.report.test_commitments_report import HOSTILE, report

from doorstep.documents.insights.commitments import PooledReport, commitments_page
from doorstep.documents.insights.page import plain, read
from doorstep.domain.money import Currency

BRANDS = (("Tea & Leaf", 1200), (HOSTILE, 0))


def test_it_tells_how_accounts_stand_and_whose_parcels_count() -> None:
    page = commitments_page(PooledReport(report(), BRANDS, 6))
    assert read(json.loads(json.dumps(plain(page)))) == page
    accounts, worths, shares, pooled = page.sections
    assert accounts.charts[0].rows[0][:2] == ("pony-q2", "120")
    assert [row[0] for row in worths.tables[0].rows] == ["pony-q2", "mule-q2"]
    assert [row[1] for row in shares.tables[0].rows] == ["pony-std"]  # what goes the cheapest way is not listed
    assert pooled.tables[0].rows == (("Tea & Leaf", "1,200"), (HOSTILE, "0"))
    assert "Past periods" not in [one.name for one in page.tiles]
    assert HOSTILE not in str(accounts.charts[0].drawing)


def test_plans_in_two_currencies_stand_on_one_page() -> None:
    krona = report(brand=replace(report().brand, currency=Currency("SEK")))
    pages = [commitments_page(PooledReport(one, BRANDS, 6)) for one in (report(), krona)]
    keys = [one.key for page in pages for one in page.sections]
    charts = [chart.key for page in pages for one in page.sections for chart in one.charts]
    assert (len(set(keys)), len(set(charts))) == (len(keys), len(charts)) == (8, 2)


def test_what_was_not_planned_is_told() -> None:
    bare = report(accounts=(), shares=(), notices=("No commitment runs today.",))
    page = commitments_page(PooledReport(bare, BRANDS, 6))
    assert page.left_out == "No commitment runs today"
    assert page.tiles == ()
    assert [bool(one.filled or one.empty) for one in page.sections] == [True, True, True, True]
