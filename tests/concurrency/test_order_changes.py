"""An order that several change at once: whatever wins, the ledger adds up and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from tests.concurrency.test_last_units import STORM, crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.exchange import held
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import Cancelled, cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.override import options, override
from doorstep.flows.plan_day import DayPlanned, plan_day
from doorstep.flows.replan import Replanned
from doorstep.kernels.run import Run

ROUNDS = 20 if STORM else 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Iterator[tuple[Scope, int]]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield loaded()
    assert_moves_add_up()


def stands(brand_id: int, pk: int) -> tuple[str, int, int]:
    """State, units in live parcels, units reserved."""
    contents = Parcel.objects.filter(order=pk).exclude(state="cancelled").values_list("contents", flat=True)
    units = sum(part[2] for one in contents for part in one)
    return Order.objects.get(pk=pk).state, units, sum(held(brand_id, f"order:{pk}").values())


def test_of_many_cancellations_one_counts_and_all_are_answered_alike(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    for number in range(ROUNDS):
        pk = accept_order(scope, brand_id, asked(f"N-{number}", quantity=2), now=NOW).order_id
        answers = crowd([lambda pk=pk: cancel_order(scope, brand_id, pk, "duplicate", now=NOW)] * 8)  # type: ignore[misc]
        assert len({one for one in answers if isinstance(one, Cancelled)}) == 1, answers
        assert all(isinstance(one, Cancelled) for one in answers), answers
        assert Fact.objects.filter(subject=f"order:{pk}", kind="OrderCancelled").count() == 1
        assert stands(brand_id, pk) == ("cancelled", 0, 0)


def test_a_cancellation_and_the_days_plan_leave_nothing_half_done(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    for number in range(ROUNDS):
        pk = accept_order(scope, brand_id, asked(f"N-{number}"), now=NOW).order_id
        cancel_order(scope, brand_id, pk, "other", now=NOW)
        Order.objects.filter(pk=pk).update(state="open")
        day, cancelled = crowd(
            [
                lambda: plan_day(scope, brand_id, now=NOW, run=Run()),
                lambda pk=pk: cancel_order(scope, brand_id, pk, "fraud", now=NOW),  # type: ignore[misc]
            ]
        )
        assert isinstance(day, DayPlanned), day
        assert isinstance(cancelled, Cancelled), cancelled
        assert stands(brand_id, pk) == ("cancelled", 0, 0)


def test_edits_at_once_end_in_one_of_them(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    for number in range(ROUNDS):
        pk = accept_order(scope, brand_id, asked(f"N-{number}"), now=NOW).order_id

        def want(units: int, pk: int = pk) -> Replanned:
            return edit_order(
                scope,
                brand_id,
                pk,
                lambda order: replace(order, lines=tuple(replace(one, quantity=units) for one in order.lines)),
                now=NOW,
            )

        answers = crowd([lambda units=units: want(units) for units in (2, 3, 2, 3)])  # type: ignore[misc]
        assert all(isinstance(one, Replanned | Conflict) for one in answers), answers
        assert any(isinstance(one, Replanned) for one in answers), answers
        state, planned, reserved = stands(brand_id, pk)
        assert (state, planned) == ("planned", reserved)
        assert planned in (2, 3)
        cancel_order(scope, brand_id, pk, "other", now=NOW)


def test_an_edit_an_override_and_a_cancellation_at_once(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    for number in range(ROUNDS):
        pk = accept_order(scope, brand_id, asked(f"N-{number}"), now=NOW).order_id
        legs = next(one.legs for one in options(scope, brand_id, pk, now=NOW)[1:] if one.open)
        answers = crowd(
            [
                lambda pk=pk: edit_order(  # type: ignore[misc]
                    scope, brand_id, pk, lambda order: replace(order, signed_for=not order.signed_for), now=NOW
                ),
                lambda pk=pk, legs=legs: override(scope, brand_id, pk, legs, "because", now=NOW),  # type: ignore[misc]
                lambda pk=pk: cancel_order(scope, brand_id, pk, "other", now=NOW),  # type: ignore[misc]
            ]
        )
        assert all(isinstance(one, Replanned | Cancelled | Conflict) for one in answers), answers
        state, planned, reserved = stands(brand_id, pk)
        assert planned == reserved
        assert (state == "cancelled") == (planned == 0) or state == "open"
        cancel_order(scope, brand_id, pk, "other", now=NOW)
        assert stands(brand_id, pk) == ("cancelled", 0, 0)
