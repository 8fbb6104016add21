"""/v1/webhooks: added, the secret shown once, tried, looked into, replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings
from tests.api.shop import NOW, Place, Shop
from tests.plugins.webhook_receiver import LOOPBACK, Receiver, Says, receiving
from tests.record.webhook_shop import WebhookShop

from doorstep.client.webhooks import verify
from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Answered, Fact
from doorstep.domain.rights import Role, Scope
from doorstep.flows.webhooks import send_webhooks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = LOOPBACK


@pytest.fixture
def admin(place: Place) -> Shop:
    return place.with_key("brand_admin")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def facts(place: Place) -> WebhookShop:
    brand = Brand.objects.get(pk=place.brand)
    return WebhookShop(brand, Scope(place.operator, frozenset({place.brand}), "operator_admin", "user:1"))


def test_an_endpoint_is_added_and_its_secret_is_shown_once(admin: Shop, receiver: Receiver) -> None:
    said = {"url": receiver.url, "types": ["order.placed"]}
    made = admin.post("/v1/webhooks", said, idempotency_key="1")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    told = made.json()
    assert told["secret"].startswith("whsec_")
    assert (told["brand"], told["state"], told["types"]) == ("tea", "active", ["order.placed"])
    again = admin.post("/v1/webhooks", said, idempotency_key="1")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (told | {"secret": None}, "true")
    assert told["secret"] not in str(Answered.objects.get().answer)
    del told["secret"]
    assert admin.get("/v1/webhooks").json() == {"data": [told], "next": None}
    assert admin.get(f"/v1/webhooks/{told['id']}").json() == told
    assert Fact.objects.get(kind="WebhookAdded").subject == f"webhook:{told['id']}"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "https://10.0.0.1/"}, 409),
        ({"url": "https://user:" + "secret@shop.example/"}, 409),
        ({"url": "ftp://shop.example/"}, 409),
        ({"types": ["order.plaiced"]}, 422),
        ({"url": ""}, 422),
        ({"secret": "mine"}, 422),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(admin: Shop, change: dict[str, object], status: int) -> None:
    answer = admin.post("/v1/webhooks", {"url": "https://shop.example/", **change})
    assert answer.status_code == status
    assert "secret@" not in answer.content.decode()
    assert admin.get("/v1/webhooks").json()["data"] == []


@pytest.mark.parametrize("role", ["brand_writer", "brand_viewer", "supervisor"])
def test_only_those_who_manage_may(place: Place, role: Role) -> None:
    key = place.with_key(role)
    assert key.get("/v1/webhooks").status_code == 403
    assert key.post("/v1/webhooks", {"url": "https://shop.example/"}).status_code == 403


def test_the_button_sends_a_signed_test_and_tells_what_came_back(admin: Shop) -> None:
    with receiving(lambda _: Says(500, {}, b"busy")) as receiver:
        made = admin.post("/v1/webhooks", {"url": receiver.url}).json()
        tried = admin.post(f"/v1/webhooks/{made['id']}/test", None)
    assert (tried.status_code, tried.json()["status"], tried.json()["response"]) == (201, 500, "busy")
    (got,) = receiver.got
    assert verify(got.body, got.headers, made["secret"], NOW).type == "webhook.test"


def test_a_secret_is_replaced_and_an_endpoint_changed_disabled_and_removed(admin: Shop, receiver: Receiver) -> None:
    made = admin.post("/v1/webhooks", {"url": receiver.url}).json()
    address = f"/v1/webhooks/{made['id']}"
    fresh = admin.post(f"{address}/rotate", None)
    assert fresh.status_code == 201
    assert fresh.json()["secret"] not in (None, made["secret"])
    changed = admin.ask("PATCH", address, {"types": ["order.placed"], "url": receiver.url + "/2"}).json()
    assert (changed["types"], changed["url"]) == (["order.placed"], receiver.url + "/2")
    off = admin.ask("PATCH", address, {"state": "disabled"}).json()
    assert (off["state"], off["why"], off["disabled_at"]) == ("disabled", "asked", "2026-11-16T10:00:00Z")
    assert off["types"] == ["order.placed"]
    assert admin.post(f"{address}/replay", {"since": "2026-11-16T00:00:00Z"}).status_code == 409
    assert admin.ask("PATCH", address, {"state": "active"}).json()["state"] == "active"
    assert admin.ask("DELETE", address).status_code == 200
    assert admin.get(address).status_code == 404
    kinds = list(Fact.objects.filter(subject=f"webhook:{made['id']}").values_list("kind", flat=True).order_by("pk"))
    assert kinds == [
        "WebhookAdded", "WebhookSecretRotated", "WebhookChanged", "WebhookDisabled", "WebhookEnabled", "WebhookRemoved",
    ]  # fmt: skip


def test_the_log_is_read_by_pages_and_by_order_and_replayed(admin: Shop, facts: WebhookShop) -> None:
    with receiving(lambda got: Says(410 if b"BAD" in got.body else 200, {}, b"so")) as receiver:
        pk = admin.post("/v1/webhooks", {"url": receiver.url}).json()["id"]
        for code in ("N-1", "N-2", "N-3"):
            facts.tell("OrderPlaced", order=facts.order(code), now=NOW)
        assert send_webhooks(now=NOW) == 3
        first = admin.get(f"/v1/webhooks/{pk}/deliveries?limit=2").json()
        second = admin.get(f"/v1/webhooks/{pk}/deliveries?limit=2&after={first['next']}").json()
        ids = [one["id"] for one in first["data"] + second["data"]]
        assert (len(set(ids)), second["next"]) == (3, None)
        assert set(ids) == {one.id for one in receiver.got}
        (found,) = admin.get(f"/v1/webhooks/{pk}/deliveries?order=N-2&state=delivered").json()["data"]
        assert admin.get(f"/v1/webhooks/{pk}/deliveries?order=N-9").json()["data"] == []
        detail = admin.get(f"/v1/webhooks/deliveries/{found['id']}").json()
        assert '"order":"N-2"' in detail["body"]
        assert [(one["status"], one["response"]) for one in detail["tries"]] == [(200, "so")]
        again = admin.post(f"/v1/webhooks/deliveries/{found['id']}/replay", None)
        assert (again.status_code, again.json()["state"]) == (201, "waiting")
        send_webhooks(now=NOW)
        assert receiver.got[-1].id == found["id"]
        facts.tell("OrderPlaced", order=facts.order("BAD"), now=NOW)
        send_webhooks(now=NOW)
        assert admin.get(f"/v1/webhooks/{pk}").json()["why"] == "gone"
        admin.ask("PATCH", f"/v1/webhooks/{pk}", {"state": "active"})
        since = (NOW - timedelta(hours=1)).isoformat()
        assert admin.post(f"/v1/webhooks/{pk}/replay", {"since": since}).json() == {"deliveries": 1}


@pytest.mark.parametrize("message", ["msg_1", "msg_" + "0" * 32, "x", "msg_" + "G" * 32])
def test_a_message_that_was_never_sent_is_not_there(admin: Shop, message: str) -> None:
    assert admin.get(f"/v1/webhooks/deliveries/{message}").status_code == 404
    assert admin.post(f"/v1/webhooks/deliveries/{message}/replay", None).status_code == 404
