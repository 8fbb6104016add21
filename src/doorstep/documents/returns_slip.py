"""The slip that a shopper puts into a parcel that goes back: A6, its number as Code 128. No personal data on it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

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
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A6, invariant=1)
    canvas.setTitle(f"Return {slip.rma}")
    width, height = A6
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(MARGIN, height - 13 * mm, _plain(f"Return to {slip.brand}")[:40])
    bars = Code128(slip.rma, barHeight=18 * mm, barWidth=0.42 * mm, quiet=1)
    bars.drawOn(canvas, (width - bars.width) / 2, height - 36 * mm)
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawCentredString(width / 2, height - 42 * mm, slip.rma)
    goods = [f"{quantity} x {name}" for quantity, name in slip.goods[:MOST_LINES]]
    if len(slip.goods) > MOST_LINES:
        goods.append(f"and {len(slip.goods) - MOST_LINES} more")
    text = [
        *slip.address,
        "",
        f"Order {slip.order}",
        f"Why: {slip.reason}",
        *goods,
        "",
        "Put this slip into the parcel.",
    ]
    canvas.setFont("Helvetica", 9)
    y = height - 51 * mm
    for line in text:
        for part in simpleSplit(_plain(line), "Helvetica", 9, width - 2 * MARGIN)[:2] or [""]:
            if y > 6 * mm:
                canvas.drawString(MARGIN, y, part)
            y -= 4.4 * mm
    canvas.save()
    return buffer.getvalue()


def _plain(text: str) -> str:
    """What the standard fonts cannot write is shown as a question mark, and not as a wrong letter."""
    return text.encode("cp1252", "replace").decode("cp1252")
