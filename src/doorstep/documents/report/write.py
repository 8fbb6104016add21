"""Write the report to its file, piece by piece, so that its size does not matter to memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from doorstep.documents.report import totals
from doorstep.documents.report.charts import charts
from doorstep.documents.report.drawings import MOST_DRAWN
from doorstep.documents.report.lanes import lanes
from doorstep.documents.report.map import site_map
from doorstep.documents.report.page import dress, packed, write_page
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.records import CHUNK, Records, unplanned_rows
from doorstep.documents.report.tally import PARTS, Tally, tally
from doorstep.documents.report.wording import amount, count, counted, day, day_of, decimal, percent_ppm
from doorstep.domain.parcel import OWN_BOX
from doorstep.kernels.run import Progress, silent

STYLES = ("page.css", "figures.css", "orders.css", "print.css")
SCRIPTS = (
    "page.js", "read.js", "map.js", "fill.js", "parcel.js", "ladder.js", "why.js", "detail.js", "pager.js", "table.js",
    "unplanned.js", "start.js",
)  # fmt: skip


def write_report(path: Path, report: PlanReport, progress: Progress = silent) -> None:
    """Write one self-contained HTML page. Raises ValueError when the decisions do not follow the orders."""
    tallied = tally(report)
    records = Records(report, tallied, progress)
    write_page(path, "report.html", _contents(report, tallied, records))


def _contents(report: PlanReport, tallied: Tally, records: Records) -> dict[str, Any]:
    reasons = Counter(u.reason for u in report.unplanned)
    currency = report.brand.currency
    return {
        "report": report,
        **dress(STYLES, SCRIPTS),
        "selection": selection(report),
        "headline": totals.headline(report),
        "tiles": totals.tiles(report),
        "totals": totals.totals(report),
        "map": site_map(report, tallied),
        "charts": charts(report, tallied),
        "lanes": lanes(report, tallied),
        "reasons": sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
        "facts": packed(_facts(report)),
        "unplanned": unplanned_rows(report),
        "records": records,
        "unplanned_cost": amount(currency, report.figures.unplanned_cost_minor),
        "target": percent_ppm(report.brand.on_time_target_ppm),
        "count": count,
        "counted": counted,
        "decimal": decimal,
    }


def _facts(report: PlanReport) -> dict[str, Any]:
    """What the page needs to name and draw the records."""
    return {
        "currency": report.brand.currency.code,
        "digits": report.brand.currency.digits,
        "target_ppm": report.brand.on_time_target_ppm,
        "chunk": CHUNK,
        "own_box": OWN_BOX,
        "parts": PARTS,
        "sites": {s.site: s.name for s in report.sites},
        "services": {s.service: [s.carrier, s.name] for s in report.services},
        "cartons": {c.carton: [c.inner_mm, c.mailer] for c in report.cartons},
        "most_drawn": MOST_DRAWN,
    }


def selection(report: PlanReport) -> str:
    """Which orders, by when they were placed."""
    start, end = day_of(report.placed_from), day_of(report.placed_to)
    if start and end:
        return f"Orders placed from {start} to before {end}"
    if start:
        return f"Orders placed from {start} on"
    if end:
        return f"Orders placed before {end}"
    if not report.orders:
        return "All orders"
    dates = [order.placed_at.date() for order in report.orders]
    first, last = day(min(dates)), day(max(dates))
    return f"All orders, placed on {first}" if first == last else f"All orders, placed from {first} to {last}"
