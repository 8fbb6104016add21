"""/v1/brands: what a brand shows of itself, changed in part; and wrong keys that are too many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.api.shop import NOW, Place, Shop
from tests.core_fixtures import make_brand

from doorstep.core.accounts.models import Operator, WrongKeys
from doorstep.core.accounts.wrong_keys import MOST, SPAN, neighbourhood
from doorstep.core.events.models import Fact
from doorstep.server import clock

pytestmark = pytest.mark.django_db
WRONG = "ds_abcdefgh_" + "x" * 43


def test_a_brand_is_changed_in_part(place: Place) -> None:
    shop = place.with_key("brand_admin")
    before = shop.get("/v1/brands").json()["data"][0]
    change = {"colour": "#ffd000", "accent": "#ffffff", "text_colour": "", "support_url": "https://tea.example/help"}
    after = shop.ask("PATCH", "/v1/brands/tea", change).json()
    assert after == before | change | {"text_colour": "black"}
    assert shop.get("/v1/brands").json()["data"] == [after]
    fact = Fact.objects.get(kind="BrandChanged")
    assert (fact.brand_id, fact.data) == (
        place.brand,
        {"changed": ["accent", "colour", "support_url", "text_colour"]},
    )
    assert shop.ask("PATCH", "/v1/brands/tea", change).json() == after
    assert shop.ask("PATCH", "/v1/brands/tea", {}).json() == after
    assert Fact.objects.filter(kind="BrandChanged").count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"colour": "red"}, 422),
        ({"colour": "#ffd000"}, 409),  # white text cannot be read on it
        ({"text_colour": "#ffffff"}, 422),
        ({"support_url": "javascript:alert(1)"}, 409),
        ({"support_url": "https://"}, 409),
        ({"email": "nobody"}, 409),
        ({"returns_country": "de"}, 422),
        ({"name": "x" * 201}, 422),
        ({"currency": "USD"}, 422),
        ({"on_time_target_ppm": 1}, 422),
    ],
)
def test_what_cannot_be_is_refused(place: Place, change: dict[str, Any], status: int) -> None:
    shop = place.with_key("brand_admin")
    before = shop.get("/v1/brands").json()
    answer = shop.ask("PATCH", "/v1/brands/tea", change)
    assert answer.status_code == status, answer.content
    assert shop.get("/v1/brands").json() == before


def test_only_who_manages_changes(place: Place) -> None:
    assert place.with_key("brand_writer").ask("PATCH", "/v1/brands/tea", {"name": "x"}).status_code == 403
    assert place.with_key("brand_viewer").get("/v1/brands").status_code == 200
    assert place.with_key("quote_only").get("/v1/brands").status_code == 403


def test_brands_turn_their_pages(place: Place) -> None:
    for code in ("a", "z"):
        make_brand(Operator.objects.get(pk=place.operator), code)
    shop, seen, after = place.with_key("supervisor"), [], ""
    while after is not None:
        told = shop.get(f"/v1/brands?limit=1{after and f'&after={after}'}").json()
        seen += [one["brand"] for one in told["data"]]
        after = told["next"]
    assert seen == ["a", "tea", "z"]


def tries(number: int, address: str = "203.0.113.5") -> list[int]:
    client = Client(headers={"Authorization": f"Bearer {WRONG}"})
    return [client.get("/v1/orders", REMOTE_ADDR=address).status_code for _ in range(number)]


def test_wrong_keys_of_one_address_are_too_many_after_fifty(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries(MOST) == [401] * 50
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=60))
    client = Client(headers={"Authorization": f"Bearer {WRONG}"})
    refused = client.get("/v1/orders", REMOTE_ADDR="203.0.113.5")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_wrong_keys")
    assert refused.headers["Retry-After"] == "240"
    assert tries(1, "203.0.113.6") == [401]
    right = Client(headers={"Authorization": f"Bearer {place.with_key().key}"})
    assert right.get("/v1/orders", REMOTE_ADDR="203.0.113.5").status_code == 200  # others share the router
    monkeypatch.setattr(clock, "now", lambda: NOW + SPAN)
    assert tries(1) == [401]
    assert list(WrongKeys.objects.values_list("address", "number")) == [("203.0.113.6", 1), ("203.0.113.5", 1)]


def test_neighbours_of_ipv6_count_as_one() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1") == "2001:db8::/64"
    assert neighbourhood("203.0.113.5") == "203.0.113.5"
    assert neighbourhood("") == ""
    tries(MOST, "2001:db8::1")
    assert tries(1, "2001:db8::2") == [429]


def test_what_a_caller_says_of_its_address_counts_behind_our_proxy_alone(settings: Any) -> None:
    def asked(forwarded: str) -> set[str]:
        WrongKeys.objects.all().delete()
        Client(headers={"Authorization": f"Bearer {WRONG}", "X-Forwarded-For": forwarded}).get("/v1/orders")
        return set(WrongKeys.objects.values_list("address", flat=True))

    assert asked("198.51.100.7") == {"127.0.0.1"}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert asked("6.6.6.6, 198.51.100.7") == {"198.51.100.7"}
    assert asked("nonsense") == {"127.0.0.1"}


def test_a_right_key_costs_no_counting(shop: Shop) -> None:
    assert shop.get("/v1/orders").status_code == 200
    assert not WrongKeys.objects.exists()
