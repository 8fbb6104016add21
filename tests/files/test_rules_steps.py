"""Surcharges for each begun step of the declared value: read, refused where they make no sense, and told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.test_rules_tariff import faults, put

from doorstep.files.tariff_diff import changes
from doorstep.files.tariff_in import read_tariff

STEPS = """service,surcharge,when,threshold,kind,amount,sequence,least,currency,value_step,value_free
std,cover,always,,value_step,1.15,1,3.45,CHF,100,50.5
std,fuel,always,,percent,5,2,,,,
"""


@pytest.mark.parametrize(
    ("old", "new", "row", "value", "why"),
    [
        ("100,50.5", ",50.5", 2, "", "is no step; value_step needs one above 0, such as 100"),
        ("100,50.5", "0,50.5", 2, "0", "is no step"),
        ("2,,,,", "2,,,100,", 3, "percent", "has neither value_step nor value_free"),
        ("2,,,,", "2,,,,20", 3, "percent", "has neither value_step nor value_free"),
        ("1.15", "-1.15", 2, "-1.15", "is less than 0; only a percent may be, not a value_step"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(
    tmp_path: Path, old: str, new: str, row: int, value: str, why: str
) -> None:
    (found,) = faults(put(tmp_path, surcharges=STEPS.replace(old, new, 1)))
    assert (found.file, found.row, found.value) == ("surcharges.csv", row, value)
    assert why in found.why


def test_the_kind_without_its_column_is_refused(tmp_path: Path) -> None:
    text = "service,surcharge,when,threshold,kind,amount,sequence\nstd,cover,always,,value_step,1.15,1\n"
    (found,) = faults(put(tmp_path, surcharges=text))
    assert (found.row, found.column) == (2, "kind")
    assert "is no step" in found.why


def test_steps_become_a_surcharge(tmp_path: Path) -> None:
    cover, fuel = read_tariff(put(tmp_path, surcharges=STEPS)).tariff.surcharges
    assert (cover.step_micros, cover.free_micros, cover.percent, cover.floor) == (100_000_000, 50_500_000, False, False)
    assert (fuel.step_micros, fuel.free_micros) == (None, 0)


def test_another_step_is_told(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old = read_tariff(put(tmp_path / "old", surcharges=STEPS)).tariff
    new = read_tariff(put(tmp_path / "new", surcharges=STEPS.replace("100,50.5", "500,0"))).tariff
    told = [(one.column, one.before, one.after) for one in changes(old, new)]
    assert told == [("value_step", "100.00", "500.00"), ("value_free", "50.50", "0.00")]
