"""What `doorstep rate` reads beside a tariff."""

from __future__ import annotations

from doorstep.domain.carriage import DELIVERS_TO, MARKUP_KINDS, SPEEDS
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import code, country, day, flag, hs_prefix, measure, money, one_of, some_of, whole
from doorstep.files.schema_carriage import (
    AREAS,
    DIVISORS,
    EXCHANGE_RATES,
    MAX_SIDE_MM,
    MAX_WEIGHT_G,
    MOST_PERCENT,
    RATES,
    SERVICES,
    SURCHARGES,
    ZONES,
)
from doorstep.files.schema_duty import DUTIES, TERRITORIES
from doorstep.files.schema_emissions import EMISSION_FACTORS
from doorstep.kernels.carbon.problem import MAX_DISTANCE_M

PARCELS = Table(
    "parcels",
    "Parcels to be rated; sizes are outer ones, in any order.",
    (
        must("parcel", code(), "id of the parcel"),
        must("origin_country", country(), "where it leaves"),
        may("origin_postcode", code(), "postcode there"),
        must("destination_country", country(), "where it goes"),
        may("destination_postcode", code(), "postcode there"),
        must("ship_date", day(), "local date on which it leaves; decides which prices are in force"),
        must("weight_g", whole(0, MAX_WEIGHT_G), "gross weight"),
        must("length_mm", whole(1, MAX_SIDE_MM), "outer length"),
        must("width_mm", whole(1, MAX_SIDE_MM), "outer width"),
        must("height_mm", whole(1, MAX_SIDE_MM), "outer height"),
        opt("residential", flag(), "1: delivered to a home; empty: 0"),
        opt("signature", flag(), "1: signed for; empty: 0"),
        opt("value", money(), "value of the goods, in the currency of the tariff; empty: 0").default(0),
        opt("saturday", flag(), "1: Saturday delivery is asked for; empty: 0"),
        opt("delivers_to", some_of(DELIVERS_TO), "kinds of place that are acceptable; empty: any"),
        opt("speed", one_of(SPEEDS), "the slowest acceptable speed; empty: any").default(SPEEDS[0]),
        opt("service", code(), "for what-if: the service that carried it; empty: the cheapest"),
        opt("hs_code", hs_prefix(), "customs tariff number of the goods, for duty and tax").default(""),
        opt("made_in", country(), "country of origin of the goods, likewise"),
        opt("net_weight_g", whole(0, MAX_WEIGHT_G), "weight of the goods, likewise; empty: the gross weight"),
        opt("origin_latitude", measure(-90, 90), "degrees, WGS 84; for the carbon"),
        opt("origin_longitude", measure(-180, 180), "degrees, WGS 84"),
        opt("destination_latitude", measure(-90, 90), "degrees, WGS 84"),
        opt("destination_longitude", measure(-180, 180), "degrees, WGS 84"),
        opt("distance_m", whole(0, MAX_DISTANCE_M), "great circle, for the carbon; empty: from the coordinates"),
    ),
    keys=(("parcel",),),
)

MARKUPS = Table(
    "markups",
    "What clients pay besides the carrier's price.",
    (
        must("client", code(), "who pays"),
        may("service", code(), "service; empty: all", ("services", "service")),
        must("kind", one_of(MARKUP_KINDS), "how it is reckoned"),
        must("amount", money(low=-MOST_PERCENT), "money, or percents; less than 0 only for percent: a discount"),
        must("sequence", whole(0, 1_000_000), "a percent or floor sees the price with all mark-ups of lower sequence"),
        opt("valid_from", day(any_year=True), "first date of validity; empty: since ever"),
        opt("valid_to", day(any_year=True), "last date of validity; empty: for ever"),
    ),
    optional=True,
)
RATE_TABLES = (PARCELS,)
TARIFF_TABLES = (
    SERVICES, ZONES, RATES, SURCHARGES, DIVISORS, AREAS, EXCHANGE_RATES, DUTIES, TERRITORIES, EMISSION_FACTORS, MARKUPS
)  # fmt: skip
