"""The import of the public data: what the issue asks of it."""

from __future__ import annotations

import csv
import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest

from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.importers.olist import ImportReport, import_olist

pytestmark = pytest.mark.data

DAY = date(2018, 3, 1)
Imported = tuple[ImportReport, Path]


@pytest.fixture(scope="session")
def olist(data_root: Path) -> Path:
    return data_root / "olist"


@pytest.fixture(scope="session")
def imported(olist: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("olist") / "brand"
    return import_olist(olist, folder, 5, DAY), folder


@pytest.fixture(scope="session")
def brand(imported: Imported) -> BrandFolder:
    return read_folder(imported[1])


def test_every_product_and_every_order_with_items_is_there(imported: Imported, brand: BrandFolder) -> None:
    report, _ = imported
    assert len(brand.products) == 32_951 - 2
    assert len(brand.orders) == len(brand.history) == 14_330 - 650 - 3
    dropped = {(tally.file, tally.reason): tally.count for tally in report.dropped}
    assert dropped["products.csv.gz", "no size or no weight"] == 2
    without_items = (count for (_, reason), count in dropped.items() if reason.startswith("no items recorded"))
    assert sum(without_items) == 650
    mended = {tally.reason: tally.count for tally in report.mended}
    assert mended["weighs 0 g: given its category's median weight"] == 4


def test_places_are_real_and_leading_zeros_are_kept(brand: BrandFolder) -> None:
    assert all(len(order.place.postcode) == 5 for order in brand.orders)
    assert sum(order.place.postcode.startswith("0") for order in brand.orders) > 1000
    assert sum(not order.place.located for order in brand.orders) <= 1
    assert sum(parcel.distance_m is None for parcel in brand.history) <= 1


def test_sites_are_cities_with_their_states_clock_and_calendar(imported: Imported, brand: BrandFolder) -> None:
    assert len(brand.sites) == 5
    assert brand.sites[0].place.region == "SP"  # where most customers are
    assert {site.holiday_calendar for site in brand.sites} == {f"BR-{site.place.region}" for site in brand.sites}
    zones = {site.place.region: site.time_zone for site in brand.sites}
    assert zones["SP"] == "America/Sao_Paulo"
    assert sum(site.customers_share for site in imported[0].sites) == pytest.approx(1, abs=1e-3)


def test_every_product_has_a_unit_and_a_product_without_history_lies_at_one_site_if_single(brand: BrandFolder) -> None:
    units: dict[str, list[int]] = {}
    for level in brand.stock:
        units.setdefault(level.sku, []).append(level.on_hand)
    assert units.keys() == {product.sku for product in brand.products}
    assert min(min(held) for held in units.values()) >= 1
    at_site = {
        site.site: sum(level.on_hand for level in brand.stock if level.site == site.site) for site in brand.sites
    }
    assert min(at_site.values()) > 0.05 * sum(at_site.values())


def test_stock_covers_the_following_month_without_drowning_it(imported: Imported, brand: BrandFolder) -> None:
    total: dict[str, int] = {}
    for level in brand.stock:
        total[level.sku] = total.get(level.sku, 0) + level.on_hand
    asked: dict[str, int] = {}
    for order in brand.orders:
        if DAY <= order.placed_at.date() < date(2018, 4, 1):
            for line in order.lines:
                asked[line.sku] = asked.get(line.sku, 0) + line.quantity
    covered = sum(min(total[sku], quantity) for sku, quantity in asked.items())
    assert covered >= 0.9 * sum(asked.values())
    assert (covered, sum(asked.values())) == (imported[0].stock.covered_units, imported[0].stock.asked_units)
    assert sum(total.values()) < 3 * len(total)


def altered_later(source: Path, target: Path) -> Path:
    """Every order from the day on: another status, other times, and its items another product, price and freight."""
    shutil.copytree(source, target)
    later: set[str] = set()

    def rewrite(name: str, change: object) -> None:
        assert callable(change)
        with gzip.open(source / name, "rt", encoding="utf-8", newline="") as packed:
            rows = list(csv.DictReader(packed))
        target.joinpath(name).chmod(0o644)
        with gzip.open(target / name, "wt", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0].keys())
            writer.writeheader()
            writer.writerows(change(row) for row in rows)

    def order(row: dict[str, str]) -> dict[str, str]:
        if row["order_purchase_timestamp"] < DAY.isoformat():
            return row | {"order_delivered_customer_date": "", "order_status": "shipped"}
        later.add(row["order_id"])
        return row | {"order_status": "canceled", "order_purchase_timestamp": "2018-03-02 00:00:00"}

    with gzip.open(source / "order_items.csv.gz", "rt", encoding="utf-8") as packed:
        some = next(csv.DictReader(packed))
    swap = {"product_id": some["product_id"], "seller_id": some["seller_id"], "price": "1", "freight_value": "999"}
    target.chmod(0o755)
    rewrite("orders.csv.gz", order)
    rewrite("order_items.csv.gz", lambda row: row | swap if row["order_id"] in later else row)
    return target


def test_nothing_after_the_day_is_read_for_stock_sites_or_rates(
    imported: Imported, olist: Path, tmp_path: Path
) -> None:
    import_olist(altered_later(olist, tmp_path / "source"), tmp_path / "brand", 5, DAY)
    for name in ("stock", "sites", "products", "rates", "zones"):
        same = (imported[1] / f"{name}.csv").read_bytes() == (tmp_path / f"brand/{name}.csv").read_bytes()
        assert same, name
    assert (imported[1] / "order_lines.csv").read_bytes() != (tmp_path / "brand/order_lines.csv").read_bytes()


def test_the_rate_card_beats_the_best_one_without_zones_on_both_sides_of_the_day(imported: Imported) -> None:
    report, _ = imported
    for fit in (report.fit, report.held_out):
        assert fit is not None
        assert fit.card.mae < 0.75 * fit.constant_by_weight.mae
        assert fit.card.rmse < fit.constant_by_weight.rmse
        assert fit.card.r2 > 0.5


def test_nearly_every_order_has_a_service_for_its_heaviest_product(brand: BrandFolder) -> None:
    widest = max(brand.tariff.services, key=lambda service: service.max_weight_g)
    assert all(
        max(product.length_mm, product.width_mm, product.height_mm) <= widest.max_length_mm
        for product in brand.products
    )
    assert all(product.weight_g <= widest.max_weight_g for product in brand.products)


def test_a_load_of_drawn_orders_is_as_tight_as_it_says(olist: Path, tmp_path: Path) -> None:
    report = import_olist(olist, tmp_path / "brand", 3, DAY, scale=20_000, seed=1)
    assert report.orders == 20_000
    assert report.order_units == report.stock.asked_units
    assert report.stock.coverage == pytest.approx(0.93, abs=0.02)
    assert report.stock.units < 2 * report.stock.products + report.order_units
