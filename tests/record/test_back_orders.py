"""Back-orders: promised what has been announced and nobody else counts on, and planned when it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core_fixtures import make_kit
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.models import InboundClaim
from doorstep.domain.errors import OutOfStock
from doorstep.domain.rights import Scope
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.fill_back_orders import fill_all, fill_back_orders
from doorstep.flows.plan_day import plan_day
from doorstep.flows.standing import forget
from doorstep.flows.stock import Receipt, announce, receive
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def shop() -> tuple[Scope, int]:
    """The tea shop; of the teapot it has two, one at each site."""
    forget()
    return loaded()


def back_order(shop: tuple[Scope, int], code: str = "N-1", sku: str = "teapot", quantity: int = 3) -> Accepted:
    scope, brand_id = shop
    return accept_order(scope, brand_id, asked(code, sku, quantity), now=NOW, on_shortage="back_order")


def coming(shop: tuple[Scope, int], units: int, after: timedelta = WEEK, site: str = "munich") -> int:
    scope, brand_id = shop
    return announce(scope, brand_id, site, "teapot", units, NOW + after, now=NOW)


def claims() -> list[tuple[int, str, int]]:
    return list(InboundClaim.objects.order_by("id").values_list("inbound_id", "reference", "quantity"))


def test_announced_goods_are_counted_on_and_give_a_day(shop: tuple[Scope, int]) -> None:
    inbound = coming(shop, 5)
    waits = back_order(shop)
    assert (waits.state, waits.reason) == ("open", "back_order")
    assert waits.expected_by is not None
    assert waits.expected_by > (NOW + WEEK).date()
    assert waits.expected_by <= (NOW + WEEK).date() + timedelta(days=7)
    assert "of teapot" in waits.detail
    order = Order.objects.get(pk=waits.order_id)
    assert (order.state, order.reason, order.expected_by) == ("open", "back_order", waits.expected_by)
    [(of, reference, units)] = claims()
    assert (of, reference) == (inbound, f"order:{order.pk}")
    assert 1 <= units <= 3
    told = Fact.objects.get(kind="OrderBackOrdered")
    assert told.data == {"expected_by": waits.expected_by.isoformat(), "units": {"teapot": units}}


def test_the_soonest_announcement_that_suffices_is_taken(shop: tuple[Scope, int]) -> None:
    coming(shop, 9, WEEK * 4)
    soon = coming(shop, 4, WEEK)
    waits = back_order(shop)
    assert {inbound for inbound, _, _ in claims()} == {soon}
    assert waits.expected_by is not None
    assert waits.expected_by < (NOW + WEEK * 2).date()
    later = back_order(shop, "N-2", quantity=4)  # more than is left of the first
    assert later.expected_by is not None
    assert later.expected_by > (NOW + WEEK * 4).date()


def test_what_an_earlier_back_order_counts_on_is_not_promised_again(shop: tuple[Scope, int]) -> None:
    coming(shop, 4)
    first = back_order(shop, quantity=4)
    assert first.reason == "back_order"
    second = back_order(shop, "N-2", quantity=4)
    assert (second.state, second.reason, second.expected_by) == ("open", "stock_out", None)
    assert sum(units for _, _, units in claims()) == 4


def test_without_announced_goods_it_waits_as_any_other(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    waits = back_order(shop)
    assert (waits.state, waits.reason, claims()) == ("open", "stock_out", [])
    coming(shop, 5)
    with pytest.raises(OutOfStock):
        accept_order(scope, brand_id, asked("N-2", "teapot", 3), now=NOW, on_shortage="refuse")
    held = accept_order(scope, brand_id, asked("N-3", "teapot", 3), now=NOW)
    assert (held.reason, held.expected_by) == ("stock_out", None)
    enough = back_order(shop, "N-4", "mug", 1)
    assert (enough.state, enough.expected_by) == ("planned", None)


def test_it_is_planned_when_the_goods_come_the_oldest_first(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    inbound = coming(shop, 6)
    first, second = back_order(shop), back_order(shop, "N-2")
    assert [first.reason, second.reason] == ["back_order", "back_order"]
    receive(scope, brand_id, Receipt("munich", "teapot", 3, inbound=inbound), now=NOW + WEEK)
    assert fill_back_orders(scope, brand_id, now=NOW + WEEK) == 1
    one, two = (Order.objects.get(pk=accepted.order_id) for accepted in (first, second))
    assert (one.state, one.reason, one.expected_by) == ("planned", "", None)
    assert (two.state, two.reason) == ("open", "back_order")
    assert {reference for _, reference, _ in claims()} == {f"order:{two.pk}"}
    assert max(Parcel.objects.filter(order=one).values_list("promised_by", flat=True)) <= first.expected_by  # type: ignore[operator]
    receive(scope, brand_id, Receipt("munich", "teapot", 3, inbound=inbound), now=NOW + WEEK)
    assert fill_all(NOW + WEEK) == 1
    assert fill_all(NOW + WEEK) == 0
    assert claims() == []


def test_a_planning_in_between_leaves_its_reason(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    coming(shop, 5)
    waits = back_order(shop)
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    order = Order.objects.get(pk=waits.order_id)
    assert (order.reason, order.expected_by, len(claims())) == ("back_order", waits.expected_by, 1)
    receive(scope, brand_id, Receipt("munich", "teapot", 5), now=NOW)
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    order = Order.objects.get(pk=waits.order_id)
    assert (order.state, order.expected_by, claims()) == ("planned", None, [])


def test_a_cancelled_one_counts_on_nothing(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    coming(shop, 3)
    waits = back_order(shop, quantity=5)
    cancel_order(scope, brand_id, waits.order_id, "customer_request", now=NOW)
    assert claims() == []
    assert Order.objects.get(pk=waits.order_id).expected_by is None
    assert back_order(shop, "N-2", quantity=5).reason == "back_order"


def test_an_edited_one_counts_anew(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    coming(shop, 9)
    waits = back_order(shop)
    assert [units for _, _, units in claims()] == [3]
    line = asked(sku="teapot", quantity=4).lines
    done = edit_order(scope, brand_id, waits.order_id, lambda order: replace(order, lines=line), now=NOW)
    assert (done.state, done.reason) == ("open", "back_order")
    assert [units for _, _, units in claims()] == [4]
    fewer = asked(sku="teapot", quantity=1).lines
    done = edit_order(scope, brand_id, waits.order_id, lambda order: replace(order, lines=fewer), now=NOW)
    assert (done.state, claims()) == ("planned", [])


def test_goods_that_went_to_somebody_else_are_told(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    inbound = coming(shop, 3)
    waits = back_order(shop, quantity=5)
    receive(scope, brand_id, Receipt("munich", "teapot", 3, inbound=inbound), now=NOW)
    forget()
    faster = accept_order(scope, brand_id, asked("N-2", "teapot", 3), now=NOW)
    assert faster.state == "planned"
    assert fill_back_orders(scope, brand_id, now=NOW) == 0
    order = Order.objects.get(pk=waits.order_id)
    assert (order.state, order.reason, order.expected_by, claims()) == ("open", "stock_out", None, [])


def test_it_counts_on_other_goods_when_there_are_some(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    inbound = coming(shop, 3)
    waits = back_order(shop, quantity=5)
    receive(scope, brand_id, Receipt("munich", "teapot", 3, inbound=inbound), now=NOW)
    accept_order(scope, brand_id, asked("N-2", "teapot", 3), now=NOW)
    other = coming(shop, 9, WEEK * 3)
    fill_back_orders(scope, brand_id, now=NOW)
    order = Order.objects.get(pk=waits.order_id)
    assert order.reason == "back_order"
    assert order.expected_by is not None
    assert order.expected_by > (NOW + WEEK * 3).date()
    assert {of for of, _, _ in claims()} == {other}


def test_a_kit_waits_for_its_components(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    make_kit(brand_id, "set", {"teapot": 2, "mug": 1})
    inbound = coming(shop, 8)
    waits = back_order(shop, sku="set", quantity=3)
    assert waits.reason == "back_order"
    assert [of for of, _, _ in claims()] == [inbound]
    receive(scope, brand_id, Receipt("munich", "teapot", 8, inbound=inbound), now=NOW + WEEK)
    assert fill_back_orders(scope, brand_id, now=NOW + WEEK) == 1
