"""The slip that a shopper puts into a parcel that goes back: A6, its number as Code 128. No personal data on it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from doorstep.documents.labels.pdf import text
from doorstep.documents.labels.script import BOLD, IN_LATIN, PLAIN, fitted, fonts, lacking

MARGIN = 8 * mm
MOST_LINES = 12  # goods named; more are counted


@dataclass(frozen=True, slots=True)
class Slip:
    rma: str
    order: str
    brand: str
    address: tuple[str, ...]  # where it goes
    goods: tuple[tuple[int, str], ...]  # quantity, name
    reason: str


def returns_slip(slip: Slip) -> bytes:
    """Draw the slip; equal slips give equal files."""
    fonts()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A6, invariant=1)
    canvas.setTitle(f"Return {slip.rma}")
    width, height = A6
    room = width - 2 * MARGIN
    heading, size = next(fitted(f"Return to {slip.brand}", BOLD, 13, room, 8))
    text(canvas, MARGIN, height - 13 * mm, heading, BOLD, size)
    bars = Code128(slip.rma, barHeight=18 * mm, barWidth=0.42 * mm, quiet=1)
    bars.drawOn(canvas, (width - bars.width) / 2, height - 36 * mm)
    canvas.setFont(BOLD, 12)
    canvas.drawCentredString(width / 2, height - 42 * mm, slip.rma)
    y = height - 51 * mm
    lines = _lines(slip)
    for line in [*lines, "", IN_LATIN] if any(map(lacking, lines)) else lines:
        for piece, fits in fitted(line, PLAIN, 9, room, 7):
            if y > 6 * mm:
                text(canvas, MARGIN, y, piece, PLAIN, fits)
            y -= 4.4 * mm
    canvas.save()
    return buffer.getvalue()


def _lines(slip: Slip) -> list[str]:
    goods = [f"{quantity} x {name}" for quantity, name in slip.goods[:MOST_LINES]]
    if len(slip.goods) > MOST_LINES:
        goods.append(f"and {len(slip.goods) - MOST_LINES} more")
    return [
        *slip.address,
        "",
        f"Order {slip.order}",
        f"Why: {slip.reason}",
        *goods,
        "",
        "Put this slip into the parcel.",
    ]
