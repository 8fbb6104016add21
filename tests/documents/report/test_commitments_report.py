"""What the report of volume commitments says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from doorstep.documents.report.commitments_charts import Account, Past, accounts_chart, periods_chart
from doorstep.documents.report.commitments_report import (
    CommitmentsReport,
    Share,
    headline,
    share_rows,
    tiles,
    worth_rows,
    write_commitments_report,
)
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency

HOSTILE = "</script><img src=x onerror=alert(1)>"
EUR = Currency("EUR")
BRAND = Brand("b", "Hearth", EUR, "DE", 900_000, 5_000_000, 40_000_000)
SHORT = Account(
    "pony-q2", "pony north", "minimum", False, 120.0, (180.0, 200.0, 220.0), (290.0, 305.0, 320.0), (300.0,), 0.8,
    -45.5, -45.5, None,
)  # fmt: skip
REBATE = Account(
    "mule-q2", "mule", "all_units", True, 80_000.0, (1e5, 1.2e5, 1.3e5), (1e5, 1.2e5, 1.3e5), (1e5, 2e5), 0.6,
    -0.04, -18.0, 18.0,
)  # fmt: skip
SHARES = (
    Share("ber → DE, zone 1, up to 500 g", 50.0, "pony-std", 0.6, 410.0, -45.5, False),
    Share("ber → DE, zone 1, up to 500 g", 50.0, "mule-std", 0.4, 400.0, 0.0, True),
)
PAST = (Past("April", 100.0, 50_000.0, 56_000.0, 49_000.0), Past("March", 90.0, 61_000.0, 60_000.0, 59_000.0))


def report(**changed: object) -> CommitmentsReport:
    made = CommitmentsReport(
        BRAND, date(2026, 5, 4), 8, (SHORT, REBATE), SHARES, PAST, 150_000.0, 190_000.0, 0.001, (), "0" * 64, 0
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def test_the_headline_says_what_the_plan_is_worth() -> None:
    assert headline(report()).startswith("400.00 EUR less are expected")
    assert "is the best for every contract" in headline(report(expected_minor=190_000.0))
    assert headline(report(accounts=())).startswith("No commitment runs")


def test_figures_at_the_head() -> None:
    told = {one.name: (one.value, one.verdict) for one in tiles(report())}
    assert told["Moved"] == ("60.0 %", "")
    assert told["Gap"] == ("0.10 %", "")
    assert told["Past periods"] == ("−50.00 EUR", "")
    lost = tiles(report(past=PAST[1:]))[-1]
    assert (lost.value, lost.verdict) == ("+10.00 EUR", "worse")
    assert tiles(report(past=()))[-1].value == "–"


def test_shadow_prices_have_the_unit_of_their_volume() -> None:
    minimum, rebate = worth_rows(report())
    assert minimum == ("pony-q2", "pony north", "minimum", "−0.455 EUR", "−0.455 EUR", "–", "80 %")
    assert rebate[3] == "−4.00 %"


def test_lanes_that_are_bent_are_listed() -> None:
    (row,) = share_rows(report(), [one for one in SHARES if not one.cheapest])
    assert row[1:] == ("pony-std", "60 %", "30", "4.100 EUR", "−0.455 EUR")


def test_charts_say_what_they_show() -> None:
    chart = accounts_chart((SHORT, REBATE), EUR)
    told = (
        "2 commitments, 1 minimum among them; if parcels went on as before, 1 of these would be missed, as planned 0."
    )
    assert chart.takeaway == told
    assert chart.rows[0][2] == "200 (180 to 220)"
    assert chart.rows[1][4] == "1,000.00 EUR, 2,000.00 EUR"
    assert chart.drawing.count('class="target"') == 3
    past = periods_chart(PAST, EUR)
    assert past.takeaway == "Cost beyond hindsight. In 1 of 2 periods choosing by prices would have cost less."
    assert past.rows[0][5:] == ("2.04 %", "14.29 %")


def test_the_page_opens_offline_and_trusts_no_name(tmp_path: Path) -> None:
    hostile = report(brand=replace(BRAND, name=HOSTILE), accounts=(replace(SHORT, name=HOSTILE),), notices=(HOSTILE,))
    write_commitments_report(tmp_path / "report.html", hostile)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_an_empty_page_says_what_it_needs(tmp_path: Path) -> None:
    write_commitments_report(tmp_path / "report.html", report(accounts=(), shares=(), past=()))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Nothing to plan" in page
    assert "No period to replay" in page
