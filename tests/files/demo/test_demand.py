from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import numpy as np
from tests.files.demo.conftest import ORDERS, Demo

from doorstep.domain.place import distance_m
from doorstep.files.demo.awkward import UNKNOWN_SKU, awkward_orders
from doorstep.files.demo.baskets import FULL_BASKET_LITRES, baskets
from doorstep.files.demo.catalogue import LOUNGE_CHAIR, PERGOLA, SOLD_OUT, catalogue
from doorstep.files.demo.geography import CANARY_PREFIXES, COUNTRY_SHARES, cities
from doorstep.files.demo.tabular import DAY
from doorstep.files.demo.voices import SEGMENTS

POSTCODES = {
    "DE": r"\d{5}", "FR": r"\d{5}", "ES": r"\d{5}", "IT": r"\d{5}", "NL": r"\d{4} [A-Z]{2}", "BE": r"\d{4}",
    "AT": r"\d{4}", "PL": r"\d{2}-\d{3}", "CH": r"\d{4}",
}  # fmt: skip


def test_orders_come_in_all_day_in_order_most_of_them_in_the_evening(demo: Demo) -> None:
    placed = [order.placed_at for order in demo.folder.orders]
    assert {instant.date() for instant in placed} == {DAY}
    assert {instant.utcoffset() for instant in placed} == {timedelta(hours=2)}
    assert placed == sorted(placed)
    hours = Counter(instant.hour for instant in placed)
    assert max(hours, key=lambda hour: hours[hour]) in (19, 20, 21)
    assert hours[3] < hours[12] < hours[20]


def test_countries_get_their_share(demo: Demo) -> None:
    count = Counter(order.place.country for order in demo.folder.orders)
    for country, share in COUNTRY_SHARES.items():
        assert abs(count[country] / ORDERS - share) < 0.025


def test_addresses_lie_near_their_city_and_have_its_postcode(demo: Demo) -> None:
    known = {(city.country, city.city): city for city in cities()}
    for order in demo.folder.orders:
        place = order.place
        assert re.fullmatch(POSTCODES[place.country], place.postcode)
        assert place.latitude is not None
        assert place.longitude is not None
        if place.country != "CH":
            city = known[place.country, place.city]
            number = int(re.sub(r"\D", "", place.postcode))
            assert city.postcode_from <= number <= city.postcode_to
            assert distance_m(city.latitude, city.longitude, place.latitude, place.longitude) < 30_000


def test_wishes_have_their_shares(demo: Demo) -> None:
    orders = demo.folder.orders
    express = sum(order.speed == "express" for order in orders) / ORDERS
    pickup = sum(bool(order.pickup_point) for order in orders) / ORDERS
    assert 0.06 < express < 0.095
    assert 0.04 < pickup < 0.075
    assert 0.018 < sum(order.signed_for for order in orders) / ORDERS < 0.04
    assert 0.008 < sum(order.saturday for order in orders) / ORDERS < 0.03
    later = [order.not_before for order in orders if order.not_before]
    assert 0.005 < len(later) / ORDERS < 0.03
    assert min(later) > DAY


def test_baskets_are_small_with_a_tail_and_never_list_a_product_twice(demo: Demo) -> None:
    sizes = Counter(len(order.lines) for order in demo.folder.orders)
    assert 1.7 < demo.report.order_lines / ORDERS < 2.15
    assert sizes[1] > sizes[2] > sizes[4] > sizes[6] > 0
    assert max(sizes) == 8
    assert all(len({line.sku for line in order.lines}) == len(order.lines) for order in demo.folder.orders)
    quantities = Counter(line.quantity for order in demo.folder.orders for line in order.lines)
    assert 0.8 < quantities[1] / demo.report.order_lines < 0.9


def test_a_basket_holds_at_most_one_bulky_line_and_not_more_than_a_few_cartons() -> None:
    goods = catalogue(np.random.default_rng(1))
    lines = baskets(3000, goods, np.random.default_rng(2))
    products = [goods.products[p] for p in lines.product.tolist()]
    bulky = Counter(b for b, p in zip(lines.basket.tolist(), products, strict=True) if p.kind.bulky)
    litres = np.bincount(lines.basket, [p.litres for p in products] * lines.quantity, minlength=3000)
    several = np.bincount(lines.basket, minlength=3000) > 1
    assert max(bulky.values()) == 1
    assert len(np.unique(lines.basket)) == 3000
    assert litres[several].max() <= FULL_BASKET_LITRES


def test_later_lines_come_from_the_room_of_the_first_more_often_than_by_chance() -> None:
    goods = catalogue(np.random.default_rng(1))
    lines = baskets(5000, goods, np.random.default_rng(2))
    rooms = np.array([p.kind.room for p in goods.products])
    room = rooms[lines.product]
    first = np.concatenate(([True], lines.basket[1:] != lines.basket[:-1]))
    opened_in = room[first][lines.basket]
    together = (room == opened_in)[~first].mean()
    share = np.array([goods.popularity[rooms[: goods.ordinary] == name].sum() for name in np.unique(rooms)])
    assert together > (share**2).sum() + 0.15


def test_some_customers_order_twice_from_the_same_address(demo: Demo) -> None:
    homes: dict[str, set[tuple[str, str]]] = {}
    for order in demo.folder.orders:
        homes.setdefault(order.customer, set()).add((order.place.postcode, order.contact.address_1))
    assert 0.03 < 1 - len(homes) / ORDERS < 0.09
    assert all(len(places) == 1 for places in homes.values())


def test_each_kind_of_awkward_order_is_there(demo: Demo) -> None:
    folder = demo.folder
    known = {product.sku for product in folder.products}
    ordered = [(order, line.sku) for order in folder.orders for line in order.lines]
    unknown = [sku for _, sku in ordered if sku not in known]
    assert set(unknown) == {UNKNOWN_SKU}
    served = {rule.destination_country for rule in folder.tariff.zones}
    abroad = [order for order in folder.orders if order.place.country not in served]
    pergolas = [sku for _, sku in ordered if sku == PERGOLA]
    sold_out = [sku for _, sku in ordered if sku == SOLD_OUT]
    chairs = [
        order
        for order, sku in ordered
        if sku == LOUNGE_CHAIR and order.place.country == "ES" and order.place.postcode[:2] in CANARY_PREFIXES
    ]
    assert sum(level.on_hand for level in folder.stock if level.sku == SOLD_OUT) == 0
    counts = [len(unknown), len(abroad), len(pergolas), len(sold_out), len(chairs)]
    assert min(counts) >= 5
    assert sum(counts) >= demo.report.awkward_orders


def test_awkward_orders_are_few_but_never_none_on_a_real_day() -> None:
    assert [awkward_orders(count) for count in (0, 10, 50, 100, 2000, 100_000)] == [0, 0, 2, 5, 10, 500]


def test_orders_name_the_segments_that_the_quotes_were_shown_to(demo: Demo) -> None:
    """So that what is learned of a segment is what a plan finds for its orders."""
    seen: dict[str, list[str]] = {}
    for order in demo.folder.orders:
        seen.setdefault(order.customer, []).append(order.segment)
    assert {one for many in seen.values() for one in many} == set(SEGMENTS)
    assert all(one == "regular" for many in seen.values() for one in many[1:])
