"""A brand's look: colours that can be read, a logo that is a picture and nothing else. WCAG 2.2, 1.4.3."""

from __future__ import annotations

import re
import zlib
from typing import Literal

TextColour = Literal["white", "black"]
ChannelKind = Literal["web_shop", "marketplace"]
TEXT_COLOURS: tuple[TextColour, ...] = ("white", "black")
CHANNEL_KINDS: tuple[ChannelKind, ...] = ("web_shop", "marketplace")
LEAST_CONTRAST = 4.5  # level AA, text of any size
MOST_LOGO_BYTES = 200_000
LEAST_LOGO_PX, MOST_LOGO_PX = 16, 2_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LUMINANCE: dict[TextColour, float] = {"white": 1.0, "black": 0.0}


def is_colour(written: str) -> bool:
    return _COLOUR.fullmatch(written) is not None


def contrast(colour: str, text: TextColour) -> float:
    """Contrast of white or black text on `#rrggbb`: 1 cannot be read, 21 is black on white."""
    high, low = sorted((_luminance(colour), _LUMINANCE[text]), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> TextColour:
    """Give the text colour that is read better; one of the two always reaches level AA."""
    return max(TEXT_COLOURS, key=lambda text: contrast(colour, text))


def _luminance(colour: str) -> float:
    parts = []
    for at in (1, 3, 5):
        part = int(colour[at : at + 2], 16) / 255
        parts.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG. Raises ValueError for what is none, is damaged, or hides something behind its end."""
    if not content.startswith(_SIGNATURE):
        raise ValueError("is not a PNG")
    at, seen, size = len(_SIGNATURE), list[bytes](), (0, 0)
    while at + 12 <= len(content) and seen[-1:] != [b"IEND"]:
        length = int.from_bytes(content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        told = content[at + 8 + length : at + 12 + length]
        if len(data) != length or int.from_bytes(told) != zlib.crc32(kind + data) or len(told) != 4:
            raise ValueError("is damaged")
        if not seen:
            if kind != b"IHDR" or length != 13:
                raise ValueError("is not a PNG")
            size = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
        seen.append(kind)
        at += 12 + length
    if seen[-1:] != [b"IEND"] or b"IDAT" not in seen or at != len(content):
        raise ValueError("is damaged")
    if not all(LEAST_LOGO_PX <= side <= MOST_LOGO_PX for side in size):
        raise ValueError(f"measures {size[0]} × {size[1]}, and not between {LEAST_LOGO_PX} and {MOST_LOGO_PX} pixels")
    return size
