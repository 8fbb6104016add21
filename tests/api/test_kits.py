"""Kits over the API: defined, shown with what they became, and how many could be put together now."""

from __future__ import annotations

import pytest
from tests.api.shop import Place, order
from tests.core_fixtures import make_product

from doorstep.core.accounts.models import Brand
from doorstep.flows.standing import forget

pytestmark = pytest.mark.django_db
SET = [{"sku": "teapot", "quantity": 1}, {"sku": "mug", "quantity": 2}]


@pytest.fixture
def shop(place: Place) -> Place:
    forget()
    make_product(Brand.objects.get(pk=place.brand), "set")
    return place


def test_a_kit_is_defined_ordered_and_ended(shop: Place) -> None:
    admin = shop.with_key("operator_admin")
    assert admin.get("/v1/products/set/kit").status_code == 404
    made = admin.ask("PUT", "/v1/products/set/kit", {"parts": SET})
    assert made.json() == {
        "sku": "set",
        "brand": "tea",
        "parts": SET,
        "available": [{"site": "munich", "quantity": 1}],
    }
    assert admin.get("/v1/products/set/kit").json() == made.json()
    admin.post("/v1/orders", order(sku="set", brand="tea"), idempotency_key="1")
    told = admin.get("/v1/orders/N-1").json()
    assert [(one["sku"], one["parts"]) for one in told["lines"]] == [("set", SET)]
    assert sorted((one["line"], one["sku"], one["quantity"]) for one in told["parcels"][0]["contents"]) == [
        ("1", "mug", 2),
        ("1", "teapot", 1),
    ]
    assert admin.ask("DELETE", "/v1/products/set/kit").json()["parts"] == []
    assert admin.get("/v1/products/set/kit").status_code == 404
    assert admin.get("/v1/orders/N-1").json()["lines"][0]["parts"] == SET


def test_stock_tells_of_kits_when_it_is_asked(shop: Place) -> None:
    admin = shop.with_key("operator_admin")
    before = admin.get("/v1/stock?kits=true")
    assert before.json()["kits"] == []
    admin.ask("PUT", "/v1/products/set/kit", {"parts": SET})
    after = admin.get("/v1/stock?kits=true", if_none_match=before.headers["ETag"])
    assert after.json()["kits"] == [{"brand": "tea", "site": "munich", "sku": "set", "available": 1}]
    assert admin.get("/v1/stock").json()["kits"] == []
    assert admin.get("/v1/stock?kits=true&site=berlin").json()["kits"] == []  # teapots alone make none
    receipt = {"site": "munich", "sku": "set", "quantity": 1, "brand": "tea"}
    refused = admin.post("/v1/stock/receipts", receipt, idempotency_key="r")
    assert refused.status_code == 409
    assert "name its components" in refused.json()["detail"]


def test_what_no_kit_can_be_is_refused(shop: Place) -> None:
    admin = shop.with_key("operator_admin")
    admin.ask("PUT", "/v1/products/set/kit", {"parts": SET})
    twice = admin.ask("PUT", "/v1/products/set/kit", {"parts": [SET[0], SET[0]]})
    assert twice.status_code == 422
    nested = admin.ask("PUT", "/v1/products/tray/kit", {"parts": [{"sku": "set", "quantity": 1}]})
    assert (nested.status_code, "a kit holds no kits" in nested.json()["detail"]) == (409, True)
    stocked = admin.ask("PUT", "/v1/products/tray/kit", {"parts": SET})
    assert (stocked.status_code, "tray holds stock" in stocked.json()["detail"]) == (409, True)
    assert shop.with_key("supervisor").ask("PUT", "/v1/products/set/kit", {"parts": SET}).status_code == 403
