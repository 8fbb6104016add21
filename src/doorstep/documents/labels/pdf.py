"""A label as PDF, A6 upright. Codes are wide and high enough for the scanners of depots (GS1: SSCC at least 32 mm)."""

from __future__ import annotations

from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from doorstep.documents.labels.script import BOLD, IN_LATIN, PLAIN, fitted, fonts, lacking, runs, width
from doorstep.documents.labels.sheet import LabelSheet, lines_of, spaced_sscc
from doorstep.domain.travel import Party

WIDTH, HEIGHT = A6
EDGE = 5 * mm
ROOM = WIDTH - 2 * EDGE
FNC1 = "\xf1"  # as reportlab writes the function character that makes a code one of GS1
QUIET = 3.5 * mm  # white on either side of a code
WIDEST = 0.5 * mm  # of one bar


def label_pdf(sheet: LabelSheet) -> bytes:
    fonts()
    written = BytesIO()
    page = Canvas(written, pagesize=A6, invariant=1)  # the same label is the same file, to the byte
    page.setTitle(f"Label {sheet.reference}")
    _head(page, sheet)
    _addresses(page, sheet)
    _foot(page, sheet)
    page.showPage()
    page.save()
    return written.getvalue()


def text(page: Canvas, x: float, y: float, line: str, font: str = PLAIN, size: float = 8, right: bool = False) -> None:
    """Draw a line with whichever fonts have its letters; `right`: it ends at x."""
    if right:
        x -= width(line, font, size)
    drawn = page.beginText(x, y)
    for name, piece in runs(line, font):
        drawn.setFont(name, size)
        drawn.textOut(piece)
    page.drawText(drawn)


def block(page: Canvas, x: float, y: float, room: float, party: Party, size: float, least: float, bold: int) -> float:
    """Draw an address, its first `bold` lines in bold; y is its top; gives its foot."""
    for place, line in enumerate(lines_of(party)):
        font = BOLD if place < bold else PLAIN
        for piece, fits in fitted(line, font, size, room, least):
            y -= fits * 1.22
            text(page, x, y, piece, font, fits)
    return y


def _head(page: Canvas, sheet: LabelSheet) -> None:
    top = HEIGHT - EDGE
    left = EDGE
    if sheet.logo:
        image = ImageReader(BytesIO(sheet.logo))
        across, up = image.getSize()
        high = min(11 * mm, 26 * mm * up / across)
        page.drawImage(image, EDGE, top - high, high * across / up, high, mask="auto")
        left += high * across / up + 3 * mm
    sender = sheet.sender
    text(page, left, top - 6, "From", PLAIN, 5.5)
    block(page, left, top - 6, EDGE + 58 * mm - left, sender, 6.5, 5, 1)
    right = WIDTH - EDGE
    for piece, fits in list(fitted(sheet.carrier, BOLD, 11, 35 * mm, 7))[:1]:
        text(page, right, top - 10, piece, BOLD, fits, right=True)
    for piece, fits in list(fitted(sheet.service, PLAIN, 9, 35 * mm, 6))[:1]:
        text(page, right, top - 21, piece, PLAIN, fits, right=True)
    text(page, right, top - 33, sheet.piece, BOLD, 9, right=True)
    text(page, right, top - 44, sheet.weight, PLAIN, 9, right=True)
    page.line(EDGE, top - 25 * mm, right, top - 25 * mm)


def _addresses(page: Canvas, sheet: LabelSheet) -> None:
    y = HEIGHT - EDGE - 25 * mm - 9
    text(page, EDGE, y + 1, "To", PLAIN, 5.5)
    if any(map(lacking, sheet.words)):
        text(page, WIDTH - EDGE, y + 1, IN_LATIN, PLAIN, 5.5, right=True)
    end = block(page, EDGE, y, ROOM, sheet.receiver, 11, 7, 2)
    if sheet.pickup_point:
        text(page, EDGE, end - 10, f"Pick-up point {sheet.pickup_point}", BOLD, 8)


def _foot(page: Canvas, sheet: LabelSheet) -> None:
    """The codes stand at the foot, and so always in the same place, however long the address is."""
    right = WIDTH - EDGE
    page.line(EDGE, 65 * mm, right, 65 * mm)
    for piece, fits in list(fitted(sheet.routing, BOLD, 20, 60 * mm, 8))[:1]:
        text(page, EDGE, 58 * mm, piece, BOLD, fits)
    for piece, fits in list(fitted(sheet.reference, PLAIN, 7, 32 * mm, 5))[:1]:
        text(page, right, 58 * mm, piece, PLAIN, fits, right=True)
    if sheet.has_code:
        code(page, sheet.tracking, 39 * mm, 15 * mm)
    _centred(page, 35.5 * mm, sheet.tracking, 9)
    if sheet.sscc:
        code(page, f"{FNC1}00{sheet.sscc}", 13.5 * mm, 18 * mm)
        _centred(page, 10 * mm, spaced_sscc(sheet.sscc), 9)
    back = ", ".join(lines_of(sheet.returns))
    for piece, fits in list(fitted(f"If undelivered return to {back}", PLAIN, 6, ROOM, 4.5))[:1]:
        text(page, EDGE, 5.5 * mm, piece, PLAIN, fits)


def code(page: Canvas, value: str, y: float, high: float) -> None:
    """Draw a Code 128 in the middle, its bars as wide as the label allows."""
    narrow = Code128(value, barWidth=1, barHeight=high, quiet=False)
    bar = min(WIDEST, (ROOM - 2 * QUIET) / narrow.width)
    drawn = Code128(value, barWidth=bar, barHeight=high, quiet=False)
    drawn.drawOn(page, (WIDTH - drawn.width) / 2, y)


def _centred(page: Canvas, y: float, line: str, size: float) -> None:
    for piece, fits in list(fitted(line, BOLD, size, ROOM, 5))[:1]:
        text(page, (WIDTH - width(piece, BOLD, fits)) / 2, y, piece, BOLD, fits)
