"""A code as bars (Code 128), dark on white in both themes, for scanners look for that."""

from __future__ import annotations

from markupsafe import Markup
from reportlab.graphics.barcode.code128 import Code128

from doorstep.documents.svg import element

HEIGHT = 40
QUIET = 10  # modules of white on either side


def code128(code: str) -> Markup | None:
    """Draw a code; None: it has letters that bars cannot say, and is to be typed."""
    if not code or not all(" " <= letter <= "~" for letter in code):
        return None
    bars = Code128(code)
    bars.validate()
    bars.encode()
    bars.decompose()
    at, drawn = QUIET, []
    for stripe in bars.decomposed:  # A to D are bars, a to d spaces, one to four modules wide
        width = ord(stripe.lower()) - ord("a") + 1
        if stripe.isupper():
            drawn.append(f"M{at} 0h{width}v{HEIGHT}h-{width}z")
        at += width
    whole = at + QUIET
    return element(
        "svg",
        element("rect", width=whole, height=HEIGHT, fill="#fff"),
        element("path", d="".join(drawn), fill="#000"),
        viewBox=f"0 0 {whole} {HEIGHT}",
        class_="barcode",
        role="img",
        aria_label=f"Bars of {code}",
        preserveAspectRatio="none",
    )
