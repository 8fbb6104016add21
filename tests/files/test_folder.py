from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from tests.files.tiny_brand import TINY, edited, faults_of, read_tiny, refusal, the_fault, write_tiny

from doorstep.domain.carriage import RateBreak, Surcharge
from doorstep.domain.catalog import Carton
from doorstep.domain.clock import WorkingDays
from doorstep.domain.demand import OrderLine
from doorstep.domain.money import Currency
from doorstep.domain.supply import Collection, Inbound
from doorstep.files.folder import read_folder, select_orders


def test_cells_become_nouns_with_integer_measures(tmp_path: Path) -> None:
    folder = read_tiny(tmp_path)
    assert folder.brand.currency == Currency("EUR")
    assert (folder.brand.on_time_target_ppm, folder.brand.late_cost_micros) == (950_000, 5_000_000)
    assert folder.brand.unplanned_cost_micros == 40_500_000
    mug, lamp = folder.products
    assert (mug.value_micros, mug.this_side_up, mug.max_load_g, mug.ships_in_own_box) == (4_990_000, True, 2000, False)
    assert (lamp.this_side_up, lamp.max_load_g, lamp.length_mm) == (False, None, 400)
    assert folder.cartons[1] == Carton("L", (500, 400, 300), (510, 410, 310), 300, 20_000, 900_000, "ber")
    assert folder.collections[1] == Collection("ber", "std", 12 * 3600, WorkingDays.parse("Sat"), 50)
    assert folder.inbound == (Inbound("ber", "lamp", 5, datetime(2024, 5, 3, 8, tzinfo=UTC)),)
    assert folder.tariff.rates[1] == RateBreak("std", "1", 2000, 4_400_000, None, date(2025, 1, 1), None, "EUR")
    assert folder.tariff.rates[3].price_micros == 12_123_456
    assert folder.tariff.surcharges[1] == Surcharge("std", "fuel", "always", None, True, 12_500_000, 2)
    assert folder.tariff.services[0].max_girth_mm == 3000
    assert folder.tariff.services[1].max_girth_mm is None
    assert [zone.remote for zone in folder.tariff.zones] == [False, True, False]
    site = folder.sites[0]
    assert (site.order_cutoff_s, site.pick_cost_per_unit_micros, site.holiday_calendar) == (50_400, 250_000, "DE-BE")
    assert site.place.latitude == 52.53
    assert folder.history[0].freight_paid_micros == 4_200_000
    assert folder.history[0].sample_weight == 1.0
    assert folder.history[0].service == ""


def test_orders_get_their_lines_and_their_defaults(tmp_path: Path) -> None:
    first, second, third = read_tiny(tmp_path).orders
    assert first.lines == (OrderLine("1", "mug", 2, 4_990_000), OrderLine("2", "no-such-sku", 1, 0))
    assert (first.residential, second.residential, first.speed, second.speed) == (True, False, None, "express")
    assert second.place.city == "Ober\ndorf"
    assert not second.place.located
    assert third.lines == ()
    assert first.contact.email == "a@example.com"


def test_the_time_of_placing_is_kept_as_written(tmp_path: Path) -> None:
    first, _, third = read_tiny(tmp_path).orders
    assert first.placed_at.isoformat() == "2024-05-01T23:30:00-03:00"
    assert first.placed_at.tzinfo == timezone(timedelta(hours=-3))
    assert third.placed_at == datetime(2024, 5, 3, 9, tzinfo=UTC)


def test_a_selection_is_half_open_in_dates_as_written(tmp_path: Path) -> None:
    folder = read_tiny(tmp_path)

    def ids(start: date | None, end: date | None) -> list[str]:
        return [order.order for order in select_orders(folder, start, end)]

    # o1 was placed on 2 May by UTC, on 1 May where the customer was
    assert ids(date(2024, 5, 1), date(2024, 5, 2)) == ["o1"]
    assert ids(date(2024, 5, 2), date(2024, 5, 3)) == ["o2"]
    assert ids(None, date(2024, 5, 3)) == ["o1", "o2"]
    assert ids(date(2024, 5, 2), None) == ["o2", "o3"]
    assert ids(None, None) == ["o1", "o2", "o3"]


def test_reading_is_deterministic_and_knows_no_packing(tmp_path: Path) -> None:
    plain = read_tiny(tmp_path / "plain")
    assert read_folder(tmp_path / "plain") == plain
    packed = write_tiny(tmp_path / "packed", orders=None, stock=None)
    (packed / "orders.csv.gz").write_bytes(gzip.compress(TINY["orders"].encode()))
    marked = "\ufeff" + TINY["stock"].replace("\n", "\r\n")
    (packed / "stock.csv").write_bytes(marked.encode())
    assert read_folder(packed) == plain


def test_the_data_version_follows_the_content(tmp_path: Path) -> None:
    version = read_tiny(tmp_path / "a").data_version
    assert len(version) == 64
    changed = read_tiny(tmp_path / "b", **edited("stock", "mug,10", "mug,11"))
    assert changed.data_version != version
    assert read_tiny(tmp_path / "c", inbound=None).data_version != version


def test_optional_files_may_be_left_out(tmp_path: Path) -> None:
    folder = read_tiny(tmp_path, inbound=None, history=None)
    assert folder.inbound == ()
    assert folder.history == ()


def test_a_missing_file_is_named_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    write_tiny(tmp_path, products=None)
    (tmp_path / "product.csv").write_text(TINY["products"])
    fault = the_fault(tmp_path)
    assert (fault.file, fault.row) == ("products.csv", 0)
    assert fault.why == "is missing; is product.csv meant to be it?"


def test_a_missing_file_is_blamed_once_not_by_every_row_that_refers_to_it(tmp_path: Path) -> None:
    fault = the_fault(write_tiny(tmp_path, services=None))
    assert str(fault) == "services.csv: is missing"


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    assert the_fault(tmp_path / "nowhere").why == "is not there"
    (tmp_path / "file").write_text("")
    assert the_fault(tmp_path / "file").why == "is not a folder"


def test_both_plain_and_packed_is_refused(tmp_path: Path) -> None:
    write_tiny(tmp_path)
    (tmp_path / "stock.csv.gz").write_bytes(gzip.compress(b"site,sku,on_hand\n"))
    assert the_fault(tmp_path).why == "stock.csv and stock.csv.gz are both there; keep one"


def test_many_faults_in_many_files_are_told_at_once_in_order(tmp_path: Path) -> None:
    changes: dict[str, str | None] = {
        **edited("brand", "0.95", "95"),
        **edited("products", "39.9", "39,9").copy(),
        **edited("sites", "Mon-Sat", "Mo-Sa"),
        **edited("stock", "muc,lamp,3", "muc,lamp,-3\nxyz,lamp,1"),
        **edited("cartons", "206", "199"),
        **edited("services", "1,3,1\n", "4,3,1\n"),
        **edited("rates", "7,0.5,", "7,0.5,USD"),
        **edited("surcharges", "over_length_mm,1000", "over_length_mm,"),
        **edited("order_lines", "o2,1,lamp,1", "o9,1,lamp,1.5"),
        "inbound": None,
    }
    changes["products"] = TINY["products"].replace("39.9", "39.9999999")
    faults = faults_of(write_tiny(tmp_path, **changes))
    told = [(fault.file, fault.row, fault.column) for fault in faults]
    assert told == [
        ("brand.csv", 2, "on_time_target"),
        ("products.csv", 3, "value"),
        ("sites.csv", 3, "working_days"),
        ("stock.csv", 4, "on_hand"),
        ("stock.csv", 5, "site"),
        ("cartons.csv", 2, "outer_length_mm"),
        ("services.csv", 2, "max_days"),
        ("rates.csv", 4, "currency"),
        ("surcharges.csv", 2, "threshold"),
        ("order_lines.csv", 3, "order"),
        ("order_lines.csv", 3, "quantity"),
    ]
    assert [fault.value for fault in faults[:2]] == ["95", "39.9999999"]


def test_a_thousand_faults_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    lines = ["order,line,sku,quantity,unit_price"]
    lines += [f"o1,{n},mug,{'x' if n % 2 else 1},{'-1' if n % 4 == 3 else '1'}" for n in range(6000)]
    refused = refusal(write_tiny(tmp_path, order_lines="\n".join(lines)))
    assert (len(refused.faults), refused.count) == (1000, 4500)
    rows = [fault.row for fault in refused.faults]
    assert rows == sorted(rows)
    # of every four rows one has a fault, one has two: the first thousand end near row 1333
    assert 1330 <= rows[-1] <= 1340
