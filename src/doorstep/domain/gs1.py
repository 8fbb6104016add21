"""What a scanner reads off goods: a sku, a bar code, or a string of GS1 that also names lot, days and serial number.

A string of GS1 is a row of elements, each an application identifier and its value (GS1 General Specifications, 3.2 and
7.8). It is known by the symbology that the scanner sends before it, by a leading FNC1, by brackets, or because it
begins with `01` and a right GTIN.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from doorstep.domain.sscc import check_digit

GTINS = (8, 12, 13, 14)  # digits of EAN-8, UPC-A, EAN-13 and GTIN-14
LONGEST = 48  # characters of a bar code that is no GTIN
MOST_CODES = 20  # of one product
SEPARATOR = "\x1d"  # FNC1 within a string, as scanners send it
# Characters that no element may hold: scanners are set to send one of them where a keyboard cannot send FNC1.
_STAND_INS = str.maketrans(dict.fromkeys("|^~", SEPARATOR))
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_OF_GS1 = ("]C1", "]d2", "]e0", "]e1", "]e2", "]J1", "]Q3")
_BRACKET = re.compile(r"\(([0-9]{2,4})\)")
_TEXT = re.compile(r"[!\"%-?A-Z_a-z]{1,20}")  # character set 82
# Application identifier -> digits of its value; 0: text of up to 20 characters, ended by FNC1.
_ELEMENTS = {"00": 18, "01": 14, "02": 14, "10": 0, "11": 6, "15": 6, "17": 6, "21": 0}
_NAMES = {"10": "the lot (10)", "21": "the serial number (21)"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. A fault, as a sentence, says why it names no product unless its text is a sku."""

    text: str  # without what the scanner puts before it
    gtin: str = ""  # 14 digits
    lot: str = ""
    expires_on: date | None = None  # the best-before day where no expiry is told
    made_on: date | None = None
    serial: str = ""
    fault: str = ""

    @property
    def key(self) -> str:
        """By which a bar code is found; equal for all ways to write the same GTIN."""
        return self.gtin or self.text.casefold()


def bare(text: str) -> str:
    """Take off the symbology that a scanner may send before a code, and spaces around it."""
    text = text.strip(" \t\r\n")
    return text[3:] if _SYMBOLOGY.match(text) else text


def is_gtin(text: str) -> bool:
    plain = len(text) in GTINS and text.isascii() and text.isdecimal()
    return plain and check_digit(text[:-1]) == int(text[-1])


def barcode_key(text: str) -> str:
    """Give the key of a bar code that a product is to have. Raises ValueError with a sentence that reads after it.

    Digits alone are a GTIN. A code of the house has something else in it, and is compared without regard to case.
    """
    if not text.isascii() or not text.isprintable() or " " in text or not 0 < len(text) <= LONGEST:
        raise ValueError(f"is not a bar code: 1 to {LONGEST} letters, digits and signs of ASCII, without spaces")
    if not text.isdecimal():
        if _SYMBOLOGY.match(text) or _BRACKET.match(text) or _begins_with_gtin(text):
            raise ValueError("is not a bar code: it begins as a string of GS1 does; its GTIN alone is one")
        return text.casefold()
    if len(text) not in GTINS:
        raise ValueError("is not a GTIN: that has 8, 12, 13 or 14 digits")
    if not is_gtin(text):
        raise ValueError(f"has a wrong check digit: {check_digit(text[:-1])} would be right")
    return text.zfill(14)


def scan_key(text: str) -> str:
    """Give the key under which a bar code that somebody entered is kept, if it is one."""
    plain = bare(text)
    return plain.zfill(14) if is_gtin(plain) else plain.casefold()


def read(text: str, today: date) -> Reading:
    """Read a scan. Two digits of a year are the one of the hundred around today (GS1, 7.12)."""
    said = text.strip(" \t\r\n")
    plain = bare(said)
    if said.startswith(_OF_GS1) or plain[:1] == SEPARATOR or _BRACKET.match(plain) or _begins_with_gtin(plain):
        try:
            return _of_elements(_told(plain), dict(_elements(plain)), today)
        except ValueError as wrong:
            return Reading(_told(plain), fault=str(wrong))
    if not (plain.isascii() and plain.isdecimal() and len(plain) in GTINS):
        return Reading(plain)
    if is_gtin(plain):
        return Reading(plain, plain.zfill(14))
    return Reading(plain, fault=f"{plain} was misread: as a bar code its check digit is wrong. Scan it again.")


def _begins_with_gtin(text: str) -> bool:
    return text.startswith("01") and is_gtin(text[2:16]) and len(text) >= 16


def _told(plain: str) -> str:
    return " ".join(plain.translate(_STAND_INS).split(SEPARATOR)).strip()


def _elements(text: str) -> Iterator[tuple[str, str]]:
    pieces = _bracketed(text) if _BRACKET.match(text) else _run_together(text.translate(_STAND_INS))
    seen: dict[str, str] = {}
    for name, value in pieces:
        if name not in _ELEMENTS:
            raise ValueError(
                f"This code tells something under ({name}), which is not read here. Scan a plain bar code."
            )
        digits = _ELEMENTS[name]
        if digits and not (len(value) == digits and value.isascii() and value.isdecimal()):
            raise ValueError(f"This code was not read whole: ({name}) has {digits} digits. Scan it again.")
        if not digits and not _TEXT.fullmatch(value):
            raise ValueError(
                f"{_NAMES[name].capitalize()} has 1 to 20 letters, digits and signs. If it is the last but one thing in"
                " the code, let the scanner send the separator FNC1."
            )
        if digits >= 14 and check_digit(value[:-1]) != int(value[-1]):
            raise ValueError(f"This code was misread: the check digit of ({name}) is wrong. Scan it again.")
        if seen.setdefault(name, value) != value:
            raise ValueError(f"This code tells two different things under ({name}).")
        yield name, value


def _bracketed(text: str) -> Iterator[tuple[str, str]]:
    pieces = _BRACKET.split(text)
    return zip(pieces[1::2], (value.strip(" " + SEPARATOR) for value in pieces[2::2]), strict=True)


def _run_together(text: str) -> Iterator[tuple[str, str]]:
    text = text.strip(SEPARATOR)
    while text:
        name, text = text[:2], text[2:]
        digits = _ELEMENTS.get(name, 0)
        value, text = (text[:digits], text[digits:]) if digits else text.partition(SEPARATOR)[::2]
        text = text.lstrip(SEPARATOR)
        yield name, value


def _of_elements(text: str, told: dict[str, str], today: date) -> Reading:
    if "01" not in told:
        if "02" in told:
            raise ValueError("This code stands on a whole load and names what is in it (02). Scan a unit.")
        if "00" in told:
            raise ValueError("This is the number of a parcel or pallet (00), not of a product. Scan the product.")
        raise ValueError("This code names no product: it lacks the GTIN (01).")
    days = {name: _day(name, told[name], today) for name in ("11", "15", "17") if name in told}
    expires_on = days.get("17", days.get("15"))
    return Reading(text, told["01"], told.get("10", ""), expires_on, days.get("11"), told.get("21", ""))


def _day(name: str, value: str, today: date) -> date:
    """Read YYMMDD; day 00 is the last of the month."""
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:])
    century = today.year // 100
    ahead = year - today.year % 100
    century += -1 if ahead >= 51 else 1 if ahead <= -50 else 0
    try:
        whole = 100 * century + year
        return date(whole, month, day or monthrange(whole, month)[1])
    except ValueError:
        raise ValueError(f"This code tells a day that the calendar has not: ({name}) {value}.") from None
