"""What a file may look like before its cells are looked at."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, edited, faults_of, read_tiny, the_fault, write_tiny

from doorstep.files import content

STOCK = TINY["stock"]


def test_quotes_commas_and_line_breaks_inside_quotes_are_read(tmp_path: Path) -> None:
    folder = read_tiny(tmp_path, **edited("products", "Mug", '"Mug, ""big""\nwhite"'))
    assert folder.products[0].name == 'Mug, "big"\nwhite'


def test_rows_count_records_not_lines(tmp_path: Path) -> None:
    # the city of o2 holds a line break: o3 is the fourth record, on the fifth line
    fault = the_fault(write_tiny(tmp_path, **edited("orders", "2024-05-03 09:00Z", "yesterday")))
    assert (fault.row, fault.column, fault.value) == (4, "placed_at", "yesterday")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(tmp_path: Path, end: str) -> None:
    assert len(read_tiny(tmp_path, stock=STOCK.replace("\n", end)).stock) == 3


def test_empty_lines_at_the_end_are_nothing_in_between_they_are_faults(tmp_path: Path) -> None:
    assert len(read_tiny(tmp_path, stock=STOCK + "\n\n").stock) == 3
    fault = the_fault(write_tiny(tmp_path, stock=STOCK.replace("\nmuc,mug", "\n\nmuc,mug")))
    assert (fault.row, fault.why) == (3, "is an empty line")


def test_ragged_rows_are_told_and_the_others_still_checked(tmp_path: Path) -> None:
    ragged = STOCK.replace("ber,mug,10", "ber,mug,10,").replace("muc,lamp,3", "muc,lamp,x").replace("muc,mug,0", "muc")
    faults = faults_of(write_tiny(tmp_path, stock=ragged))
    assert [(fault.row, fault.why) for fault in faults] == [
        (2, "has 4 cells, the header has 3"),
        (3, "has 1 cells, the header has 3"),
        (4, "is not a whole number"),
    ]


def test_an_unknown_column_is_refused_and_the_nearest_is_named(tmp_path: Path) -> None:
    faults = faults_of(write_tiny(tmp_path, stock=STOCK.replace("on_hand", "onhand")))
    assert [str(fault) for fault in faults] == [
        "stock.csv:1: 'onhand' is not a column of stock.csv; is on_hand meant?",
        "stock.csv:1: 'on_hand' is missing among the columns",
    ]


def test_a_column_given_twice_or_without_a_name_is_refused(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path / "a", **edited("products", "max_load_g", "this_side_up")))
    assert fault.why == "is there twice"
    fault = the_fault(write_tiny(tmp_path / "b", stock="site,sku,on_hand,\nber,mug,1,\n"))
    assert fault.why == "is a column without a name"


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    turned = "".join(",".join(reversed(line.split(","))) + "\n" for line in STOCK.splitlines())
    assert read_tiny(tmp_path / "a", stock=turned).stock == read_tiny(tmp_path / "b").stock


def test_optional_columns_may_be_left_out(tmp_path: Path) -> None:
    zones = "".join(line.rsplit(",", 1)[0] + "\n" for line in TINY["zones"].splitlines())
    assert not any(zone.remote for zone in read_tiny(tmp_path, zones=zones).tariff.zones)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is empty; not even a header row"),
        (b"\n\n", "is empty; not even a header row"),
        (STOCK.encode("utf-16"), "is not UTF-8"),
        (STOCK.replace("mug", "m\u00fcg").encode("latin-1"), "is not UTF-8: byte 0xfc in line 2"),
        (b'site,sku,on_hand\nber,"mug,1\n', "is not CSV: unexpected end of data"),
        (b'site,sku,on_hand\nber,"mug"x,1\n', "is not CSV"),
        (b"site,sku,on_hand\nber," + b"x" * 200_000 + b",1\n", "is not CSV: field larger than field limit"),
    ],
)
def test_a_file_that_is_no_csv_is_refused(tmp_path: Path, raw: bytes, why: str) -> None:
    write_tiny(tmp_path)
    (tmp_path / "stock.csv").write_bytes(raw)
    assert why in the_fault(tmp_path).why


def test_a_nul_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path, stock=STOCK.replace("10", "1\0")))
    assert (fault.row, fault.column, fault.value) == (2, "on_hand", "1\0")


def test_a_long_value_is_shortened_where_it_is_shown(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path, stock=STOCK.replace("10", "1" * 5000)))
    assert (len(fault.value), fault.value[-1]) == (80, "…")


def test_rows_before_a_break_in_the_quoting_are_still_checked(tmp_path: Path) -> None:
    faults = faults_of(write_tiny(tmp_path, stock=STOCK.replace("10", "ten") + 'ber,"lamp'))
    assert [(fault.row, fault.column) for fault in faults] == [(2, "on_hand"), (5, "")]


def test_a_broken_gzip_is_refused(tmp_path: Path) -> None:
    write_tiny(tmp_path, stock=None)
    packed = gzip.compress(STOCK.encode())
    for broken in (packed[:-9], packed[:12], b"no gzip", packed + b"more", packed[:20] + b"\xff\xff" + packed[22:]):
        (tmp_path / "stock.csv.gz").write_bytes(broken)
        fault = the_fault(tmp_path)
        assert fault.file == "stock.csv.gz"
        assert "is not a whole gzip file" in fault.why


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 100_000)
    write_tiny(tmp_path, stock=None)
    (tmp_path / "stock.csv.gz").write_bytes(gzip.compress(b"x" * 1_000_000))
    assert the_fault(tmp_path).why == "is larger than 100000 bytes"


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    write_tiny(tmp_path, stock=None, zones=None, rates=None)
    (tmp_path / "stock.csv").mkdir()
    os.mkfifo(tmp_path / "zones.csv")
    (tmp_path / "rates.csv").symlink_to("nowhere")
    assert {(fault.file, fault.why) for fault in faults_of(tmp_path)} == {
        ("stock.csv", "is a folder, not a file"),
        ("zones.csv", "is not a regular file"),
        ("rates.csv", "is not a regular file"),
    }


def test_other_separators_are_one_fault(tmp_path: Path) -> None:
    for sign, named in ((";", "semicolons"), ("\t", "tabs")):
        fault = the_fault(write_tiny(tmp_path, stock=TINY["stock"].replace(",", sign)))
        assert (fault.file, fault.row, fault.why) == ("stock.csv", 1, f"is separated by {named}; save it with commas")
