"""What shops ask of rates at the checkout."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.api.shop import NOW, opened, order

from doorstep.core.catalog.models import Product
from doorstep.flows.standing import forget
from doorstep.server import clock

pytestmark = pytest.mark.django_db
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "teapot", "quantity": 1}]}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_ask_1_every_option_at_checkout_has_its_date() -> None:
    options = opened().with_key("quote_only").post("/v1/quotes", CART).json()["options"]
    assert [(one["speed"], one["promised_by"]) for one in options] == [
        ("standard", "2026-11-19"),
        ("express", "2026-11-17"),
    ]
    assert all(0 < one["on_time_ppm"] <= 1_000_000 for one in options)


def test_ask_2_the_shopper_names_a_day() -> None:
    """Not before Friday, and promised for it: the parcel leaves later, by the express that keeps the day."""
    shop = opened().with_key()
    friday = "2026-11-20"
    wished = order("N-2", "teapot", not_before=friday, promised_by=friday)
    (later,) = shop.post("/v1/orders", wished, idempotency_key="2").json()["parcels"]
    (soon,) = shop.post("/v1/orders", order("N-1", "teapot"), idempotency_key="1").json()["parcels"]
    assert soon["promised_by"] < later["promised_by"] == friday
    assert soon["ship_at"] < later["ship_at"]
    assert (soon["service"], later["service"]) == ("parcel", "express")
    standing = shop.get("/v1/orders/N-2").json()["standing"]
    assert (standing["nominated_day"], standing["nominated_day_missed"]) == (friday, False)


def test_ask_2_a_day_out_of_reach_is_told() -> None:
    """Wished for today, which nobody can keep: promised for the earliest day that can be kept, and said so."""
    shop = opened().with_key()
    today = "2026-11-16"
    placed = shop.post("/v1/orders", order("N-1", not_before=today, promised_by=today), idempotency_key="1").json()
    assert placed["promised_by"] > today
    assert placed["parcels"][0]["on_time_ppm"] >= 900_000
    standing = shop.get("/v1/orders/N-1").json()["standing"]
    assert (standing["nominated_day"], standing["nominated_day_missed"]) == (today, True)
    promised = shop.post("/v1/orders", order("N-2", promised_by=today), idempotency_key="2").json()
    assert promised["promised_by"] == today  # told by the shop already: kept, with its chance
    assert promised["parcels"][0]["on_time_ppm"] == 0


def test_ask_7_a_cart_without_a_rate_is_told_why() -> None:
    shop = opened().with_key("quote_only")
    answer = shop.post("/v1/quotes", {**CART, "to": {"country": "AT", "postcode": "5020"}})
    told = answer.json()
    assert (answer.status_code, told["options"], told["reason"]) == (200, [], "no_zone")
    assert "AT 5020" in told["detail"]
    assert "zones of a service" in told["remedy"]


def test_ask_12_a_weight_that_was_changed_is_priced_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    place = opened()
    shop = place.with_key()
    before = shop.post("/v1/quotes", CART).json()["options"][0]
    Product.objects.filter(brand_id=place.brand, sku="teapot").update(weight_g=6_000)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=3))
    after = shop.post("/v1/quotes", CART).json()["options"][0]
    assert [one["parcels"][0]["weight_g"] for one in (before, after)] == [900 + 120, 6_000 + 300]  # with their cartons
    assert after["cost_minor"] > before["cost_minor"]


def test_ask_13_a_key_that_can_quote_and_nothing_else() -> None:
    place = opened()
    shop = place.with_key("quote_only")
    quote = shop.post("/v1/quotes", CART).json()["quote"]
    assert shop.get(f"/v1/quotes/{quote}").status_code == 200
    assert shop.get("/v1/orders").status_code == 403
    assert shop.get("/v1/stock").status_code == 403
    accepted = shop.post(f"/v1/quotes/{quote}/accept", {"option": 0}, idempotency_key="1")
    assert (accepted.status_code, accepted.json()["code"]) == (403, "forbidden")
