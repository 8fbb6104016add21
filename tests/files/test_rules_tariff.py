"""Each rule of a tariff refuses what breaks it, with file, row, column and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from doorstep.domain.carriage import AreaRule, DivisorRule, ExchangeRate
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.money import Currency
from doorstep.files.tariff_in import read_tariff

TARIFF = {
    "brand": """brand,name,currency,country,on_time_target,late_cost,unplanned_cost
b,B,EUR,DE,0.9,1,1
""",
    "services": """service,carrier,name,speed,delivers_to,max_weight_g,max_length_mm,dim_divisor_cm3_per_kg,\
working_days,min_days,max_days,account
std,pony,,standard,home,31500,1200,5000,Mon-Fri,1,2,A-1
""",
    "zones": """service,origin_country,origin_prefix,destination_country,destination_prefix,destination_to,zone
std,DE,,DE,,,1
std,DE,,DE,20,29,2
""",
    "rates": """service,zone,up_to_g,price,currency,valid_from,valid_to
std,1,2000,4.20,EUR,,2025-12-31
std,1,2000,4.40,EUR,2026-01-01,
std,2,2000,5.20,CHF,,
""",
    "surcharges": """service,surcharge,when,threshold,kind,amount,sequence,least,zone,area,group,currency
std,rebate,always,,percent,-10,1,,,,,
std,minimum,always,,floor,4,2,,1,,,
std,long,over_second_mm,500,fixed,3,3,,,,handling,CHF
std,heavy,over_weight_g,1000,fixed,4,3,,,isles,handling,
std,insurance,over_value,100,value_percent,0.5,4,1.5,,,,
""",
    "divisors": """service,when,threshold,dim_divisor_cm3_per_kg,sequence
std,over_volume_cm3,1000,4000,1
""",
    "areas": """area,country,prefix,prefix_to
isles,DE,25,27
""",
    "exchange_rates": """currency,rate,valid_from,valid_to
CHF,1.0512345,,2025-12-31
CHF,1.06,2026-01-01,
""",
}
BROKEN = [
    # file, what stands there, what is put there, row, column, value, part of the reason
    (
        "rates",
        "2026-01-01",
        "2025-12-31",
        3,
        "up_to_g",
        "2000",
        "repeats row 2: service, zone, up_to_g valid",
    ),
    ("rates", "2026-01-01", "2026-02-01", 3, "valid_from", "2026-02-01", "leaves a gap: no price of this up_to_g from"),
    ("rates", "std,2,", "std,3,", 3, "zone", "2", "has no rate of service std in rates.csv"),
    ("rates", "4.40", "-4.40", 3, "price", "-4.40", "is not between 0 and"),
    ("rates", "CHF", "XYZ", 4, "currency", "XYZ", "is not a currency code"),
    (
        "rates",
        "CHF",
        "USD",
        4,
        "currency",
        "USD",
        "is not the brand's currency, EUR, and has no rate",
    ),
    ("surcharges", "-10", "100.5", 2, "amount", "100.5", "is more than 100 percent"),
    ("surcharges", "value_percent,0.5", "value_percent,-0.5", 6, "amount", "-0.5", "only a percent may be"),
    ("surcharges", "fixed,3", "fixed,-3", 4, "amount", "-3", "is less than 0; only a percent may be, not a fixed"),
    ("surcharges", "4,3,,,isles", "4,2,,,isles", 5, "sequence", "2", "is not that of row 4, 3: group handling has one"),
    ("surcharges", "floor,4,2,,1", "floor,4,2,,9", 3, "zone", "9", "has no rate of service std"),
    ("surcharges", "isles", "hills", 5, "area", "hills", "names no area of areas.csv"),
    ("surcharges", "minimum,always,", "minimum,saturday,", 3, "zone", "1", "limits saturday"),
    ("surcharges", "over_second_mm,500", "over_second_mm,", 4, "threshold", "", "over_second_mm needs one"),
    ("zones", "20,29", "20,2", 3, "destination_to", "2", "ends no range that begins with 20"),
    ("zones", "20,29", "20,19", 3, "destination_to", "19", "ends no range that begins with 20"),
    ("areas", "25,27", "25,24", 2, "prefix_to", "24", "ends no range"),
    ("exchange_rates", "CHF,1.06", "EUR,1.06", 3, "currency", "EUR", "is the brand's own currency"),
    (
        "exchange_rates",
        "2026-01-01",
        "2026-01-03",
        3,
        "valid_from",
        "2026-01-03",
        "leaves a gap: no rate of this",
    ),
    ("exchange_rates", "2026-01-01", "2025-12-31", 3, "currency", "CHF", "repeats row 2"),
    ("exchange_rates", "1.06", "0", 3, "rate", "0", "is not above 0"),
    ("exchange_rates", "1.06", "-1", 3, "rate", "-1", "is not a decimal number"),
    ("exchange_rates", "1.06", "1.0123456789", 3, "rate", "1.0123456789", "has more than 9 decimals"),
    ("divisors", "over_volume_cm3", "always", 2, "when", "always", "is not one of over_length_mm"),
    ("divisors", "std,", "xyz,", 2, "service", "xyz", "names no service"),
]


def put(folder: Path, **tables: str) -> Path:
    for name, text in (TARIFF | tables).items():
        if text:
            (folder / f"{name}.csv").write_text(text)
    return folder


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputRefused) as refused:
        read_tariff(folder)
    return refused.value.faults


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "value", "why"), BROKEN)
def test_a_broken_tariff_is_refused_with_its_row(
    tmp_path: Path, table: str, old: str, new: str, row: int, column: str, value: str, why: str
) -> None:
    assert old in TARIFF[table]
    first, *_ = found = faults(put(tmp_path, **{table: TARIFF[table].replace(old, new, 1)}))
    told = next((one for one in found if one.column == column), first)
    assert (told.row, told.column, told.value) == (row, column, value)
    assert why in told.why


def test_what_is_sound_becomes_a_tariff(tmp_path: Path) -> None:
    read = read_tariff(put(tmp_path))
    tariff = read.tariff
    assert read.currency == Currency("EUR")
    assert tariff.services[0].account == "A-1"
    assert (tariff.zones[1].destination_prefix, tariff.zones[1].destination_to) == ("20", "29")
    assert [line.currency for line in tariff.rates] == ["EUR", "EUR", "CHF"]
    rebate, minimum, long, heavy, insurance = tariff.surcharges
    assert (rebate.percent, rebate.of_value, rebate.floor, rebate.amount_micros) == (True, False, False, -10_000_000)
    assert (minimum.percent, minimum.floor, minimum.zone) == (False, True, "1")
    assert (long.group, long.currency, heavy.area) == ("handling", "CHF", "isles")
    assert (insurance.percent, insurance.of_value, insurance.least_micros) == (True, True, 1_500_000)
    assert tariff.divisors == (DivisorRule("std", "over_volume_cm3", 1000, 4000, 1),)
    assert tariff.areas == (AreaRule("isles", "DE", "25", "27"),)
    assert tariff.exchange_rates == (
        ExchangeRate("CHF", 1_051_234_500, None, date(2025, 12, 31)),
        ExchangeRate("CHF", 1_060_000_000, date(2026, 1, 1), None),
    )


@pytest.mark.parametrize(("rates", "code"), [("", "EUR"), ("EUR", "XXX"), ("CHF", "CHF")])
def test_without_a_brand_the_currency_is_the_first_that_has_no_rate_of_exchange(
    tmp_path: Path, rates: str, code: str
) -> None:
    text = TARIFF["rates"].replace("EUR", rates or "EUR").replace("CHF", rates or "CHF")
    exchange = TARIFF["exchange_rates"].replace("CHF", {"": "CHF", "EUR": "EUR", "CHF": "USD"}[rates])
    surcharges = TARIFF["surcharges"].replace("handling,CHF", "handling,")
    put(tmp_path, brand="", rates=text, exchange_rates=exchange, surcharges=surcharges)
    assert read_tariff(tmp_path).currency == Currency(code)


def test_an_area_without_a_list_of_areas_is_refused(tmp_path: Path) -> None:
    told = faults(put(tmp_path, areas=""))
    assert [(one.row, one.column, one.why) for one in told] == [(5, "area", "names an area; there is no areas.csv")]


def test_more_areas_than_can_be_told_apart_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"a{n},DE,{n:02},\n" for n in range(62))
    told = faults(put(tmp_path, areas=TARIFF["areas"] + rows))
    assert [(one.row, one.value, one.why) for one in told] == [(64, "a61", "is one area more than 62")]
