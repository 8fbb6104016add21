"""Files that cannot be used are named, all of them at once; rows that cannot are counted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.files.importers.olist.tiny_source import TINY, edited, with_rows, write_source

from doorstep.domain.errors import InputRefused
from doorstep.files.importers.olist.source import Tallies, read_source


def refusal(folder: Path) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        read_source(folder, Tallies())
    assert caught.value.count == len(caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: is not a folder with the Olist data"]


def test_all_missing_files_and_columns_are_said_at_once(tmp_path: Path) -> None:
    sellers = [["seller_id", "seller_city"], ["s", "x"]]
    faults = refusal(write_source(tmp_path, edited(orders=None, customers=None, sellers=sellers)))
    assert faults == [
        f"orders.csv: is missing in {tmp_path} (.csv or .csv.gz)",
        f"customers.csv: is missing in {tmp_path} (.csv or .csv.gz)",
        "sellers.csv:1 seller_zip_code_prefix: is missing in the header",
    ]


def test_reviews_and_translations_may_be_missing(tmp_path: Path) -> None:
    source = write_source(tmp_path, edited(order_reviews=None, product_category_name_translation=None))
    assert read_source(source, Tallies())["order_reviews"].rows == ()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"not gzip at all", "cannot be read: Not a gzipped file"),
        (gzip.compress(b"seller_id,seller_zip_code_prefix\ns,01001\n" * 99)[:-20], "cannot be read"),
        (gzip.compress(b"seller_id,seller_zip_code_prefix\n\xff,01001\n"), "is not UTF-8 at byte 33"),
        (gzip.compress(b'seller_id,seller_zip_code_prefix\n"s"x,01001\n'), "is not CSV"),
        (gzip.compress(b"seller_id,seller_zip_code_prefix\n"), "has no rows"),
        (b"", "header"),
    ],
    ids=["not gzip", "cut off", "not utf-8", "not csv", "no rows", "empty"],  # compressed bytes hold the time
)
def test_a_corrupt_file_is_refused_with_the_reason(tmp_path: Path, raw: bytes, why: str) -> None:
    source = write_source(tmp_path, edited(sellers=None))
    (source / "sellers.csv.gz").write_bytes(raw)
    faults = refusal(source)
    assert faults[0].startswith("sellers.csv.gz")
    assert why in faults[0]


def test_gzip_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    source = write_source(tmp_path, edited(sellers=None))
    (source / "sellers.csv.gz").write_bytes(
        gzip.compress(b"\xef\xbb\xbfseller_id,x,seller_zip_code_prefix\ns,1,01001\n")
    )
    assert read_source(source, Tallies())["sellers"].rows == ((2, ("s", "01001")),)


def test_a_row_of_another_width_is_dropped_and_counted(tmp_path: Path) -> None:
    dropped = Tallies()
    tables = read_source(write_source(tmp_path, with_rows("sellers", ["s-x"], ["a", "b", "c"])), dropped)
    assert len(tables["sellers"].rows) == len(TINY["sellers"]) - 1
    (tally,) = dropped.all()
    assert (tally.file, tally.count, tally.rows) == ("sellers.csv", 2, (4, 5))
