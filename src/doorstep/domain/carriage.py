"""What carriers offer and what they charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from doorstep.domain.clock import WorkingDays
from doorstep.domain.holds import KNOWN_TERRITORIES

Speed = Literal["economy", "standard", "express", "same_day"]
SPEEDS: tuple[Speed, ...] = ("economy", "standard", "express", "same_day")  # slowest first
DeliversTo = Literal["home", "pickup_point", "locker"]
DELIVERS_TO: tuple[DeliversTo, ...] = ("home", "pickup_point", "locker")
When = Literal[
    "always",
    "residential",
    "remote",
    "over_length_mm",
    "over_girth_mm",
    "over_weight_g",
    "saturday",
    "signature",
    "over_second_mm",
    "over_volume_cm3",
    "over_value",
]
WHENS: tuple[When, ...] = get_args(When)
DivisorWhen = Literal["over_length_mm", "over_girth_mm", "over_weight_g", "over_second_mm", "over_volume_cm3"]
DIVISOR_WHENS: tuple[DivisorWhen, ...] = get_args(DivisorWhen)
Incoterm = Literal["DAP", "DDP"]
INCOTERMS: tuple[Incoterm, ...] = get_args(Incoterm)
Levy = Literal["duty", "tax"]
LEVIES: tuple[Levy, ...] = get_args(Levy)


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
    account: str = ""  # of the carrier, whose contract this is
    incoterm: Incoterm = "DAP"  # who pays duty and tax: DDP the seller, DAP who receives
    mode: str = ""  # of the line haul, of MODES; empty: road, or air where none leads


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """Longest destination prefix wins, then longest origin prefix.

    With an end (`..._to`) a rule stands for every prefix from the one to the other, both inclusive.
    """

    service: str
    origin_country: str
    origin_prefix: str
    destination_country: str
    destination_prefix: str
    zone: str
    remote: bool = False
    origin_to: str = ""
    destination_to: str = ""


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
    currency: str = ""  # of its amounts; empty: the brand's


@dataclass(frozen=True, slots=True)
class Surcharge:
    """`amount_micros`: of the major unit when fixed, of one percent when percent.

    A percent applies to freight plus all surcharges of lower sequence, or to the declared value. A floor is the amount
    that freight plus all surcharges of lower sequence are brought up to. Of the lines of one group that apply, all of
    one sequence, only the dearest is charged.
    """

    service: str
    surcharge: str
    when: When
    threshold: int | None  # mm, g or cm3; of a value: major units of the brand's currency
    percent: bool
    amount_micros: int
    sequence: int
    valid_from: date | None = None
    valid_to: date | None = None
    of_value: bool = False  # with percent: of the declared value
    floor: bool = False
    least_micros: int | None = None  # the line is at least so much
    zone: str = ""  # in this zone alone; empty: in all
    area: str = ""  # in this area alone; empty: everywhere
    group: str = ""
    currency: str = ""  # of its amounts; empty: the brand's
    step_micros: int | None = None  # the amount is for each begun step of the declared value above what is free
    free_micros: int = 0  # declared value that costs nothing


@dataclass(frozen=True, slots=True)
class DivisorRule:
    """Replaces a service's divisor where the parcel exceeds the threshold; the highest sequence that holds wins."""

    service: str
    when: DivisorWhen
    threshold: int
    dim_divisor_cm3_per_kg: int  # 0: billed by gross weight only
    sequence: int


@dataclass(frozen=True, slots=True)
class AreaRule:
    """Destinations whose postcode begins with `prefix`, or with anything from it to `prefix_to`, lie in the area."""

    area: str
    country: str
    prefix: str
    prefix_to: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in the brand's, in billionths."""

    currency: str
    rate_nanos: int
    valid_from: date | None = None
    valid_to: date | None = None


MarkupKind = Literal["fixed", "percent", "floor"]
MARKUP_KINDS: tuple[MarkupKind, ...] = ("fixed", "percent", "floor")


@dataclass(frozen=True, slots=True)
class Markup:
    """What a client pays besides the carrier's price. `amount_micros`: of the major unit, or of one percent.

    A percent applies to the price with all mark-ups of lower sequence; a floor is what these are brought up to.
    """

    client: str
    service: str  # empty: all
    kind: MarkupKind
    amount_micros: int
    sequence: int
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class DutyRule:
    """What a customs authority asks for goods of an HS code and an origin, as duty or as tax on what is imported.

    `destination` and `origin` are countries or territories; an empty `origin` is any, an empty `hs_prefix` all goods.
    Of the rules of a levy that match, the longest `hs_prefix` wins, then an origin by its country, by its territory,
    by none; then a destination by its country; then the lowest `value_up_to_micros`. Thresholds are inclusive.
    """

    levy: Levy
    destination: str
    origin: str
    hs_prefix: str  # digits
    percent_micros: int
    per_kg_micros: int = 0
    per_item_micros: int = 0  # for each item of the declaration: goods of one HS code and one origin
    with_freight: bool = False  # the percent sees the item's share of the freight, too
    with_duty: bool = False  # of a tax: the percent sees the item's duty, too
    value_up_to_micros: int | None = None  # the rule holds for goods worth so much; None: any
    de_minimis_micros: int | None = None  # nothing is asked up to this value
    de_minimis_with_freight: bool = False  # of the goods and their freight, else of the goods alone
    ioss_up_to_micros: int | None = None  # of a tax: with an IOSS number it is paid at the sale up to this value
    valid_from: date | None = None
    valid_to: date | None = None
    currency: str = ""  # of its amounts; empty: the brand's


@dataclass(frozen=True, slots=True)
class TerritoryRule:
    """A country inside a customs territory, within which goods move free of duty and of tax at a border."""

    territory: str
    country: str


@dataclass(frozen=True, slots=True)
class Tariff:
    services: tuple[Service, ...]
    zones: tuple[ZoneRule, ...]
    rates: tuple[RateBreak, ...]
    surcharges: tuple[Surcharge, ...]
    divisors: tuple[DivisorRule, ...] = ()
    areas: tuple[AreaRule, ...] = ()
    exchange_rates: tuple[ExchangeRate, ...] = ()
    duties: tuple[DutyRule, ...] = ()
    territories: tuple[TerritoryRule, ...] = ()  # none: those of `KNOWN_TERRITORIES`


def apart(territories: Sequence[TerritoryRule], country: str, other: str) -> bool:
    """Whether a border of customs lies between two countries; without rules the known territories hold."""
    inside: dict[str, set[str]] = {}
    for rule in territories:
        inside.setdefault(rule.territory, set()).add(rule.country)
    known = inside.values() or KNOWN_TERRITORIES.values()
    return country != other and not any({country, other} <= countries for countries in known)
