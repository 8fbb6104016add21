"""Real data is dirty: what is dropped or mended, and that it is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.files.importers.olist.tiny_source import TINY, Files, edited, with_rows, write_source

from doorstep.domain.errors import InputRefused
from doorstep.files.importers.olist.market import Market
from doorstep.files.importers.olist.read_market import read_market


def market_of(tmp_path: Path, files: Files = TINY) -> Market:
    return read_market(write_source(tmp_path / "source", files))


def test_a_clean_source_is_read_whole(tmp_path: Path) -> None:
    market = market_of(tmp_path)
    assert market.dropped == ()
    assert [product.sku for product in market.products] == ["p-lamp", "p-sofa", "p-vase"]
    assert market.products[0].sides_mm == (200, 150, 100)
    assert market.products[1].weight_g == 9000
    assert market.products[0].category == "home"
    first, second, third, _ = market.orders
    assert (first.customer, second.customer) == ("ana", "k2")
    assert first.place.postcode == "01001"
    assert first.placed_at.isoformat() == "2018-01-10T10:00:00-02:00"  # summer time
    assert market.orders[3].placed_at.isoformat() == "2018-03-05T08:00:00-03:00"
    assert [unit.price_cents for unit in second.units] == [90000, 90000]
    assert first.units[0].freight_cents == 850
    assert first.promised_by == date(2018, 1, 25)
    assert (first.review_score, third.review_score) == ("5", "")
    assert (third.place.region, third.place.city) == ("BA", "Salvador")  # told by the postcode


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("products", ["p-x", "casa", "", "1", "1", "1"], "no size or no weight"),
        ("products", ["p-x", "casa", "5", "0", "1", "1"], "no size or no weight"),
        ("products", ["p-x", "casa", "5", "-3", "1", "1"], "no size or no weight"),
        ("products", ["p-lamp", "casa", "5", "1", "1", "1"], "no product id, or one met before"),
        ("sellers", ["s-x", "1001"], "no seller id or no postcode prefix"),
        ("customers", ["k-x", "", "", "", "0100A"], "no customer id or no postcode prefix"),
        ("geolocation_by_prefix", ["01003", "nan", "-46", "x", "SP"], "no latitude and longitude"),
        ("geolocation_by_prefix", ["01003", "-91", "-46", "x", "SP"], "no latitude and longitude"),
        ("demand_by_zip_prefix", ["01003", "-1"], "not a postcode prefix and a number of customers"),
        ("order_reviews", ["o1", "6"], "no review score from 1 to 5"),
        ("orders", ["o1", "k1", "", "2018-01-10", "", "", "", ""], "no order id, or one met before"),
        ("orders", ["o9", "k1", "", "yesterday", "", "", "", ""], "no time of purchase"),
        ("orders", ["o9", "k9", "", "2018-01-10", "", "", "", ""], "an unknown customer"),
        ("orders", ["o9", "k1", "unavailable", "2018-01-10", "", "", "", ""], "no items recorded (unavailable)"),
    ],
)
def test_an_unusable_row_is_dropped_and_counted(tmp_path: Path, name: str, row: list[str], reason: str) -> None:
    market = market_of(tmp_path, with_rows(name, row))
    (tally,) = market.dropped
    assert (tally.file, tally.reason, tally.count) == (f"{name}.csv", reason, 1)
    assert tally.rows == (len(TINY[name]) + 1,)
    assert len(market.orders) == 4
    assert len(market.products) == 3


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (["o1", "2", "p-none", "s-sp", "1", "1"], "a product that is not in the catalogue or was dropped from it"),
        (["o1", "2", "p-lamp", "s-none", "1", "1"], "an unknown seller"),
        (["o1", "2", "p-lamp", "s-sp", "1,5", "1"], "no price or no freight"),
        (["o1", "2", "p-lamp", "s-sp", "1", "1.999"], "no price or no freight"),
    ],
)
def test_an_order_with_an_unusable_item_is_dropped_whole(tmp_path: Path, item: list[str], reason: str) -> None:
    market = market_of(tmp_path, with_rows("order_items", item))
    assert {tally.reason for tally in market.dropped} == {reason, "an item of it is unusable"}
    assert [order.order for order in market.orders] == ["o2", "o3", "o4"]


def test_times_that_contradict_one_another_are_left_out(tmp_path: Path) -> None:
    late = [
        "o5",
        "k1",
        "delivered",
        "2018-01-10 10:00",
        "2018-01-09 09:00",
        "2018-01-20 09:00",
        "2018-01-15 09:00",
        "x",
    ]
    market = market_of(
        tmp_path,
        edited(
            orders=[*TINY["orders"], late], order_items=[*TINY["order_items"], ["o5", "1", "p-lamp", "s-sp", "5", "5"]]
        ),
    )
    (order,) = [order for order in market.orders if order.order == "o5"]
    assert order.approved_at is None  # before placing
    assert order.handed_over_at is None  # after delivery
    assert order.delivered_at is not None
    assert order.promised_by is None
    assert [(tally.file, tally.count) for tally in market.mended] == [("orders.csv", 1)]


def test_a_product_of_0_g_gets_the_median_of_its_category(tmp_path: Path) -> None:
    market = market_of(
        tmp_path, with_rows("products", ["p-x", "casa", "0", "1", "1", "1"], ["p-y", "", "9", "1", "1", "1"])
    )
    weights = {product.sku: (product.weight_g, product.category) for product in market.products}
    assert weights["p-x"] == (550, "home")
    assert weights["p-y"] == (9, "unknown")
    assert len(market.mended) == 2


def test_a_prefix_that_is_not_located_is_placed_among_its_neighbours(tmp_path: Path) -> None:
    customers = with_rows("customers", ["k5", "", "sao paulo", "SP", "01003"], ["k6", "", "manaus", "AM", "69001"])
    market = market_of(tmp_path, customers)
    reasons = {tally.reason: tally.count for tally in market.mended}
    assert reasons == {
        "postcode prefix not located: left without latitude and longitude": 1,
        "postcode prefix not located: placed among the prefixes next to it": 1,
    }


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("products", ["p", "", "", "", "", ""]),
        ("orders", ["o", "none", "", "", "", "", "", ""]),
        ("geolocation_by_prefix", ["1", "", "", "", ""]),
    ],
)
def test_a_file_without_any_usable_row_is_refused(tmp_path: Path, name: str, row: list[str]) -> None:
    with pytest.raises(InputRefused) as caught:
        market_of(tmp_path, edited(**{name: [TINY[name][0], row]}))
    assert any(fault.why == "holds no usable row" for fault in caught.value.faults)
