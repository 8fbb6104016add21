"""What one more unit is worth, as a program reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.api.shop import NOW, Place

from doorstep.core.learned.bids import Learned, keep, set_heeded
from doorstep.domain.bids import BidPrice
from doorstep.flows.bids import USED_FOR

pytestmark = pytest.mark.django_db
ROWS = (
    BidPrice("berlin", "mug", "", 2_500_000),
    BidPrice("munich", "mug", "", 7_000_000),
    BidPrice("munich", "teapot", "", 2_500_000),
    BidPrice("munich", "", "parcel", 400_000),
    BidPrice("berlin", "", "", 300_000),
)


def learned(place: Place, ago: timedelta = timedelta(hours=1)) -> None:
    keep(place.brand, Learned(NOW - ago, 9, ROWS), "system", NOW - timedelta(days=9))


def test_the_dearest_come_first(place: Place) -> None:
    shop = place.with_key("brand_viewer")
    assert shop.get("/v1/stock/prices").json() == {"data": [], "next": None}
    learned(place)
    rows = shop.get("/v1/stock/prices").json()["data"]
    assert [(one["site"], one["sku"], one["service"], one["price_micros"]) for one in rows] == [
        ("munich", "mug", "", 7_000_000),
        ("berlin", "mug", "", 2_500_000),
        ("munich", "teapot", "", 2_500_000),
        ("munich", "", "parcel", 400_000),
        ("berlin", "", "", 300_000),
    ]
    assert {(one["brand"], one["currency"], one["learned_at"], one["heeded"]) for one in rows} == {
        ("tea", "EUR", "2026-11-16T09:00:00Z", True)
    }


def test_some_and_page_by_page(place: Place) -> None:
    learned(place)
    shop = place.with_key("brand_viewer")
    assert len(shop.get("/v1/stock/prices?site=munich").json()["data"]) == 3
    assert [one["site"] for one in shop.get("/v1/stock/prices?sku=mug&brand=tea").json()["data"]] == [
        "munich",
        "berlin",
    ]
    found, after = [], ""
    for _ in range(3):
        page = shop.get(f"/v1/stock/prices?limit=2{after}").json()
        found += page["data"]
        after = f"&after={page['next']}"
    assert page["next"] is None
    assert found == shop.get("/v1/stock/prices").json()["data"]
    assert shop.get("/v1/stock/prices?after=nonsense").status_code == 422


def test_the_last_ones_while_they_are_in_force(place: Place) -> None:
    learned(place, USED_FOR + timedelta(seconds=1))
    shop = place.with_key("brand_viewer")
    assert shop.get("/v1/stock/prices").json()["data"] == []
    learned(place, USED_FOR)
    assert len(shop.get("/v1/stock/prices").json()["data"]) == 5
    keep(place.brand, Learned(NOW, 9, ()), "system", NOW - timedelta(days=9))
    assert shop.get("/v1/stock/prices").json()["data"] == []


def test_it_is_told_whether_they_are_heeded(place: Place) -> None:
    learned(place)
    set_heeded(place.brand, False)
    rows = place.with_key("brand_viewer").get("/v1/stock/prices").json()["data"]
    assert [one["heeded"] for one in rows] == [False] * 5


def test_nobody_without_the_right_sees_any(place: Place) -> None:
    learned(place)
    assert place.with_key("quote_only").get("/v1/stock/prices").status_code == 403
