"""What customs authorities ask for goods that cross a border."""

from __future__ import annotations

from doorstep.domain.carriage import LEVIES
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import code, country, currency, day, flag, hs_prefix, money, one_of

MOST_DUTY_PERCENT = 1_000
MAX_PER_KG = 1_000_000

DUTIES = Table(
    "duties",
    "Duty and tax at borders, for an estimate. Of the rows of a levy that match goods, the longest hs_prefix wins.",
    (
        must("levy", one_of(LEVIES), "duty, or tax: VAT or GST on what is imported"),
        must("destination", code(), "country that goods go to, or a territory"),
        may("origin", code(), "country that they were made in, or a territory; empty: any"),
        may("hs_prefix", hs_prefix(), "how their HS code begins, at most 12 digits; empty: all goods"),
        must("percent", money(most=MOST_DUTY_PERCENT), "of the value; 0: free"),
        opt("per_kg", money(most=MAX_PER_KG), "besides, per kilogram net; empty: 0").default(0),
        opt("per_item", money(), "besides, once for all goods of one HS code and one origin; empty: 0").default(0),
        opt("with_freight", flag(), "1: the percent is of value and freight; empty: 0"),
        opt("with_duty", flag(), "of tax, 1: the percent is of the duty, too; empty: 0"),
        opt("value_up_to", money(), "the row holds for goods worth at most so much; empty: any"),
        opt("de_minimis", money(), "nothing is asked up to this value; empty: always something"),
        opt("de_minimis_with_freight", flag(), "1: that is the value of goods and freight, 0: of goods; empty: 0"),
        opt("ioss_up_to", money(), "of tax: paid at the sale up to this value, if brand.csv has an IOSS number"),
        opt("valid_from", day(any_year=True), "first date of validity; empty: since ever"),
        opt("valid_to", day(any_year=True), "last date of validity; empty: for ever"),
        opt("currency", currency(), "of the amounts; empty: the brand's; another needs exchange_rates.csv"),
    ),
    optional=True,
)

TERRITORIES = Table(
    "territories",
    "Customs territories: between the countries of one nothing is asked. Without this file: EU, GB, CH and US.",
    (
        must("territory", code(), "id of the territory"),
        must("country", country(), "country inside it"),
    ),
    keys=(("country",),),
    optional=True,
)
