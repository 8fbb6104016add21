"""/v1/keys: made, shown once, replaced, withdrawn; nobody hands out more than they have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.api.shop import NOW, Place, Shop
from tests.core_fixtures import make_operator

from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Answered, Fact
from doorstep.core.parcels.carriers import put_account
from doorstep.server import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(place: Place) -> Shop:
    return place.with_key("operator_admin")


def new(place: Place, **change: Any) -> dict[str, Any]:
    return {"name": "shop", "role": "brand_writer", "brand": Brand.objects.get(pk=place.brand).code} | change


def test_a_key_is_made_and_opens(place: Place, admin: Shop) -> None:
    made = admin.post("/v1/keys", new(place))
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    told = made.json()
    assert told["key"].startswith(f"ds_{told['prefix']}_")
    assert Shop(told["key"]).get("/v1/orders").status_code == 200
    listed = admin.get("/v1/keys").json()["data"]
    assert told["id"] in [one["id"] for one in listed]
    assert all("key" not in one and "digest" not in one for one in listed)
    assert [one["last_used_at"] for one in listed if one["id"] == told["id"]] == ["2026-11-16T10:00:00Z"]
    assert Fact.objects.get(kind="KeyAdded").subject == f"key:{told['id']}"


def test_a_key_is_replaced_and_the_old_one_ends_after_its_grace(
    place: Place, admin: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = admin.post("/v1/keys", new(place)).json()
    fresh = admin.post(f"/v1/keys/{old['id']}/rotate", {"grace_s": 60})
    assert fresh.status_code == 201
    assert (fresh.json()["name"], fresh.json()["role"], fresh.json()["brand"]) == (
        old["name"],
        old["role"],
        old["brand"],
    )
    assert Shop(fresh.json()["key"]).get("/v1/orders").status_code == 200
    assert Shop(old["key"]).get("/v1/orders").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=60))
    assert Shop(old["key"]).get("/v1/orders").status_code == 401
    assert Shop(fresh.json()["key"]).get("/v1/orders").status_code == 200
    assert admin.post(f"/v1/keys/{old['id']}/rotate", {}).status_code == 409


def test_a_key_is_withdrawn_at_once_and_stays_in_the_list(place: Place, admin: Shop) -> None:
    made = admin.post("/v1/keys", new(place)).json()
    gone = admin.ask("DELETE", f"/v1/keys/{made['id']}")
    assert (gone.status_code, gone.json()["revoked_at"]) == (200, "2026-11-16T10:00:00Z")
    assert Shop(made["key"]).get("/v1/orders").status_code == 401
    assert admin.ask("DELETE", f"/v1/keys/{made['id']}").json() == gone.json()
    assert Fact.objects.filter(kind="KeyRevoked").count() == 1
    assert admin.post(f"/v1/keys/{made['id']}/rotate", {}).status_code == 409


def test_nobody_hands_out_more_than_they_have(place: Place) -> None:
    brand_admin = place.with_key("brand_admin")
    assert brand_admin.post("/v1/keys", new(place)).status_code == 201
    for role in ("supervisor", "operator_admin"):
        assert brand_admin.post("/v1/keys", new(place, role=role, brand="")).status_code == 409
    assert place.with_key("brand_writer").post("/v1/keys", new(place)).status_code == 403


def test_those_of_a_brand_see_and_touch_its_keys_only(place: Place, admin: Shop) -> None:
    brand_admin = place.with_key("brand_admin")
    operators = [one["id"] for one in admin.get("/v1/keys").json()["data"] if one["brand"] == ""]
    assert len(operators) == 1
    assert all(one["brand"] for one in brand_admin.get("/v1/keys").json()["data"])
    assert brand_admin.ask("DELETE", f"/v1/keys/{operators[0]}").status_code == 404
    assert brand_admin.post(f"/v1/keys/{operators[0]}/rotate", {}).status_code == 404
    assert admin.get("/v1/keys").status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"role": "king"}, 422),
        ({"role": "driver"}, 409),
        ({"brand": ""}, 409),
        ({"brand": "whose"}, 404),
        ({"role": "supervisor"}, 409),
        ({"expires_at": "2026-11-16T10:00:00Z"}, 409),
        ({"expires_at": "soon"}, 422),
    ],
)
def test_a_key_that_cannot_be_is_refused(place: Place, admin: Shop, change: dict[str, Any], status: int) -> None:
    assert admin.post("/v1/keys", new(place, **change)).status_code == status


@pytest.mark.parametrize("grace", [-1, 30 * 24 * 3600 + 1, "60", True])
def test_a_grace_that_cannot_be_is_refused(place: Place, admin: Shop, grace: object) -> None:
    made = admin.post("/v1/keys", new(place)).json()
    assert admin.post(f"/v1/keys/{made['id']}/rotate", {"grace_s": grace}).status_code == 422


@pytest.mark.parametrize("key_id", ["0", "x", str(2**63), "99999"])
def test_a_key_that_is_not_there_is_not_found(admin: Shop, key_id: str) -> None:
    assert admin.ask("DELETE", f"/v1/keys/{key_id}").status_code == 404


def test_keys_come_in_pages(place: Place, admin: Shop) -> None:
    for _ in range(4):
        admin.post("/v1/keys", new(place))
    first = admin.get("/v1/keys?limit=3").json()
    rest = admin.get(f"/v1/keys?limit=3&after={first['next']}").json()
    ids = [one["id"] for page in (first, rest) for one in page["data"]]
    assert (len(ids), ids, rest["next"]) == (5, sorted(ids), None)


def test_a_key_that_is_asked_for_again_is_one_key_and_its_secret_is_kept_nowhere(place: Place, admin: Shop) -> None:
    first, again = (admin.post("/v1/keys", new(place), idempotency_key="1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    secret = first.json()["key"]
    assert Shop(secret).get("/v1/orders").status_code == 200
    assert again.json() == first.json() | {"key": None}
    assert secret not in str(list(Answered.objects.values()))
    assert Fact.objects.filter(kind="KeyAdded").count() == 1
    assert admin.post("/v1/keys", new(place, name="other"), idempotency_key="1").status_code == 422
    path = f"/v1/keys/{first.json()['id']}/rotate"
    new_one, same = (admin.post(path, {"grace_s": 60}, idempotency_key="2") for _ in range(2))
    assert Shop(new_one.json()["key"]).get("/v1/orders").status_code == 200
    assert same.json() == new_one.json() | {"key": None}
    assert Fact.objects.filter(kind="KeyRotated").count() == 1


def test_accounts_with_carriers_are_listed_page_by_page_without_what_opens_them(place: Place, admin: Shop) -> None:
    for code in ("a", "b", "c"):
        put_account(place.operator, code, f"Carrier {code}", "sandbox", key_variable="SECRET_NAME")
    put_account(make_operator("elsewhere").pk, "z", "Carrier z", "offline")
    first = admin.get("/v1/carrier-accounts?limit=2").json()
    rest = admin.get(f"/v1/carrier-accounts?limit=2&after={first['next']}").json()
    assert [one["account"] for one in first["data"] + rest["data"]] == ["a", "b", "c"]
    assert rest["next"] is None
    assert first["data"][0]["hook"].startswith("/hooks/carriers/")
    assert "SECRET_NAME" not in str(first)
    assert place.with_key("brand_admin").get("/v1/carrier-accounts").status_code == 403
