"""Returns as a shop's program asks for them."""

from __future__ import annotations

import pytest
from tests.api.shop import NOW, Place, order

from doorstep.core.parcels.carriers import put_account, set_company_prefix
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return

pytestmark = pytest.mark.django_db


def test_a_return_that_is_asked_for_again_is_the_same_return(place: Place) -> None:
    shop = place.with_key("operator_admin")
    shop.post("/v1/orders", order(quantity=3), idempotency_key="1")
    Parcel.objects.update(state="delivered", ended_at=NOW)
    asked = {"order": "N-1", "reason": "late", "lines": [{"line": "1", "quantity": 1}]}
    assert shop.post("/v1/returns", asked).status_code == 422
    first, again = (shop.post("/v1/returns", asked, idempotency_key="2") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert Return.objects.count() == 1
    assert shop.post("/v1/returns", asked | {"reason": "damaged"}, idempotency_key="2").status_code == 422
    assert shop.post("/v1/returns", asked, idempotency_key="3").json()["rma"] != first.json()["rma"]


def test_a_parcel_that_came_back_is_received_by_its_code(place: Place) -> None:
    shop = place.with_key("operator_admin")
    shop.post("/v1/orders", order(), idempotency_key="1")
    code, site = Parcel.objects.values_list("code", "site__code").get()
    assert shop.post(f"/v1/returns/{code}/receive", {"site": site}).status_code == 409
    Parcel.objects.update(state="returned", ended_at=NOW)
    taken, again = (shop.post(f"/v1/returns/{code}/receive", {"site": site}) for _ in range(2))
    assert taken.json()["reason"] == "returned_to_sender"
    assert (taken.json()["state"], again.json()["rma"]) == ("received", taken.json()["rma"])


def test_a_return_says_how_its_carrier_brings_it(place: Place) -> None:
    shop = place.with_key("operator_admin")
    shop.post("/v1/orders", order(), idempotency_key="1")
    Parcel.objects.update(state="delivered", ended_at=NOW)
    put_account(place.operator, "postbird", "Postbird", "offline")
    set_company_prefix(place.operator, "4012345")
    asked = {"order": "N-1", "reason": "late", "lines": [{"line": "1", "quantity": 1}]}
    made = shop.post("/v1/returns", asked, idempotency_key="2").json()
    number = shop.get(f"/v1/returns/{made['rma']}").json()["label"]["tracking"]
    scan = {"tracking": number, "milestone": "delivered", "at": "2026-11-16T09:00:00Z", "place": "Bob"}
    taken = shop.post("/v1/scans", {"account": "postbird", "scans": [scan]}, idempotency_key="3").json()
    assert taken == {"new": 1, "unmatched": 0}
    told = shop.get(f"/v1/returns/{made['rma']}").json()
    assert (told["state"], told["label"]["scanned"]["milestone"]) == ("arrived", "delivered")
    assert [one["rma"] for one in shop.get("/v1/returns?state=arrived").json()["data"]] == [made["rma"]]
