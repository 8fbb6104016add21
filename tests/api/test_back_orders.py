"""Back-orders over the API: told an honest day, and planned by the receipt of their goods."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.api.shop import Place, Shop, order

from doorstep.core.orders.models import Order
from doorstep.flows.standing import forget
from doorstep.flows.track_page import tracking_url

pytestmark = pytest.mark.django_db
DUE = {"site": "munich", "sku": "teapot", "quantity": 3, "expected_at": "2026-11-20T08:00:00Z", "brand": "tea"}


@pytest.fixture
def shop(place: Place) -> Shop:
    forget()
    return place.with_key("operator_admin")


def waits(shop: Shop, code: str = "N-1") -> dict[str, object]:
    body = order(code, "teapot", 3, brand="tea", on_shortage="back_order")
    told: dict[str, object] = shop.post("/v1/orders", body, idempotency_key=code).json()
    return told


def test_a_back_order_is_told_its_day_and_planned_by_the_receipt(shop: Shop) -> None:
    inbound = shop.post("/v1/stock/inbound", DUE, idempotency_key="i").json()["id"]
    told = waits(shop)
    assert (told["state"], told["reason"], told["parcels"]) == ("open", "back_order", [])
    assert str(told["expected_by"]) > "2026-11-20"
    seen = shop.get("/v1/orders/N-1").json()
    assert (seen["reason"], seen["expected_by"]) == ("back_order", told["expected_by"])
    receipt = {"site": "munich", "sku": "teapot", "quantity": 3, "inbound": inbound, "brand": "tea"}
    shop.post("/v1/stock/receipts", receipt, idempotency_key="r")
    seen = shop.get("/v1/orders/N-1").json()
    assert (seen["state"], seen["reason"], seen["expected_by"]) == ("planned", "", None)


def test_a_transfer_that_arrives_serves_it_too(shop: Shop) -> None:
    shop.post(
        "/v1/stock/receipts", {"site": "berlin", "sku": "mug", "quantity": 4, "brand": "tea"}, idempotency_key="r"
    )
    goods = [{"sku": "mug", "quantity": 4}]
    sent = {"reference": "T-9", "origin": "berlin", "destination": "munich", "brand": "tea", "goods": goods}
    shop.post("/v1/stock/transfers", sent, idempotency_key="t")
    shop.post("/v1/stock/inbound", {**DUE, "sku": "mug", "quantity": 9}, idempotency_key="i")
    body = order("N-1", "mug", 14, brand="tea", on_shortage="back_order")
    assert shop.post("/v1/orders", body, idempotency_key="o").json()["reason"] == "back_order"
    assert shop.post("/v1/stock/transfers/T-9/receive", {"brand": "tea"}, idempotency_key="a").status_code == 201
    assert shop.get("/v1/orders/N-1").json()["state"] == "planned"


def test_without_announced_goods_it_waits_as_any_other(shop: Shop) -> None:
    told = waits(shop)
    assert (told["state"], told["reason"], told["expected_by"]) == ("open", "stock_out", None)


def test_its_day_stands_on_the_shoppers_page(shop: Shop, client: Client) -> None:
    shop.post("/v1/stock/inbound", DUE, idempotency_key="i")
    waits(shop)
    page = client.get(tracking_url(Order.objects.get(code="N-1").pk)).content.decode()
    assert "Expected by" in page
    assert "on their way to the shop" in page
