"""Costs to serve on the page of insight: where the money goes, and what changed since last month."""

from __future__ import annotations

from doorstep.documents.insights.page import InsightPage, Section, Table, table, tables
from doorstep.documents.report.insight_costs import (
    CostReport,
    change_rows,
    changes_chart,
    group_rows,
    headline,
    parts_chart,
    tiles,
)
from doorstep.documents.report.wording import counted

BY = (("country", "Country"), ("category", "Category"), ("sku", "Sku"), ("month", "Month"))


def costs_page(report: CostReport) -> InsightPage:
    """Lay out traced costs; of no customer alone."""
    before, after = report.months
    if not report.result.rows:
        return InsightPage("No parcel has left yet, so nothing has cost anything.", (), (), READING)
    heads = ("Part", before, "More or fewer units", "Other goods and countries", "Cost a unit", after)
    by = []
    for key, name in BY:
        columns, rows, more = group_rows(report, key)
        by.append(Table(f"By {name.lower()}", (name, *columns), tuple(rows), more=more))
    sections = (
        Section("parts", "Where the money goes", (parts_chart(report),), wide=True),
        Section(
            "changed",
            f"What changed since {before}",
            (changes_chart(report),) if report.changed else (),
            tables(table(f"From {before} to {after}", heads, change_rows(report))),
            empty=f"Neither in {before} nor in {after} was anything ordered that has left.",
            wide=True,
        ),
        Section("by", "By what", tables=tables(*by)),
    )
    left = f"{counted(report.left_out, 'order')} of which no parcel has left" if report.left_out else ""
    return InsightPage(headline(report), tiles(report), sections, READING, left)


READING = (
    (
        "Cost to serve",
        "What the plan of each parcel that has left says it costs: picking, carton, freight, surcharges, duty and tax,"
        " and what lateness is expected to cost. Orders of the history cost the freight that was paid.",
    ),
    (
        "What changed",
        "Units times their mix times the cost of a unit. Each step is a Shapley value: the mean over all orders in"
        " which the three may change, so that nothing is left over.",
    ),
    ("Month", "That in which the order was placed, by the shopper’s clock."),
)
