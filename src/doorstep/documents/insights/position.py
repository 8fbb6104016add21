"""Where stock should live, on the page of insight: what being faster costs, and what to order and to move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.documents.insights.page import InsightPage, Section, table, tables
from doorstep.documents.report.charts import Chart
from doorstep.documents.report.position_report import PositionReport, frontier_chart
from doorstep.documents.report.sites_map import sites_map
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, count, counted, day, percent

ORDERS = ("Product", "For", "Units", "Would be taken in")
MOVES = ("Product", "From", "To", "Units", "Each is worth", "Would be taken in")
SHELVES = ("Product", "Site", "Units there", "On their way", "Asks for more at", "Filled up to", "One more is worth")
SITES = ("Site", "Products", "Units", "Days to refill")
Units = Mapping[tuple[str, str], int]  # by site and sku


@dataclass(frozen=True, slots=True)
class PositionInsight:
    """The answer, beside what lies there and what is on its way."""

    report: PositionReport
    there: Units
    coming: Units


def position_page(insight: PositionInsight) -> InsightPage:
    """Lay out proposals; nothing of them is done by itself."""
    report = insight.report
    frontier = frontier_chart(report)
    sections = (
        Section("frontier", "Cost against speed", (frontier,) if frontier else (), empty="There is one way only."),
        Section(
            "orders",
            "To order from suppliers",
            tables=tables(table("Proposed orders", ORDERS, _orders(report), words=2)),
            note="Where what is there and what comes has fallen to the point at which more is asked for."
            if report.purchases
            else "",
            empty="Nothing: no product has fallen to the point at which more is asked for.",
        ),
        Section(
            "moves",
            "To move in bulk",
            tables=tables(table("Proposed transfers", MOVES, _moves(report), words=3)),
            note="Only pallets whose goods are worth more there than the pallet costs." if report.moves else "",
            empty="Nothing: no pallet is worth what it costs.",
        ),
        Section("sites", "Where stock should live", _map(report), empty="No place is known on a map.", wide=True),
        Section(
            "shelves",
            "What should lie where",
            tables=tables(
                table("Products whose next unit is worth most", SHELVES, _shelves(insight), words=2),
                table("By site", SITES, _sites(report)),
            ),
        ),
    )
    return InsightPage(_headline(report), _tiles(report), sections, READING)


def nothing_to_go_by(why: str) -> InsightPage:
    """Say why nothing can be told."""
    return InsightPage(f"{why[:1].upper()}{why[1:]}.", (), (), READING)


def _headline(report: PositionReport) -> str:
    told = report.summary
    bought, moved = int(told["units_bought"]), int(told["units_moved"])
    if not bought and not moved:
        return "Nothing is to be ordered or moved this week."
    return f"{counted(bought, 'unit')} to order and {count(moved)} to move between sites."


def _tiles(report: PositionReport) -> tuple[Tile, ...]:
    told, currency = report.summary, report.brand.currency
    cost = round(told["cost_total"] * 10**currency.digits)
    days, months = counted(told["days"], "day"), counted(told["months"], "month")
    return (
        Tile("To order", count(told["units_bought"]), f"units of {counted(len(report.purchases), 'product')}"),
        Tile("To move", count(told["units_moved"]), f"units in {counted(told['transfers'], 'transfer')}"),
        Tile(f"Within {days}", percent(told["share_within"]), "of units, if stock lay as proposed"),
        Tile("Cost", amount(currency, cost), f"in {months}: freight, picking, bulk, shelves"),
        Tile("Sites", count(len(told["sites"])), f"suppliers deliver to {told['centre']}"),
    )


def _orders(report: PositionReport) -> list[tuple[str, ...]]:
    ranked = sorted(report.purchases, key=lambda one: (-one.quantity, one.sku))
    return [(one.sku, one.site, count(one.quantity), day(one.expected) if one.expected else "–") for one in ranked]


def _moves(report: PositionReport) -> list[tuple[str, ...]]:
    ranked = sorted(
        report.moves, key=lambda one: (-one.worth_minor / one.quantity, one.origin, one.destination, one.sku)
    )
    return [
        (
            one.sku,
            one.origin,
            one.destination,
            count(one.quantity),
            amount(report.brand.currency, round(one.worth_minor / one.quantity)),
            day(one.expected),
        )
        for one in ranked
    ]


def _shelves(insight: PositionInsight) -> list[tuple[str, ...]]:
    ranked = sorted(insight.report.shelves, key=lambda one: (-one.next_minor, one.sku, one.site))
    return [
        (
            one.sku,
            one.site,
            count(insight.there.get((one.site, one.sku), 0)),
            count(insight.coming.get((one.site, one.sku), 0)),
            count(one.reorder),
            count(one.target),
            amount(insight.report.brand.currency, one.next_minor),
        )
        for one in ranked
    ]


def _sites(report: PositionReport) -> list[tuple[str, ...]]:
    held = Counter(one.site for one in report.shelves)
    units: Counter[str] = Counter()
    for one in report.shelves:
        units[one.site] += one.target
    lead = report.summary["lead_days"]
    return [(site, count(held[site]), count(units[site]), count(lead[site])) for site in sorted(held)]


def _map(report: PositionReport) -> tuple[Chart, ...]:
    words = f"{counted(len(report.sites), 'site')} as squares, {counted(len(report.regions), 'region')} as dots."
    drawing = sites_map(report.sites, report.regions, words)
    if drawing is None:
        return ()
    rows = tuple(
        (one.name, report.sites[one.site].name if 0 <= one.site < len(report.sites) else "–", count(round(one.weight)))
        for one in sorted(report.regions, key=lambda region: -region.weight)[:60]
    )
    takeaway = "Each region is served from the site of its colour; the larger the dot, the more orders."
    return (
        Chart("sites-map", "Sites and the regions they serve", takeaway, drawing, ("Region", "From", "Orders"), rows),
    )


READING = (
    ("Asks for more at", "Units, those on their way counted, at or below which more is ordered."),
    ("Filled up to", "What covers the demand until the next order would have come, as surely as it is worth it."),
    (
        "One more is worth",
        "The chance that one unit more is wanted before the next order comes, times what its lack would cost.",
    ),
    (
        "Cost against speed",
        "Each dot is a placement: its cost in a month, and the share of units that are there in time. No placement "
        "that was found costs less for as many.",
    ),
)
