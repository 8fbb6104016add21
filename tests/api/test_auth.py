"""Keys open what they are for, and nothing else; every refusal is a problem."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.api.shop import NOW, Place, Shop, order

from doorstep.core.accounts import actions
from doorstep.core.accounts.models import ApiKey, User
from doorstep.domain.rights import Role
from doorstep.server import clock

pytestmark = pytest.mark.django_db


def test_without_a_key_nothing_is_told() -> None:
    answer = Client().get("/v1/orders")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="doorstep"'
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthorized"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic eDp5", "ds_x", "Bearer ds_abcdefgh_" + "x" * 43]
)
def test_what_is_no_key_is_refused(header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/v1/orders")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_secret_that_is_nearly_right_is_refused(shop: Shop) -> None:
    last = "A" if shop.key[-1] != "A" else "B"
    assert Shop(shop.key[:-1] + last).get("/v1/orders").status_code == 401
    assert Shop(shop.key + "A").get("/v1/orders").status_code == 401


def test_a_revoked_key_is_refused_at_once(shop: Shop) -> None:
    actions.revoke_key(ApiKey.objects.get().pk, at=NOW)
    assert shop.get("/v1/orders").status_code == 401


def test_a_key_ends_when_it_was_to_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = NOW + timedelta(hours=1)
    shop = Shop(actions.add_key(place.operator, place.brand, "test", "brand_viewer", at=NOW, expires_at=ends)[1])
    monkeypatch.setattr(clock, "now", lambda: ends - timedelta(seconds=1))
    assert shop.get("/v1/orders").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: ends)
    assert shop.get("/v1/orders").status_code == 401


def test_a_session_of_a_person_opens_no_api(place: Place) -> None:
    user = actions.add_user("ann@example.com", "Ann", "a long pass phrase", "operator_admin", place.operator)
    client = Client()
    client.force_login(User.objects.get(pk=user), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/v1/orders").status_code == 401


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("quote_only", "/v1/orders", 403),
        ("quote_only", "/v1/stock", 403),
        ("quote_only", "/v1/products", 403),
        ("brand_viewer", "/v1/orders", 200),
        ("brand_viewer", "/v1/keys", 403),
        ("brand_writer", "/v1/keys", 403),
        ("supervisor", "/v1/keys", 403),
        ("brand_admin", "/v1/keys", 200),
        ("operator_admin", "/v1/keys", 200),
    ],
)
def test_a_role_reaches_as_far_as_the_table_says(place: Place, role: Role, path: str, status: int) -> None:
    answer = place.with_key(role).get(path)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize("role", ["brand_viewer", "quote_only"])
def test_who_may_not_order_does_not(place: Place, role: Role) -> None:
    assert place.with_key(role).post("/v1/orders", order(), idempotency_key="1").status_code == 403


def test_the_last_use_is_noted_once_a_minute(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def used_at(seconds: int) -> float:
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=seconds))
        shop.get("/v1/sites")
        last = ApiKey.objects.get().last_used_at
        assert last is not None
        return (last - NOW).total_seconds()

    assert [used_at(0), used_at(59), used_at(60), used_at(61)] == [0, 0, 60, 60]
