"""Customers on the page of insight: where they live, how often they buy, what they like, what kept promises do."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.documents.insights.page import InsightPage, Section, Table, table, tables
from doorstep.documents.report.customers_charts import conversion_chart, wishes_chart, worth_chart
from doorstep.documents.report.customers_report import (
    CustomersReport,
    again_rows,
    favourite_rows,
    headline,
    pair_rows,
    place_rows,
    promised_rows,
    tiles,
)
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import count, counted, decimal, percent
from doorstep.kernels.learn.shopping import AGAIN_DAYS


def customers_page(report: CustomersReport) -> InsightPage:
    """Lay out what is learned of customers."""
    buying, least = report.told.buying, report.told.least_people
    small = f"No group has {least} customers yet."
    between = buying.frequency.median_days_between
    often = often_rows(buying.frequency.times, least)
    again = f"Bought again: within {AGAIN_DAYS} days of delivery, of those whose {AGAIN_DAYS} days are over."
    unnamed = f"{counted(buying.without_customer, 'order')} that name no customer" if buying.without_customer else ""
    sections = (
        Section(
            "places",
            "Where they live",
            tables=tables(
                table(
                    "Countries", ("Country", "Customers", "Share", "Orders", "Goods"), place_rows(report, "countries")
                ),
                table("Regions", ("Region", "Customers", "Share", "Orders", "Goods"), place_rows(report, "regions")),
            ),
            empty=small,
        ),
        Section(
            "often",
            "How often they buy",
            tables=tables(table("Customers by orders", ("Orders of a customer", "Customers", "Share"), often)),
            note=""
            if between is None or not often
            else f"Between two orders of a customer lie {decimal(between, 0)} days, in the middle.",
            empty=small,
        ),
        Section("favourites", "Favourite products", tables=_favourites(report), empty=small),
        Section(
            "promises",
            "Kept promises, and who comes again",
            tables=tables(
                table("After a promise kept or broken", ("Promise", "Customers", "Bought again"), again_rows(buying)),
                table(
                    "By days promised",
                    ("Promised", "Orders", "Basket", "95 % interval", "Bought again"),
                    promised_rows(report),
                ),
            ),
            note=f"{again} Of each customer one order counts. Nobody drew lots for whose promise is broken.",
            empty=f"Of promises kept or broken {least} customers each are not known yet, {AGAIN_DAYS} days on.",
        ),
        _taken(report),
        _wants(report),
    )
    return InsightPage(headline(report), _tiles(report), sections, reading(least), unnamed)


def _tiles(report: CustomersReport) -> tuple[Tile, ...]:
    """Customers, and who bought again, unless they or the others are too few."""
    customers, again, *_ = tiles(report)
    buying, least = report.told.buying, report.told.least_people
    once = buying.frequency.times[0]
    if any(0 < one < least for one in (once, buying.customers - once)):
        again = Tile(again.name, "–", f"fewer than {least} customers")
    return customers, again


def often_rows(times: Sequence[int], least: int) -> list[tuple[str, ...]]:
    """Rows of customers by how often they bought; what fewer than `least` did is told with what comes before it."""
    spans: list[tuple[int, int]] = []  # orders from, customers; each but the last of just so many orders
    rest = 0
    for orders in range(len(times), 0, -1):
        rest += times[orders - 1]
        if rest >= least:
            spans.append((orders, rest))
            rest = 0
    if not spans:
        return []
    if spans[-1][0] > 1:  # too few bought more rarely, if anybody: they are told with those who bought more
        spans.append((1, spans.pop()[1] + rest))
    spans.reverse()
    total = sum(times)
    ends = [start - 1 for start, _ in spans[1:]]
    return [
        (_orders(start, end), count(people), percent(people / total))
        for (start, people), end in zip(spans, [*ends, None], strict=True)
    ]


def _orders(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} or more"
    return str(first) if first == last else f"{first} to {last}"


def _favourites(report: CustomersReport) -> tuple[Table, ...]:
    heads = ("Product", "Sku", "Customers", "Units", "Goods", "Bought again")
    pairs = ("Product", "And", "Orders", "Support", "Lift", "95 % interval")
    return tables(
        table("Favourites", heads, favourite_rows(report), words=2),
        table("Bought together", pairs, pair_rows(report), words=2),
    )


def _taken(report: CustomersReport) -> Section:
    chart = conversion_chart(report.told.buying)
    return Section(
        "taken",
        "What a promise sells",
        (chart,) if chart else (),
        note="Of quotes, not of shoppers: who looks twice is asked twice." if chart else "",
        empty=f"Fewer than {report.told.least_people} quotes were taken or let go since they are counted.",
    )


def _wants(report: CustomersReport) -> Section:
    found = (worth_chart(report.told.wants, report.brand.currency), wishes_chart(report.told.voice))
    return Section(
        "wants",
        "What they want",
        tuple(one for one in found if one),
        note="Of quotes that were taken up, and of answers to the survey." if any(found) else "",
        empty=f"Fewer than {report.told.least_people} shoppers have chosen between options, or answered the survey.",
        wide=True,
    )


def reading(least: int) -> tuple[tuple[str, str], ...]:
    """Say what words mean."""
    return (
        (
            "Who is told",
            f"No group of fewer than {least} people, and none whose telling would give a smaller one away.",
        ),
        ("Kept", "There by the promised day. A parcel that is not there when its day has passed breaks its promise."),
    )
