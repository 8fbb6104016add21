"""Random tariffs and parcels: few distinct values, so that prefixes overlap and thresholds are hit exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, WHENS, RateBreak, Service, Surcharge, Tariff, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place

FIRST_DATE = date(2026, 1, 1)
FIRST_DAY = (FIRST_DATE - date(1970, 1, 1)).days
DAYS = 8
COUNTRIES = st.sampled_from(("NL",) * 7 + ("BE",))
POSTCODES = st.sampled_from(("", "1", "10", "10 1", "10-12", "101 2a", "1012AB", "2", "20"))
SIDES = st.sampled_from((1, 99, 100, 101, 100, 101, 300, 700))
RARELY = st.sampled_from((False,) * 4 + (True,))
WEIGHTS = st.sampled_from((0, 499, 999, 1_000, 1_001, 2_500, 20_000))


@dataclass(frozen=True)
class Scene:
    tariff: Tariff
    currency: Currency
    origins: tuple[Place, ...]
    destinations: tuple[Place, ...]
    rows: tuple[dict[str, Any], ...]


def services(name: str) -> st.SearchStrategy[Service]:
    return st.builds(
        Service,
        service=st.just(name),
        carrier=st.just("carrier"),
        name=st.just(name),
        speed=st.sampled_from((*SPEEDS, "express", "same_day")),
        delivers_to=st.sampled_from(DELIVERS_TO),
        max_weight_g=st.sampled_from((99_999, 99_999, 20_000, 1_000)),
        max_length_mm=st.sampled_from((9_999, 9_999, 700, 100)),
        max_girth_mm=st.sampled_from((None, None, None, 500, 2_000)),
        dim_divisor_cm3_per_kg=st.sampled_from((0, 4_000, 5_000, 1)),
        working_days=st.sampled_from(("Mon-Fri", "Mon-Sat", "Sat-Sun")).map(WorkingDays.parse),
        min_days=st.just(1),
        max_days=st.just(2),
        signature=st.booleans(),
    )


def places() -> st.SearchStrategy[Place]:
    return st.builds(Place, country=COUNTRIES, region=st.just(""), city=st.just(""), postcode=POSTCODES)


@st.composite
def zone_rules(draw: st.DrawFn, service: str) -> list[ZoneRule]:
    lines = draw(st.lists(st.tuples(COUNTRIES, POSTCODES, COUNTRIES, POSTCODES), max_size=6, unique_by=_plain))
    lines.append(("NL", "", "NL", ""))
    kept = {_plain(line): line for line in lines}.values()
    return [ZoneRule(service, *line, draw(st.sampled_from("AB")), remote=draw(st.booleans())) for line in kept]


def _plain(line: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.upper().replace(" ", "").replace("-", "") for code in line)


@st.composite
def rate_breaks(draw: st.DrawFn, service: str, zone: str) -> list[RateBreak]:
    """Draw breaks; those of one weight follow one another in time."""
    lines = []
    for up_to_g in draw(st.lists(st.sampled_from((0, 500, 1_000, 2_500, 20_000)), unique=True, min_size=1, max_size=4)):
        cuts = sorted(draw(st.lists(st.integers(0, DAYS), unique=True, max_size=2)))
        edges = [None, *(FIRST_DATE + timedelta(days=cut) for cut in cuts), None]
        for start, end in pairwise(edges):
            if draw(RARELY):
                continue
            price = draw(st.sampled_from((0, 4_995_000, 5_000_000, 12_344_999)))
            extra = draw(st.sampled_from((1_255_000, 1_255_000, 0, None)))
            last = end and end - timedelta(days=1)
            lines.append(RateBreak(service, zone, up_to_g, price, extra, start, last))
    return lines


@st.composite
def surcharges(draw: st.DrawFn, service: str) -> list[Surcharge]:
    lines = []
    for number in range(draw(st.integers(1, 6))):
        start = draw(st.none() | st.none() | st.integers(0, DAYS))
        length = draw(st.none() | st.none() | st.integers(0, DAYS))
        line = Surcharge(
            service=service,
            surcharge=f"{number}",
            when=draw(st.sampled_from(WHENS)),
            threshold=draw(st.sampled_from((0, 100, 300, 500, 999, 1_000, 2_500))),
            percent=draw(st.booleans()),
            amount_micros=draw(st.sampled_from((-1_500_000, 0, 5_000, 995_000, 12_500_000, 33_333_333))),
            sequence=draw(st.integers(-1, 2)),
            valid_from=None if start is None else FIRST_DATE + timedelta(days=start),
            valid_to=None if length is None else FIRST_DATE + timedelta(days=(start or 0) + length),
        )
        lines.append(line)
    return lines


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    names = ["S0", "S1"][: draw(st.integers(1, 2))]
    tariff = Tariff(
        services=tuple(draw(services(name)) for name in names),
        zones=tuple(rule for name in names for rule in draw(zone_rules(name))),
        rates=tuple(line for name in names for zone in "AB" for line in draw(rate_breaks(name, zone))),
        surcharges=tuple(line for name in names for line in draw(surcharges(name))),
    )
    origins = tuple(draw(st.lists(places(), min_size=1, max_size=2)))
    destinations = tuple(draw(st.lists(places(), min_size=1, max_size=4)))
    day = st.integers(FIRST_DAY - 1, FIRST_DAY + 2 * DAYS)
    per_service = draw(st.booleans())
    row = st.fixed_dictionaries(
        {
            "origin": st.integers(0, len(origins) - 1),
            "destination": st.integers(0, len(destinations) - 1),
            "ship_day": st.tuples(*(day for _ in names)) if per_service else day,
            "weight_g": WEIGHTS,
            "size_mm": st.tuples(SIDES, SIDES, SIDES),
            "residential": st.booleans(),
            "signature": RARELY,
            "saturday": RARELY,
            "accepts": st.sampled_from((7,) * 8 + (1, 6)),
            "slowest": st.sampled_from((0,) * 8 + (1, 2, 3)),
        }
    )
    rows = tuple(draw(st.lists(row, min_size=1, max_size=12)))
    currency = Currency(draw(st.sampled_from(("EUR", "JPY", "KWD"))))
    return Scene(tariff, currency, origins, destinations, rows)
