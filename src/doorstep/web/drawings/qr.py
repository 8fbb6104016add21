"""A QR code as a picture in the page: dark on white in both themes, for cameras look for that."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(content: str, title: str) -> SafeString:
    code = segno.make(content, error="m", micro=False)
    drawn = code.svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title=title, svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(drawn)  # segno escapes the title; the rest is a path
