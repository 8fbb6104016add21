"""The pages of webhooks: added, tried, looked into, replayed; and the note on today's page when one is given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import Settings
from tests.core_fixtures import NOW
from tests.plugins.webhook_receiver import LOOPBACK, Receiver, Says, receiving
from tests.web.filled import Filled, fill, lone_admin
from tests.web.test_pages import INLINE, entered

from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.flows.webhooks import give_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = LOOPBACK


@pytest.fixture(scope="module")
def kept(kept_rows: None) -> Filled:  # noqa: ARG001
    return fill(NOW)


@pytest.fixture
def admin(filled: Filled) -> Client:
    return entered(filled.admin)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(lambda _: Says(500, {}, b"<i>busy</i>")) as made:
        yield made


def text_of(page: str) -> str:
    return " ".join(strip_tags(page).split())


def page(client: Client, name: str, **row: object) -> str:
    response = client.get(reverse(name, kwargs=row))
    assert response.status_code == 200
    text = response.content.decode()
    assert not INLINE.search(text)
    return text


def test_whoever_begins_is_told_how(db: None) -> None:
    del db
    told = text_of(page(entered(lone_admin()), "webhooks"))
    assert "No endpoints yet." in told


def test_an_endpoint_is_added_and_its_secret_shown_once(filled: Filled, admin: Client, receiver: Receiver) -> None:
    said = {"url": receiver.url, "brand": filled.brand.code, "types": ["order.placed"]}
    added = admin.post(reverse("add_webhook"), said)
    made = Endpoint.objects.latest("pk")
    assert (added.status_code, made.url, made.types) == (200, receiver.url, ["order.placed"])
    assert made.secret in added.content.decode()
    assert "Nothing was sent yet." in text_of(added.content.decode())
    for text in (page(admin, "webhook", webhook_id=made.pk), page(admin, "webhooks")):
        assert made.secret not in text
        assert "127.0.0.1" in text
    rotated = admin.post(reverse("rotate_webhook", args=(made.pk,))).content.decode()
    assert made.secret not in rotated
    made.refresh_from_db()
    assert made.secret in rotated
    assert "messages are signed with the one before, too" in text_of(rotated)


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://u:" + "p@shop.example/", "ftp://x/", "", "https://a b/"])
def test_what_is_refused_is_said_and_stays_in_the_form(filled: Filled, admin: Client, url: str) -> None:
    said = {"url": url, "brand": filled.brand.code, "types": ["order.placed"]}
    refused = admin.post(reverse("add_webhook"), said)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert 'role="alert"' in text
    assert f'value="{url}"' in text
    assert 'value="order.placed" checked' in text
    changed = admin.post(reverse("change_webhook", args=(Endpoint.objects.get().pk,)), said)
    assert changed.status_code == 422
    assert Endpoint.objects.get().url == "https://hooks.tea.example/doorstep"


def test_the_button_tells_what_came_back_as_text(filled: Filled, admin: Client, receiver: Receiver) -> None:
    Endpoint.objects.filter(brand=filled.brand).update(url=receiver.url)
    text = admin.post(reverse("test_webhook", args=(Endpoint.objects.get().pk,))).content.decode()
    assert "The test was not taken. It answered 500" in text_of(text)
    assert "&lt;i&gt;busy&lt;/i&gt;" in text
    assert len(receiver.got) == 1


def test_the_log_is_searched_and_one_is_looked_into_and_sent_again(filled: Filled, admin: Client) -> None:
    pk = Endpoint.objects.get().pk
    whole = text_of(page(admin, "webhook", webhook_id=pk))
    for word in ("order.placed", "order.promised", "order.released", "answered 503", "healthy"):
        assert word in whole
    address = reverse("webhook", args=(pk,))
    dead = text_of(admin.get(f"{address}?state=dead&order={filled.planned.code}").content.decode().split("<tbody>")[1])
    assert "order.released" in dead
    assert "order.placed" not in dead
    assert "No delivery is like that." in text_of(admin.get(f"{address}?order=nobody").content.decode())
    assert "Not understood" in text_of(admin.get(f"{address}?state=lost&after=x").content.decode())
    waits = Delivery.objects.get(state="waiting")
    told = page(admin, "webhook_delivery", message=str(waits))
    assert "&lt;b&gt;busy&lt;/b&gt;" in told
    assert filled.planned.code in told
    assert admin.post(reverse("replay_webhook", args=(str(waits),))).status_code == 302
    waits.refresh_from_db()
    assert waits.failures == 0
    Delivery.objects.filter(pk=waits.pk).update(state="sending", claimed_until=NOW)
    assert admin.post(reverse("replay_webhook", args=(str(waits),))).status_code == 422


def test_all_that_was_given_up_is_sent_again(admin: Client) -> None:
    pk = Endpoint.objects.get().pk
    address = reverse("replay_dead_webhooks", args=(pk,))
    assert admin.post(address, {"since": "soon"}).status_code == 422
    assert admin.post(address, {"since": NOW.date().isoformat()}).status_code == 302
    assert not Delivery.objects.filter(state="dead").exists()


def test_one_that_is_given_up_is_noted_on_todays_page_until_it_is_enabled(filled: Filled, admin: Client) -> None:
    pk = Endpoint.objects.get().pk
    assert "was disabled" not in text_of(page(admin, "today"))
    give_up(pk, "failing", NOW + timedelta(hours=1))
    for user in (filled.admin, filled.brand_admin, filled.viewer):
        text = page(entered(user), "today")
        assert "1 webhook endpoint was disabled" in text_of(text)
        assert (reverse("webhook", args=(pk,)) in text) == (user != filled.viewer)
        assert "/doorstep" not in text.split("webhooks-heading")[1].split("</section>")[0]
    assert "was disabled" not in text_of(page(entered(filled.sister_admin), "today"))
    assert "disabled" in text_of(page(admin, "webhooks"))
    assert admin.post(reverse("switch_webhook", args=(pk,)), {"state": "active"}).status_code == 302
    assert "was disabled" not in text_of(page(admin, "today"))
    assert admin.post(reverse("switch_webhook", args=(pk,)), {"state": "disabled"}).status_code == 302
    assert "was disabled" not in text_of(page(admin, "today"))  # as asked


def test_one_that_is_removed_is_gone(admin: Client) -> None:
    pk = Endpoint.objects.get().pk
    assert admin.post(reverse("remove_webhook", args=(pk,)))["Location"] == reverse("webhooks")
    assert admin.get(reverse("webhook", args=(pk,))).status_code == 404
    assert "No endpoints yet." in text_of(page(admin, "webhooks"))
