"""Letters of the world on paper: which font has them, and how those that join are joined.

DejaVu Sans is in this folder (its licence beside it) and has Latin, Greek, Cyrillic, Hebrew, Arabic and more; Noto Sans
Thai (its licence beside it, too) has Thai. Chinese, Japanese and Korean use the fonts of whoever prints; nothing of
them is embedded, and who has none leaves the line empty. So such a line has Latin letters in brackets behind it. What
no font has is written in Latin letters alone. The paper says so: a box would tell nobody anything.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from anyascii import anyascii
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
THAI = "NotoSansThai"
CHINESE, KOREAN = "STSong-Light", "HYSMyeongJo-Medium"
IN_LATIN = "Latin letters stand in for letters that a printer may lack"
UNKNOWN = "?"  # a letter that cannot be said in Latin ones either
_FORMS = ("isolated", "final", "initial", "medial")
_JOINS_BOTH_WAYS = {"initial", "medial"}


@cache
def fonts() -> dict[str, frozenset[int]]:
    """Register the fonts, once; gives the letters of ours."""
    for name in (PLAIN, BOLD, THAI):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    for name in (CHINESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return {name: frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in (PLAIN, BOLD, THAI)}


def runs(text: str, font: str) -> list[tuple[str, str]]:
    """Cut a line into pieces of one font each, in the order in which they are drawn from left to right."""
    shown = visual(text)
    pieces = ((_font_of(letter, font) or font, letter) for letter in shown)
    return [
        (name, "".join(letter for _, letter in group)) for name, group in groupby(pieces, key=lambda piece: piece[0])
    ]


def clean(text: str) -> str:
    """Take out what is no letter: controls, marks of direction."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter)[0] != "C")


def lacking(text: str) -> bool:
    """Tell whether a text has letters that whoever prints it may not have."""
    return any(_font_of(letter, PLAIN) in ("", CHINESE, KOREAN) for letter in clean(text))


def readable(text: str) -> str:
    """Write a line so that it can be read wherever it is printed."""
    plain = latinised(clean(text), lambda letter: bool(_font_of(letter, PLAIN)))
    return f"{plain} ({_latin(plain)})" if lacking(plain) else plain


def latinised(text: str, has: Callable[[str], bool]) -> str:
    """Write in Latin letters what is not had; words that are had stay as they are."""
    return "".join(
        "".join(group) if had else _latin("".join(group))
        for had, group in groupby(text, key=lambda letter: has(letter))
    )


def _latin(letters: str) -> str:
    return anyascii(letters).strip() or UNKNOWN


def width(text: str, font: str, size: float) -> float:
    return float(sum(pdfmetrics.stringWidth(piece, name, size) for name, piece in runs(text, font)))


def visual(text: str) -> str:
    """Letters as they stand from left to right: Arabic joined, what is written from the right turned round.

    Runs are turned, not sentences nested in one another: enough for a name and a street, less than UAX 9 asks.
    """
    plain = latinised(clean(text), lambda letter: bool(_font_of(letter, PLAIN)))
    if not any(_from_right(letter) for letter in plain):
        return plain
    pieces = ["".join(group) for _, group in groupby(joined(plain), key=_side)]
    merged = _with_neutral(pieces)
    turned = [_turned(piece) if _from_right(piece.strip()[:1]) else piece for piece in merged]
    return "".join(reversed(turned)) if _from_right(plain.strip()[:1]) else "".join(turned)


def joined(text: str) -> str:
    """Give Arabic letters the form that their neighbours ask for; the forms are those that Unicode lists."""
    forms = _arabic()
    shaped = []
    for place, letter in enumerate(text):
        if letter not in forms:
            shaped.append(letter)
            continue
        before = _neighbour(text, place, -1)
        after = _neighbour(text, place, 1)
        from_before = bool(_JOINS_BOTH_WAYS & forms.get(before, {}).keys()) and "final" in forms[letter]
        to_after = bool(forms[letter].keys() & _JOINS_BOTH_WAYS) and "final" in forms.get(after, {})
        wanted = _FORMS[from_before + 2 * to_after]
        shaped.append(forms[letter].get(wanted) or forms[letter].get("isolated", letter))
    return "".join(shaped)


@cache
def _arabic() -> dict[str, dict[str, str]]:
    """Letter -> form -> the letter in that form, out of the presentation forms of Unicode."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDFF), *range(0xFE70, 0xFEFD)):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if len(letters) == 1 and form.strip("<>") in _FORMS:
            found.setdefault(chr(int(letters[0], 16)), {}).setdefault(form.strip("<>"), chr(code))
    return found


def _neighbour(text: str, place: int, step: int) -> str:
    """The next letter that is not a mark upon another."""
    place += step
    while 0 <= place < len(text) and unicodedata.combining(text[place]):
        place += step
    return text[place] if 0 <= place < len(text) else ""


def _from_right(letter: str) -> bool:
    return bool(letter) and unicodedata.bidirectional(letter) in ("R", "AL")


def _side(letter: str) -> str:
    if _from_right(letter) or unicodedata.bidirectional(letter) == "NSM":
        return "right"
    return "left" if unicodedata.bidirectional(letter) in ("L", "EN", "AN") else "neutral"


def _with_neutral(pieces: list[str]) -> list[str]:
    """Join what is written from the right over the spaces within it; other spaces stand for themselves."""
    merged: list[str] = []
    for piece in pieces:
        two = merged[-2:]
        if len(two) == 2 and _from_right(piece[:1]) and _from_right(two[0][:1]) and _side(two[1][:1]) == "neutral":
            merged[-2:] = [two[0] + two[1] + piece]
        else:
            merged.append(piece)
    return merged


def _turned(piece: str) -> str:
    """Turn letters round, marks staying behind the letter they are upon; brackets look the other way."""
    clusters: list[str] = []
    for letter in piece:
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return "".join(_mirrored(one) for one in reversed(clusters))


def _mirrored(letter: str) -> str:
    return {"(": ")", ")": "(", "[": "]", "]": "[", "<": ">", ">": "<"}.get(letter, letter)


def _font_of(letter: str, font: str) -> str:
    """Empty: no font has it."""
    code = ord(letter)
    if code in fonts()[font]:
        return font
    if code in fonts()[PLAIN]:
        return PLAIN
    if 0x0E00 <= code <= 0x0E7F and code in fonts()[THAI]:
        return THAI
    if 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF:
        return KOREAN
    if 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF:
        return CHINESE
    return ""


def fitted(text: str, font: str, size: float, room: float, least: float) -> Iterator[tuple[str, float]]:
    """Break a line to the room it has: made smaller down to `least`, then on two lines, then cut off."""
    text = readable(text)
    for smaller in _sizes(size, least):
        if width(text, font, smaller) <= room:
            yield text, smaller
            return
    first, rest = _broken(text, font, least, room)
    yield first, least
    if rest:
        while width(rest, font, least) > room:
            rest = rest[:-2].rstrip() + "…"
        yield rest, least


def _sizes(size: float, least: float) -> Iterator[float]:
    while size > least:
        yield size
        size -= 0.5
    yield least


def _broken(text: str, font: str, size: float, room: float) -> tuple[str, str]:
    """Cut where the room ends, at a space if there is one in the last third."""
    end = next((n for n in range(len(text), 0, -1) if width(text[:n], font, size) <= room), 1)
    space = text.rfind(" ", end * 2 // 3, end + 1)
    return (text[:space], text[space + 1 :]) if space > 0 and end < len(text) else (text[:end], text[end:].lstrip())
