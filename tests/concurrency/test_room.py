"""Orders that race for the last place of a day, on a real PostgreSQL: nobody gets a place twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from tests.concurrency.test_last_units import STORM, crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW
from tests.record.limited import leaving, limited
from tests.record.test_accept import asked

from doorstep.core.orders.models import Order
from doorstep.domain.rights import Scope
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.cancel import Cancelled, cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.plan_day import DayPlanned, plan_day
from doorstep.flows.replan import Replanned
from doorstep.kernels.run import Run

ROUNDS = 50 if STORM else 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Iterator[tuple[Scope, int]]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield limited()
    assert_moves_add_up()


def test_two_orders_for_the_last_place_of_a_day(shop: tuple[Scope, int]) -> None:
    scope, brand = shop
    for number in range(ROUNDS):
        codes = [f"{number}-{n}" for n in range(2)]
        answers = crowd([lambda code=code: accept_order(scope, brand, asked(code), now=NOW) for code in codes])  # type: ignore[misc]
        assert all(isinstance(one, Accepted) and one.state == "planned" for one in answers), answers
        found = leaving(scope)
        assert set(found.values()) == {1}
        assert sum(found.values()) == 2
        for one in answers:
            assert isinstance(one, Accepted)
            cancel_order(scope, brand, one.order_id, "other", now=NOW)
        assert not leaving(scope)


def test_buyers_a_change_a_cancellation_and_the_days_plan_at_once(shop: tuple[Scope, int]) -> None:
    scope, brand = shop
    for number in range(ROUNDS):
        kept = [accept_order(scope, brand, asked(f"{number}-{n}"), now=NOW).order_id for n in range(2)]

        def changed(pk: int = kept[0]) -> Replanned:
            return edit_order(scope, brand, pk, lambda order: asked(order.order, quantity=2), now=NOW)

        def cancelled(pk: int = kept[1]) -> Cancelled:
            return cancel_order(scope, brand, pk, "other", now=NOW)

        def bought(code: str = f"{number}-new") -> Accepted:
            return accept_order(scope, brand, asked(code), now=NOW)

        def planned() -> DayPlanned:
            return plan_day(scope, brand, now=NOW, run=Run(), leaving_from=NOW)

        answers = crowd([changed, cancelled, bought, planned])
        assert [type(one) for one in answers] == [Replanned, Cancelled, Accepted, DayPlanned], answers
        assert set(leaving(scope).values()) == {1}
        for pk in Order.objects.exclude(state="cancelled").values_list("pk", flat=True):
            cancel_order(scope, brand, pk, "other", now=NOW)
