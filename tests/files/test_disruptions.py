"""disruptions.csv in: what it becomes, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.files.tiny_brand import the_fault, write_tiny

from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.files.folder import read_folder

HEAD = (
    "kind,country,region,postcode_prefix,site,carrier,service,starts_on,ends_on,delay_days,declared_on,reason,excuses\n"
)
STRIKE = "strike,DE,,8 0,muc,pony,exp,2024-05-01,2024-05-04,2,2024-04-30,the drivers,1\n"


def test_a_row_becomes_a_declared_disruption(tmp_path: Path) -> None:
    read = read_folder(write_tiny(tmp_path, disruptions=HEAD + STRIKE))
    what = Disruption("DE", "", "80", "muc", "pony", "exp", date(2024, 5, 1), date(2024, 5, 4), 2)
    assert read.disruptions == (DeclaredDisruption(what, "strike", "the drivers", True, date(2024, 4, 30)),)


def test_columns_that_say_any_may_be_left_out(tmp_path: Path) -> None:
    rows = "kind,carrier,starts_on,ends_on,delay_days,declared_on\nport,pony,2024-05-01,2024-05-01,30,2024-05-09\n"
    (one,) = read_folder(write_tiny(tmp_path, disruptions=rows)).disruptions
    assert one.what == Disruption("", "", "", "", "pony", "", date(2024, 5, 1), date(2024, 5, 1), 30)
    assert (one.reason, one.excuses) == ("", False)


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert read_folder(write_tiny(tmp_path)).disruptions == ()


@pytest.mark.parametrize(
    ("old", "new", "column", "why"),
    [
        ("2024-05-04", "2024-04-29", "ends_on", "is before starts_on, which is 2024-05-01"),
        (",2,2024-04-30", ",31,2024-04-30", "delay_days", "between 1 and 30"),
        (",2,2024-04-30", ",0,2024-04-30", "delay_days", "between 1 and 30"),
        ("the drivers", "", "reason", "what excuses needs a reason"),
        ("the drivers", " ", "reason", "what excuses needs a reason"),
        ("muc", "ham", "site", "names no site of sites.csv"),
        ("pony", "mule", "carrier", "names no carrier of services.csv"),
        (",exp,", ",slow,", "service", "names no service of services.csv"),
        ("strike,DE", "flood,DE", "kind", "is not one of"),
        ("DE,,8 0", "DE,,801", "postcode_prefix", "longer than 2 characters"),
        ("DE,,8 0", ",,8 0", "postcode_prefix", "without its country"),
        ("DE,,8 0", ",BY,", "region", "without its country"),
        ("DE,,8 0,muc,pony,exp", ",,,,,", "service", "say whom it concerns"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, column: str, why: str) -> None:
    assert old in STRIKE
    fault = the_fault(write_tiny(tmp_path, disruptions=HEAD + STRIKE.replace(old, new)))
    assert (fault.file, fault.row, fault.column) == ("disruptions.csv", 2, column)
    assert why in fault.why
