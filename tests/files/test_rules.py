"""Each rule refuses what breaks it, says where, and says why; what only looks odd is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.tiny_brand import TINY, edited, the_fault, write_tiny

from doorstep.files.folder import read_folder

BROKEN = [
    # file, what stands there, what is put there, row, column, part of the reason
    ("brand", "b,Bê,EUR", "b,Bê,EUR,DE,0.9,1,1\nc,C,EUR", 3, "", "second brand"),
    ("products", "lamp,Lamp", "mug,Lamp,,1,1,1,1,1,,,\nlamp,Lamp", 3, "sku", "repeats row 2"),
    ("sites", "muc,store", "ber,store,,DE,,,,0,0,UTC,Mon,,08:00,0,0,\nmuc,store", 3, "site", "repeats row 2"),
    ("collections", "ber,std,12:00,Sat", "ber,std,17:00,Fri-Sat", 3, "working_days", "repeats row 2"),
    ("collections", "muc,exp", "muc,xyz", 4, "service", "names no service of services.csv"),
    ("stock", "muc,lamp,3", "muc,lump,3", 4, "sku", "names no sku of products.csv"),
    ("stock", "muc,lamp,3", "muc,mug,3", 4, "sku", "repeats row 3"),
    ("inbound", "ber,lamp", "xyz,lamp", 2, "site", "names no site of sites.csv"),
    ("cartons", "L,500", "S,500", 3, "carton", "repeats row 2"),
    ("cartons", "0.9,ber", "0.9,xyz", 3, "site", "names no site"),
    ("cartons", "410,310", "410,299", 3, "outer_height_mm", "is smaller than inner_height_mm, which is 300"),
    ("cartons", "80,5000", "80,79", 2, "max_weight_g", "is less than tare_g"),
    ("services", "exp,pony", "std,x,,express,home,1,1,,0,Mon,1,1,\nexp,pony", 3, "service", "repeats row 2"),
    ("services", "1,3,1\n", "4,3,1\n", 2, "max_days", "is less than min_days, which is 4"),
    ("zones", "DE,25999,1,1", "DE,,1,1", 3, "destination_prefix", "repeats row 2"),
    ("rates", "4.4,,EUR,2025-01-01", "4.4,,EUR,2024-12-31", 3, "up_to_g", "repeats row 2"),
    ("rates", "4.4,,EUR,2025-01-01,", "4.4,,EUR,2025-01-01,2024-12-31", 3, "valid_to", "is before valid_from"),
    ("rates", "12.123456,,", "12.123456,,USD", 5, "currency", "has no rate in exchange_rates.csv"),
    ("rates", "exp,1,5000", "xyz,1,5000", 5, "service", "names no service"),
    ("surcharges", "length_mm,1000", "length_mm,", 2, "threshold", "over_length_mm needs one"),
    ("surcharges", "std,fuel", "xyz,fuel", 3, "service", "names no service"),
    ("surcharges", "fuel,always,", "long,over_length_mm,1000", 3, "threshold", "repeats row 2"),
    ("orders", "o3,web", "o1,web", 4, "order", "repeats row 2"),
    ("orders", "o3,web", "o 3,web", 4, "order", "contains a space"),
    ("orders", "52.51,13.39", "52.51,", 2, "longitude", "go together"),
    ("order_lines", "o1,2", "o1,1", 4, "line", "repeats row 2"),
    ("order_lines", "o2,1", "o9,1", 3, "order", "names no order of orders.csv"),
]


@pytest.mark.parametrize(("name", "old", "new", "row", "column", "why"), BROKEN)
def test_a_broken_rule_is_told(tmp_path: Path, name: str, old: str, new: str, row: int, column: str, why: str) -> None:
    fault = the_fault(write_tiny(tmp_path, **edited(name, old, new)))
    assert (fault.file, fault.row, fault.column) == (f"{name}.csv", row, column)
    assert why in fault.why


def with_barcodes(mug: str, lamp: str = "", more: str = "barcodes") -> dict[str, str]:
    """The products of the tiny brand under one more column."""
    head, *rows = TINY["products"].splitlines()
    cells = {"mug": mug, "lamp": lamp}
    return {"products": "\n".join([f"{head},{more}", *(f"{row},{cells[row.split(',')[0]]}" for row in rows), ""])}


@pytest.mark.parametrize(
    ("mug", "lamp", "row", "why"),
    [
        ("4006381333931", "x 04006381333931", 3, "repeats row 2: a bar code stands for one product"),
        ("X-1", "x-1", 3, "repeats row 2"),
        ("lamp", "", 2, "is the sku of row 3"),
        ("4006381333932", "", 2, "has a wrong check digit: 1 would be right"),
        ("X-1 x-1", "", 2, "holds x-1 twice"),
        ("X-1  X-2", "", 2, "holds two spaces"),
        ("123456", "", 2, "is not a GTIN: that has 8, 12, 13 or 14 digits"),
        (" ".join(f"X-{n}" for n in range(21)), "", 2, "more than 20 bar codes"),
    ],
)
def test_a_bar_code_that_would_not_name_one_product(tmp_path: Path, mug: str, lamp: str, row: int, why: str) -> None:
    fault = the_fault(write_tiny(tmp_path, **with_barcodes(mug, lamp)))
    assert (fault.file, fault.row, fault.column) == ("products.csv", row, "barcodes")
    assert why in fault.why


def test_bar_codes_are_read_as_they_are_written(tmp_path: Path) -> None:
    read = read_folder(write_tiny(tmp_path, **with_barcodes("4006381333931 X-1 mug")))
    assert [(one.sku, one.code) for one in read.barcodes] == [
        ("mug", "4006381333931"),
        ("mug", "X-1"),
        ("mug", "mug"),
    ]


WELL_FORMED = [
    ("collections", "ber,std,12:00,Sat", "ber,std,17:00,Sat"),  # the same call on another day
    ("rates", "4.2,,EUR,,2024-12-31", "4.2,,EUR,2024-12-30,2024-12-31"),
    ("cartons", "206,156,106", "200,150,100"),  # outer = inner
    ("cartons", "80,5000", "80,80"),
    ("services", "1,3,1\n", "3,3,1\n"),
    ("stock", "muc,lamp,3", "muc,lamp,0"),
    ("order_lines", "mug,2", "unheard-of,2"),
    ("orders", "10117", ""),
    ("brand", "EUR,DE", "EUR,XK"),
]


@pytest.mark.parametrize(("name", "old", "new"), WELL_FORMED)
def test_what_is_odd_but_well_formed_is_read(tmp_path: Path, name: str, old: str, new: str) -> None:
    read_folder(write_tiny(tmp_path, **edited(name, old, new)))


def test_tables_that_need_rows_say_so(tmp_path: Path) -> None:
    header = TINY["zones"].splitlines()[0]
    assert str(the_fault(write_tiny(tmp_path, zones=header))) == "zones.csv: has no rows; it needs at least one"


def test_a_brand_whose_products_ship_in_their_own_boxes_needs_no_cartons(tmp_path: Path) -> None:
    header = TINY["cartons"].splitlines()[0]
    write_tiny(tmp_path, cartons=header)
    assert "ships in its own box" in the_fault(tmp_path).why
    own = TINY["products"].replace("1,2000,", "1,2000,1").replace(",,,0", ",,,1")
    assert read_folder(write_tiny(tmp_path, cartons=header, products=own)).cartons == ()


def test_an_order_without_lines_and_a_day_without_orders_are_read(tmp_path: Path) -> None:
    orders, lines = (TINY[name].splitlines()[0] for name in ("orders", "order_lines"))
    assert read_folder(write_tiny(tmp_path, order_lines=lines)).orders[0].lines == ()
    assert read_folder(write_tiny(tmp_path, orders=orders, order_lines=lines)).orders == ()


WISHED = (
    "order,channel,placed_at,customer,country,region,city,postcode,not_before,promised_by\no1,web,{},,DE,,,,{},{}\n"
)


@pytest.mark.parametrize(
    ("early", "promised", "column", "why"),
    [
        ("", "2024-05-01", "promised_by", "is before the order was placed, on 2024-05-03"),
        ("2024-05-07", "2024-05-06", "not_before", "is after promised_by, which is 2024-05-06"),
    ],
)
def test_dates_that_no_parcel_could_keep_are_told(
    tmp_path: Path, early: str, promised: str, column: str, why: str
) -> None:
    lines = "order,line,sku,quantity,unit_price\no1,1,mug,1,1\n"
    orders = WISHED.format("2024-05-03T09:00Z", early, promised)
    fault = the_fault(write_tiny(tmp_path, orders=orders, order_lines=lines))
    assert (fault.column, fault.why) == (column, why)


def test_a_destination_may_lie_a_day_behind(tmp_path: Path) -> None:
    lines = "order,line,sku,quantity,unit_price\no1,1,mug,1,1\n"
    read_folder(write_tiny(tmp_path, orders=WISHED.format("2024-05-03T09:00Z", "", "2024-05-02"), order_lines=lines))
