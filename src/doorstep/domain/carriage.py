"""What carriers offer and what they charge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from doorstep.domain.clock import WorkingDays

Speed = Literal["economy", "standard", "express", "same_day"]
SPEEDS: tuple[Speed, ...] = ("economy", "standard", "express", "same_day")  # slowest first
DeliversTo = Literal["home", "pickup_point", "locker"]
DELIVERS_TO: tuple[DeliversTo, ...] = ("home", "pickup_point", "locker")
When = Literal[
    "always", "residential", "remote", "over_length_mm", "over_girth_mm", "over_weight_g", "saturday", "signature"
]
WHENS: tuple[When, ...] = (
    "always",
    "residential",
    "remote",
    "over_length_mm",
    "over_girth_mm",
    "over_weight_g",
    "saturday",
    "signature",
)


@dataclass(frozen=True, slots=True)
class Service:
    service: str
    carrier: str
    name: str
    speed: Speed
    delivers_to: DeliversTo
    max_weight_g: int  # gross
    max_length_mm: int  # of the longest side
    max_girth_mm: int | None
    dim_divisor_cm3_per_kg: int  # 0: billed by gross weight only
    working_days: WorkingDays
    min_days: int  # stated transit, in working days of the service
    max_days: int
    tracked: bool = False
    signature: bool = False  # signed for without a surcharge


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """Longest destination prefix wins, then longest origin prefix."""

    service: str
    origin_country: str
    origin_prefix: str
    destination_country: str
    destination_prefix: str
    zone: str
    remote: bool = False


@dataclass(frozen=True, slots=True)
class RateBreak:
    """Price up to a billed weight (inclusive).

    The last break's `per_extra_kg_micros` applies per kg begun beyond it; None there: heavier is not carried.
    """

    service: str
    zone: str
    up_to_g: int
    price_micros: int
    per_extra_kg_micros: int | None = None
    valid_from: date | None = None  # inclusive
    valid_to: date | None = None  # inclusive


@dataclass(frozen=True, slots=True)
class Surcharge:
    """`amount_micros`: of the major unit when fixed, of one percent when percent.

    A percent applies to freight plus all surcharges of lower sequence.
    """

    service: str
    surcharge: str
    when: When
    threshold: int | None
    percent: bool
    amount_micros: int
    sequence: int
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Tariff:
    services: tuple[Service, ...]
    zones: tuple[ZoneRule, ...]
    rates: tuple[RateBreak, ...]
    surcharges: tuple[Surcharge, ...]
