"""Small tariffs and parcels that the tests vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from doorstep.domain.carriage import RateBreak, Service, Surcharge, Tariff, When, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate import Parcels, RateProblem, RateResult, check, compile_tariff, rate

EUR = Currency("EUR")
SERVICE = Service(
    service="PARCEL",
    carrier="carrier",
    name="Parcel",
    speed="standard",
    delivers_to="home",
    max_weight_g=30_000,
    max_length_mm=1200,
    max_girth_mm=3000,
    dim_divisor_cm3_per_kg=5000,
    working_days=WorkingDays.parse("Mon-Fri"),
    min_days=1,
    max_days=3,
)
RULE = ZoneRule("PARCEL", "NL", "", "NL", "", "near")
BREAKS = (
    RateBreak("PARCEL", "near", 1_000, 5_000_000),
    RateBreak("PARCEL", "near", 5_000, 7_500_000),
    RateBreak("PARCEL", "near", 10_000, 10_000_000, per_extra_kg_micros=1_255_000),
)
TARIFF = Tariff((SERVICE,), (RULE,), BREAKS, ())
ORIGINS = (Place("NL", "Utrecht", "Utrecht", "3511 AB"),)
DESTINATIONS = (Place("NL", "Noord-Holland", "Amsterdam", "1011 AB"), Place("BE", "Brussels", "Brussels", "1000"))
MONDAY = (date(2026, 3, 2) - date(1970, 1, 1)).days


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


def surcharge(name: str, when: When = "always", **changes: Any) -> Surcharge:
    line = Surcharge("PARCEL", name, when, None, percent=False, amount_micros=1_000_000, sequence=1)
    return replace(line, **changes)


def parcel(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "origin": 0,
        "destination": 0,
        "ship_day": MONDAY,
        "weight_g": 900,
        "size_mm": (100, 100, 100),
        "residential": False,
        "signature": False,
        "saturday": False,
        "accepts": 7,
        "slowest": 0,
        "value_minor": 0,
    }
    return plain | changes


def parcels(*rows: dict[str, Any]) -> Parcels:
    def column(name: str, kind: type) -> Any:
        return np.array([row[name] for row in rows], kind)

    return Parcels(
        origin=column("origin", np.int64),
        destination=column("destination", np.int64),
        ship_day=column("ship_day", np.int64),
        weight_g=column("weight_g", np.int64),
        size_mm=column("size_mm", np.int64).reshape(-1, 3),
        residential=column("residential", np.bool_),
        signature=column("signature", np.bool_),
        saturday=column("saturday", np.bool_),
        accepts=column("accepts", np.int64),
        slowest=column("slowest", np.int64),
        value_minor=column("value_minor", np.int64),
    )


@dataclass(frozen=True)
class Rated:
    """A rated batch that the reference agrees with."""

    problem: RateProblem
    result: RateResult


def rated(
    tariff: Tariff,
    *rows: dict[str, Any],
    currency: Currency = EUR,
    origins: Sequence[Place] = ORIGINS,
    destinations: Sequence[Place] = DESTINATIONS,
) -> Rated:
    problem = RateProblem(compile_tariff(tariff, currency, origins, destinations), parcels(*rows))
    result = rate(problem)
    assert check(tariff, currency, origins, destinations, problem.parcels, result) == ()
    return Rated(problem, result)


def prices(tariff: Tariff, *rows: dict[str, Any], currency: Currency = EUR) -> list[int]:
    """Price of each parcel on the first service, all of them eligible."""
    result = rated(tariff, *rows, currency=currency).result
    assert result.eligible[:, 0].all()
    return [int(price) for price in result.price_minor[:, 0]]
