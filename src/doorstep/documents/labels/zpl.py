"""A label as ZPL II, for label printers of 203 dpi, on A6. The same as on the PDF, in the same places."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from doorstep.documents.labels.script import (
    BOLD,
    FONTS,
    IN_LATIN,
    PLAIN,
    THAI,
    clean,
    fonts,
    lacking,
    latinised,
    readable,
    visual,
)
from doorstep.documents.labels.sheet import LabelSheet, lines_of, spaced_sscc

DOTS_PER_MM = 8
WIDTH, HEIGHT = 105 * DOTS_PER_MM, 148 * DOTS_PER_MM
EDGE = 5 * DOTS_PER_MM
ROOM = WIDTH - 2 * EDGE
PRINTERS_OWN = 0x0530  # below it: Latin, Greek, Cyrillic, which the printer's own font has
MODULES = 11  # of a letter of Code 128


def label_zpl(sheet: LabelSheet) -> str:
    """The bytes to send are this text as UTF-8, which it declares."""
    parts = ["^XA", "^CI28", f"^PW{WIDTH}", f"^LL{HEIGHT}", "^LH0,0"]
    parts += _head(sheet)
    y = EDGE + 240
    for place, line in enumerate(lines_of(sheet.receiver)):
        parts.append(_line(EDGE, y, line, 34 if place < 2 else 30, ROOM, bold=place < 2))
        y += 38
    if sheet.pickup_point:
        parts.append(_line(EDGE, y, f"Pick-up point {sheet.pickup_point}", 26, ROOM))
    parts += _foot(sheet)
    return "\n".join([*parts, "^XZ", ""])


def _head(sheet: LabelSheet) -> list[str]:
    parts, y = [_line(EDGE, EDGE, "From", 16, 200)], EDGE + 20
    for line in lines_of(sheet.sender):
        parts.append(_line(EDGE, y, line, 20, 480))
        y += 24
    right = WIDTH - EDGE - 290
    for place, line in enumerate((sheet.carrier, sheet.service, sheet.piece, sheet.weight)):
        parts.append(_line(right, EDGE + 34 * place, line, 28, 290))
    parts += [f"^FO{EDGE},{EDGE + 204}^GB{ROOM},2,2^FS", _line(EDGE, EDGE + 214, "To", 16, 200)]
    if any(_in_latin(line) for line in sheet.words):
        parts.append(_line(WIDTH - EDGE - 480, EDGE + 214, IN_LATIN, 16, 480))
    return parts


def _foot(sheet: LabelSheet) -> list[str]:
    parts = [f"^FO{EDGE},668^GB{ROOM},2,2^FS"]
    parts += [_line(EDGE, 684, sheet.routing, 50, 480), _line(WIDTH - EDGE - 260, 690, sheet.reference, 20, 260)]
    if sheet.has_code:
        # `>` calls a function of the code; one that is meant is written `>0`.
        parts.append(_code(sheet.tracking.replace(">", ">0"), len(sheet.tracking) + 3, 752, 120))
    parts.append(_line(EDGE, 880, sheet.tracking, 26, ROOM))
    if sheet.sscc:
        # Start in set C, which packs two digits in a letter; `>8` is FNC1, which makes it a code of GS1.
        parts.append(_code(f">;>800{sheet.sscc}", 14, 924, 144))
        parts.append(_line(EDGE, 1076, spaced_sscc(sheet.sscc), 26, ROOM))
    back = "If undelivered return to " + ", ".join(lines_of(sheet.returns))
    parts.append(_line(EDGE, 1124, back, 17, ROOM))
    return parts


def _code(value: str, letters: int, y: int, high: int) -> str:
    bar = 4 if letters * MODULES * 4 <= ROOM else 3 if letters * MODULES * 3 <= ROOM else 2
    x = max(EDGE, (WIDTH - letters * MODULES * bar) // 2)
    return f"^FO{x},{y}^BY{bar}^BCN,{high},N,N,N,N{_field(value)}"


def _line(x: int, y: int, text: str, size: int, room: int, bold: bool = False) -> str:
    """One line within its room: as text, or drawn when the printer has no such letters but our font does."""
    shown = visual(readable(text))
    if any(ord(letter) >= PRINTERS_OWN for letter in shown):
        font = _one_font(shown, BOLD if bold else PLAIN)
        if font:
            return f"^FO{x},{y}{_drawn(shown, font, size, room)}"
        if not lacking(text):  # of several scripts, which no font of ours has together
            shown = latinised(clean(text), lambda letter: ord(letter) < PRINTERS_OWN)
    # A block of one line: what does not fit is cut off instead of printed over the edge.
    narrow = max(10, min(size, room * 2 // max(1, len(shown))))
    return f"^FO{x},{y}^A0N,{size},{narrow}^FB{room},1,0,L,0{_field(shown)}"


def _one_font(shown: str, font: str) -> str:
    """Give a font of ours that has all the letters; empty: none has."""
    wanted = {ord(letter) for letter in shown}
    return next((name for name in (font, PLAIN, THAI) if wanted <= fonts()[name]), "")


def _in_latin(text: str) -> bool:
    """Tell whether a line loses its own letters: what printers lack can only be drawn with our fonts."""
    shown = visual(readable(text))
    return lacking(text) or (any(ord(letter) >= PRINTERS_OWN for letter in shown) and not _one_font(shown, PLAIN))


def _field(text: str) -> str:
    """What begins a command is written as its number, so that a name cannot be one."""
    escaped = "".join(f"_{ord(letter):02X}" if letter in "^~_\\" else letter for letter in text)
    return f"^FH^FD{escaped}^FS"


def _drawn(shown: str, font: str, size: int, room: int) -> str:
    """A line as a graphic of one bit for each dot."""
    while True:
        face = ImageFont.truetype(FONTS / f"{font}.ttf", size, layout_engine=ImageFont.Layout.BASIC)
        left, _, right, _ = face.getbbox(shown)
        if right - left <= room or size <= 10:
            break
        size -= 1
    picture = Image.new("1", (min(room, max(1, int(right - left))), round(size * 1.3)), 1)
    ImageDraw.Draw(picture).text((-left, 0), shown, font=face, fill=0)
    across = (picture.width + 7) // 8
    # PIL writes white as 1 and pads with 0; a printer burns where there is a 1.
    bits = bytearray(byte ^ 0xFF for byte in picture.tobytes())
    if picture.width % 8:
        for end in range(across - 1, len(bits), across):
            bits[end] &= 0xFF << (8 - picture.width % 8) & 0xFF
    return f"^GFA,{len(bits)},{len(bits)},{across},{bits.hex().upper()}^FS"
