"""A shopper is erased while others change their order, scan its parcels and write to them: one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection
from tests.concurrency.test_last_units import STORM, crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW, loaded
from tests.record.test_accept import ANN, asked
from tests.record.two_shoppers import Who, dumped

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Erasure, Order
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.domain.shopper import Shopper
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.erase import Erased, erase, erase_due

ROUNDS = 20 if STORM else 3
ZED = Who("Zqxv", "80331", 48.137, "Z")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Iterator[tuple[Scope, int]]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield loaded()
    assert_moves_add_up()


def test_an_edit_a_cancellation_and_many_erasures_leave_nothing_of_the_shopper(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    named = replace(ANN, name=ZED.mark, email=ZED.email)
    for number in range(ROUNDS):
        order = replace(asked(f"N-{number}"), contact=named, gift_note=ZED.mark)
        pk = accept_order(scope, brand_id, order, now=NOW).order_id

        edit, cancel = _edit(shop, pk), _cancel(shop, pk)
        forget = partial(erase, scope, [brand_id], Shopper(ZED.email), now=NOW, when_done=True)
        answers = crowd([edit, cancel, forget, forget, partial(erase_due, NOW), edit, forget])
        assert all(not isinstance(one, Exception) or isinstance(one, Conflict) for one in answers), answers
        erase(scope, [brand_id], Shopper(ZED.email), now=NOW)
        assert Order.objects.get(pk=pk).state == "cancelled"
        assert Erasure.objects.get(order=pk).erased_at == NOW
        assert Fact.objects.filter(subject=f"order:{pk}", kind="PersonErased").count() == 1
        assert erase(scope, [brand_id], Shopper(ZED.email), now=NOW) == Erased()
    assert ZED.mark not in dumped()


def _edit(shop: tuple[Scope, int], pk: int) -> Callable[[], object]:
    said = f"at {ZED.mark}'s"
    return lambda: edit_order(*shop, pk, lambda order: replace(order, safe_place=said), now=NOW)


def _cancel(shop: tuple[Scope, int], pk: int) -> Callable[[], object]:
    return lambda: cancel_order(*shop, pk, "other", f"{ZED.mark} rang", now=NOW)
