"""What carriers offer and what they charge."""

from __future__ import annotations

from doorstep.domain.carriage import DELIVERS_TO, DIVISOR_WHENS, INCOTERMS, SPEEDS, WHENS
from doorstep.domain.emission import MODES
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import (
    code,
    country,
    currency,
    day,
    exchange_rate,
    flag,
    money,
    one_of,
    text,
    whole,
    working_days,
)

MAX_WEIGHT_G = 100_000_000
MAX_SIDE_MM = 100_000
KINDS = ("fixed", "percent", "value_percent", "floor", "value_step")
MAX_PER_KG = 1_000_000  # of the heaviest parcel it still makes an amount that can be added exactly

_SERVICE = ("services", "service")
_FROM = opt("valid_from", day(any_year=True), "first date of validity; empty: since ever")
_TO = opt("valid_to", day(any_year=True), "last date of validity; empty: for ever")

_CURRENCY = opt("currency", currency(), "of the amounts; empty: the brand's; another needs exchange_rates.csv")
MOST_PERCENT = 100

SERVICES = Table(
    "services",
    "What carriers offer.",
    (
        must("service", code(), "id of the service"),
        must("carrier", code(), "who runs it"),
        may("name", text(), "name"),
        must("speed", one_of(SPEEDS), "how fast"),
        must("delivers_to", one_of(DELIVERS_TO), "where to"),
        must("max_weight_g", whole(0, MAX_WEIGHT_G), "heaviest parcel, gross"),
        must("max_length_mm", whole(1, MAX_SIDE_MM), "longest side of a parcel"),
        opt("max_girth_mm", whole(1, 5 * MAX_SIDE_MM), "longest side plus twice the other two; empty: any"),
        must("dim_divisor_cm3_per_kg", whole(0, 1_000_000), "volume that counts as a kilogram; 0: only weight counts"),
        must("working_days", working_days(), "days on which it moves and delivers"),
        must("min_days", whole(0, 365), "shortest stated transit, in its working days"),
        must("max_days", whole(0, 365), "longest stated transit, in its working days"),
        opt("tracked", flag(), "1: parcels can be followed; empty: 0"),
        opt("signature", flag(), "1: signed for without a surcharge; empty: 0"),
        opt("account", code(), "account with the carrier whose contract this is"),
        opt(
            "incoterm",
            one_of(INCOTERMS),
            "who pays duty and tax at a border: DDP the brand, DAP who receives; empty: DAP",
        ).default("DAP"),
        opt("mode", one_of(MODES, ""), "of its line haul, for the carbon; empty: road, or air where no road leads"),
    ),
    keys=(("service",),),
    needs_rows=True,
)

ZONES = Table(
    "zones",
    "Which zone of a service a parcel falls into: the longest destination prefix wins, then the longest origin prefix.",
    (
        must("service", code(), "service", _SERVICE),
        must("origin_country", country(), "where parcels leave"),
        may("origin_prefix", code(), "how their postcode begins; empty: any"),
        must("destination_country", country(), "where parcels go"),
        may("destination_prefix", code(), "how their postcode begins; empty: any"),
        must("zone", code(), "zone of rates.csv"),
        opt("remote", flag(), "1: surcharges for remote places apply; empty: 0"),
        opt("origin_to", code(), "end of a range: every prefix from origin_prefix to it; of as many characters"),
        opt("destination_to", code(), "end of a range: every prefix from destination_prefix to it; likewise"),
    ),
    keys=(("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix"),),
    needs_rows=True,
)

RATES = Table(
    "rates",
    "Freight by zone and billed weight. The last row of a zone may go on by the kilogram; else heavier is not carried.",
    (
        must("service", code(), "service", _SERVICE),
        must("zone", code(), "zone of zones.csv"),
        must("up_to_g", whole(1, MAX_WEIGHT_G), "billed weight up to which the price holds, inclusive"),
        must("price", money(), "price"),
        opt("per_extra_kg", money(most=MAX_PER_KG), "on the last row: price per kilogram begun beyond it"),
        _CURRENCY,
        _FROM,
        _TO,
    ),
    needs_rows=True,
)

SURCHARGES = Table(
    "surcharges",
    "What is charged besides freight.",
    (
        must("service", code(), "service", _SERVICE),
        must("surcharge", code(), "name of the surcharge"),
        must("when", one_of(WHENS), "when it applies"),
        opt(
            "threshold", whole(0, MAX_WEIGHT_G), "for over_...: charged when the parcel exceeds it; mm, g, cm3 or money"
        ),
        must("kind", one_of(KINDS), "how it is reckoned"),
        must("amount", money(low=-MOST_PERCENT), "an amount, or percents; less than 0 only for percent: a discount"),
        must("sequence", whole(0, 1_000_000), "order in which surcharges are reckoned"),
        _FROM,
        _TO,
        opt("least", money(), "the line is at least so much"),
        opt("zone", code(), "only in this zone; empty: in all"),
        opt("area", code(), "only in this area of areas.csv; empty: everywhere", ("areas", "area")),
        opt("group", code(), "of the lines of a group that apply only the dearest is charged; all of one sequence"),
        _CURRENCY,
        opt(
            "value_step",
            money(),
            "for value_step: the amount is for each begun step of the declared value, such as 100",
        ),
        opt(
            "value_free",
            money(),
            "for value_step: declared value that is included; only what is above it counts; empty: 0",
        ),
    ),
)

DIVISORS = Table(
    "divisors",
    "Divisors by size: where a parcel exceeds the threshold, in place of the service's; the highest sequence wins.",
    (
        must("service", code(), "service", _SERVICE),
        must("when", one_of(DIVISOR_WHENS), "what is measured"),
        must("threshold", whole(0, MAX_WEIGHT_G), "mm, g or cm3"),
        must("dim_divisor_cm3_per_kg", whole(0, 1_000_000), "volume that counts as a kilogram; 0: only weight counts"),
        must("sequence", whole(0, 1_000_000), "of two that hold, the higher counts"),
    ),
    keys=(("service", "sequence"),),
    optional=True,
)

AREAS = Table(
    "areas",
    "Areas that surcharges may be limited to, such as a carrier's list of remote postcodes; at most 62.",
    (
        must("area", code(), "id of the area"),
        must("country", country(), "country"),
        may("prefix", code(), "how the postcode begins; empty: any"),
        opt("prefix_to", code(), "end of a range: every prefix from prefix to it; of as many characters"),
    ),
    keys=(("area", "country", "prefix"),),
    optional=True,
)

EXCHANGE_RATES = Table(
    "exchange_rates",
    "What other currencies are worth. A price in one is in force on the days that have a rate.",
    (
        must("currency", currency(), "the other currency"),
        must("rate", exchange_rate(), "what one unit of it is worth in the brand's currency"),
        _FROM,
        _TO,
    ),
    optional=True,
)
