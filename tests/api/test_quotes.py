"""A quote says its parcels by the names that an order's parcels have."""

from __future__ import annotations

import pytest
from tests.api.shop import Shop, order

pytestmark = pytest.mark.django_db
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "mug", "quantity": 2}]}


def test_a_quoted_parcel_has_the_names_of_an_orders_parcel(shop: Shop) -> None:
    quoted = shop.post("/v1/quotes", CART).json()
    told = quoted["options"][0]["parcels"][0]
    placed = shop.post("/v1/orders", order(quantity=2), idempotency_key="1").json()["parcels"][0]
    assert told["currency"] == placed["currency"] == quoted["currency"]
    assert set(told["cost_parts_minor"]) == set(placed["cost_parts_minor"])
    assert told["cost_parts_minor"] == {name.removesuffix("_minor"): minor for name, minor in told["cost"].items()}
    assert told["cost_minor"] == sum(told["cost"].values())
    assert told["goods"] == [{"sku": "mug", "quantity": 2}]
    assert told["contents"] == [["mug", 2]]
    assert shop.get(f"/v1/quotes/{quoted['quote']}").json()["options"] == quoted["options"]
