"""What the report of customers says, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.kernels.learn.shops import AS_OF, shop

from doorstep.documents.report.customers_charts import days_span, worth_chart
from doorstep.documents.report.customers_report import (
    CustomersReport,
    group_rows,
    headline,
    tiles,
    write_customers_report,
)
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.kernels.learn.customers import learn_customers
from doorstep.kernels.learn.customers_problem import CustomersProblem

HOSTILE = "</script><img src=x onerror=alert(1)>"
BRAND = Brand("b", "Hearth", Currency("EUR"), "DE", 900_000, 5_000_000, 40_000_000)


def report_of(problem: CustomersProblem, name: str = "Hearth") -> CustomersReport:
    return CustomersReport(replace(BRAND, name=name), learn_customers(problem), {"tea": HOSTILE}, "0" * 64, 0)


@pytest.fixture(scope="module")
def report() -> CustomersReport:
    return report_of(shop(500))


def test_the_headline_answers_the_question(report: CustomersReport) -> None:
    assert headline(report).startswith("A day sooner is worth ")
    assert "ask for cheaper" in headline(report_of(replace(shop(500), shown=())))
    assert "customers" in headline(report_of(replace(shop(200), shown=(), replies=())))
    assert headline(report_of(CustomersProblem(AS_OF))) == "Nothing is known of customers yet."


def test_a_small_group_is_told_as_too_few(report: CustomersReport) -> None:
    rows = {row[0]: row for row in group_rows(report)}
    assert rows["LU"][2] == "too few"
    assert set(rows["LU"][3:]) == {"–"}
    assert "EUR" in rows["calm"][3]


def test_figures_stand_with_their_intervals(report: CustomersReport) -> None:
    chart = worth_chart(report.told.wants, BRAND.currency)
    assert chart is not None
    assert [row[0] for row in chart.rows] == [
        "A day sooner",
        "Called next-day",
        "Locker or pickup point",
        "A place higher",
    ]
    day = report.told.wants.overall.worth["day_sooner"]
    assert chart.rows[0][2] == f"{day.low:.2f} EUR to {day.high:.2f} EUR"
    assert tiles(report)[4].value.startswith("−")


def test_names_of_the_shop_are_no_markup(tmp_path: Path, report: CustomersReport) -> None:
    write_customers_report(tmp_path / "report.html", replace(report, brand=replace(BRAND, name=HOSTILE)))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "LU" not in page.split("Where they live")[1].split("How to read this")[0]
    assert "Nobody drew lots for who is late" in page


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(None, -8, "8 or more early"), (-7, -4, "4 to 7 early"), (0, 0, "on the day"), (1, 3, "1 to 3 late"),
     (8, None, "8 or more late")],
)  # fmt: skip
def test_days_are_told_early_or_late(first: int | None, last: int | None, said: str) -> None:
    assert days_span(first, last) == said
