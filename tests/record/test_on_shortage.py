"""What a shop wishes of a bulk row whose goods are not there is done by whichever planning looks at it first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked
from tests.record.test_take_in import sent

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import InboundClaim
from doorstep.domain.demand import OnShortage
from doorstep.domain.errors import OutOfStock
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.edit import edit_order
from doorstep.flows.mend import release_hold
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.flows.standing import forget
from doorstep.flows.stock import Receipt, announce, receive
from doorstep.flows.take_in import Sent, take_in
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def shop() -> tuple[Scope, int]:
    """The tea shop; of the teapot it has two, one at each site."""
    forget()
    return loaded()


def row(code: str, wish: OnShortage, quantity: int = 3, **wishes: object) -> Sent:
    one = sent(1, code, "teapot", quantity)
    assert one.order is not None
    return replace(one, order=replace(one.order, on_shortage=wish, **wishes))  # type: ignore[arg-type]


def taken(shop: tuple[Scope, int], *rows: Sent, plan: bool = False) -> Order:
    scope, brand_id = shop
    list(take_in(scope, brand_id, rows, now=NOW, plan=plan))
    assert rows[0].order is not None
    return Order.objects.get(code=rows[0].order.order)


def facts(order: Order) -> list[str]:
    return list(Fact.objects.filter(subject=f"order:{order.pk}").order_by("id").values_list("kind", flat=True))


def planned(shop: tuple[Scope, int], order: Order) -> Order:
    scope, brand_id = shop
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    order.refresh_from_db()
    return order


def test_one_to_be_refused_is_cancelled_with_its_reason(shop: tuple[Scope, int]) -> None:
    order = taken(shop, row("B-1", "refuse"))
    assert (order.state, order.on_shortage) == ("open", "refuse")
    order = planned(shop, order)
    assert (order.state, order.reason, order.on_shortage) == ("cancelled", OutOfStock.code, "")
    assert "rather be refused" in order.detail
    assert facts(order) == ["OrderPlaced", "OrderWaits", "OrderCancelled"]
    assert Fact.objects.get(kind="OrderCancelled").data == {"reason": "out_of_stock"}
    assert facts(planned(shop, order)) == ["OrderPlaced", "OrderWaits", "OrderCancelled"]


def test_one_whose_goods_are_there_is_planned_and_its_wish_is_over(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    order = planned(shop, taken(shop, row("B-1", "refuse", 1)))
    assert (order.state, order.on_shortage) == ("planned", "")
    more = asked(sku="teapot", quantity=5).lines
    done = edit_order(scope, brand_id, order.pk, lambda one: replace(one, lines=more), now=NOW)
    assert (done.state, done.reason) == ("open", "stock_out")


def test_a_back_order_counts_on_announced_goods(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    inbound = announce(scope, brand_id, "munich", "teapot", 3, NOW + WEEK, now=NOW)
    order = taken(shop, row("B-1", "back_order"), row("B-2", "back_order"), plan=True)
    assert (order.state, order.reason) == ("open", "back_order")
    assert order.expected_by is not None
    assert order.expected_by > (NOW + WEEK).date()
    assert facts(order) == ["OrderPlaced", "OrderWaits", "OrderBackOrdered"]
    assert list(InboundClaim.objects.values_list("inbound_id", "reference")) == [(inbound, f"order:{order.pk}")]
    other = Order.objects.get(code="B-2")
    assert (other.state, other.reason) == ("open", "stock_out")  # too few are announced for both
    announce(scope, brand_id, "munich", "teapot", 9, NOW + WEEK * 2, now=NOW)
    assert planned(shop, other).reason == "back_order"
    receive(scope, brand_id, Receipt("munich", "teapot", 3, inbound=inbound), now=NOW)
    order = planned(shop, order)
    assert (order.state, order.on_shortage) == ("planned", "")


def test_hold_waits_as_before(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    announce(scope, brand_id, "munich", "teapot", 9, NOW + WEEK, now=NOW)
    order = planned(shop, taken(shop, row("B-1", "hold")))
    assert (order.state, order.reason, InboundClaim.objects.count()) == ("open", "stock_out", 0)


def test_planned_by_itself_it_does_as_wished(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    refused = taken(shop, row("B-1", "refuse"))
    done = plan_now(scope, brand_id, refused.pk, now=NOW)
    assert (done.state, done.reason) == ("cancelled", "out_of_stock")
    waits = taken(shop, row("B-2", "back_order"))
    assert plan_now(scope, brand_id, waits.pk, now=NOW).reason == "stock_out"
    announce(scope, brand_id, "munich", "teapot", 9, NOW + WEEK, now=NOW)
    done = plan_now(scope, brand_id, waits.pk, now=NOW)
    assert (done.state, done.reason) == ("open", "back_order")
    assert "due on" in done.detail


def test_one_that_was_held_does_as_wished_when_it_is_let_go(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    announce(scope, brand_id, "munich", "teapot", 9, NOW + WEEK, now=NOW)
    order = taken(shop, row("B-1", "back_order", payment="pending"))
    assert (order.state, order.on_shortage) == ("held", "back_order")
    assert release_hold(scope, brand_id, order.pk, ["payment"], now=NOW).reason == "back_order"
    alone = replace(asked("N-1", "teapot", 5), payment="pending")
    held = accept_order(scope, brand_id, alone, now=NOW, on_shortage="refuse")
    assert held.state == "held"
    done = release_hold(scope, brand_id, held.order_id, ["payment"], now=NOW)
    assert (done.state, done.reason) == ("cancelled", "out_of_stock")


def test_an_edit_says_otherwise_or_leaves_it(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    order = taken(shop, row("B-1", "refuse"))
    done = edit_order(scope, brand_id, order.pk, lambda one: one, now=NOW, on_shortage="hold")
    assert (done.state, done.reason) == ("open", "stock_out")
    assert planned(shop, order).state == "open"
    with pytest.raises(OutOfStock):
        edit_order(scope, brand_id, order.pk, lambda one: one, now=NOW, on_shortage="refuse")
    left = taken(shop, row("B-2", "refuse"))
    done = edit_order(scope, brand_id, left.pk, lambda one: replace(one, gift_note="Enjoy"), now=NOW)
    assert (done.state, done.reason) == ("cancelled", "out_of_stock")


def test_the_second_answer_tells_what_became_of_it(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    found = list(take_in(scope, brand_id, [row("B-1", "refuse")], now=NOW, plan=True))
    assert [(one.result, one.state, one.reason) for one in found] == [
        ("accepted", "open", ""),
        ("planned", "cancelled", "out_of_stock"),
    ]
