"""An order that waits is planned when somebody asks for it, and says why when nothing is found."""

from __future__ import annotations

from typing import Any

import pytest
from tests.record.brand import NOW, loaded

from doorstep.core.events.models import Fact
from doorstep.core.network.models import Collection
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.models import Level
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.cancel import cancel_order
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def told(pk: int) -> list[tuple[str, str]]:
    rows = Fact.objects.filter(subject=f"order:{pk}").order_by("pk")
    return [(one.kind, one.data.get("reason", "")) for one in rows]


def test_an_order_of_a_folder_is_planned_by_itself() -> None:
    scope, brand_id = loaded()
    pk = Order.objects.get(code="T-3").pk
    done = plan_now(scope, brand_id, pk, now=NOW)
    assert (done.state, done.before, len(done.parcels)) == ("planned", None, 1)
    assert [kind for kind, _ in told(pk)] == ["OrderPromised"]
    assert Order.objects.filter(state="planned").count() == 1


def test_one_that_has_a_plan_keeps_it() -> None:
    scope, brand_id = loaded()
    pk = Order.objects.get(code="T-3").pk
    first = plan_now(scope, brand_id, pk, now=NOW)
    again = plan_now(scope, brand_id, pk, now=NOW)
    assert (again.state, again.before, again.after) == ("planned", first.after, first.after)
    assert Parcel.objects.filter(order=pk).count() == 1
    assert len(told(pk)) == 1


def test_a_reason_is_told_once_for_as_long_as_it_stays() -> None:
    scope, brand_id = loaded()
    order = Order.objects.get(code="T-3")
    shelves = dict(Level.objects.values_list("pk", "quantity"))
    Level.objects.update(quantity=0)
    first = plan_now(scope, brand_id, order.pk, now=NOW)
    order.refresh_from_db()
    assert (first.state, order.reason, order.remedy != "") == ("open", "stock_out", True)
    revision = order.revision
    assert plan_now(scope, brand_id, order.pk, now=NOW).reason == "stock_out"
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    assert told(order.pk) == [("OrderWaits", "stock_out")]
    order.refresh_from_db()
    assert order.revision == revision
    for pk, units in shelves.items():
        Level.objects.filter(pk=pk).update(quantity=units)
    Collection.objects.all().delete()
    plan_now(scope, brand_id, order.pk, now=NOW)
    plan_now(scope, brand_id, order.pk, now=NOW)
    assert told(order.pk) == [("OrderWaits", "stock_out"), ("OrderWaits", "no_collection")]


def test_the_planner_of_the_day_leaves_a_reason_on_every_order_it_left() -> None:
    scope, brand_id = loaded()
    Level.objects.update(quantity=0)
    day = plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    left = Order.objects.filter(state="open")
    assert day.unplanned == left.count() == 3
    for order in left:
        assert (order.reason, bool(order.detail), bool(order.remedy)) == ("stock_out", True, True)
        assert told(order.pk) == [("OrderWaits", "stock_out")]


def test_what_is_held_or_gone_on_is_not_planned() -> None:
    scope, brand_id = loaded()
    pk = Order.objects.get(code="T-3").pk
    Order.objects.filter(pk=pk).update(state="held", reason="brand_review")
    with pytest.raises(Conflict, match="held"):
        plan_now(scope, brand_id, pk, now=NOW)
    cancel_order(scope, brand_id, pk, "other", now=NOW)
    with pytest.raises(Conflict, match="cancelled"):
        plan_now(scope, brand_id, pk, now=NOW)
    with pytest.raises(NotFound):
        plan_now(Scope(999, frozenset(), "operator_admin", "user:2"), brand_id, pk, now=NOW)


def test_what_stands_in_the_way_is_renewed_without_a_second_fact() -> None:
    scope, brand_id = loaded()
    order = Order.objects.get(code="T-3")
    Level.objects.update(quantity=0)
    plan_now(scope, brand_id, order.pk, now=NOW)
    order.refresh_from_db()
    said = (order.remedy, order.conflicts)
    assert all(said)
    olds: tuple[dict[str, Any], ...] = ({"conflicts": []}, {"remedy": "wait"})
    for old in olds:
        Order.objects.filter(pk=order.pk).update(**old)
        plan_now(scope, brand_id, order.pk, now=NOW)
        order.refresh_from_db()
        assert (order.remedy, order.conflicts) == said
    assert told(order.pk) == [("OrderWaits", "stock_out")]
