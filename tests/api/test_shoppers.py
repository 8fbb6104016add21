"""Shoppers by the API: what is known of them, and their erasure; the trail and EPCIS of their orders."""

from __future__ import annotations

import json

import pytest
from tests.api.shop import Place, Shop, order

from doorstep.core.orders.models import Person

EMAIL = "ann@shopper.example"


@pytest.fixture
def admin(place: Place) -> Shop:
    return place.with_key("brand_admin")


def placed(shop: Shop, code: str) -> None:
    said = order(code)
    said["to"]["email"] = EMAIL
    assert shop.post("/v1/orders", said, idempotency_key=code).status_code == 201


def test_all_that_is_known_is_told(shop: Shop, admin: Shop) -> None:
    placed(shop, "N-1")
    told = admin.post("/v1/shoppers/export", {"email": EMAIL.upper()}).json()
    assert (told["format"], told["asked_for"]) == ("doorstep.shopper/1", {"email": EMAIL.upper()})
    (one,) = told["orders"]
    assert (one["order"], one["to"]["name"], one["to"]["postcode"], one["state"]) == ("N-1", "Ann", "80331", "planned")
    assert one["lines"][0]["sku"] == "mug"
    assert len(one["parcels"]) == len(one["decisions"]) == 1
    assert one["decisions"][0]["chosen"][0].split(" from ")[1].startswith("munich")
    assert [fact["kind"] for fact in one["happened"]] == ["OrderPlaced", "OrderPromised"]
    assert admin.post("/v1/shoppers/export", {"email": "nobody@shopper.example"}).json()["orders"] == []


def test_an_order_under_way_refuses_it_and_a_cancelled_one_does_not(shop: Shop, admin: Shop) -> None:
    placed(shop, "N-1")
    refused = admin.post("/v1/shoppers/erase", {"email": EMAIL})
    assert refused.status_code == 409
    assert "N-1 (is planned)" in refused.json()["detail"]
    assert EMAIL not in refused.content.decode()
    waits = admin.post("/v1/shoppers/erase", {"email": EMAIL, "when_done": True}).json()
    assert waits == {"orders": [], "waiting": ["N-1"], "rows": {}}
    shop.post("/v1/orders/N-1/cancel", {"reason": "other", "note": "Ann rang"})
    done = admin.post("/v1/shoppers/erase", {"order": "N-1"}).json()
    assert (done["orders"], done["waiting"]) == (["N-1"], [])
    assert done["rows"] == {"orders": 1, "people": 1}
    assert admin.post("/v1/shoppers/erase", {"order": "N-1"}).json() == {"orders": [], "waiting": [], "rows": {}}
    left = shop.get("/v1/orders/N-1").json()
    assert (left["to"], left["city"], left["postcode"], left["detail"]) == (None, "", "80", "")
    assert not Person.objects.filter(email=EMAIL).exists()
    told = admin.post("/v1/shoppers/export", {"order": "N-1"}).json()["orders"][0]
    assert told["erased_at"] is not None


@pytest.mark.parametrize("said", [{}, {"email": EMAIL, "order": "N-1"}])
@pytest.mark.parametrize("path", ["export", "erase"])
def test_a_shopper_is_named_in_one_way(admin: Shop, path: str, said: dict[str, str]) -> None:
    assert admin.post(f"/v1/shoppers/{path}", said).status_code == 422


@pytest.mark.parametrize("path", ["export", "erase"])
def test_only_who_manages_may(shop: Shop, path: str) -> None:
    assert shop.post(f"/v1/shoppers/{path}", {"order": "N-1"}).status_code == 403


def test_the_trail_is_paged_narrowed_and_cut_at_an_instant(shop: Shop) -> None:
    placed(shop, "N-1")
    whole = shop.get("/v1/orders/N-1/trail").json()["data"]
    assert [one["kind"] for one in whole] == ["OrderPlaced", "OrderPromised", "decided", "stock_moved"]
    assert {one["name"] for one in whole if one["actor"].startswith("key:")} == {"test"}
    first = shop.get("/v1/orders/N-1/trail?limit=1").json()
    rest = shop.get(f"/v1/orders/N-1/trail?after={first['next']}").json()["data"]
    assert [*first["data"], *rest] == whole
    assert [one["kind"] for one in shop.get("/v1/orders/N-1/trail?source=move").json()["data"]] == ["stock_moved"]
    assert len(shop.get("/v1/orders/N-1/trail?kind=OrderPlaced").json()["data"]) == 1
    now = shop.get("/v1/orders/N-1/trail?as_of=2026-11-16T10:00:00Z").json()
    assert (now["stood"]["state"], now["stood"]["unpacked"]) == ("planned", 1)
    before = shop.get("/v1/orders/N-1/trail?as_of=2026-11-16T09:59:59Z").json()
    assert (before["data"], before["stood"]["known"]) == ([], False)
    assert shop.get("/v1/orders/N-1/trail?after=x").status_code == 422


def test_events_of_epcis_are_of_an_order_or_of_a_span(shop: Shop) -> None:
    placed(shop, "N-1")
    assert shop.get("/v1/epcis/events").status_code == 422
    assert shop.get("/v1/epcis/events?order=unknown").status_code == 404
    for asked in ("order=N-1", "from=2026-11-16T00:00:00Z&to=2026-11-17T00:00:00Z"):
        document = json.loads(shop.get(f"/v1/epcis/events?{asked}").content)
        assert (document["type"], document["schemaVersion"]) == ("EPCISDocument", "2.0")
        assert document["epcisBody"]["eventList"] == []
