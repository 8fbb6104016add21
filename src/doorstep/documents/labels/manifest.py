"""The manifest that a driver signs, or the sheet that goes with a drop-off: every parcel, and how many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from doorstep.documents.labels.pdf import text
from doorstep.documents.labels.script import BOLD, PLAIN, fitted, fonts

WIDTH, HEIGHT = A4
EDGE = 18 * mm
ROWS = 44  # of a page
COLUMNS: tuple[tuple[str, float, float], ...] = (  # heading, where it begins, its room
    ("", 0, 8 * mm),
    ("Parcel", 9 * mm, 46 * mm),
    ("Tracking", 57 * mm, 44 * mm),
    ("SSCC", 103 * mm, 38 * mm),
    ("To", 143 * mm, 18 * mm),
    ("Weight", 162 * mm, 14 * mm),
)


@dataclass(frozen=True, slots=True)
class ManifestSheet:
    title: str  # `Manifest` or `Drop-off sheet`
    code: str
    operator: str
    site: str
    carrier: str
    departs: str  # local
    closed: str  # local; empty: it is not closed yet
    reference: str  # the carrier's own number of it
    rows: tuple[tuple[str, str, str, str, int], ...]  # parcel, tracking, sscc, destination, weight in g


def manifest_pdf(sheet: ManifestSheet) -> bytes:
    fonts()
    written = BytesIO()
    page = Canvas(written, pagesize=A4, invariant=1)
    page.setTitle(f"{sheet.title} {sheet.code}")
    pages = [sheet.rows[start : start + ROWS] for start in range(0, max(1, len(sheet.rows)), ROWS)]
    for number, rows in enumerate(pages):
        _page(page, sheet, rows, number, len(pages))
        page.showPage()
    page.save()
    return written.getvalue()


def _page(
    page: Canvas, sheet: ManifestSheet, rows: Sequence[tuple[str, str, str, str, int]], number: int, pages: int
) -> None:
    y = HEIGHT - EDGE
    text(page, EDGE, y, f"{sheet.title} {sheet.code}", BOLD, 15)
    text(page, WIDTH - EDGE, y, f"page {number + 1} of {pages}", PLAIN, 8, right=True)
    weight = sum(one[4] for one in sheet.rows)
    count = "1 parcel" if len(sheet.rows) == 1 else f"{len(sheet.rows)} parcels"
    told = (
        f"{sheet.operator}, {sheet.site}, with {sheet.carrier}",
        f"departs {sheet.departs}" + (f", closed {sheet.closed}" if sheet.closed else ", not closed yet"),
        f"{count}, {weight / 1000:.2f} kg" + (f", the carrier’s number {sheet.reference}" if sheet.reference else ""),
    )
    for line in told:
        y -= 13
        text(page, EDGE, y, next(fitted(line, PLAIN, 9, WIDTH - 2 * EDGE, 6))[0], PLAIN, 9)
    y -= 20
    for heading, x, _ in COLUMNS:
        text(page, EDGE + x, y, heading, BOLD, 8)
    page.line(EDGE, y - 3, WIDTH - EDGE, y - 3)
    for place, (parcel, tracking, sscc, destination, weight_g) in enumerate(rows, number * ROWS + 1):
        y -= 13
        cells = (str(place), parcel, tracking, sscc, destination, f"{weight_g / 1000:.2f} kg")
        for cell, (_, x, room) in zip(cells, COLUMNS, strict=True):
            piece, size = next(fitted(cell, PLAIN, 8, room, 5))
            text(page, EDGE + x, y, piece, PLAIN, size)
    if number == pages - 1:
        text(page, EDGE, 22 * mm, f"Received {count}: ______________________   Date, time: ______________", PLAIN, 9)
