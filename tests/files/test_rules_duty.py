"""Each rule of duties.csv and territories.csv refuses what breaks it, with file, row, column and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.files.test_rules_tariff import TARIFF, faults, put

from doorstep.domain.carriage import DutyRule, TerritoryRule
from doorstep.files.tariff_diff import changes
from doorstep.files.tariff_in import read_tariff

DUTIES = """levy,destination,origin,hs_prefix,percent,per_kg,per_item,with_freight,with_duty,value_up_to,de_minimis,\
de_minimis_with_freight,ioss_up_to,valid_from,valid_to,currency
duty,EU,CN,6109.10,12,0.5,3,1,,150,45,1,,2026-01-01,,CHF
tax,DE,,,19,,,1,1,,,,150,,,
duty,US,EU,64,2.5,,,,,,800,,,,2025-08-28,
"""
TERRITORIES = "territory,country\nEU,DE\nEU,FR\n"
BROKEN = [
    # what stands there, what is put there, row, column, value, part of the reason
    ("duty,EU,CN", "levy,EU,CN", 2, "levy", "levy", "is not one of duty, tax"),
    (
        "duty,EU,CN",
        "duty,XX,CN",
        2,
        "destination",
        "XX",
        "neither a country code of ISO 3166-1 nor a territory of terr",
    ),
    ("US,EU", "US,GCC", 4, "origin", "GCC", "neither a country code"),
    ("6109.10", "T-shirt", 2, "hs_prefix", "T-shirt", "is not the beginning of an HS code such as 6109"),
    ("6109.10", "1234567890123", 2, "hs_prefix", "1234567890123", "is not the beginning of an HS code"),
    (",12,", ",1000.1,", 2, "percent", "1000.1", "is not between 0 and 1000"),
    (",12,", ",-1,", 2, "percent", "-1", "is not between 0 and 1000"),
    ("0.5,3", "0.5,-3", 2, "per_item", "-3", "is not between 0 and"),
    ("3,1,,150", "3,1,1,150", 2, "with_duty", "1", "is of a tax; leave it empty for a duty"),
    ("800,,,", "800,,150,", 4, "ioss_up_to", "150", "is of a tax; leave it empty for a duty"),
    ("150,45", "45,150", 2, "de_minimis", "150", "is more than value_up_to"),
    ("2026-01-01,", "2026-01-01,2025-01-01", 2, "valid_to", "2025-01-01", "is before valid_from, which is 2026-01-01"),
    ("CHF", "USD", 2, "currency", "USD", "is not the brand's currency, EUR, and has no rate"),
]


@pytest.mark.parametrize(("old", "new", "row", "column", "value", "why"), BROKEN)
def test_a_broken_row_is_refused(
    tmp_path: Path, old: str, new: str, row: int, column: str, value: str, why: str
) -> None:
    assert old in DUTIES
    (found,) = faults(put(tmp_path, duties=DUTIES.replace(old, new, 1), territories=TERRITORIES))
    assert (found.file, found.row, found.column, found.value) == ("duties.csv", row, column, value)
    assert why in found.why


def test_a_row_that_repeats_another_is_refused_whatever_its_points(tmp_path: Path) -> None:
    again = "duty,EU,CN,61 09-10,5,,,,,150,,,,,,\n"
    (found,) = faults(put(tmp_path, duties=DUTIES + again))
    assert (found.row, found.value) == (5, "150")
    assert "repeats row 2: levy, destination, origin, hs_prefix, value_up_to valid on the same day" in found.why


@pytest.mark.parametrize(
    ("most", "currency", "dates"),
    [
        ("159", "", ","),  # 150 CHF at 1.06
        ("157.69", "", ",2025-12-31"),  # and at 1.0512345, which held until then
        ("150.001", "CHF", ","),  # 159.00106 at 1.06
    ],
)
def test_limits_that_become_one_in_the_currency_of_the_brand_are_refused(
    tmp_path: Path, most: str, currency: str, dates: str
) -> None:
    duties = DUTIES.replace("2026-01-01", "2025-01-01")
    again = f"duty,EU,CN,6109.10,5,,,,,{most},,,,{dates},{currency}\n"
    (found,) = faults(put(tmp_path, duties=duties + again))
    assert (found.file, found.row, found.column, found.value) == ("duties.csv", 5, "value_up_to", most)
    assert "in the brand's currency, as that of row 2 does on the same day" in found.why


def test_limits_that_are_one_on_no_day_are_sound(tmp_path: Path) -> None:
    again = "duty,EU,CN,6109.10,5,,,,,157.69,,,,,,\n"  # as 150 CHF were worth before row 2 began to hold
    assert len(read_tariff(put(tmp_path, duties=DUTIES + again)).tariff.duties) == 4


def test_a_step_below_the_smallest_coin_is_refused(tmp_path: Path) -> None:
    surcharges = (
        "service,surcharge,when,threshold,kind,amount,sequence,value_step,currency\n"
        "std,insurance,always,,value_step,1,1,{},CHF\n"
    )
    (found,) = faults(put(tmp_path, surcharges=surcharges.format("0.004")))
    assert (found.file, found.row, found.column, found.value) == ("surcharges.csv", 2, "value_step", "0.004")
    assert found.why == "is less than the smallest coin of the brand's currency"
    (tmp_path / "sound").mkdir()
    assert read_tariff(put(tmp_path / "sound", surcharges=surcharges.format("0.005"))).tariff.surcharges


def test_a_country_lies_in_one_territory(tmp_path: Path) -> None:
    (found,) = faults(put(tmp_path, duties=DUTIES, territories=TERRITORIES + "GCC,FR\n"))
    assert (found.file, found.row, found.column) == ("territories.csv", 4, "country")


def test_a_territory_that_the_file_does_not_name_is_not_known(tmp_path: Path) -> None:
    found = faults(put(tmp_path, duties=DUTIES, territories="territory,country\nclub,DE\n"))
    assert [(one.row, one.column, one.value) for one in found] == [(2, "destination", "EU"), (4, "origin", "EU")]


def test_what_is_sound_becomes_rules(tmp_path: Path) -> None:
    tariff = read_tariff(put(tmp_path, duties=DUTIES, territories=TERRITORIES)).tariff
    assert tariff.duties == (
        DutyRule(
            "duty", "EU", "CN", "610910", 12_000_000, 500_000, 3_000_000, True, False, 150_000_000, 45_000_000, True,
            None, date(2026, 1, 1), None, "CHF",
        ),
        DutyRule("tax", "DE", "", "", 19_000_000, 0, 0, True, True, None, None, False, 150_000_000),
        DutyRule("duty", "US", "EU", "64", 2_500_000, de_minimis_micros=800_000_000, valid_to=date(2025, 8, 28)),
    )  # fmt: skip
    assert tariff.territories == (TerritoryRule("EU", "DE"), TerritoryRule("EU", "FR"))


def test_a_brand_says_whether_it_has_an_ioss_number(tmp_path: Path) -> None:
    assert not read_tariff(put(tmp_path)).ioss
    brand = TARIFF["brand"].replace("unplanned_cost", "unplanned_cost,ioss").replace("0.9,1,1", "0.9,1,1,IM276")
    assert read_tariff(put(tmp_path, brand=brand)).ioss


def test_two_versions_are_told_apart_row_by_row(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old = read_tariff(put(tmp_path / "old", duties=DUTIES)).tariff
    new = read_tariff(put(tmp_path / "new", duties=DUTIES.replace(",12,", ",8.5,").replace("800", "0"))).tariff
    told = [(one.line, one.column, one.before, one.after) for one in changes(old, new)]
    assert told == [
        (
            "levy duty, destination EU, origin CN, hs_prefix 610910, value_up_to 150.00, valid_from 2026-01-01",
            "percent",
            "12.00",
            "8.50",
        ),
        (
            "levy duty, destination US, origin EU, hs_prefix 64, valid_to 2025-08-28",
            "de_minimis",
            "800.00",
            "0.00",
        ),
    ]
