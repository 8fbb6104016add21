"""An order comes in: planned at once on the stock of the moment, or kept with the reason, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.record.brand import NOW, loaded

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order, Person
from doorstep.core.stock.models import Level, Move
from doorstep.domain.demand import Contact, OrderLine
from doorstep.domain.demand import Order as NewOrder
from doorstep.domain.errors import Conflict, NotFound, OutOfStock
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order

pytestmark = pytest.mark.django_db
ANN = Contact(name="Ann", address_1="Ring 1", email="ann@example.com")


def asked(code: str = "N-1", sku: str = "mug", quantity: int = 1) -> NewOrder:
    place = Place("DE", "BY", "Munich", "80331", 48.137, 11.575)
    return NewOrder(code, "web", NOW, "ann", place, (OrderLine("1", sku, quantity, 9_000_000),), contact=ANN)


def test_an_order_is_planned_and_its_stock_reserved() -> None:
    scope, brand_id = loaded()
    accepted = accept_order(scope, brand_id, asked(), now=NOW)
    assert (accepted.state, accepted.reason) == ("planned", "")
    assert [parcel.site for parcel in accepted.parcels] == ["munich"]
    order = Order.objects.get(pk=accepted.order_id)
    assert (order.state, order.person.name if order.person else "") == ("planned", "Ann")
    assert Move.objects.get(reference=f"order:{order.pk}").reason == "reservation"
    assert list(Fact.objects.filter(subject=f"order:{order.pk}").order_by("id").values_list("kind", flat=True)) == [
        "OrderPlaced",
        "OrderPromised",
    ]


def test_facts_hold_no_personal_data() -> None:
    scope, brand_id = loaded()
    accepted = accept_order(scope, brand_id, asked(), now=NOW)
    assert all("Ann" not in str(fact.data) for fact in Fact.objects.filter(subject=f"order:{accepted.order_id}"))


def test_an_unknown_sku_is_held_for_somebody_to_mend() -> None:
    scope, brand_id = loaded()
    accepted = accept_order(scope, brand_id, asked(sku="samovar"), now=NOW)
    assert (accepted.state, accepted.reason) == ("held", "unknown_sku")
    assert "samovar" in accepted.detail
    assert Order.objects.get(code="N-1").lines.get().product is None


def test_missing_goods_are_waited_for_or_refused_as_asked() -> None:
    scope, brand_id = loaded()
    waits = accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW)
    assert (waits.state, waits.reason) == ("open", "stock_out")
    people = Person.objects.count()
    with pytest.raises(OutOfStock, match="teapot"):
        accept_order(scope, brand_id, asked("N-2", "teapot", 3), now=NOW, on_shortage="refuse")
    assert not Order.objects.filter(code="N-2").exists()
    assert Person.objects.count() == people


def test_a_code_is_given_once() -> None:
    scope, brand_id = loaded()
    accept_order(scope, brand_id, asked(), now=NOW)
    before = list(Level.objects.order_by("pk").values_list("state", "quantity"))
    with pytest.raises(Conflict, match="N-1"):
        accept_order(scope, brand_id, asked(quantity=2), now=NOW)
    assert list(Level.objects.order_by("pk").values_list("state", "quantity")) == before


def test_another_brands_shelf_is_out_of_reach() -> None:
    scope, brand_id = loaded()
    with pytest.raises(NotFound):
        accept_order(replace(scope, brands=frozenset()), brand_id, asked(), now=NOW)
    with pytest.raises(NotFound):
        accept_order(
            Scope(scope.operator + 1, frozenset({brand_id + 1}), "brand_admin", "x"), brand_id, asked(), now=NOW
        )


def test_the_last_units_are_promised_once() -> None:
    scope, brand_id = loaded()
    there = sum(Level.objects.filter(product__sku="mug", state="available").values_list("quantity", flat=True))
    states = [
        accept_order(scope, brand_id, asked(f"N-{n}"), now=NOW + timedelta(seconds=n)).state for n in range(there + 2)
    ]
    assert states == ["planned"] * there + ["open"] * 2
