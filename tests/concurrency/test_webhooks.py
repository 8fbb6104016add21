"""Senders race for deliveries on a real PostgreSQL, while facts are told: nothing is lost, no order is out of order."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event, Lock

import pytest
from django.db import connection
from pytest_django import Settings
from tests.concurrency.test_last_units import STORM, crowd
from tests.plugins.webhook_receiver import LOOPBACK, Got, Says, receiving
from tests.record.webhook_shop import WebhookShop, webhook_shop

from doorstep.core.webhooks import outbox
from doorstep.core.webhooks.models import Attempt, Delivery
from doorstep.flows.webhooks import send_webhooks

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("OrderPlaced", "OrderPromised", "OrderReleased", "ParcelPacked", "ParcelLabelled", "Delivered")
ORDERS = 60 if STORM else 8
SENDERS = 3


@pytest.fixture
def shop(transactional_db: None, settings: Settings) -> WebhookShop:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    settings.WEBHOOK_NETWORKS = LOOPBACK
    return webhook_shop()


def test_several_senders_deliver_all_that_is_told_meanwhile_each_order_in_order(shop: WebhookShop) -> None:
    dice, lock = random.Random(11), Lock()
    at_once: set[tuple[str, str]] = set()
    doubled: list[tuple[str, str]] = []

    def answer(got: Got) -> Says:
        """Fails one time in five; two of one order at once are two senders at work on it."""
        lane = (got.path, json.loads(got.body)["data"]["order"])
        with lock:
            if lane in at_once:
                doubled.append(lane)
            at_once.add(lane)
            fails = dice.random() < 0.2
        time.sleep(0.002)
        with lock:
            at_once.discard(lane)
        return Says(500 if fails else 200)

    with receiving(answer) as receiver:
        for n in range(2):
            shop.endpoint(f"{receiver.url}/{n}", now=datetime.now(UTC))
        orders = [shop.order(f"N-{n}") for n in range(ORDERS)]
        over = Event()

        def tell() -> None:
            for kind in KINDS:
                for order in orders:
                    shop.tell(kind, order=order, now=datetime.now(UTC))
            over.set()

        def send() -> int:
            sent = 0
            while not over.is_set() or Delivery.objects.exclude(state="delivered").exists():
                Delivery.objects.filter(failures__gt=0, state="waiting").update(next_at=datetime.now(UTC))  # patience
                sent += send_webhooks(now=datetime.now(UTC), clock=lambda: datetime.now(UTC))
            return sent

        told, *sent = crowd([tell, *([send] * SENDERS)])
    assert told is None
    number = 2 * len(orders) * len(KINDS)
    assert sum(one for one in sent if isinstance(one, int)) == number == Delivery.objects.count()
    assert doubled == []
    assert Delivery.objects.filter(state="delivered").count() == number
    assert Attempt.objects.count() == len(receiver.got)
    assert len({one.id for one in receiver.got}) == number
    assert_in_order(receiver.got)


def test_two_senders_never_claim_the_same(shop: WebhookShop) -> None:
    now = datetime.now(UTC)
    endpoint = shop.endpoint("http://127.0.0.1:9/", now=now)
    for n in range(24):
        shop.tell("OrderPlaced", "OrderPromised", order=shop.order(f"N-{n}"), now=now)

    def claim() -> list[int]:
        return [one.pk for _ in range(6) for one in outbox.claim({endpoint.pk: 2}, now)]

    claimed = [pk for some in crowd([claim] * 4) for pk in some]  # type: ignore[attr-defined]
    assert len(claimed) == len(set(claimed)) == 24
    first = Delivery.objects.order_by("subject", "fact").distinct("subject").values_list("pk", flat=True)
    assert sorted(claimed) == sorted(first)


def assert_in_order(got: Sequence[Got]) -> None:
    """Of each endpoint and order every fact, none before the last try of the one before it."""
    seen: dict[tuple[str, str], list[int]] = defaultdict(list)
    place = {str(one): one.fact for one in Delivery.objects.all()}
    for one in got:
        seen[one.path, json.loads(one.body)["data"]["order"]].append(place[one.id])
    assert all(facts == sorted(facts) for facts in seen.values())
    assert all(len(set(facts)) == len(KINDS) for facts in seen.values())
