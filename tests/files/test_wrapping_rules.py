"""Bags, padding, wrapping and classes of a brand folder: what would not be understood is told with its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, the_fault, write_tiny

from doorstep.files.blank import new_folder
from doorstep.files.folder import read_folder
from doorstep.files.rules import MOST_CLASSES


def more(name: str, columns: str, *cells: str) -> dict[str, str]:
    """A file of the tiny brand under further columns, a cell for each row."""
    head, *rows = TINY[name].splitlines()
    longer = [f"{row},{cell}" for row, cell in zip(rows, cells, strict=True)]
    return {name: "\n".join([f"{head},{columns}", *longer, ""])}


@pytest.mark.parametrize(
    ("name", "columns", "cells", "row", "column", "why"),
    [
        ("cartons", "kind", ("tube", ""), 2, "kind", "is not one of box, mailer"),
        ("cartons", "padding_mm", ("-1", ""), 2, "padding_mm", "is not between 0 and 100000"),
        ("cartons", "padding_mm", ("", "150"), 3, "padding_mm", "on both sides leaves no room in 300 mm"),
        ("products", "padding_mm", ("49951", ""), 2, "padding_mm", "on both sides of 100 mm is more than 100000"),
        ("products", "padding_mm", ("", "NaN"), 3, "padding_mm", "is not a whole number"),
        ("products", "soft", ("2", ""), 2, "soft", "is neither 0 nor 1"),
    ],
)
def test_what_packing_would_not_understand(
    tmp_path: Path, name: str, columns: str, cells: tuple[str, str], row: int, column: str, why: str
) -> None:
    fault = the_fault(write_tiny(tmp_path, **more(name, columns, *cells)))
    assert (fault.file, fault.row, fault.column) == (f"{name}.csv", row, column)
    assert why in fault.why


def test_a_mailer_is_thinner_than_it_is_wide(tmp_path: Path) -> None:
    cube = more("cartons", "kind", "mailer", "")["cartons"].replace("200,150,100", "200,150,150")
    fault = the_fault(write_tiny(tmp_path, cartons=cube.replace("206,156,106", "206,156,156")))
    assert (fault.row, fault.column) == (2, "inner_height_mm")
    assert "is no thickness of a mailer" in fault.why


def test_what_is_left_empty_is_a_box_without_padding(tmp_path: Path) -> None:
    read = read_folder(write_tiny(tmp_path, **more("cartons", "kind,padding_mm", "mailer,4", ",")))
    assert [(one.mailer, one.padding_mm) for one in read.cartons] == [(True, 4), (False, 0)]
    read = read_folder(write_tiny(tmp_path, **more("products", "soft,padding_mm", "1,3", ",")))
    assert [(one.soft, one.padding_mm) for one in read.products] == [(True, 3), (False, 0)]


def test_more_classes_than_the_packer_tells_apart(tmp_path: Path) -> None:
    head, mug, lamp = TINY["products"].splitlines()
    rows = [f"p{n},,,1,1,1,1,1,,,,{n + 1}" for n in range(MOST_CLASSES)]
    text = "\n".join([f"{head},hazmat_class", f"{mug},", f"{lamp},", *rows])
    assert len(read_folder(write_tiny(tmp_path, products=text + "\n")).products) == MOST_CLASSES + 2
    fault = the_fault(write_tiny(tmp_path, products=f"{text}\nlast,,,1,1,1,1,1,,,,one too many\n"))
    assert (fault.file, fault.row, fault.column) == ("products.csv", MOST_CLASSES + 4, "hazmat_class")
    assert (fault.value, fault.why) == ("one too many", f"is one class more than {MOST_CLASSES}")


def test_an_empty_folder_has_the_columns(tmp_path: Path) -> None:
    new_folder(tmp_path / "shop")
    for name, columns in (("cartons", "kind,padding_mm"), ("products", "soft,padding_mm")):
        assert columns in (tmp_path / "shop" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
