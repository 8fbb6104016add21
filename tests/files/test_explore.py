"""explore.csv in and out: what it becomes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.tiny_brand import faults_of, write_tiny

from doorstep.domain.exploration import ServiceTrial
from doorstep.files.explore_out import write_explore
from doorstep.files.folder import read_folder

HEAD = "service,share,most_extra\n"


def test_a_row_becomes_a_trial_and_comes_out_again(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path, explore=f"{HEAD}std,0.02,1.5\n")
    trials = read_folder(folder).trials
    assert trials == (ServiceTrial("std", 20_000, 1_500_000),)
    write_explore(folder, trials)
    assert (folder / "explore.csv").read_text(encoding="utf-8").splitlines()[1] == "std,0.020000,1.500000"
    assert read_folder(folder).trials == trials


def test_a_folder_without_it_tries_nothing(tmp_path: Path) -> None:
    assert read_folder(write_tiny(tmp_path)).trials == ()


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("nobody,0.1,1", "service", "names no service"),
        ("std,0,1", "share", "is not between 0 and 1"),
        ("std,0.1,-1", "most_extra", "is not between"),
        ("std,0.1,", "most_extra", "is empty"),
        ("std,0.6,1", "share", "makes 0.6 of all orders, more than 0.5"),
        ("std,0.1,1\nstd,0.1,2", "service", "repeats row"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, row: str, column: str, why: str) -> None:
    (fault, *_) = faults_of(write_tiny(tmp_path, explore=f"{HEAD}{row}\n"))
    assert (fault.file, fault.column) == ("explore.csv", column)
    assert why in fault.why
