"""Quotes under pressure: one reservation, one owner, whoever comes at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW, loaded

from doorstep.core.decisions.models import Quote
from doorstep.core.events.models import Fact
from doorstep.core.stock.models import Level
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.place import Place
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.quote import accept_quote, expire, quote_cart
from doorstep.flows.standing import forget
from doorstep.flows.take_in import Sent, take_in

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, PATIENCE_S = 5, 60.0
LATER = NOW + timedelta(minutes=15)
PLACE, SHOPPER = Place("DE", "BY", "Munich", "80331", 48.137, 11.575), Contact(name="Ann", address_1="Marktweg 1")
CART = Order("cart", "", NOW, "", PLACE, (OrderLine("1", "mug", 1, 0),), contact=SHOPPER)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    forget()
    yield
    assert_moves_add_up()


def crowd(tasks: Sequence[Callable[[], object]]) -> list[object]:
    start = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE_S)
            return task()
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def reserved() -> int:
    return sum(Level.objects.filter(state="reserved").values_list("quantity", flat=True))


def test_two_orders_with_one_quote_keep_it_once() -> None:
    scope, brand_id = loaded()
    for number in range(ROUNDS):
        pk = quote_cart(scope, brand_id, CART, now=NOW).pk
        accept_quote(scope, pk, 0, now=NOW)
        orders = [replace(CART, order=f"{number}-{which}") for which in "ab"]
        answers = crowd(
            [lambda one=one, pk=pk: accept_quoted(scope, brand_id, one, pk, now=NOW) for one in orders]  # type: ignore[misc]
        )
        assert not [one for one in answers if isinstance(one, Exception)], answers
        kept = Fact.objects.filter(kind="QuoteAccepted", data__quote=pk).values_list("data__kept", flat=True)
        assert Counter(kept) == {True: 1, False: 1}
    assert reserved() == 2 * ROUNDS


def test_an_order_and_the_end_of_its_quote_meet() -> None:
    scope, brand_id = loaded()
    just_in_time = LATER - timedelta(seconds=1)
    for number in range(ROUNDS):
        pk = quote_cart(scope, brand_id, CART, now=NOW).pk
        accept_quote(scope, pk, 0, now=NOW)
        order = replace(CART, order=f"N-{number}")
        answers = crowd(
            [
                lambda order=order, pk=pk: accept_quoted(scope, brand_id, order, pk, now=just_in_time),  # type: ignore[misc]
                lambda: expire(LATER),
            ]
        )
        assert not [one for one in answers if isinstance(one, Exception)], answers
        kept = Fact.objects.get(kind="QuoteAccepted", data__quote=pk).data["kept"]
        assert Quote.objects.get(pk=pk).state == ("ordered" if kept else "expired")
        assert reserved() == number + 1


def test_the_same_orders_by_two_at_once_go_in_once() -> None:
    scope, brand_id = loaded()
    rows = [Sent(n, f"B-{n}", replace(CART, order=f"B-{n}")) for n in range(50)]
    answers = crowd([lambda: list(take_in(scope, brand_id, rows, now=NOW))] * 2)
    results = Counter(one.result for answer in answers for one in answer)  # type: ignore[attr-defined]
    assert results == {"accepted": 50, "exists": 50}
