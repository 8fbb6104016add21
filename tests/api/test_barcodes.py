"""Bar codes over the API: set as a whole, shown with the product, searched, and scanned when goods come."""

from __future__ import annotations

import pytest
from tests.api.shop import Place

from doorstep.core.stock.models import Level

pytestmark = pytest.mark.django_db
EAN = "4006381333931"
PATH = "/v1/products/mug/barcodes"


def test_bar_codes_are_set_shown_and_searched(place: Place) -> None:
    admin = place.with_key("operator_admin")
    made = admin.ask("PUT", PATH, {"barcodes": [EAN, "X-mug"]})
    assert (made.status_code, made.json()["barcodes"]) == (200, [EAN, "X-mug"])
    assert admin.get("/v1/products/mug").json() == made.json()
    for search in (EAN, f"0{EAN}", "x-MUG"):
        assert admin.get(f"/v1/products?search={search}").json()["data"] == [made.json()]
    assert admin.ask("PUT", PATH, {"barcodes": [EAN, "X-mug"]}).json() == made.json()
    assert admin.ask("PUT", "/v1/products/teapot/barcodes", {"barcodes": [f"0{EAN}"]}).status_code == 409
    assert admin.ask("PUT", PATH, {"barcodes": []}).json()["barcodes"] == []
    assert admin.ask("PUT", "/v1/products/none/barcodes", {"barcodes": []}).status_code == 404


@pytest.mark.parametrize("code", ["4006381333932", "123", "", "a b", "x" * 49])
def test_what_is_no_bar_code_is_refused(place: Place, code: str) -> None:
    answer = place.with_key("operator_admin").ask("PUT", PATH, {"barcodes": [code]})
    assert answer.status_code == 422


def test_they_are_set_by_who_may_manage(place: Place) -> None:
    assert place.with_key("supervisor").ask("PUT", PATH, {"barcodes": []}).status_code in (403, 404)


def test_goods_are_received_by_a_scan(place: Place) -> None:
    place.with_key("operator_admin").ask("PUT", PATH, {"barcodes": [EAN]})
    mover = place.with_key("supervisor")
    goods = {"site": "munich", "quantity": 5, "bin": "Z-1", "scan": f"]C1010{EAN}10L7\x1d17270331"}
    assert mover.post("/v1/stock/receipts", goods, idempotency_key="1").status_code == 201
    level = Level.objects.get(bin="Z-1")
    assert (level.product.sku, level.lot, str(level.expires_on), level.quantity) == ("mug", "L7", "2027-03-31", 5)
    for wrong, status in (({"scan": "4006381333932"}, 409), ({"scan": ""}, 422), ({"scan": "a\x00"}, 422)):
        assert mover.post("/v1/stock/receipts", goods | wrong, idempotency_key=repr(wrong)).status_code == status
