"""What is at risk of an order, in words: each order once, whatever endangers however many of its parcels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from doorstep.core.parcels.at_risk import Endangered, OrderAtRisk
from doorstep.core.parcels.queries import ParcelRow, Risk
from doorstep.documents.report.wording import count, day
from doorstep.web.templatetags.words import chance


@dataclass(frozen=True, slots=True)
class AtRisk:
    brand: str
    order: str
    parcels: int  # of it that are at risk
    reasons: tuple[str, ...]
    promised_by: date  # the earliest of those
    least_on_time_ppm: int


def endangered(one: OrderAtRisk) -> AtRisk:
    told: dict[str, int] = {}
    for parcel in one.parcels:
        for words in _reasons(parcel):
            told[words] = told.get(words, 0) + 1
    rows = [parcel.row for parcel in one.parcels]
    return AtRisk(
        one.brand,
        one.order,
        len(rows),
        tuple(_of(words, number, len(rows)) for words, number in told.items()),
        min(row.promised_by for row in rows),
        min(row.on_time_ppm for row in rows),
    )


def _of(words: str, number: int, whole: int) -> str:
    if whole == 1:
        return words
    if number == whole:
        return f"{words} (both parcels)" if whole == 2 else f"{words} (all {count(whole)} parcels)"
    return f"{words} ({count(number)} of {count(whole)} parcels)"


def _reasons(one: Endangered) -> list[str]:
    return [_said(one.row, risk) for risk in one.risks]


def _said(row: ParcelRow, risk: Risk) -> str:
    if risk == "promise_passed":
        return f"promised by {_short(row.promised_by)}, not delivered"
    if risk == "not_left":
        should = row.ship_at.astimezone(ZoneInfo(row.time_zone))
        return f"should have left {row.site_name or row.site} {_short(should.date())}, {should:%H:%M}"
    if risk == "likely_late" and row.foreseen is not None:
        return f"{chance(row.foreseen.in_time_ppm)} to arrive by {_short(row.promised_by)}"
    return f"{chance(row.on_time_ppm)} likely on time, {chance(row.target_ppm)} wanted"


def _short(when: date) -> str:
    return day(when).rsplit(" ", 1)[0]
