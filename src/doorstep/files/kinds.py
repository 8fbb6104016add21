"""Kinds of cells: what a text must look like, what it becomes, and what to say when it does not.

Every parser takes a text that is not empty and raises ValueError with a sentence that reads after the value. Digits are
ASCII digits: what `str.isdecimal` and `int` would take besides is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from doorstep.domain.clock import WorkingDays, parse_time_of_day
from doorstep.domain.gs1 import MOST_CODES, barcode_key
from doorstep.domain.money import Currency
from doorstep.domain.units import PPM
from doorstep.files.codes import COUNTRIES, CURRENCIES, holiday_calendars, time_zones

MAX_TEXT = 2_000
MAX_ID = 100
MAX_MONEY = 10**9  # major units; keeps sums of micros within 64 bits
FIRST_YEAR, LAST_YEAR = 1970, 2199  # calendars, zones and 64-bit instants all hold in between

_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_HS = re.compile(r"[0-9]{1,12}")
_HS_PUNCTUATION = str.maketrans("", "", " .-")
_FLOAT = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?")
_OFFSET = re.compile(r"Z|[+-][0-9]{2}:?[0-9]{2}")
_INSTANT = re.compile(f"(?:{_LOCAL.pattern})(?:{_OFFSET.pattern})")
_CLOCK = re.compile(r"([0-3][0-9]|4[0-7]):([0-5][0-9])")
_CLOCK_S = re.compile(rf"{_CLOCK.pattern}(?::([0-5][0-9]))?")
_CLOCK_LONG = re.compile(r"([0-9]{2,3}):([0-5][0-9])(?::([0-5][0-9]))?")
_SPACE = re.compile(r"\s")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LAYOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Kind:
    says: str  # in the documents: "whole number, 1 to 100000"
    parse: Callable[[str], Any]
    type: str = "string"  # of a Frictionless field
    constraints: Mapping[str, Any] = field(default_factory=dict)
    format: str = ""
    absent: Any = None  # stands for an empty cell, and for a column left out
    many: Callable[[list[str]], list[Any] | None] | None = None  # parses all at once; None: look at each


def _plain_text(cells: list[str]) -> list[str] | None:
    return cells if max(map(len, cells), default=0) <= MAX_TEXT and "".join(cells).isprintable() else None


def _plain_codes(cells: list[str]) -> list[str] | None:
    joined = "".join(cells)
    return cells if max(map(len, cells), default=0) <= MAX_ID and joined.isprintable() and " " not in joined else None


def text() -> Kind:
    def parse(cell: str) -> str:
        if len(cell) > MAX_TEXT:
            raise ValueError(f"is longer than {MAX_TEXT} characters")
        if _CONTROL_BUT_LAYOUT.search(cell):
            raise ValueError("contains a control character")
        return cell

    return Kind("text", parse, constraints={"maxLength": MAX_TEXT}, absent="", many=_plain_text)


def code() -> Kind:
    """An id, or another short text that must match exactly elsewhere."""

    def parse(cell: str) -> str:
        if len(cell) > MAX_ID:
            raise ValueError(f"is longer than {MAX_ID} characters")
        if _CONTROL.search(cell):
            raise ValueError("contains a control character")
        if cell != cell.strip():
            raise ValueError("begins or ends with a space")
        return cell

    return Kind("code", parse, constraints={"maxLength": MAX_ID}, absent="", many=_plain_codes)


def word() -> Kind:
    """An id without any space: plan.csv joins the ids of orders by spaces."""
    accept = code().parse

    def parse(cell: str) -> str:
        if _SPACE.search(cell):
            raise ValueError("contains a space: the ids of orders and parcels are joined by spaces")
        return str(accept(cell))

    constraints = {"maxLength": MAX_ID, "pattern": r"\S+"}
    return Kind("code without spaces", parse, constraints=constraints, absent="", many=_plain_codes)


def barcodes() -> Kind:
    """Bar codes of one product, joined by spaces as plan.csv joins orders."""

    def parse(cell: str) -> tuple[str, ...]:
        keys: set[str] = set()
        for one in (codes := cell.split(" ")):
            try:
                key = barcode_key(one)
            except ValueError as wrong:
                raise ValueError(f"holds {one or 'two spaces'}, which {wrong}") from None
            if key in keys:
                raise ValueError(f"holds {one} twice")
            keys.add(key)
        if len(codes) > MOST_CODES:
            raise ValueError(f"holds more than {MOST_CODES} bar codes")
        return tuple(codes)

    return Kind("bar codes, joined by spaces", parse, absent=())


def whole(low: int, high: int) -> Kind:
    def parse(cell: str) -> int:
        if not _WHOLE.fullmatch(cell):
            raise ValueError("is not a whole number")
        if len(cell) > 19 or not low <= (number := int(cell)) <= high:
            raise ValueError(f"is not between {low} and {high}")
        return number

    says = f"whole number, {low} to {high}"
    return Kind(says, parse, "integer", {"minimum": low, "maximum": high})


def millionths(cell: str) -> int:
    """Read a decimal into integer millionths, exactly. Raises ValueError."""
    match = _DECIMAL.fullmatch(cell)
    if not match:
        raise ValueError("is not a decimal number such as 12.50")
    sign, major, minor = match[1], match[2], match[3] or ""
    if len(minor) > 6:
        raise ValueError("has more than 6 decimals")
    if len(major) > 18:
        raise ValueError("is too large")
    number = int(major) * 1_000_000 + int(minor.ljust(6, "0"))
    return -number if sign else number


def money(low: int = 0, most: int = MAX_MONEY) -> Kind:
    def parse(cell: str) -> int:
        micros = millionths(cell)
        if not low * 1_000_000 <= micros <= most * 1_000_000:
            raise ValueError(f"is not between {low} and {most}")
        return micros

    return Kind(f"decimal, {low} to {most}, at most 6 decimals", parse, "number", {"minimum": low})


def hs_prefix() -> Kind:
    """The beginning of a customs tariff number, without the points and spaces that people put into it."""

    def parse(cell: str) -> str:
        digits = cell.translate(_HS_PUNCTUATION)
        if not _HS.fullmatch(digits):
            raise ValueError("is not the beginning of an HS code such as 6109 or 6109.10")
        return digits

    return Kind("digits of an HS code", parse)  # None, not "": a cell is not what it means


def exchange_rate() -> Kind:
    """What a unit of a currency is worth, in billionths."""

    def parse(cell: str) -> int:
        match = _DECIMAL.fullmatch(cell)
        if not match or match[1]:
            raise ValueError("is not a decimal number such as 1.0842")
        if len(match[3] or "") > 9:
            raise ValueError("has more than 9 decimals")
        if len(match[2]) > 7 or not 0 < (nanos := int(match[2] + (match[3] or "").ljust(9, "0"))) <= 10**15:
            raise ValueError("is not above 0 and at most 1000000")
        return nanos

    return Kind("decimal above 0, to 1000000, at most 9 decimals", parse, "number", {"minimum": 0})


def share() -> Kind:
    def parse(cell: str) -> int:
        ppm = millionths(cell)
        if not 0 < ppm < PPM:
            raise ValueError("is not between 0 and 1, both excluded")
        return ppm

    return Kind("decimal between 0 and 1, both excluded", parse, "number", {"minimum": 0, "maximum": 1})


def measure(low: float, high: float) -> Kind:
    def parse(cell: str) -> float:
        if not _FLOAT.fullmatch(cell):
            raise ValueError("is not a decimal number")
        if not low <= (number := float(cell)) <= high:
            raise ValueError(f"is not between {low:g} and {high:g}")
        return number

    says = f"decimal, {low:g} to {high:g}"
    return Kind(says, parse, "number", {"minimum": low, "maximum": high})


def flag() -> Kind:
    def parse(cell: str) -> bool:
        if cell not in ("0", "1"):
            raise ValueError("is neither 0 nor 1")
        return cell == "1"

    return Kind("0 or 1", parse, "boolean", absent=False)


def instant() -> Kind:
    """The offset stays as written, so that the local date of the writing can be told."""

    def parse(cell: str) -> datetime:
        local = _LOCAL.match(cell)
        if not local:
            raise ValueError("is not an instant of ISO 8601 such as 2024-05-01T09:30:00+02:00")
        offset = cell[local.end() :]
        if not offset:
            raise ValueError("has no offset: write 2024-05-01T09:30:00+02:00, or Z for UTC")
        if not _OFFSET.fullmatch(offset):
            raise ValueError("is not an instant of ISO 8601 such as 2024-05-01T09:30:00+02:00")
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            raise ValueError("is no instant of the calendar") from None
        return _in_range(moment)

    def many(cells: list[str]) -> list[datetime] | None:
        try:
            moments = [*map(datetime.fromisoformat, cells)] if all(map(_INSTANT.fullmatch, cells)) else []
        except ValueError:
            return None
        years = {moment.year for moment in moments}
        return moments if years and FIRST_YEAR < min(years) <= max(years) < LAST_YEAR else None

    return Kind("instant with offset", parse, "datetime", format="any", many=many)


def _in_range(moment: datetime) -> datetime:
    if not FIRST_YEAR < moment.year < LAST_YEAR:  # a year to spare on both sides, whatever the offset
        raise ValueError(f"is not between the years {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
    return moment


def day(any_year: bool = False) -> Kind:
    """A date; `any_year` lets the ends of a validity be written as 9999-12-31."""

    def parse(cell: str) -> date:
        if not _DATE.fullmatch(cell):
            raise ValueError("is not a date such as 2024-05-01")
        try:
            found = date.fromisoformat(cell)
        except ValueError:
            raise ValueError("is no date of the calendar") from None
        if not any_year and not FIRST_YEAR < found.year < LAST_YEAR:
            raise ValueError(f"is not between the years {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
        return found

    return Kind("date", parse, "date")


def time_of_day() -> Kind:
    def parse(cell: str) -> int:
        try:
            if not cell.isascii():
                raise ValueError
            return parse_time_of_day(cell)
        except ValueError:
            raise ValueError("is not a time of day; write HH:MM, 00:00 to 23:59") from None

    return Kind("HH:MM", parse, constraints={"pattern": "([01][0-9]|2[0-3]):[0-5][0-9]"})


def moment(seconds: bool = False, any_day: bool = False) -> Kind:
    """A local time of the day in seconds, beyond 24:00 of the night that follows; or an instant.

    `any_day` lets it be of the days after as well: a day under way that runs late is written until it ends.
    """
    at = instant().parse
    clock = _CLOCK_LONG if any_day else _CLOCK_S if seconds else _CLOCK
    written = "HH:MM or HH:MM:SS" if seconds or any_day else "HH:MM"
    last = "999:59:59" if any_day else "47:59:59" if seconds else "47:59"
    beyond = "the days after" if any_day else "the next day"

    def parse(cell: str) -> int | datetime:
        match = clock.fullmatch(cell)
        if match:
            return sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=False))
        if "-" not in cell:
            raise ValueError(f"is not a time; write {written}, 00:00 to {last}, or an instant of ISO 8601")
        found: datetime = at(cell)
        return found

    return Kind(f"{written}, 00:00 to {last} (from 24:00 on: of {beyond}), or instant with offset", parse)


def codes() -> Kind:
    """Several ids, joined by spaces."""
    one = code().parse

    def parse(cell: str) -> tuple[str, ...]:
        found = tuple(one(each) for each in cell.split(" "))
        if "" in found or len(set(found)) < len(found):
            raise ValueError("has a code twice, or two spaces side by side")
        return found

    return Kind("codes, joined by spaces", parse, absent=())


def factor() -> Kind:
    """A decimal above 0, in millionths."""

    def parse(cell: str) -> int:
        ppm = millionths(cell)
        if not PPM // 100 <= ppm <= 100 * PPM:
            raise ValueError("is not between 0.01 and 100")
        return ppm

    return Kind("decimal, 0.01 to 100, at most 6 decimals", parse, "number", {"minimum": 0.01, "maximum": 100})


def working_days() -> Kind:
    def parse(cell: str) -> WorkingDays:
        try:
            return WorkingDays.parse(cell)
        except ValueError:
            raise ValueError("is not a set of working days; write Mon-Fri or Mon,Wed,Fri") from None

    return Kind("working days", parse)


def one_of(choices: tuple[str, ...], absent: str | None = None) -> Kind:
    says = ", ".join(choices)

    def parse(cell: str) -> str:
        if cell not in choices:
            raise ValueError(f"is not one of {says}")
        return cell

    return Kind(says, parse, constraints={"enum": list(choices)}, absent=absent)


def some_of(choices: tuple[str, ...]) -> Kind:
    """Some of a list, joined by spaces."""

    def parse(cell: str) -> tuple[str, ...]:
        found = tuple(cell.split(" "))
        if len(set(found)) < len(found) or not set(found) <= set(choices):
            raise ValueError(f"is not some of {', '.join(choices)}, joined by spaces")
        return found

    return Kind(f"{', '.join(choices)}; several are joined by spaces", parse, absent=choices)


def country() -> Kind:
    def parse(cell: str) -> str:
        if cell not in COUNTRIES:
            raise ValueError("is not a country code of ISO 3166-1 such as BR or DE")
        return cell

    return Kind("ISO 3166-1 country code", parse, constraints={"pattern": "[A-Z]{2}"}, absent="")


def currency() -> Kind:
    def parse(cell: str) -> Currency:
        if cell not in CURRENCIES:
            raise ValueError("is not a currency code of ISO 4217 such as EUR")
        return Currency(cell)

    return Kind("ISO 4217 currency code", parse, constraints={"pattern": "[A-Z]{3}"})


def time_zone() -> Kind:
    def parse(cell: str) -> str:
        if cell not in time_zones():
            raise ValueError("is not a time zone of IANA such as America/Sao_Paulo")
        return cell

    return Kind("IANA time zone", parse)


def holiday_calendar() -> Kind:
    def parse(cell: str) -> str:
        if cell not in holiday_calendars():
            raise ValueError("is not a known holiday calendar; write a country or a subdivision: BR, BR-SP")
        return cell

    return Kind("ISO country or subdivision", parse, absent="")
