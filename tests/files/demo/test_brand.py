from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.demo.conftest import ORDERS, Demo

from doorstep.domain.errors import OutputRefused
from doorstep.files.demo import demo_brand
from doorstep.files.demo.geography import COUNTRY_SHARES
from doorstep.files.demo.people import EMAIL_DOMAIN
from doorstep.files.folder import read_folder

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "demo-brand.md"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_report_counts_what_the_folder_holds(demo: Demo) -> None:
    report, folder = demo.report, demo.folder
    assert report.orders == len(folder.orders) == ORDERS
    assert report.order_lines == sum(len(order.lines) for order in folder.orders)
    assert report.customers == len({order.customer for order in folder.orders})
    assert (report.products, report.sites) == (len(folder.products), len(folder.sites))
    assert (report.services, report.history) == (len(folder.tariff.services), len(folder.history))


@pytest.mark.parametrize("orders", [0, 1, 50])
def test_small_brands_are_valid(tmp_path: Path, orders: int) -> None:
    told: list[tuple[int, int]] = []
    report = demo_brand(tmp_path / "brand", orders, seed=3, progress=lambda _, done, total: told.append((done, total)))
    folder = read_folder(tmp_path / "brand")
    assert len(folder.orders) == report.orders == orders
    assert all(order.lines for order in folder.orders)
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        demo_brand(tmp_path / name, 60, seed)
    first, again, other = (_bytes(tmp_path / name) for name in "abc")
    assert first == again
    assert {name for name in first if first[name] != other[name]} >= {"orders.csv", "products.csv", "stock.csv"}


def test_stock_and_capacities_grow_with_the_orders_and_the_rest_stays(tmp_path: Path, demo: Demo) -> None:
    demo_brand(tmp_path / "small", ORDERS // 10, seed=7)
    small, large = _bytes(tmp_path / "small"), _bytes(demo.path)
    for name in ("brand", "products", "cartons", "services", "zones", "rates", "surcharges"):
        assert small[f"{name}.csv"] == large[f"{name}.csv"]
    read = read_folder(tmp_path / "small")
    assert 8 < sum(s.on_hand for s in demo.folder.stock) / sum(s.on_hand for s in read.stock) < 12
    limits = [
        (a.daily_order_capacity, b.daily_order_capacity) for a, b in zip(read.sites, demo.folder.sites, strict=True)
    ]
    grown = [after / before for before, after in limits if before and after]
    assert len(grown) == 3
    assert all(8 < factor < 12 for factor in grown)


def test_every_country_site_and_service_appears(demo: Demo) -> None:
    folder = demo.folder
    sites = {site.site for site in folder.sites}
    services = {service.service for service in folder.tariff.services}
    assert {order.place.country for order in folder.orders} >= set(COUNTRY_SHARES)
    assert len({site.place.country for site in folder.sites}) == 5
    assert {level.site for level in folder.stock if level.on_hand} == sites
    assert {call.site for call in folder.collections} == sites
    assert {call.service for call in folder.collections} == services
    for rows in (folder.tariff.zones, folder.tariff.rates, folder.tariff.surcharges):
        assert {row.service for row in rows} == services
    assert {past.service for past in folder.history} == services
    assert {past.site for past in folder.history} == sites


def test_personal_data_leads_to_nobody(demo: Demo) -> None:
    contacts = [order.contact for order in demo.folder.orders]
    assert all(contact.name and contact.address_1 for contact in contacts)
    assert {contact.email.partition("@")[2] for contact in contacts} == {EMAIL_DOMAIN}
    assert demo.folder.brand.email.endswith(f"@{EMAIL_DOMAIN}")
    reserved = ("+49 30 23125 ", "+33 1 99 00 ")  # kept by the regulators for films and examples
    assert all(contact.phone.startswith(reserved) for contact in contacts if contact.phone)


def test_a_brand_that_was_edited_is_kept_unless_forced(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 3, seed=1)
    stock = tmp_path / "brand" / "stock.csv"
    stock.write_text(stock.read_text(encoding="utf-8") + "venlo,HH-CAN-900,1\n", encoding="utf-8")
    edited = _bytes(tmp_path / "brand")
    with pytest.raises(OutputRefused):
        demo_brand(tmp_path / "brand", 4, seed=1)
    assert _bytes(tmp_path / "brand") == edited
    demo_brand(tmp_path / "brand", 4, seed=1, force=True)
    assert len(read_folder(tmp_path / "brand").orders) == 4


@pytest.mark.parametrize(("orders", "seed"), [(-1, 1), (1, -1)])
def test_negative_numbers_are_refused(tmp_path: Path, orders: int, seed: int) -> None:
    with pytest.raises(ValueError, match="< 0 not understood"):
        demo_brand(tmp_path / "brand", orders, seed)
    assert not (tmp_path / "brand").exists()


def test_the_guide_names_every_site_service_and_category(demo: Demo) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    names = {site.site for site in demo.folder.sites} | {s.service for s in demo.folder.tariff.services}
    names |= {product.category for product in demo.folder.products}
    assert [name for name in sorted(names) if name not in guide] == []
