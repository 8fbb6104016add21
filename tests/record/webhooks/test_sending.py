"""Webhooks to a real server: each fact at least once, each order's in order, whatever the server does or we do."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import NOW
from tests.plugins.webhook_receiver import Receiver, Says, receiving
from tests.record.webhook_shop import WebhookShop, handed, states, told, webhook_shop

from doorstep.client.webhooks import verify
from doorstep.core.events.models import Fact
from doorstep.core.webhooks.models import Attempt, Delivery, Endpoint
from doorstep.core.webhooks.outbox import LEASE
from doorstep.core.webhooks.outcomes import BACKOFF, delay
from doorstep.flows.webhooks import announce, asked_to_wait, send_webhooks

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_fact_is_told_once_in_public_words(shop: WebhookShop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(receiver.url)
    shop.tell("OrderPromised", order=shop.order("N-1"), data={"parcels": 2, "message": 77})
    assert send_webhooks(now=NOW + MINUTE) == 1
    assert send_webhooks(now=NOW + DAY) == 0
    (got,) = receiver.got
    event = verify(got.body, got.headers, endpoint.secret, NOW + MINUTE)
    assert (event.type, event.timestamp) == ("order.promised", NOW)
    assert event.data == {"brand": "tea", "order": "N-1", "parcels": 2}
    assert got.id == event.id == str(Delivery.objects.get())
    assert list(Attempt.objects.values_list("number", "status", "error")) == [(1, 200, "")]
    assert states() == ["delivered"]


def test_an_endpoint_is_told_what_it_wants_of_its_own_brand(shop: WebhookShop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url, ["order.cancelled"])
    other = webhook_shop("south", "coffee")
    other.tell("OrderCancelled", order=other.order("X-1"))
    order = shop.order("N-1")
    shop.tell("OrderPlaced", "OrderCancelled", order=order)
    loose = Fact.objects.create(
        operator=shop.brand.operator, at=NOW, kind="UserAdded", actor="user:1", subject="user:1"
    )
    announce([handed(loose)], NOW)
    send_webhooks(now=NOW)
    assert told(receiver) == [("N-1", "order.cancelled")]


def test_telling_asks_as_much_of_the_database_for_many_as_for_one(shop: WebhookShop) -> None:
    for n in range(3):
        shop.endpoint(f"http://127.0.0.1:9/{n}")
    facts = [
        handed(
            Fact.objects.create(
                operator=shop.brand.operator, brand=shop.brand, at=NOW, kind="OrderPlaced", actor="user:1",
                subject=f"order:{shop.order(f'N-{n}').pk}",
            )
        )
        for n in range(12)
    ]  # fmt: skip
    asked = []
    for some in (facts[:1], facts[1:]):
        with CaptureQueriesContext(connection) as queries:
            announce(some, NOW)
        asked.append([one["sql"] for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])
    assert [len(one) for one in asked] == [4, 4]
    assert Delivery.objects.count() == 36
    announce(facts, NOW)  # again
    assert Delivery.objects.count() == 36


def test_what_is_told_of_an_order_comes_in_order_though_a_fifth_fails(shop: WebhookShop) -> None:
    dice = random.Random(7)
    with receiving(lambda _: Says(500 if dice.random() < 0.2 else 200)) as receiver:
        shop.endpoint(receiver.url)
        shop.endpoint(receiver.url + "/too")
        orders = [shop.order(f"N-{n}") for n in range(12)]
        kinds = ("OrderPlaced", "OrderPromised", "OrderReleased", "ParcelPacked", "ParcelLabelled", "Delivered")
        for kind in kinds:
            for order in orders:
                shop.tell(kind, order=order)
        now, delivered = NOW, 0
        while Delivery.objects.exclude(state="delivered").exists():
            delivered += send_webhooks(now=now)
            now += MINUTE
            assert now < NOW + DAY
    assert delivered == len(orders) * len(kinds) * 2 == Delivery.objects.count()
    assert len(receiver.got) > delivered  # some failed
    first: dict[tuple[str, str], list[str]] = defaultdict(list)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for got in receiver.got:
        said = json.loads(got.body)
        seen = first[got.path, said["data"]["order"]]
        if said["type"] not in seen:
            seen.append(said["type"])
        else:
            assert said["type"] == seen[-1]  # nothing later came before it was taken
        bodies[got.id].add(got.body)
    expected = ["order.placed", "order.promised", "order.released", "parcel.packed", "parcel.labelled"]
    assert set(map(tuple, first.values())) == {(*expected, "parcel.delivered")}
    assert {len(one) for one in bodies.values()} == {1}


def test_a_failing_order_holds_up_no_other(shop: WebhookShop) -> None:
    bad, good = shop.order("BAD"), shop.order("GOOD")
    with receiving(lambda got: Says(500 if b"BAD" in got.body else 200)) as receiver:
        shop.endpoint(receiver.url)
        shop.tell("OrderPlaced", "OrderPromised", order=bad)
        shop.tell("OrderPlaced", "OrderPromised", order=good)
        send_webhooks(now=NOW)
        assert sorted(told(receiver)) == [
            ("BAD", "order.placed"), ("GOOD", "order.placed"), ("GOOD", "order.promised")
        ]  # fmt: skip
        shop.tell("OrderReleased", order=bad)
        held = Delivery.objects.filter(subject=f"order:{bad.pk}").values_list("next_at", flat=True)
        assert len(set(held)) == 1 < len(held)  # nobody looks at what comes after it before its time
        receiver.answer = lambda _: Says()
        send_webhooks(now=NOW + MINUTE)
    assert [type for order, type in told(receiver)[3:]] == ["order.placed", "order.promised", "order.released"]


def test_a_slow_endpoint_holds_up_no_other(shop: WebhookShop, receiver: Receiver) -> None:
    with receiving(lambda _: Says(after_s=0.5)) as slow:
        shop.endpoint(slow.url)
        shop.endpoint(receiver.url)
        for n in range(30):
            shop.tell("OrderPlaced", order=shop.order(f"N-{n}"))
        instants: list[datetime] = []

        def clock() -> datetime:
            """Until the quick one has all, the time is early; then the turn is over."""
            instants.append(NOW)
            return NOW if len(receiver.got) < 30 else NOW + HOUR

        send_webhooks(now=NOW, clock=clock)
    assert len(receiver.got) == 30
    assert len(slow.got) <= 18  # some rounds of its share; it waits for the next turn


@pytest.mark.parametrize("died", ["before it was sent", "after it was sent"])
def test_a_sender_that_dies_leaves_its_claim_to_run_out(
    shop: WebhookShop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    shop.endpoint(receiver.url)
    shop.tell("OrderPlaced", "OrderPromised", order=shop.order("N-1"))
    where = "core.webhooks.outcomes.settle" if died == "after it was sent" else "flows.webhooks.signed"
    with monkeypatch.context() as patch:
        patch.setattr(f"doorstep.{where}", dies)
        with pytest.raises(KeyboardInterrupt):
            send_webhooks(now=NOW)
    assert states() == ["sending", "waiting"]
    assert send_webhooks(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert timedelta(seconds=30) >= LEASE
    assert send_webhooks(now=NOW + LEASE) == 2
    repeated = ["order.placed"] if died == "after it was sent" else []
    assert [type for _, type in told(receiver)] == [*repeated, "order.placed", "order.promised"]
    assert len({one.id for one in receiver.got}) == 2
    assert Delivery.objects.filter(failures=0).count() == 2  # our own death is no failure of theirs


def test_tries_spread_over_three_days_and_then_it_is_dead(shop: WebhookShop) -> None:
    with receiving(lambda _: Says(503, {}, b"down")) as receiver:
        endpoint = shop.endpoint(receiver.url)
        shop.tell("OrderPlaced", "OrderPromised", order=shop.order("N-1"))
        times: list[timedelta] = []
        while len(times) < len(BACKOFF) + 1:
            now = Delivery.objects.filter(state="waiting").earliest("fact").next_at
            Endpoint.objects.update(failing_since=None)  # or it would be disabled towards the end
            send_webhooks(now=now)
            times.append(now - NOW)
    first, second = Delivery.objects.order_by("fact")
    assert (first.state, first.failures, first.status, first.error) == ("dead", len(BACKOFF), 503, "answered 503")
    assert first.tries.count() == len(BACKOFF) + 1 == 13
    assert set(first.tries.values_list("response", flat=True)) == {"down"}
    gaps = [late - early for early, late in pairwise(times)]
    assert [0.9 <= gap / planned <= 1.1 for gap, planned in zip(gaps, BACKOFF, strict=True)] == [True] * 12
    assert timedelta(hours=64) < times[12] < timedelta(hours=79)
    assert (second.state, second.failures) == ("waiting", 1)  # its turn came at once
    assert second.tries.get().at == NOW + times[12]
    assert endpoint.deliveries.filter(state="delivered").count() == 0


def test_delays_are_the_same_for_a_message_and_differ_among_them() -> None:
    assert sum(BACKOFF, timedelta()) == timedelta(hours=71, minutes=42, seconds=35)
    assert delay(3, "msg_1") == delay(3, "msg_1") != delay(3, "msg_2")
    many = [delay(3, f"msg_{n}") / BACKOFF[2] for n in range(200)]
    assert 0.9 <= min(many) < 0.92 < 1.08 < max(many) <= 1.1


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("120", timedelta(seconds=120)),
        ("1", timedelta(0)),
        ("999999999", DAY),
        ("Mon, 02 Mar 2026 10:30:00 GMT", HOUR),
        ("Mon, 02 Mar 2020 10:30:00 GMT", timedelta(0)),
        ("tomorrow", timedelta(0)),
        ("-5", timedelta(0)),
        ("", timedelta(0)),
    ],
)
def test_who_asks_for_patience_gets_it_up_to_a_day(shop: WebhookShop, said: str, waits: timedelta) -> None:
    with receiving(lambda _: Says(429, {"Retry-After": said})) as receiver:
        shop.endpoint(receiver.url)
        shop.tell("OrderPlaced", order=shop.order("N-1"))
        send_webhooks(now=NOW)
    waiting = Delivery.objects.get()
    planned = delay(1, str(waiting))
    assert waiting.next_at == NOW + max(planned, waits)
    assert asked_to_wait("99999999999999999999", NOW) is None


def test_an_endpoint_that_only_fails_for_three_days_is_disabled_and_said_to_be(shop: WebhookShop) -> None:
    with receiving(lambda _: Says(500)) as receiver:
        endpoint = shop.endpoint(receiver.url)
        for days in range(4):
            shop.tell("OrderPlaced", order=shop.order(f"N-{days}"), now=NOW + days * DAY)
            send_webhooks(now=NOW + days * DAY)
            endpoint.refresh_from_db()
            assert (endpoint.state, endpoint.failing_since) == ("active" if days < 3 else "disabled", NOW)
    assert (endpoint.why, endpoint.disabled_at) == ("failing", NOW + 3 * DAY)
    fact = Fact.objects.get(kind="WebhookDisabled")
    assert (fact.subject, fact.data) == (f"webhook:{endpoint.pk}", {"webhook": endpoint.pk, "why": "failing"})
    assert set(states()) == {"dead"}
    shop.tell("OrderPlaced", order=shop.order("N-9"), now=NOW + 4 * DAY)  # kept, too
    assert (len(states()), set(states())) == (5, {"dead"})
    assert send_webhooks(now=NOW + 5 * DAY) == 0


def test_one_delivery_in_three_days_is_enough_to_stay(shop: WebhookShop) -> None:
    with receiving(lambda got: Says(200 if b"N-2" in got.body else 500)) as receiver:
        endpoint = shop.endpoint(receiver.url)
        for days in range(5):
            shop.tell("OrderPlaced", order=shop.order(f"N-{days}"), now=NOW + days * DAY)
            send_webhooks(now=NOW + days * DAY)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.last_delivered_at) == ("active", NOW + 2 * DAY)
    assert endpoint.failing_since in (NOW + 2 * DAY, NOW + 3 * DAY)  # others of that day may have failed after it


def test_an_endpoint_that_is_gone_is_disabled_at_once(shop: WebhookShop) -> None:
    with receiving(lambda _: Says(410)) as receiver:
        endpoint = shop.endpoint(receiver.url)
        shop.tell("OrderPlaced", "OrderPromised", order=shop.order("N-1"))
        send_webhooks(now=NOW)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.why, len(receiver.got)) == ("disabled", "gone", 1)
    assert states() == ["dead", "dead"]
