"""The page of what might be offered: of each shopper the windows of the day, what each costs and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from statistics import median

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import count, counted, decimal, percent, percent_ppm
from doorstep.documents.svg import element, picture
from doorstep.domain.slots import Offer, instant_text
from doorstep.domain.units import PPM

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "insight.css", "print.css")
SHOWN = 40  # shoppers; slots.csv has them all
WIDE, ROW, LEFT, RIGHT = 760, 26, 130, 190
COLUMNS = ("Window", "Costs more", "Kept", "Others lose", "Van", "Service begins", "Offered")


@dataclass(frozen=True, slots=True)
class SlotsReport:
    """What is drawn: every window of every shopper, and the summary."""

    name: str
    offers: Sequence[Offer]
    origin: datetime | None
    summary: Mapping[str, object]


def write_slots_report(path: Path, report: SlotsReport) -> None:
    """Write one self-contained HTML page."""
    by_stop = [(stop, list(those)) for stop, those in groupby(report.offers, key=lambda one: one.stop)]
    contents = {
        **dress(STYLES, ()),
        "name": report.name,
        "headline": headline(by_stop),
        "tiles": tiles(report),
        "charts": [chart(at, stop, those, report) for at, (stop, those) in enumerate(by_stop[:SHOWN])],
        "left": max(0, len(by_stop) - SHOWN),
        "summary": report.summary,
        "count": count,
        "counted": counted,
    }
    write_page(path, "slots.html", contents)


def headline(by_stop: Sequence[tuple[str, Sequence[Offer]]]) -> str:
    """Say in a sentence what may be offered."""
    if not by_stop:
        return "Nobody asks for a window."
    able = sum(any(one.offered for one in those) for _, those in by_stop)
    words = f"{count(able)} of {counted(len(by_stop), 'shopper')} can be offered a window"
    spread = [
        max(costs) - min(costs)
        for _, those in by_stop
        if len(costs := [one.cost for one in those if one.offered and one.cost is not None]) > 1
    ]
    if not spread:
        return f"{words}."
    return f"{words}; between the cheapest and the dearest lie {_money(round(median(spread)))}, at the median."


def tiles(report: SlotsReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    offered = [one for one in report.offers if one.offered]
    possible = [one for one in report.offers if one.cost is not None]
    costs = [one.cost for one in offered if one.cost is not None]
    chances = [one.on_time_ppm for one in offered if one.on_time_ppm is not None]
    return (
        Tile("Windows offered", count(len(offered)), f"of {count(len(possible))} with a place on a round"),
        Tile("Cost, median", _money(round(median(costs))) if costs else "–", "of those offered: what rounds cost more"),
        Tile("Kept", percent(sum(chances) / len(chances) / PPM) if chances else "–", "of those offered, expected"),
    )


def chart(at: int, stop: str, offers: Sequence[Offer], report: SlotsReport) -> Chart:
    """Draw the windows of one shopper in the order of the day: a bar for what each costs more, and how sure it is."""
    rows = sorted(offers, key=lambda one: (one.from_s, one.to_s))
    best = next((one for one in offers if one.offered), None)
    why = next((one.why for one in offers), "")
    takeaway = f"No window can be offered: it {why}." if why else "No window can be offered."
    if best is not None:
        takeaway = f"Best: {window(best, report.origin)}, for {_money(best.cost or 0)} more."
    most = max((one.cost for one in rows if one.cost is not None), default=0)
    parts = [part for place, one in enumerate(rows) for part in _bar(place, one, max(1, most), report.origin)]
    drawing = picture(WIDE, ROW * len(rows) + 8, f"Windows for {stop}", takeaway, parts, f"slots-{at}")
    table = tuple(_figures(one, report.origin) for one in rows)
    return Chart(f"slots-{at}", stop, takeaway, drawing, COLUMNS, table)


def _bar(place: int, one: Offer, most: int, origin: datetime | None) -> list[Markup]:
    y = 4 + place * ROW
    style = f"label end{' strong' if one.offered else ''}"
    parts = [element("text", window(one, origin), x=LEFT - 8, y=y + 15, class_=style)]
    if one.cost is None:
        return [*parts, element("text", "no place on a round", x=LEFT, y=y + 15, class_="label")]
    width = max(1.0, (WIDE - LEFT - RIGHT) * max(0, one.cost) / most)
    told = f"{_money(one.cost)} · kept {percent_ppm(one.on_time_ppm or 0)}"
    tip = element("title", f"{window(one, origin)}: {told}")
    shade = "bar" if one.offered else "bar-pale"
    parts.append(element("rect", tip, x=LEFT, y=y + 3, width=width, height=16, class_=shade))
    parts.append(element("text", told, x=LEFT + width + 6, y=y + 15, class_="label number"))
    return parts


def _figures(one: Offer, origin: datetime | None) -> tuple[str, ...]:
    if one.cost is None:
        return (window(one, origin), "no place", "", "", "", "", "no")
    sure, others = percent_ppm(one.on_time_ppm or 0), percent_ppm(one.others_ppm or 0)
    begins = "" if one.begins_s is None else _clock(one.begins_s, origin)
    return (window(one, origin), _money(one.cost), sure, others, one.vehicle, begins, "yes" if one.offered else "no")


def window(one: Offer, origin: datetime | None) -> str:
    """Tell a window by its clock."""
    return f"{_clock(one.from_s, origin)}–{_clock(one.to_s, origin)}"


def _clock(seconds: int, origin: datetime | None) -> str:
    text = instant_text(seconds, origin)
    return text[:5] if origin is None else text[11:16]


def _money(micros: int) -> str:
    return decimal(micros / PPM, 2)
