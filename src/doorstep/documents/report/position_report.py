"""The report of positioning: where stock should live, and what being faster costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from doorstep.documents.report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Chart
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.sites_map import Spot, sites_map
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, count, counted, percent
from doorstep.documents.svg import element, picture
from doorstep.domain.demand import Brand
from doorstep.domain.placement import BulkMove, NextSite, Point, Purchase, Shelf

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "print.css")
WIDE = 360
MOVES_SHOWN = 20
DEMANDS = {"foreseen": "foreseen demand", "past_sales": "past sales"}
SHOWN = 60  # rows of a table; the CSV files have them all


@dataclass(frozen=True, slots=True)
class PositionReport:
    brand: Brand
    sites: Sequence[Spot]
    regions: Sequence[Spot]
    shelves: Sequence[Shelf]
    moves: Sequence[BulkMove]
    points: Sequence[Point]
    summary: Mapping[str, Any]  # as it is written
    purchases: Sequence[Purchase] = ()


@dataclass(frozen=True, slots=True)
class NetworkReport:
    brand: Brand
    sites: Sequence[Spot]
    regions: Sequence[Spot]
    found: Sequence[NextSite]  # what saves most first
    summary: Mapping[str, Any]


def write_position_report(path: Path, report: PositionReport) -> None:
    """Write one self-contained HTML page."""
    told, currency = report.summary, report.brand.currency
    units = Counter[str]()
    for one in report.shelves:
        units[one.site] += one.target
    held = Counter(one.site for one in report.shelves)
    cost = round(told["cost_total"] * 10**currency.digits)
    days, months = counted(told["days"], "day"), counted(told["months"], "month")
    tiles = (
        Tile("Sites", count(len(told["sites"])), f"the centre is {told['centre']}"),
        Tile("Within " + days, percent(told["share_within"]), "of units, as far as is known"),
        Tile("Cost", amount(currency, cost), f"in {months}: freight, picking, bulk, shelves"),
        Tile("To move", count(told["units_moved"]), f"units in {counted(told['transfers'], 'transfer')}"),
        Tile("To order", count(told["units_bought"]), "units from suppliers"),
    )
    fewest = sorted(units)
    rows = [(site, count(held[site]), count(units[site]), count(told["lead_days"][site])) for site in fewest]
    contents = _contents(report, "Where stock should live", tiles) | {
        "headline": f"{counted(told['skus'], 'product')} in {counted(len(told['sites']), 'site')}.",
        "chart": frontier_chart(report),
        "tables": [
            ("Sites", ("Site", "Products", "Units", "Days to refill"), rows, 0, ""),
            _moves(report),
        ],
        "lead": "Units up to which a site is filled; placement.csv says it product by product, and why.",
    }
    write_page(path, "position.html", contents)


def _moves(report: PositionReport) -> tuple[str, tuple[str, ...], list[tuple[str, ...]], int, str]:
    """Bulk transfers, those first of which a unit is worth most."""
    ranked = sorted(
        report.moves, key=lambda one: (-one.worth_minor / one.quantity, one.origin, one.destination, one.sku)
    )
    rows: list[tuple[str, ...]] = [
        (
            one.sku,
            f"{one.origin} to {one.destination}",
            count(one.quantity),
            amount(report.brand.currency, round(one.worth_minor / one.quantity)),
            one.expected.isoformat(),
        )
        for one in ranked[:MOVES_SHOWN]
    ]
    heads = ("Product to move", "From and to", "Units", "Each is worth", "Taken in")
    return "Bulk transfers", heads, rows, max(0, len(ranked) - MOVES_SHOWN), "transfers.csv"


def write_network_report(path: Path, report: NetworkReport) -> None:
    """Write one self-contained HTML page."""
    told, currency = report.summary, report.brand.currency
    best = report.found[0] if report.found else None
    tiles = (
        Tile("Sites today", count(told["sites_today"]), ""),
        Tile("A month today", amount(currency, told["month_minor"]), "freight, picking, bulk, being late"),
        Tile("Within " + counted(told["days"], "day"), percent(told["share_within"]), "of units today"),
        Tile("Best next site", best.candidate.name if best else "–", f"of {counted(len(report.found), 'candidate')}"),
        Tile("It saves", amount(currency, best.saving_minor) if best else "–", "a month, before what it costs"),
    )
    rows = [
        (
            one.candidate.name,
            amount(currency, one.saving_minor),
            "–" if one.net_minor is None else amount(currency, one.net_minor),
            percent(one.within),
            percent(one.share),
        )
        for one in report.found[:SHOWN]
    ]
    heads = ("Place", "Saves a month", "Behind its cost", "In time", "Would send")
    headline = "No candidate saves anything." if best is None or best.saving_minor <= 0 else (
        f"A site at {best.candidate.name} is worth up to {amount(currency, best.saving_minor)} a month."
    )  # fmt: skip
    contents = _contents(report, "Where the next site should be", tiles) | {
        "headline": headline,
        "chart": None,
        "tables": [("Candidates", heads, rows, max(0, len(report.found) - SHOWN), "next_sites.csv")],
        "lead": f"What freight, picking, bulk and late orders would cost less in a month, "
        f"by {DEMANDS[told['demand']]}: so much may the site cost.",
    }
    write_page(path, "position.html", contents)


def _contents(report: PositionReport | NetworkReport, title: str, tiles: tuple[Tile, ...]) -> dict[str, Any]:
    words = f"{counted(len(report.sites), 'site')} as squares, {counted(len(report.regions), 'region')} as dots."
    return {
        **dress(STYLES, ()),
        "report": report,
        "title": title,
        "tiles": tiles,
        "map": sites_map(report.sites, report.regions, words),
        "count": count,
    }


def frontier_chart(report: PositionReport) -> Chart | None:
    """Cost against the share in time; each dot is a placement."""
    points, currency = report.points, report.brand.currency
    if not points:
        return None
    low, high = min(p.cost_minor for p in points), max(p.cost_minor for p in points)
    slow, fast = min(p.within for p in points), max(p.within for p in points)
    floor, across = HEIGHT - BOTTOM, WIDE - LEFT - RIGHT

    def at(point: Point) -> tuple[float, float]:
        x = LEFT + across * ((point.within - slow) / (fast - slow) if fast > slow else 0.5)
        y = floor - (floor - TOP) * ((point.cost_minor - low) / (high - low) if high > low else 0.5)
        return x, y

    drawn = [at(point) for point in points]
    parts: list[Markup] = [element("line", x1=LEFT, x2=WIDE - RIGHT, y1=floor, y2=floor, class_="axis")]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in drawn)
    parts.append(element("path", d=line, class_="line", fill="none", stroke="currentColor"))
    for point, (x, y) in zip(points, drawn, strict=True):
        tip = element("title", f"{percent(point.within)} for {amount(currency, point.cost_minor)}")
        parts.append(element("circle", tip, cx=x, cy=y, r=4, class_="c0"))
    parts.append(element("text", percent(slow), x=LEFT, y=HEIGHT - 8, class_="label"))
    parts.append(element("text", percent(fast), x=WIDE - RIGHT, y=HEIGHT - 8, class_="label end"))
    rows = tuple((percent(p.within, 2), amount(currency, p.cost_minor)) for p in points)
    cheap, dear = amount(currency, points[0].cost_minor), amount(currency, points[-1].cost_minor)
    takeaway = f"From {percent(slow)} for {cheap} to {percent(fast)} for {dear}."
    title = f"What being there within {counted(report.summary['days'], 'day')} costs"
    drawing = picture(WIDE, HEIGHT, title, takeaway, parts, "frontier")
    return Chart("frontier", title, takeaway, drawing, ("In time", "Total cost"), rows)
