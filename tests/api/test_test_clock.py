"""The clock of a test installation: forward for everybody, and not there anywhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client, override_settings
from tests.api.shop import NOW, Place, order

from doorstep.core.events.models import Fact
from doorstep.server import clock

pytestmark = pytest.mark.django_db


def test_where_it_is_not_it_is_not(place: Place) -> None:
    admin = place.with_key("operator_admin")
    for answer in (admin.get("/v1/test-clock"), admin.post("/v1/test-clock", {"advance_s": 60})):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "Doorstep-Test-Clock" not in answer.headers
    assert clock.instant() == NOW


@override_settings(TEST_CLOCK=True)
def test_an_order_is_walked_through_its_days(place: Place) -> None:
    admin, shop = place.with_key("operator_admin"), place.with_key()
    assert shop.post("/v1/orders", order(), idempotency_key="1").status_code == 201
    turned = admin.post("/v1/test-clock", {"advance_s": 3600})
    assert datetime.fromisoformat(turned.json()["now"]) == NOW + timedelta(hours=1)
    later = (NOW + timedelta(days=3)).isoformat()
    assert admin.post("/v1/test-clock", {"now": later}).status_code == 200
    told = admin.get("/v1/test-clock")
    assert datetime.fromisoformat(told.json()["now"]) == NOW + timedelta(days=3)
    assert told.headers["Doorstep-Test-Clock"] == (NOW + timedelta(days=3)).isoformat(timespec="seconds")
    assert Client().get("/login").headers["Doorstep-Test-Clock"]
    assert clock.instant() == NOW + timedelta(days=3)  # what the workers go by
    assert shop.post("/v1/orders/N-1/cancel", {"reason": "customer_request"}).status_code == 200
    facts = dict(Fact.objects.values_list("kind", "at"))
    assert facts["OrderPromised"] == NOW
    assert facts["OrderCancelled"] == NOW + timedelta(days=3)


@override_settings(TEST_CLOCK=True)
def test_it_never_goes_back_and_is_the_operators(place: Place) -> None:
    admin = place.with_key("operator_admin")
    admin.post("/v1/test-clock", {"advance_s": 60})
    refused = [
        admin.post("/v1/test-clock", {"now": NOW.isoformat()}),
        admin.post("/v1/test-clock", {"now": "2099-01-01T00:00:00Z"}),
        place.with_key("brand_admin").post("/v1/test-clock", {"advance_s": 60}),
    ]
    assert [one.status_code for one in refused] == [409, 409, 409]
    assert admin.post("/v1/test-clock", {}).status_code == 422
    assert admin.post("/v1/test-clock", {"advance_s": -1}).status_code == 422
    assert admin.post("/v1/test-clock", {"advance_s": 1, "now": NOW.isoformat()}).status_code == 422
    assert place.with_key().post("/v1/test-clock", {"advance_s": 60}).status_code == 403
    assert clock.instant() == NOW + timedelta(seconds=60)
