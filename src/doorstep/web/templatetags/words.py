"""Filters: numbers, amounts, days and times as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template

from doorstep.core.counting import MOST_COUNTED
from doorstep.core.parcels.at_risk import Overdue
from doorstep.core.parcels.queries import Leaving
from doorstep.documents.report import wording
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.parcel import OWN_BOX, CostParts
from doorstep.domain.returns import WHY, ReturnReason
from doorstep.domain.units import MICROS
from doorstep.web.behind import address
from doorstep.web.words.facts import reason_words
from doorstep.web.words.returned import returned_words

register = template.Library()
_RISKS = {
    "promise_passed": "promised day has passed",
    "not_left": "should have left",
    "likely_late": "likely late by how far it has come",
    "unlikely": "less likely on time than the brand aims at",
}
_PRECISIONS = {
    "coordinates": "its place is known by its coordinates",
    "postcode": "its place is known to the postcode",
    "postcode_area": "its place is known to the beginning of the postcode",
    "country": "its place is known to the country",
    "nowhere": "no zone covers its place",
}
_WIDE_WEEK = {0b0011111: "Mon–Fri", 0b0111111: "Mon–Sat", 0b1111111: "every day"}


@register.filter
def money(minor: int, currency: str) -> str:
    return wording.amount(Currency(currency), minor)


@register.filter
def difference(minor: int, currency: str) -> str:
    """An amount with its sign; nothing is no difference."""
    return wording.change(Currency(currency), minor) if minor else "the same"


@register.filter
def rate(micros: int | None, currency: str) -> str:
    """A unit rate: as many decimals as it has, at least those of the currency."""
    if micros is None:
        return "–"
    return in_digits(micros, Currency(currency).digits)


def in_digits(micros: int, least: int = 0) -> str:
    """Millionths as a decimal number: as many digits behind the point as it has, or at least so many."""
    whole, part = divmod(abs(micros), MICROS)
    kept = f"{part:06d}".rstrip("0").ljust(least, "0")
    return f"{wording.MINUS if micros < 0 else ''}{whole:,}{'.' + kept if kept else ''}"


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    """What a code is called; one that has no name says itself."""
    return names.get(code) or code


@register.filter
def found_in(code: str, rows: Mapping[str, int]) -> int | None:
    """The row id of what bears a code; None: there is none."""
    return rows.get(code)


@register.filter
def percentage(micros: int) -> str:
    """Millionths of one percent, as surcharges have them: 12500000 -> 12.5 %."""
    return f"{in_digits(micros)} %"


@register.filter
def chance(ppm: int) -> str:
    """Say a chance; one that is less than certain is never rounded to certainty."""
    return "over 99.9 %" if 999_500 <= ppm < 1_000_000 else wording.percent_ppm(ppm)


@register.filter
def exactly(ppm: int) -> str:
    """A share to its last digit, for one that may be small: 400 -> 0.04 %."""
    return percentage(ppm * 100)


@register.filter
def number(value: int | None) -> str:
    return "–" if value is None else wording.count(value)


@register.filter
def counted(value: int, noun: str) -> str:
    return wording.counted(value, noun)


@register.filter
def bounded(value: int, noun: str = "") -> str:
    """A count that stops at its bound; beyond it there are more, nobody knows how many."""
    most = min(value, MOST_COUNTED)
    told = wording.counted(most, noun) if noun else wording.count(most)
    if value == most:
        return told
    return f"more than {told}" if noun else f"{told}+"


@register.filter
def weight(weight_g: int | None) -> str:
    return "–" if weight_g is None else wording.weight(weight_g)


@register.filter
def surplus(weight_g: int) -> str:
    """How much more or less than planned."""
    return f"{wording.weight(abs(weight_g))} {'more' if weight_g > 0 else 'less'} than"


@register.filter
def day(value: date | None) -> str:
    return "–" if value is None else wording.day(value)


@register.filter
def short_day(value: date | None) -> str:
    return "–" if value is None else wording.day(value).rsplit(" ", 1)[0]


@register.filter
def clock_in(value: datetime, zone: str) -> str:
    """Give the time of day at a site."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def day_in(value: datetime, zone: str) -> str:
    return wording.day(value.astimezone(ZoneInfo(zone)).date())


@register.filter
def short_day_in(value: datetime, zone: str) -> str:
    return short_day(value.astimezone(ZoneInfo(zone)).date())


@register.filter
def iso_day_in(value: datetime, zone: str) -> str:
    """Give the local day as a query string says it."""
    return value.astimezone(ZoneInfo(zone)).date().isoformat()


@register.filter
def share(value: float) -> str:
    return wording.percent(value)


@register.filter
def moment(value: datetime | None) -> str:
    """Give an instant in UTC, to the minute."""
    if value is None:
        return "never"
    return f"{wording.day(value.date())}, {value:%H:%M}"


@register.filter
def time_of_day(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


@register.filter
def working_days(mask: int) -> str:
    return _WIDE_WEEK.get(mask) or str(WorkingDays(mask)).replace(",", ", ")


@register.filter
def sizes(mm: tuple[int, int, int]) -> str:
    return " × ".join(wording.count(side) for side in mm) + " mm"


@register.filter
def carton(code: str) -> str:
    return "own box" if code == OWN_BOX else code


@register.filter
def total(cost: CostParts) -> int:
    return cost.total_minor


@register.filter
def precision(code: str) -> str:
    return _PRECISIONS[code]


@register.filter
def reason(code: str) -> str:
    return reason_words(code)


@register.filter
def departure(one: Leaving | Overdue) -> str:
    """The address of what leaves from a site with a service at one time."""
    return address(site=one.site, service=one.service, at=one.leaves_at.isoformat())


@register.filter
def returned(code: str, of: str) -> str:
    """Say a grade, a disposition or a state of a return."""
    return returned_words(of, code)


@register.filter
def why(code: ReturnReason) -> str:
    """Say why something comes back, in the words that its shopper chose from."""
    return WHY[code]


@register.filter
def risk(code: str) -> str:
    return _RISKS[code]


@register.filter
def spoken(code: str) -> str:
    """Say a code in words: operator_admin -> operator admin."""
    return code.replace("_", " ")
