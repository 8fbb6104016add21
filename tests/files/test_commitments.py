"""commitments.csv, commitment_tiers.csv and commitment_prices.csv in: what they become, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.files.tiny_brand import faults_of, the_fault, write_tiny

from doorstep.domain.commitment import Commitment, DatedCommitmentPrice, Tier
from doorstep.files.folder import read_folder

HEAD = "commitment,carrier,service,kind,measure,per,starts_on,ends_on,fixed,of_last_period,last_volume\n"
ROW = "q2,pony,std,all_units,spend,parcels,2024-04-01,2024-06-30,,1,1500.5\n"
TIERS = "commitment,from_volume,amount\nq2,120,0.3\nq2,110,0.2\n"
PRICES = "carrier,service,price,valid_from,valid_to\npony,std,-0.45,2024-05-01,2024-06-30\npony,,0.1,,\n"


def test_a_row_becomes_a_commitment_with_its_tiers_rising(tmp_path: Path) -> None:
    (one,) = read_folder(write_tiny(tmp_path, commitments=HEAD + ROW, commitment_tiers=TIERS)).commitments
    assert one == Commitment(
        "q2", "pony", "", "std", "all_units", "spend", "parcels", date(2024, 4, 1), date(2024, 6, 30),
        (Tier(110_000_000, 200_000), Tier(120_000_000, 300_000)), 0, True, 1_500_500_000,
    )  # fmt: skip


def test_a_cap_without_an_amount_takes_no_more(tmp_path: Path) -> None:
    row = "c,pony,,cap,parcels,parcels,2024-04-01,2024-06-30,,,\n"
    tiers = "commitment,from_volume,amount\nc,120,\n"
    (one,) = read_folder(write_tiny(tmp_path, commitments=HEAD + row, commitment_tiers=tiers)).commitments
    assert one.refuses
    assert one.tiers == (Tier(120_000_000, 0),)


def test_prices_are_read_with_their_days(tmp_path: Path) -> None:
    assert read_folder(write_tiny(tmp_path, commitment_prices=PRICES)).commitment_prices == (
        DatedCommitmentPrice("pony", "std", -450_000, date(2024, 5, 1), date(2024, 6, 30)),
        DatedCommitmentPrice("pony", "", 100_000),
    )


def test_without_the_files_there_are_none(tmp_path: Path) -> None:
    read = read_folder(write_tiny(tmp_path))
    assert (read.commitments, read.commitment_prices) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "file", "column", "why"),
    [
        ("2024-06-30", "2024-03-31", "commitments", "ends_on", "is before starts_on"),
        ("pony,std", "mule,std", "commitments", "carrier", "names no carrier"),
        ("all_units", "minimum", "commitments", "per", "is not spend, which minimum counts"),
        ("30,,1", "30,5,1", "commitments", "fixed", "all_units is a rebate"),
        (",1,1500.5", ",0,1500.5", "commitments", "last_volume", "of_last_period is 0"),
        ("q2,pony", "q3,pony", "commitments", "commitment", "has no row in commitment_tiers.csv"),
        ("q2,120,0.3", "q2,120,0.1", "commitment_tiers", "amount", "less than that of the tier below, 0.2"),
        ("q2,120,0.3", "q2,120,", "commitment_tiers", "amount", "only a cap takes no more"),
        ("q2,120,0.3", "q2,110,0.3", "commitment_tiers", "from_volume", "repeats row"),
        ("q2,120,0.3", "q2,120,10000.5", "commitment_tiers", "amount", "is not between 0 and 10000"),
        ("q2,120,0.3", "q2,1000.5,0.3", "commitment_tiers", "from_volume", "is more than 1000 percent"),
        ("q2,120,0.3", "q2,-120,0.3", "commitment_tiers", "from_volume", "is not between"),
        ("spend,parcels", "parcels,spend", None, "", ""),
        ("0.3", "100.5", None, "", ""),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, file: str | None, column: str, why: str) -> None:
    assert old in ROW + TIERS
    folder = write_tiny(tmp_path, commitments=HEAD + ROW.replace(old, new), commitment_tiers=TIERS.replace(old, new))
    if file is None:
        assert read_folder(folder).commitments
        return
    found = [one for one in faults_of(folder) if (one.file, one.column) == (f"{file}.csv", column)]
    assert found
    assert why in found[0].why


def test_percents_end_at_a_hundred_and_a_minimum_has_one_tier(tmp_path: Path) -> None:
    span = "2024-04-01,2024-06-30,,,"
    rows = f"r,pony,,all_units,parcels,spend,{span}\nm,pony,,minimum,parcels,parcels,{span}\n"
    tiers = "commitment,from_volume,amount\nr,1,100.5\nm,5,1\nm,6,1\n"
    folder = write_tiny(tmp_path, commitments=HEAD + rows, commitment_tiers=tiers)
    assert sorted((one.row, one.column) for one in faults_of(folder)) == [(2, "amount"), (4, "from_volume")]


def test_commitments_without_tiers_are_refused(tmp_path: Path) -> None:
    assert "no commitment_tiers.csv" in the_fault(write_tiny(tmp_path, commitments=HEAD + ROW)).why


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("pony,std,0.1,2024-06-01,", "valid_from", "repeats row 2: two prices on one day"),
        ("pony,exp,0.1,2024-06-02,2024-06-01", "valid_to", "is before valid_from"),
        ("pony,exp,-10000.5,,", "price", "is not between"),
        ("mule,exp,1,,", "carrier", "names no carrier"),
    ],
)
def test_prices_that_cannot_be_are_refused(tmp_path: Path, row: str, column: str, why: str) -> None:
    found = faults_of(write_tiny(tmp_path, commitment_prices=f"{PRICES}{row}\n"))
    assert (found[0].file, found[0].column) == ("commitment_prices.csv", column)
    assert why in found[0].why
