"""A brand's tariff as freight tables: each service in the zone that lies in the middle of its prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from doorstep.domain.carriage import ExchangeRate, RateBreak, Service, Tariff
from doorstep.domain.money import Currency
from doorstep.domain.packing import Basket
from doorstep.domain.units import divide_half_up
from doorstep.kernels.pack.problem import UNCARRIED, Breaks, Freight

HEAVIEST_G = 200_000
SLACK_PCT = 110
NANOS = 10**9
HOME = "home"


@dataclass(frozen=True, slots=True)
class Typical:
    """A freight table and where it comes from."""

    freight: Freight
    service: Service
    zone: str


def typical_freight(
    tariff: Tariff, weight_g: int, day: date, currency: Currency, service: str = ""
) -> tuple[Typical, ...]:
    """The tables of `service`, or of every service to the door where there are such, by what `weight_g` costs.

    Surcharges are left out. Empty where the tariff has no such service, or no rate valid on the day.
    """
    home = any(one.delivers_to == HOME for one in tariff.services)
    wanted = [
        one for one in tariff.services if (one.service == service if service else one.delivers_to == HOME or not home)
    ]
    found = []
    for one in wanted:
        zones = _zones(tariff, one.service, day)
        if not zones:
            continue
        tables = sorted(
            ((_price(_steps(rows), weight_g), zone, _steps(rows)) for zone, rows in zones.items()),
            key=lambda table: table[:2],
        )
        _, zone, steps = tables[(len(tables) - 1) // 2]
        found.append(Typical(_freight(one, steps, currency), one, zone))
    return tuple(found)


def paid_by(basket: Basket, tables: Sequence[Typical]) -> int:
    """The table by which a basket travels most cheaply, going by its goods alone; ties go to the first.

    A box is larger than what is in it: a service counts only if it takes SLACK_PCT of the longest edge. Where none
    does, it is the one that takes the longest parcels.
    """
    weight = sum(good.weight_g * quantity for good, quantity in basket.lines)
    volume = sum(good.volume_mm3 * quantity for good, quantity in basket.lines)
    longest = max(max(good.size_mm) for good, _ in basket.lines)
    offers = []
    for at, table in enumerate(tables):
        freight, service = table.freight, table.service
        billed = max(weight, volume // freight.divisor_mm3_per_g if freight.divisor_mm3_per_g else 0)
        price = int(freight.weight.prices(np.array([billed], np.int64))[0])
        if price < UNCARRIED and weight <= service.max_weight_g and longest * SLACK_PCT <= service.max_length_mm * 100:
            offers.append((price, at))
    if offers:
        return min(offers)[1]
    return roomiest(tables)


def roomiest(tables: Sequence[Typical]) -> int:
    """The table of the service that takes the longest parcels; the first of several."""
    return max(range(len(tables)), key=lambda at: (tables[at].service.max_length_mm, -at))


def _zones(tariff: Tariff, service: str, day: date) -> dict[str, list[RateBreak]]:
    """The rates of a service on a day, those in another currency converted at the rate of that day."""
    foreign = {one.currency for one in tariff.exchange_rates}
    worth = {one.currency: one.rate_nanos for one in tariff.exchange_rates if _valid(one, day)}
    zones: dict[str, list[RateBreak]] = {}
    for rate in tariff.rates:
        known = rate.currency in worth or rate.currency not in foreign
        if rate.service == service and _valid(rate, day) and known:
            zones.setdefault(rate.zone, []).append(_converted(rate, worth))
    return zones


def _valid(line: RateBreak | ExchangeRate, day: date) -> bool:
    return (line.valid_from or date.min) <= day <= (line.valid_to or date.max)


def _converted(rate: RateBreak, worth: Mapping[str, int]) -> RateBreak:
    nanos = worth.get(rate.currency)
    if nanos is None:
        return rate
    extra = rate.per_extra_kg_micros
    return replace(
        rate,
        price_micros=divide_half_up(rate.price_micros * nanos, NANOS),
        per_extra_kg_micros=None if extra is None else divide_half_up(extra * nanos, NANOS),
    )


def _steps(rows: Sequence[RateBreak]) -> list[tuple[int, int]]:
    """(up to, price in micros), rising in both; what each further kg costs is written out as steps of a kg."""
    ordered = sorted(rows, key=lambda row: row.up_to_g)
    steps: list[tuple[int, int]] = []
    for row in ordered:
        least = steps[-1][1] if steps else 0
        steps.append((row.up_to_g, max(row.price_micros, least)))
    extra = ordered[-1].per_extra_kg_micros
    if extra is not None:
        up_to, price = steps[-1]
        steps += [(up_to + kg * 1_000, price + kg * extra) for kg in range(1, (HEAVIEST_G - up_to) // 1_000 + 1)]
    return steps


def _price(steps: Sequence[tuple[int, int]], weight_g: int) -> int:
    return next((price for up_to, price in steps if up_to >= weight_g), steps[-1][1])


def _freight(service: Service, steps: Sequence[tuple[int, int]], currency: Currency) -> Freight:
    return Freight(
        weight=Breaks(
            np.array([up_to for up_to, _ in steps], np.int64),
            np.array([currency.minor(price) for _, price in steps], np.int64),
        ),
        divisor_mm3_per_g=service.dim_divisor_cm3_per_kg,
        longest=_limit(service.max_length_mm),
        girth=_limit(service.max_girth_mm) if service.max_girth_mm else None,
    )


def _limit(most: int) -> Breaks:
    return Breaks(np.array([most], np.int64), np.zeros(1, np.int64))
