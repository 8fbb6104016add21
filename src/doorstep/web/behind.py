"""What stands behind a number: the address that lists it, and how the list reads that address and says it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from doorstep.core.parcels.at_risk import NOT_PACKED, PACKED
from doorstep.core.parcels.narrowing import COST_PARTS, DRAWN, ON_CHARTS, ON_MAP, Drawn, Narrowing, Place, Span
from doorstep.documents.report.tally import PARTS
from doorstep.documents.report.wording import amount, count, day, percent_ppm
from doorstep.domain.journey import BEFORE_LEAVING, PARCEL_STATES, UNDER_WAY, ParcelState
from doorstep.domain.money import Currency
from doorstep.web.asked import Asked

GROUPS: Mapping[str, tuple[str, tuple[ParcelState, ...]]] = {
    "here": ("still here", BEFORE_LEAVING),
    "not_packed": ("not packed yet", NOT_PACKED),
    "boxed": ("packed, not staged", PACKED),
    "under_way": ("under way", UNDER_WAY),
}
KEPT = ("at", "drawn", "currency", "part", "cost", "days", "chance", "inside", "outside")  # asked for by links alone
_DRAWN: Mapping[Drawn, str] = {
    "charts": f"shown by the charts of today: the latest {count(ON_CHARTS)} under way to leave",
    "map": f"shown by the map of today: of the latest {count(ON_MAP)} under way to leave",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list of parcels is narrowed to, and in words; `state` as the address names it."""

    narrowing: Narrowing
    words: tuple[str, ...]
    state: str


def address(**asked: str) -> str:
    return f"{reverse('shipments')}?{urlencode(asked)}"


def of_span(drawn: Drawn, currency: str, name: str, low: int | None, high: int | None) -> str:
    ends = ("" if end is None else str(end) for end in (low, high))
    return address(drawn=drawn, currency=currency, **({name: "..".join(ends)} if (low, high) != (None, None) else {}))


def of_place(place: Place, name: str = "inside") -> str:
    return address(drawn="map", **{name: f"{place.south!r},{place.west!r},{place.north!r},{place.east!r}"})


def read(asked: Asked) -> Behind:
    state = asked.one_of("state", (*PARCEL_STATES, *GROUPS))
    at, drawn, part = asked.instant("at"), asked.one_of("drawn", DRAWN), asked.one_of("part", COST_PARTS)
    currency = _currency(asked)
    cost, days, chance = (_span(asked, name) for name in ("cost", "days", "chance"))
    inside, outside = (_place(asked, name) for name in ("inside", "outside"))
    states: tuple[ParcelState, ...] = ()
    if state is not None:
        states = GROUPS[state][1] if state in GROUPS else tuple(one for one in PARCEL_STATES if one == state)
    narrowing = Narrowing(states, at, drawn, currency, part, cost, days, chance, inside, outside)
    return Behind(narrowing, tuple(_words(narrowing)), state or "")


def _span(asked: Asked, name: str) -> Span | None:
    ends = asked.span(name)
    return None if ends is None else Span(*ends)


def _currency(asked: Asked) -> str | None:
    code = asked.text("currency")
    try:
        return code and Currency(code).code
    except ValueError:
        del asked.kept["currency"]
        asked.not_understood.append("currency")
        return None


def _place(asked: Asked, name: str) -> Place | None:
    edges = asked.degrees(name)
    return None if edges is None else Place(*edges)


def _words(by: Narrowing) -> list[str]:
    said = []
    if by.drawn is not None:
        said.append(_DRAWN[by.drawn])
    if by.leaves_at is not None:
        said.append(f"of the collection of {_moment(by.leaves_at)}")
    if by.part is not None:
        said.append(f"with a cost of {dict(PARTS)[by.part].lower()}")
    if by.cost_minor is not None:
        said.append(f"that cost {_ends(by.cost_minor, lambda minor: _price(minor, by.currency))}")
    elif by.currency is not None:
        said.append(f"paid in {by.currency}")
    if by.days is not None:
        said.append(f"promised {_ends(by.days, count)} days after placing")
    if by.on_time_ppm is not None:
        said.append(f"with a chance of being on time of {_ends(by.on_time_ppm, percent_ppm)}")
    if by.inside is not None:
        said.append("that go to one dot of the map")
    if by.outside is not None:
        said.append("that go beyond the edges of the map")
    return said


def _ends(span: Span, say: Callable[[int], str]) -> str:
    if span.low is None or span.high is None:
        return f"less than {say(span.high)}" if span.high is not None else f"{say(span.low or 0)} or more"
    return f"{say(span.low)} to less than {say(span.high)}"


def _price(minor: int, currency: str | None) -> str:
    return amount(Currency(currency), minor) if currency else f"{count(minor)} of the smallest unit"


def _moment(at: datetime) -> str:
    return f"{day(at.date())}, {at:%H:%M} UTC"
