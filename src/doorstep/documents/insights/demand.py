"""Demand on the page of insight: units by week, foreseen with their intervals, by product or category."""

from __future__ import annotations

import numpy as np

from doorstep.documents.insights.page import InsightPage, Section, Table, table, tables
from doorstep.documents.report.charts import Chart
from doorstep.documents.report.insight_charts import Line, lines
from doorstep.documents.report.insight_demand import (
    DemandReport,
    class_rows,
    day_of,
    group_rows,
    headline,
    largest_rows,
    tiles,
    weeks_chart,
)
from doorstep.documents.report.wording import count
from doorstep.kernels.learn.demand_problem import DAYS

PAST = 26  # weeks of a series' chart
DRAWN = 6  # series
LOW, MIDDLE, HIGH = 100_000, 500_000, 900_000


def demand_page(report: DemandReport) -> InsightPage:
    """Lay out foreseen demand."""
    if not report.problem.series:
        return InsightPage("No whole week of orders lies before this day, so nothing can be foreseen.", (), (), READING)
    goods, more = group_rows(report.rows, "goods")
    tested = ("Category", "Units", "Foreseen", "MASE", "Naive’s", "Pinball loss", "Naive’s", "Below to at q90")
    series = ("Product or category", "Kind", "Region", "Mean", "q10", "q50", "q90")
    sections = (
        Section("weeks", "All together", (weeks_chart(report),), wide=True),
        Section(
            "series",
            "By product and category",
            tuple(_series_chart(report, row) for row in _largest(report)),
            tables(table("Of which most is expected, all weeks together", series, largest_rows(report.found), words=3)),
            note="The band between q10 and q90 holds the units of a week with a probability of 80 %.",
            wide=True,
        ),
        Section(
            "tested",
            "How well that was known",
            tables=tables(
                Table("Backtest by category", tested, tuple(row[:8] for row in goods), more=more),
                table("What serves", ("Class", "Series", "Method", "Size", "Losses"), class_rows(report.found)),
            ),
            empty="The past is too short for a backtest.",
        ),
    )
    return InsightPage(headline(report), tiles(report), sections, READING)


def _largest(report: DemandReport) -> list[int]:
    total = report.found.total_mean
    asked_for = (row for row in range(len(report.found.series)) if total[row] > 0)
    return sorted(asked_for, key=lambda row: (-total[row], row))[:DRAWN]


def _series_chart(report: DemandReport, row: int) -> Chart:
    """Units of a series by week: those that came, and those to come between two quantiles."""
    problem, found = report.problem, report.found
    key, past = found.series[row], min(PAST, problem.weeks)
    ahead = found.mean.shape[1]
    places = [found.quantiles_ppm.index(level) for level in (LOW, MIDDLE, HIGH)]
    came: list[float | None] = [*map(float, problem.units[row, problem.weeks - past :]), *[None] * ahead]
    low, middle, high = ([*[None] * past, *map(float, found.quantile[row, :, at])] for at in places)
    first = problem.first_day + DAYS * (problem.weeks - past)
    labels = [day_of(first + DAYS * week) for week in range(past + ahead)]
    drawn = (Line("came", "s0", came), Line("q50", "s1", middle), Line("q10 and q90", "s2", high), Line("", "s2", low))
    name = f"{key.name}, {key.region}"
    mean = float(np.mean(found.mean[row]))
    takeaway = f"About {count(round(mean))} units a week are expected."
    rows = tuple(
        (label, *("–" if value is None else count(round(value)) for value in values))
        for label, *values in zip(labels, came, low, middle, high, strict=True)
    )
    drawing = lines(f"series-{row}", name, takeaway, labels, drawn)
    return Chart(f"series-{row}", name, takeaway, drawing, ("Week", "Came", "q10", "q50", "q90"), rows)


READING = (
    (
        "Foreseen",
        "By the method that lost least in past weeks for series of its class; seasonal-naive where none is better.",
    ),
    ("q10, q90", "In one of ten weeks fewer come than q10, in one of ten more than q90."),
    ("Product or category", "Products that sell well have series of their own; the others of a category are one."),
)
