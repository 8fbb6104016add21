"""The same request many times at once, and many buyers of the last units: by HTTP, on a real PostgreSQL."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.api.shop import NOW, Answer, Place, Shop, opened, order

from doorstep.core.events.models import Answered, Fact
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Level, Move
from doorstep.server import clock

STORM = os.environ.get("DOORSTEP_STORM") == "1"
ROUNDS = 50 if STORM else 3
BUYERS, UNITS, REPEATS = 64, 10, 50
PATIENCE_S = 120.0
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Place:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return opened()


def at_once(count: int, ask: Callable[[int], Answer]) -> list[Answer]:
    start = Barrier(count)

    def run(number: int) -> Answer:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE_S)
            return ask(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_the_same_key_fifty_times_at_once_is_one_order_and_fifty_equal_answers(place: Place) -> None:
    shop = place.with_key()
    for round_ in range(ROUNDS):
        leave_only(place, UNITS)

        def send(_: int, round_: int = round_) -> Answer:
            return shop.post("/v1/orders", order(f"R-{round_}"), idempotency_key=str(round_))

        answers = at_once(REPEATS, send)
        assert [one.status_code for one in answers] == [201] * REPEATS
        assert len({one.content for one in answers}) == 1
        assert sum("Idempotent-Replayed" not in one.headers for one in answers) == 1
        row = Order.objects.get(code=f"R-{round_}")
        assert Move.objects.filter(reference=f"order:{row.pk}").count() == 1
        assert Fact.objects.filter(subject=f"order:{row.pk}", kind="OrderPlaced").count() == 1
        other = shop.post("/v1/orders", order(f"X-{round_}"), idempotency_key=str(round_))
        assert other.status_code == 422
    assert Answered.objects.count() == ROUNDS


def test_the_same_key_with_two_bodies_at_once_is_one_order(place: Place) -> None:
    shop = place.with_key()
    answers = at_once(16, lambda number: shop.post("/v1/orders", order(f"B-{number % 2}"), idempotency_key="1"))
    assert Counter(one.status_code for one in answers) == {201: 8, 422: 8}
    assert Order.objects.filter(code__startswith="B-").count() == 1


def test_many_buyers_of_the_last_units(place: Place) -> None:
    shop = place.with_key()
    for round_ in range(ROUNDS):
        leave_only(place, UNITS)

        def buy(number: int, shop: Shop = shop, round_: int = round_) -> Answer:
            body = order(f"L-{round_}-{number}", on_shortage="refuse")
            return shop.post("/v1/orders", body, idempotency_key=f"{round_}-{number}")

        answers = at_once(BUYERS, buy)
        refused = [one.json()["code"] for one in answers if one.status_code == 409]
        assert Counter(one.status_code for one in answers) == {201: UNITS, 409: BUYERS - UNITS}
        assert set(refused) <= {"out_of_stock", "stock_moved"}
        assert Order.objects.filter(code__startswith=f"L-{round_}-").count() == UNITS
        assert available(place) == 0


def leave_only(place: Place, units: int) -> None:
    """Let the mugs be so many, at one site. The ledger is the business of other tests."""
    mugs = Level.objects.filter(brand_id=place.brand, product__sku="mug", state="available").order_by("pk")
    mugs.update(quantity=0)
    Level.objects.filter(pk=mugs.filter(site__code="munich")[0].pk).update(quantity=units)


def available(place: Place) -> int:
    mugs = Level.objects.filter(brand_id=place.brand, product__sku="mug", state="available")
    return sum(mugs.values_list("quantity", flat=True))
