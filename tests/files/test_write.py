from __future__ import annotations

import csv
import gzip
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, faults_of, write_tiny

from doorstep.files.blank import new_folder
from doorstep.files.folder import read_folder
from doorstep.files.schema import BY_NAME, TABLES
from doorstep.files.write import write_brand_folder, write_csv


def test_cells_are_written_as_the_formats_say(tmp_path: Path) -> None:
    row = (True, None, datetime(2024, 5, 1, 9, tzinfo=UTC), date(2024, 5, 1), 1.5, 'a "b", c', "é")
    write_csv(tmp_path / "t.csv", "abcdefg", [row])
    text = (tmp_path / "t.csv").read_bytes().decode()
    assert text == 'a,b,c,d,e,f,g\r\n1,,2024-05-01T09:00:00+00:00,2024-05-01,1.5,"a ""b"", c",é\r\n'


def test_a_packed_table_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_csv(tmp_path / f"{name}.csv.gz", "ab", [(1, 2)])
    packed = (tmp_path / "one.csv.gz").read_bytes()
    assert packed == (tmp_path / "two.csv.gz").read_bytes()
    assert gzip.decompress(packed) == b"a,b\r\n1,2\r\n"


def test_a_row_of_another_width_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under 2 columns"):
        write_csv(tmp_path / "t.csv", "ab", [(1,)])


def test_a_written_brand_folder_is_read_back_whole(tmp_path: Path) -> None:
    plain = read_folder(write_tiny(tmp_path / "plain"))
    tables = {}
    for name, text in TINY.items():
        header, *rows = csv.reader(text.splitlines(keepends=True))
        tables[name] = (header, rows)
    write_brand_folder(tmp_path / "written", tables, notes={"assumptions.toml": "speed = 1\n"})
    assert read_folder(tmp_path / "written") == plain
    assert (tmp_path / "written" / "assumptions.toml").read_text() == "speed = 1\n"


def test_unknown_tables_columns_and_notes_are_refused_before_writing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ValueError, match=r"no order\.csv"):
        write_brand_folder(out, {"order": ((), ())})
    with pytest.raises(ValueError, match="not columns of it, or twice: place"):
        write_brand_folder(out, {"stock": (("site", "place"), ())})
    with pytest.raises(ValueError, match="twice"):
        write_brand_folder(out, {"stock": (("site", "site"), ())})
    for note in ("stock.csv", "../up", "datapackage.json"):
        with pytest.raises(ValueError, match="not the name of a note"):
            write_brand_folder(out, {}, notes={note: ""})
    assert not list(tmp_path.iterdir())


def test_a_blank_folder_has_every_file_and_a_check_says_what_is_missing(tmp_path: Path) -> None:
    new_folder(tmp_path / "new")
    assert {f"{name}.csv" for name in BY_NAME} <= {entry.name for entry in (tmp_path / "new").iterdir()}
    faults = faults_of(tmp_path / "new")
    assert {fault.file.removesuffix(".csv") for fault in faults} == {
        *("brand", "products", "sites", "collections", "cartons", "services", "zones", "rates")
    }
    assert all(fault.why.startswith("has no rows") for fault in faults)


def test_a_blank_folder_can_be_filled_in(tmp_path: Path) -> None:
    new_folder(tmp_path / "new")
    for name, text in TINY.items():
        header, *rows = csv.reader(text.splitlines(keepends=True))
        with (tmp_path / "new" / f"{name}.csv").open(encoding="utf-8", newline="") as blank:
            columns = next(csv.reader(blank))
        by_column = [dict(zip(header, row, strict=True)) for row in rows]
        write_csv(tmp_path / "new" / f"{name}.csv", columns, [[row.get(c, "") for c in columns] for row in by_column])
    expected = read_folder(write_tiny(tmp_path / "plain"))
    filled = read_folder(tmp_path / "new")
    assert (filled.orders, filled.tariff, filled.history) == (expected.orders, expected.tariff, expected.history)


def test_the_package_describes_every_column_and_reference(tmp_path: Path) -> None:
    new_folder(tmp_path / "new")
    package = json.loads((tmp_path / "new" / "datapackage.json").read_text())
    described = {resource["name"]: resource for resource in package["resources"]}
    assert list(described) == [table.name for table in TABLES]
    for table in TABLES:
        fields = described[table.name]["schema"]["fields"]
        assert [field["name"] for field in fields] == [column.name for column in table.columns]
        required = [field["name"] for field in fields if field.get("constraints", {}).get("required")]
        assert required == [column.name for column in table.columns if not column.blank]
    assert described["stock"]["schema"]["primaryKey"] == ["site", "sku"]
    assert described["stock"]["schema"]["foreignKeys"][1] == {
        "fields": ["sku"],
        "reference": {"resource": "products", "fields": ["sku"]},
    }
    shutil.rmtree(tmp_path / "new")
