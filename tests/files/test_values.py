"""values.csv in: what it becomes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.tiny_brand import faults_of, write_tiny

from doorstep.domain.worth import LearnedValue
from doorstep.files.folder import read_folder

HEAD = "worth,segment,country,value\n"


def test_a_row_becomes_a_value(tmp_path: Path) -> None:
    rows = f"{HEAD}day_sooner,,,1.2\nday_sooner,regulars,,0.4\npickup,,FR,-0.5\nscatter,,,2\n"
    assert read_folder(write_tiny(tmp_path, values=rows)).values == (
        LearnedValue("day_sooner", 1_200_000),
        LearnedValue("day_sooner", 400_000, "regulars"),
        LearnedValue("pickup", -500_000, "", "FR"),
        LearnedValue("scatter", 2_000_000),
    )


def test_a_folder_without_it_has_none(tmp_path: Path) -> None:
    assert read_folder(write_tiny(tmp_path)).values == ()


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("day_earlier,,,1", "worth", "is not one of"),
        ("day_sooner,,XX,1", "country", "country"),
        ("day_sooner,,,", "value", "is empty"),
        ("day_sooner,,,1000001", "value", "is not between -1000000 and 1000000"),
        ("scatter,,,0", "value", "is not above 0"),
        ("next_day,,DE,2\nnext_day,,DE,3", "worth", "repeats row"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, row: str, column: str, why: str) -> None:
    (found,) = faults_of(write_tiny(tmp_path, values=f"{HEAD}{row}\n"))
    assert (found.file, found.column) == ("values.csv", column)
    assert why in found.why


def test_a_day_may_be_worth_tens_of_thousands_where_the_unit_is_small(tmp_path: Path) -> None:
    """In Indonesia or Vietnam a euro is more than 15,000 of the unit."""
    rows = f"{HEAD}day_sooner,,VN,22000\nscatter,,VN,45000.5\n"
    assert [one.value_micros for one in read_folder(write_tiny(tmp_path, values=rows)).values] == [
        22_000_000_000,
        45_000_500_000,
    ]
