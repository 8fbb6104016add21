"""/v1/manifests: what left, by its number or its printed code."""

from __future__ import annotations

import pytest
from tests.api.shop import Place, order
from tests.api.travelling import travelling

from doorstep.core.parcels.models import Manifest, Parcel
from doorstep.core.tariffs.models import Service

pytestmark = pytest.mark.django_db


def test_a_manifest_is_found_by_its_number_and_its_printed_code(place: Place) -> None:
    shop = place.with_key("brand_writer")
    parcel = shop.post("/v1/orders", order(), idempotency_key="1").json()["parcels"][0]
    number = travelling(place, parcel["parcel"])
    told = shop.get(f"/v1/manifests/{number}").json()
    assert told["code"] == f"M-{number:06d}"
    assert shop.get(f"/v1/manifests/{told['code']}").json() == told
    for other in ("M-999999", "M-", "0", "x-1", f"M-M-{number}", "9" * 30):
        assert shop.get(f"/v1/manifests/{other}").status_code == 404, other


def test_a_manifest_that_its_carrier_refused_says_so(place: Place) -> None:
    shop = place.with_key("brand_writer")
    parcel = shop.post("/v1/orders", order(), idempotency_key="1").json()["parcels"][0]
    number = travelling(place, parcel["parcel"])
    assert (shop.get(f"/v1/manifests/{number}").json()["state"], Manifest.objects.get().refused) == ("closed", "")
    Manifest.objects.update(told_at=None, refused="the depot is shut")
    told = shop.get(f"/v1/manifests/{number}").json()
    assert (told["state"], told["refused"]) == ("refused", "the depot is shut")
    assert shop.get("/v1/manifests").json()["data"][0]["state"] == "refused"


def test_a_manifest_with_a_key_is_closed_once(place: Place) -> None:
    shop = place.with_key("brand_writer")
    parcel = shop.post("/v1/orders", order(), idempotency_key="1").json()["parcels"][0]
    travelling(place, parcel["parcel"])
    staged = Parcel.objects.get(code=parcel["parcel"])
    carrier = Service.objects.get(brand_id=place.brand, code=staged.service).carrier
    body = {"site": parcel["site"], "carrier": carrier, "departs_at": staged.ship_at.isoformat()}
    worker = place.with_key("supervisor")
    first, again = (worker.post("/v1/manifests", body, idempotency_key="m") for _ in range(2))
    assert (first.status_code, first.json()["parcels"]) == (201, 1)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = worker.post("/v1/manifests", {**body, "kind": "drop_off"}, idempotency_key="m")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
