"""Sheets that drivers take along: a round on A4, its stops in order, each with a box to tick and its code as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from doorstep.documents.labels.pdf import text
from doorstep.documents.labels.script import BOLD, IN_LATIN, PLAIN, fitted, fonts, lacking
from doorstep.documents.round_words import clock, distance, duration, loads_text, window_text
from doorstep.domain.rounds import Measure, Round, Rounds, Visit

WIDTH, HEIGHT = A4
EDGE = 13 * mm
ROW = 12 * mm
FIRST_ROW = HEIGHT - 54 * mm  # the top of it
ROWS = int((FIRST_ROW - 18 * mm) / ROW)  # of a page
BARS_HIGH = 8 * mm
BAR_WIDEST, BAR_NARROWEST = 0.38 * mm, 0.22 * mm  # of a module; scanners in a van are no better than that
QUIET = 10  # bars of white on either side
AFTER_LATIN = "\u0250"
COLUMNS = {"box": 0.0, "place": 7 * mm, "time": 16 * mm, "stop": 47 * mm, "load": 100 * mm, "code": 126 * mm}
ROOM = {"place": 8 * mm, "time": 30 * mm, "stop": 51 * mm, "load": 24 * mm, "code": WIDTH - 2 * EDGE - 126 * mm}


@dataclass(frozen=True, slots=True)
class _Sheet:
    rounds: Rounds
    one: Round
    labels: dict[str, str]  # what people call the stops, where that is not the id

    @property
    def rows(self) -> tuple[Visit, ...]:
        return self.one.visits


def write_sheets(path: Path, rounds: Rounds, labels: dict[str, str]) -> None:
    """Write the sheets of all rounds into one PDF; equal rounds give equal files."""
    fonts()
    page = Canvas(str(path), pagesize=A4, invariant=1)
    page.setTitle(f"Round sheets: {rounds.name}")
    for one in rounds.rounds:
        sheet = _Sheet(rounds, one, labels)
        pages = [sheet.rows[start : start + ROWS] for start in range(0, len(sheet.rows), ROWS)]
        for number, rows in enumerate(pages, start=1):
            _head(page, sheet, number, len(pages))
            for place, visit in enumerate(rows):
                _row(page, sheet, visit, FIRST_ROW - place * ROW)
            _foot(page, sheet, number == len(pages))
            page.showPage()
    if not rounds.rounds:
        text(page, EDGE, HEIGHT - EDGE - 12, "No round is driven.", BOLD, 12)
    page.save()


def stop_code(one: Round, visit: Visit) -> str:
    """What the bars of a stop say: its id, or, where bars cannot say that, round and place."""
    if visit.stop.isascii() and visit.stop.isprintable():
        modules, _ = _path(visit.stop)
        if (modules + QUIET) * BAR_NARROWEST <= ROOM["code"]:
            return visit.stop
    return f"{one.code}-{visit.position:03d}"


def _head(page: Canvas, sheet: _Sheet, number: int, pages: int) -> None:
    one, rounds = sheet.one, sheet.rounds
    right, y = WIDTH - EDGE, HEIGHT - EDGE - 14
    _fit(page, EDGE, y, f"Round {one.number}: {one.vehicle}", BOLD, 17, 110 * mm)
    _bars(page, one.code, right - ROOM["code"], y - 6 * mm, 11 * mm, ROOM["code"])
    _fit(page, right, y - 9.5 * mm, f"{one.code}, page {number} of {pages}", PLAIN, 8, 60 * mm, right=True)
    trips = f", {one.trips} trips" if one.trips > 1 else ""
    told = (
        rounds.name,
        f"Leaves {clock(one.departs_s, rounds)}, back {clock(one.returns_s, rounds)}, {duration(one.duration_s)}",
        f"{len(one.stops)} stops{trips}, {distance(one.distance_m, rounds)}",
        f"Loaded: {loads_text(one.load, rounds.measures)}",
    )
    for line in told:
        y -= 5 * mm
        _fit(page, EDGE, y, line, PLAIN, 9.5, 115 * mm)
    y = FIRST_ROW + 2 * mm
    for name, heading in (("time", "Arrives / window"), ("stop", "Stop"), ("load", "Load")):
        text(page, EDGE + COLUMNS[name], y, heading, BOLD, 8)
    page.setLineWidth(0.8)
    page.line(EDGE, FIRST_ROW, right, FIRST_ROW)


def _row(page: Canvas, sheet: _Sheet, visit: Visit, top: float) -> None:
    middle, foot = top - 5.2 * mm, top - 9.4 * mm
    page.setLineWidth(0.3)
    page.line(EDGE, top - ROW, WIDTH - EDGE, top - ROW)
    if visit.is_reload:
        loading = f"reload until {clock(visit.leaves_s, sheet.rounds)}, then trip {visit.trip}"
        told = f"Back at the depot at {clock(visit.arrival_s, sheet.rounds)}, {loading}"
        text(page, EDGE + COLUMNS["time"], top - 7.4 * mm, told, BOLD, 9)
        return
    page.setLineWidth(0.9)
    page.rect(EDGE, top - 8.2 * mm, 4.4 * mm, 4.4 * mm)
    _fit(page, EDGE + COLUMNS["place"], middle - 1 * mm, str(visit.position), BOLD, 11, ROOM["place"])
    _fit(page, EDGE + COLUMNS["time"], middle, clock(visit.arrival_s, sheet.rounds), BOLD, 11, ROOM["time"])
    _fit(page, EDGE + COLUMNS["time"], foot, window_text(visit, sheet.rounds), PLAIN, 8, ROOM["time"])
    _fit(page, EDGE + COLUMNS["stop"], middle, visit.stop, BOLD, 10, ROOM["stop"])
    _fit(page, EDGE + COLUMNS["stop"], foot, sheet.labels.get(visit.stop, ""), PLAIN, 8, ROOM["stop"])
    measures = sheet.rounds.measures
    lines = (loads_text(visit.delivered, measures), _collected(visit, measures))
    for line, y in zip(lines, (middle, foot), strict=True):
        _fit(page, EDGE + COLUMNS["load"], y, line, PLAIN, 8, ROOM["load"])
    _bars(page, stop_code(sheet.one, visit), EDGE + COLUMNS["code"], top - 10 * mm, BARS_HIGH, ROOM["code"])


def _collected(visit: Visit, measures: Sequence[Measure]) -> str:
    if visit.pause_s:
        return f"break {visit.pause_s // 60} min {'after' if visit.pauses_after else 'before'}"
    return f"collect {loads_text(visit.collected, measures)}" if any(visit.collected) else ""


def _foot(page: Canvas, sheet: _Sheet, last: bool) -> None:
    y = 11 * mm
    if last:
        text(page, EDGE, y, "Delivered: ______   Brought back: ______   Signed: ____________________", PLAIN, 9)
    said = (sheet.labels.get(visit.stop, visit.stop) for visit in sheet.rows)
    if any(map(lacking, said)):
        text(page, WIDTH - EDGE, y, IN_LATIN, PLAIN, 5.5, right=True)


def _fit(page: Canvas, x: float, y: float, line: str, font: str, size: float, room: float, right: bool = False) -> None:
    """Draw a line, smaller where it is too long. Latin letters are in our fonts, so nothing need be asked of them."""
    if not line:
        return
    if max(line) < AFTER_LATIN and line.isprintable() and (wide := stringWidth(line, font, size)) <= room:
        page.setFont(font, size)
        page.drawString(x - wide if right else x, y, line)
        return
    piece, fits = next(fitted(line, font, size, room, 5))
    text(page, x, y, piece, font, fits, right)


def _bars(page: Canvas, value: str, x: float, y: float, high: float, room: float) -> None:
    """Draw a Code 128 that ends where its room does, its bars as wide as that allows.

    All bars are one path in whole modules, which the page stretches: a day has thousands of them.
    """
    modules, path = _path(value)
    bar = min(BAR_WIDEST, room / (modules + QUIET))
    page.addLiteral(f"q {bar:.4f} 0 0 {high:.2f} {x + room - bar * modules:.2f} {y:.2f} cm {path} f Q")


@lru_cache(maxsize=64)
def _path(value: str) -> tuple[int, str]:
    bars = Code128(value)
    bars.validate()
    bars.encode()
    bars.decompose()
    at, drawn = 0, []
    for stripe in bars.decomposed:  # A to D are bars, a to d spaces, one to four modules wide
        wide = ord(stripe.lower()) - ord("a") + 1
        if stripe.isupper():
            drawn.append(f"{at} 0 {wide} 1 re")
        at += wide
    return at, " ".join(drawn)
