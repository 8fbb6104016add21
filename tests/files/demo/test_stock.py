from __future__ import annotations

from collections import Counter

from tests.files.demo.conftest import Demo

from doorstep.files.demo.stock import SHORT_PRODUCTS
from doorstep.files.demo.tabular import DAY


def _held(demo: Demo) -> Counter[str]:
    held: Counter[str] = Counter()
    for level in demo.folder.stock:
        held[level.sku] += level.on_hand
    return held


def _asked(demo: Demo) -> Counter[str]:
    asked: Counter[str] = Counter()
    for order in demo.folder.orders:
        for line in order.lines:
            asked[line.sku] += line.quantity
    return asked


def test_there_is_a_little_more_than_the_day_asks_for(demo: Demo) -> None:
    assert 1.08 < demo.report.units_in_stock / demo.report.units_ordered < 1.22


def test_only_a_few_products_are_truly_short(demo: Demo) -> None:
    held, asked = _held(demo), _asked(demo)
    short = [product.sku for product in demo.folder.products if asked[product.sku] > held[product.sku] + 1]
    assert 2 <= len(short) <= 4 * SHORT_PRODUCTS * len(demo.folder.products)
    missing = sum(max(0, asked[product.sku] - held[product.sku]) for product in demo.folder.products)
    assert missing / demo.report.units_ordered < 0.025


def test_a_good_part_of_the_pairs_is_empty_or_thin(demo: Demo) -> None:
    empty = sum(level.on_hand == 0 for level in demo.folder.stock) / len(demo.folder.stock)
    assert 0.08 < empty < 0.3


def test_no_site_could_serve_the_day_alone_and_all_keep_something(demo: Demo) -> None:
    units: Counter[str] = Counter()
    for level in demo.folder.stock:
        units[level.site] += level.on_hand
    total = sum(units.values())
    assert max(units.values()) < 0.6 * total
    assert min(units.values()) > 0.02 * total
    assert units["milano-store"] == min(units.values())


def test_the_store_keeps_small_goods_only(demo: Demo) -> None:
    products = {product.sku: product for product in demo.folder.products}
    for level in demo.folder.stock:
        if level.site == "milano-store":
            assert not products[level.sku].ships_in_own_box
            assert products[level.sku].category not in {"rugs", "plants", "furniture"}


def test_deliveries_are_on_their_way_to_pairs_that_are_kept(demo: Demo) -> None:
    kept = {(level.site, level.sku) for level in demo.folder.stock}
    assert len(demo.folder.inbound) > 20
    for delivery in demo.folder.inbound:
        assert (delivery.site, delivery.sku) in kept
        assert delivery.expected_at.date() > DAY
        assert delivery.expected_at.weekday() < 5
