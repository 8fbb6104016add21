"""The record keeps all that would change a decision, and all that stands in the way of an order without a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked

from doorstep.core.decisions.models import Decision
from doorstep.core.decisions.queries import latest
from doorstep.core.network.models import Collection
from doorstep.core.orders.models import Order
from doorstep.core.orders.queries import get_order
from doorstep.core.stock.models import Level
from doorstep.domain.decision import Conflict, Flip
from doorstep.domain.demand import OrderLine
from doorstep.domain.errors import OutOfStock
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.edit import edit_order
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def conflicts_of(scope: Scope, code: str = "N-1") -> tuple[Conflict, ...]:
    found = get_order(scope, code)
    assert found is not None
    return found.conflicts


def more_teapots(units: int) -> None:
    Level.objects.filter(product__sku="teapot", state="available").update(quantity=units)


def test_an_order_that_is_short_keeps_what_stands_in_its_way() -> None:
    scope, brand_id = loaded()
    accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW)
    found = conflicts_of(scope)
    assert [one.constraint for one in found] == ["stock"]
    assert found[0].detail == "3 x teapot asked, 1 left at berlin, 1 left at munich"
    assert found[0].fix.startswith("bring ")
    assert found[0].enough


def test_what_was_refused_keeps_nothing() -> None:
    scope, brand_id = loaded()
    with pytest.raises(OutOfStock):
        accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW, on_shortage="refuse")
    assert not Order.objects.filter(code="N-1").exists()


def test_what_would_help_names_a_page_and_no_file() -> None:
    scope, brand_id = loaded()
    Collection.objects.filter(site__code="munich").delete()  # where the mugs are
    accept_order(scope, brand_id, asked(), now=NOW)
    (calls, stock) = conflicts_of(scope)
    assert (stock.constraint, calls.constraint) == ("stock", "collection")
    assert calls.fix == "have a collection of parcel at munich (page Sites)"


def test_they_go_with_the_reason() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW).order_id
    more_teapots(5)
    assert plan_now(scope, brand_id, pk, now=NOW + timedelta(minutes=5)).state == "planned"
    assert conflicts_of(scope) == ()


def test_a_days_plan_keeps_and_renews_them() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW).order_id
    Order.objects.filter(pk=pk).update(conflicts=[])  # as of an older record
    plan_day(scope, brand_id, now=NOW, run=Run(), only=[pk])
    assert [one.constraint for one in conflicts_of(scope)] == ["stock"]
    more_teapots(20)
    plan_day(scope, brand_id, now=NOW, run=Run(), only=[pk])
    assert Order.objects.get(pk=pk).state == "planned"
    assert conflicts_of(scope) == ()


def test_an_edit_that_leaves_it_no_plan_says_why() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    lines = (OrderLine("1", "teapot", 4, 9_000_000),)
    done = edit_order(scope, brand_id, pk, lambda order: replace(order, lines=lines), now=NOW)
    assert done.state == "open"
    assert [one.constraint for one in conflicts_of(scope)] == ["stock"]
    edit_order(scope, brand_id, pk, lambda order: replace(order, lines=asked().lines), now=NOW)
    assert conflicts_of(scope) == ()


def test_a_decision_keeps_all_that_would_change_it() -> None:
    scope, brand_id = loaded()
    first = accept_order(scope, brand_id, asked(sku="teapot"), now=NOW)
    receipt = latest(scope, first.order_id)
    assert receipt is not None
    kept = Decision.objects.get(order_id=first.order_id).record.get("flips", [])
    assert len(kept) == len(receipt.flips) > 0
    assert all(one.kind for one in receipt.flips)
    assert receipt.flip is not None
    assert (receipt.flip.change, receipt.flip.to) == (receipt.flips[0].change, receipt.flips[0].to)


def test_a_decision_of_an_older_record_has_none() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    kept = Decision.objects.get(order_id=pk)
    kept.record = {key: value for key, value in kept.record.items() if key != "flips"}
    kept.save()
    receipt = latest(scope, pk)
    assert receipt is not None
    assert receipt.flips == ()


def test_what_is_kept_of_a_change_comes_back_as_it_was() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    flip = Flip(
        "a later collection", "3 minutes", "x", "collection", 3, "minutes", "berlin", "", "parcel", "2026-11-16"
    )
    kept = Decision.objects.get(order_id=pk)
    said = {name: getattr(flip, name) for name in Flip.__slots__}
    kept.record = {**kept.record, "flips": [{name: value for name, value in said.items() if value != ""}]}
    kept.save()
    receipt = latest(scope, pk)
    assert receipt is not None
    assert receipt.flips == (flip,)
