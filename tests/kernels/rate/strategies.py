"""Random tariffs and parcels: few distinct values, so that prefixes overlap and thresholds are hit exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from doorstep.domain.carriage import (
    DELIVERS_TO,
    DIVISOR_WHENS,
    SPEEDS,
    WHENS,
    AreaRule,
    DivisorRule,
    ExchangeRate,
    RateBreak,
    Service,
    Surcharge,
    Tariff,
    ZoneRule,
)
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
CURRENCIES = st.sampled_from(("", "", "", "CHF"))
STEPS = st.sampled_from((100_000_000, 100_000_000, 500_000_000, 7_000_000))
AREAS = st.sampled_from(("", "", "X", "Y"))
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
    lines = draw(st.lists(st.tuples(COUNTRIES, spans(), COUNTRIES, spans()), max_size=6))
    rules: list[ZoneRule] = []
    for origin, (start, last), country, (prefix, to) in (*lines, ("NL", ("", ""), "NL", ("", ""))):
        zone, remote = draw(st.sampled_from("AB")), draw(st.booleans())
        rule = ZoneRule(service, origin, start, country, prefix, zone, remote, last, to)
        if not any(_collide(rule, other) for other in rules):
            rules.append(rule)
    return rules


def _collide(one: ZoneRule, other: ZoneRule) -> bool:
    """Whether two rules of equal precedence overlap."""

    def apart(a: str, a_to: str, b: str, b_to: str) -> bool:
        first, last, start, end = (code.upper().replace(" ", "").replace("-", "") for code in (a, a_to, b, b_to))
        return len(first) != len(start) or (last or first) < start or (end or start) < first

    return (one.origin_country, one.destination_country) == (other.origin_country, other.destination_country) and not (
        apart(one.origin_prefix, one.origin_to, other.origin_prefix, other.origin_to)
        or apart(one.destination_prefix, one.destination_to, other.destination_prefix, other.destination_to)
    )


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
            lines.append(RateBreak(service, zone, up_to_g, price, extra, start, last, draw(CURRENCIES)))
    return lines


@st.composite
def surcharges(draw: st.DrawFn, service: str) -> list[Surcharge]:
    lines: list[Surcharge] = []
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
            least_micros=draw(st.sampled_from((None, None, 0, 1_005_000))),
            currency=draw(st.sampled_from(("", "", "CHF"))),
        )
        line = replace(line, of_value=draw(RARELY)) if line.percent else replace(line, floor=draw(RARELY))
        if not line.percent and not line.floor and not line.currency and draw(RARELY):
            line = replace(
                line, step_micros=draw(STEPS), free_micros=draw(st.sampled_from((0, 0, 100_000_000, 999_990_000)))
            )
        if line.when not in ("signature", "saturday"):
            line = replace(line, zone=draw(st.sampled_from(("", "", "A"))), area=draw(AREAS))
        group = draw(st.sampled_from(("", "", "g", "h")))
        known = [one.sequence for one in lines if one.group == group]
        lines.append(replace(line, group=group, sequence=known[0]) if group and known else replace(line, group=group))
    return lines


@st.composite
def divisors(draw: st.DrawFn, service: str) -> list[DivisorRule]:
    sequences = draw(st.lists(st.integers(0, 5), unique=True, max_size=2))
    threshold, other = st.sampled_from((0, 1, 100, 300, 1_000)), st.sampled_from((0, 1, 4_000, 6_000))
    return [
        DivisorRule(service, draw(st.sampled_from(DIVISOR_WHENS)), draw(threshold), draw(other), sequence)
        for sequence in sequences
    ]


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a prefix, and now and then the end of a range that begins with it."""
    prefix = draw(POSTCODES)
    plain = prefix.upper().replace(" ", "").replace("-", "")
    last = "".join("9" if letter.isdigit() else "Z" for letter in plain)
    return prefix, draw(st.sampled_from(("", "", last)))


@st.composite
def exchange(draw: st.DrawFn) -> list[ExchangeRate]:
    """Draw the worth of a franc, changing once or twice; before the first day and after the last perhaps unknown."""
    cuts = sorted(draw(st.lists(st.integers(0, DAYS), unique=True, max_size=2)))
    edges = [draw(st.sampled_from((None, FIRST_DATE))), *(FIRST_DATE + timedelta(days=cut + 1) for cut in cuts), None]
    return [
        ExchangeRate("CHF", draw(st.sampled_from((1_000_000_000, 933_312_000, 1_071_500_000, 7))), start,
                     end and end - timedelta(days=1))
        for start, end in pairwise(edges)
    ]  # fmt: skip


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    names = ["S0", "S1"][: draw(st.integers(1, 2))]
    rates = tuple(line for name in names for zone in "AB" for line in draw(rate_breaks(name, zone)))
    priced = {line.zone for line in rates}
    lines = [line for name in names for line in draw(surcharges(name))]
    tariff = Tariff(
        services=tuple(draw(services(name)) for name in names),
        zones=tuple(rule for name in names for rule in draw(zone_rules(name))),
        rates=rates,
        surcharges=tuple(line if line.zone in priced else replace(line, zone="") for line in lines),
        divisors=tuple(rule for name in names for rule in draw(divisors(name))),
        areas=tuple(AreaRule(area, draw(COUNTRIES), *draw(spans())) for area in "XXYY"),
        exchange_rates=tuple(draw(exchange())),
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
            "value_minor": st.sampled_from((0, 99_999, 100_000, 100_001, 12_345)),
        }
    )
    rows = tuple(draw(st.lists(row, min_size=1, max_size=12)))
    currency = Currency(draw(st.sampled_from(("EUR", "JPY", "KWD"))))
    return Scene(tariff, currency, origins, destinations, rows)
