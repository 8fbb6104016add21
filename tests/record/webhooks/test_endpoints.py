"""Endpoints of webhooks as people keep them: replay, secrets, the test button, what is allowed, what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings
from tests.core_fixtures import NOW
from tests.plugins.webhook_receiver import Got, Receiver, Says, receiving
from tests.record.webhook_shop import WebhookShop, told, webhook_shop

from doorstep.client.webhooks import verify
from doorstep.core.events.models import Fact
from doorstep.core.webhooks.models import MOST_ATTEMPTS_KEPT, Attempt, Delivery, Endpoint
from doorstep.domain.errors import Conflict, NotFound
from doorstep.flows import webhook_endpoints as endpoints
from doorstep.flows.webhooks import forget_webhooks, send_webhooks

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_what_was_missed_is_replayed_after_enabling_in_order(shop: WebhookShop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(receiver.url)
    order = shop.order("N-1")
    shop.tell("OrderPlaced", order=order)
    endpoints.change_endpoint(shop.scope, endpoint.pk, active=False, now=NOW)
    shop.tell("OrderPromised", "OrderReleased", order=order, now=NOW + HOUR)
    with pytest.raises(Conflict):
        endpoints.replay_dead(shop.scope, endpoint.pk, NOW, now=NOW + HOUR)
    endpoints.change_endpoint(shop.scope, endpoint.pk, active=True, now=NOW + HOUR)
    assert send_webhooks(now=NOW + HOUR) == 0  # nothing by itself
    assert endpoints.replay_dead(shop.scope, endpoint.pk, NOW + HOUR, now=NOW + HOUR) == 2
    assert endpoints.replay_dead(shop.scope, endpoint.pk, NOW, now=NOW + HOUR) == 1
    assert send_webhooks(now=NOW + HOUR) == 3
    assert [type for _, type in told(receiver)] == ["order.placed", "order.promised", "order.released"]
    assert list(Fact.objects.filter(kind="WebhookReplayed").values_list("data__deliveries", flat=True)) == [2, 1]


def test_one_is_replayed_under_the_same_id(shop: WebhookShop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.tell("OrderPlaced", order=shop.order("N-1"))
    send_webhooks(now=NOW)
    message = str(Delivery.objects.get())
    for _ in range(MOST_ATTEMPTS_KEPT + 2):
        endpoints.replay(shop.scope, message, now=NOW)
        assert send_webhooks(now=NOW) == 1
    assert {one.id for one in receiver.got} == {message}
    kept = Attempt.objects.order_by("number").values_list("number", flat=True)
    assert list(kept) == list(range(4, 24))
    with pytest.raises(NotFound):
        endpoints.replay(webhook_shop("south", "coffee").scope, message, now=NOW)


def test_two_secrets_sign_for_a_day(shop: WebhookShop, receiver: Receiver) -> None:
    old = shop.endpoint(receiver.url)
    new = endpoints.rotate_secret(shop.scope, old.pk, now=NOW).secret
    for hours in (1, 25):
        now = NOW + hours * HOUR
        shop.tell("OrderPlaced", order=shop.order(f"N-{hours}"), now=now)
        send_webhooks(now=now)
    first, second = receiver.got
    assert len(first.headers["webhook-signature"].split()) == 2
    assert verify(first.body, first.headers, old.secret, NOW + HOUR) == verify(
        first.body, first.headers, new, NOW + HOUR
    )
    assert len(second.headers["webhook-signature"].split()) == 1
    assert verify(second.body, second.headers, new, NOW + 25 * HOUR).type == "order.placed"


def test_the_test_button_says_what_came_back_and_stands_in_no_log(shop: WebhookShop) -> None:
    with receiving(lambda _: Says(418, {}, b"a teapot")) as receiver:
        endpoint = shop.endpoint(receiver.url)
        reply = endpoints.try_endpoint(shop.scope, endpoint.pk, now=NOW)
    assert (reply.status, reply.excerpt, reply.taken) == (418, "a teapot", False)
    (got,) = receiver.got
    event = verify(got.body, got.headers, endpoint.secret, NOW)
    assert (event.type, event.data) == ("webhook.test", {"brand": "tea", "webhook": endpoint.pk})
    assert not Delivery.objects.exists()


def test_addresses_inside_are_refused_unless_the_operator_allows_them(
    shop: WebhookShop, receiver: Receiver, settings: Settings
) -> None:
    shop.endpoint(receiver.url)
    settings.WEBHOOK_NETWORKS = ()
    for url in (receiver.url, receiver.url.replace("http:", "https:"), "https://user:" + "p@shop.example/"):
        with pytest.raises(Conflict):
            shop.endpoint(url)
    shop.tell("OrderPlaced", order=shop.order("N-1"))
    assert send_webhooks(now=NOW) == 0  # one that was allowed before is judged again
    assert receiver.got == []
    assert Delivery.objects.get().error == "not sent: webhooks go by https"


def test_what_an_endpoint_may_be_told_is_known(shop: WebhookShop) -> None:
    with pytest.raises(Conflict, match=r"order\.plaiced"):
        shop.endpoint("http://127.0.0.1:9/", ["order.plaiced"])
    for n in range(endpoints.MOST_ENDPOINTS):
        shop.endpoint(f"http://127.0.0.1:9/{n}")
    with pytest.raises(Conflict, match="at most"):
        shop.endpoint("http://127.0.0.1:9/")


def test_a_removed_endpoint_is_out_of_sight_at_once_and_its_rows_go_later(
    shop: WebhookShop, receiver: Receiver
) -> None:
    endpoint = shop.endpoint(receiver.url)
    shop.tell("OrderPlaced", order=shop.order("N-1"))
    endpoints.remove_endpoint(shop.scope, endpoint.pk, now=NOW)
    with pytest.raises(NotFound):
        endpoints.change_endpoint(shop.scope, endpoint.pk, active=True, now=NOW)
    with pytest.raises(NotFound):
        endpoints.replay(shop.scope, str(Delivery.objects.get()), now=NOW)
    assert send_webhooks(now=NOW) == 0
    endpoint.refresh_from_db()
    assert endpoint.secret == ""
    assert forget_webhooks(NOW) == 1
    assert not Endpoint.objects.exists()


def test_the_log_ends_after_a_month(shop: WebhookShop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.tell("OrderPlaced", order=shop.order("N-1"))
    send_webhooks(now=NOW)
    assert forget_webhooks(NOW + 29 * DAY) == 0
    assert forget_webhooks(NOW + 31 * DAY) == 1
    assert not Attempt.objects.exists()
    assert Endpoint.objects.filter(state="active").exists()


def test_got_is_what_came(receiver: Receiver, shop: WebhookShop) -> None:
    """The receiver itself: a test that looks at nothing would pass for ever."""
    shop.endpoint(receiver.url)
    shop.tell("OrderPlaced", order=shop.order("N-1"))
    send_webhooks(now=NOW)
    assert all(isinstance(one, Got) and one.path == "/hook" for one in receiver.got)
    assert receiver.got
