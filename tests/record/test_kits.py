"""Kits: ordered as one product, planned, reserved, picked and returned as what they consisted of when ordered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.core_fixtures import make_product
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order, OrderLine
from doorstep.core.orders.queries import get_order
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.queries import returnable
from doorstep.core.stock.models import Level, Move
from doorstep.domain.demand import OrderLine as NewLine
from doorstep.domain.demand import Part
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.define_kit import define_kit
from doorstep.flows.edit import edit_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.override import Leg, options, override
from doorstep.flows.plan_day import plan_day
from doorstep.flows.quote import accept_quote, quote_cart
from doorstep.flows.returns import FoundUnits, ask_return, grade_return, receive_return
from doorstep.flows.standing import forget
from doorstep.flows.stock import Receipt, announce, receive
from doorstep.flows.take_in import Sent, take_in
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> tuple[Scope, int]:
    """The tea shop, which sells a set of a teapot and two mugs."""
    forget()
    scope, brand_id = loaded()
    make_product(Brand.objects.get(pk=brand_id), "set")
    define_kit(scope, brand_id, "set", {"teapot": 1, "mug": 2}, now=NOW)
    return scope, brand_id


def reserved(pk: int) -> Counter[str]:
    """Units that an order holds, by sku."""
    held: Counter[str] = Counter()
    for sign, end in ((1, "target"), (-1, "source")):
        moves = Move.objects.filter(reference=f"order:{pk}", **{f"{end}__state": "reserved"})
        for sku, units in moves.values_list(f"{end}__product__sku", "quantity"):
            held[sku] += sign * units
    return +held


def contents(pk: int) -> list[list[object]]:
    live = Parcel.objects.filter(order_id=pk).exclude(state="cancelled")
    return sorted(one for row in live for one in row.contents)


def test_a_kit_is_planned_and_reserved_as_its_components(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    accepted = accept_order(scope, brand_id, asked(sku="set"), now=NOW)
    assert accepted.state == "planned"
    assert reserved(accepted.order_id) == {"teapot": 1, "mug": 2}
    assert contents(accepted.order_id) == [["1", "mug", 2], ["1", "teapot", 1]]
    found = get_order(scope, "N-1")
    assert found is not None
    line = found.lines[0]
    assert (line.sku, line.quantity, line.parts) == ("set", 1, (Part("teapot", 1), Part("mug", 2)))


def test_a_kit_beside_its_own_component_takes_units_of_both_lines(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    order = asked(sku="set")
    order = replace(order, lines=(*order.lines, NewLine("2", "mug", 3, 9_000_000)))
    accepted = accept_order(scope, brand_id, order, now=NOW)
    assert reserved(accepted.order_id) == {"teapot": 1, "mug": 5}
    assert contents(accepted.order_id) == [["1", "mug", 2], ["1", "teapot", 1], ["2", "mug", 3]]


def test_a_kit_changed_later_leaves_a_placed_order_as_it_was(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    waits = accept_order(scope, brand_id, asked(sku="set", quantity=3), now=NOW)  # there are two teapots
    assert (waits.state, waits.reason) == ("open", "stock_out")
    assert "teapot" in waits.detail
    define_kit(scope, brand_id, "set", {"tray": 1}, now=NOW)
    receive(scope, brand_id, Receipt("munich", "teapot", 5), now=NOW)
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    assert Order.objects.get(pk=waits.order_id).state == "planned"
    assert reserved(waits.order_id) == {"teapot": 3, "mug": 6}
    fresh = accept_order(scope, brand_id, asked("N-2", "set"), now=NOW)
    assert reserved(fresh.order_id) == {"tray": 1}


def test_an_order_of_what_became_a_kit_later_stays_plain(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    make_product(Brand.objects.get(pk=brand_id), "box")
    waits = accept_order(scope, brand_id, asked(sku="box"), now=NOW)
    define_kit(scope, brand_id, "box", {"mug": 1}, now=NOW)
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW, only=[waits.order_id])
    assert Order.objects.get(pk=waits.order_id).state == "open"
    assert OrderLine.objects.get(order_id=waits.order_id).parts == []


def test_many_orders_at_once_become_their_components(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    sent = [Sent(1, "N-1", asked(sku="set")), Sent(2, "N-2", asked("N-2", "mug"))]
    told = list(take_in(scope, brand_id, sent, now=NOW, plan=True))
    assert [(one.order, one.result) for one in told[2:]] == [("N-1", "planned"), ("N-2", "planned")]
    assert reserved(Order.objects.get(code="N-1").pk) == {"teapot": 1, "mug": 2}
    again = list(take_in(scope, brand_id, sent[:1], now=NOW))
    assert [one.result for one in again] == ["exists"]


def test_an_edit_keeps_what_a_line_became_and_looks_up_a_new_one(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    pk = accept_order(scope, brand_id, asked(sku="set"), now=NOW).order_id
    define_kit(scope, brand_id, "set", {"mug": 1}, now=NOW)
    twice = NewLine("1", "set", 2, 9_000_000)
    edit_order(scope, brand_id, pk, lambda order: replace(order, lines=(twice,)), now=NOW)
    assert reserved(pk) == {"teapot": 2, "mug": 4}
    more = NewLine("2", "set", 1, 9_000_000)
    edit_order(scope, brand_id, pk, lambda order: replace(order, lines=(*order.lines, more)), now=NOW)
    assert reserved(pk) == {"teapot": 2, "mug": 5}
    assert list(OrderLine.objects.filter(order_id=pk).order_by("id").values_list("parts", flat=True)) == [
        [["teapot", 1], ["mug", 2]],
        [["mug", 1]],
    ]
    edit_order(scope, brand_id, pk, lambda order: replace(order, gift_note="Enjoy"), now=NOW)
    assert reserved(pk) == {"teapot": 2, "mug": 5}


def test_a_kit_can_be_sent_otherwise(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    pk = accept_order(scope, brand_id, asked(sku="set"), now=NOW).order_id
    assert options(scope, brand_id, pk, now=NOW)[0].open
    apart = (Leg("munich", skus=("mug",)), Leg("berlin", skus=("teapot",)))
    override(scope, brand_id, pk, apart, "two sites", now=NOW)
    assert reserved(pk) == {"teapot": 1, "mug": 2}


def test_a_cart_with_a_kit_is_quoted_reserved_and_ordered(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    quoted = quote_cart(scope, brand_id, asked(sku="set"), now=NOW)
    assert sorted(one.contents for one in quoted.options[0].parcels) == [(("mug", 2), ("teapot", 1))]
    accept_quote(scope, quoted.pk, 0, now=NOW)
    accepted = accept_quoted(scope, brand_id, asked(sku="set"), quoted.pk, now=NOW)
    assert reserved(accepted.order_id) == {"teapot": 1, "mug": 2}
    assert Fact.objects.get(kind="QuoteAccepted").data["kept"] is True
    short = quote_cart(scope, brand_id, asked(sku="set", quantity=3), now=NOW)
    assert short.why is not None
    assert short.why.reason == "stock_out"


def test_a_kit_comes_back_as_its_components(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    pk = accept_order(scope, brand_id, asked(sku="set", quantity=1), now=NOW).order_id
    Parcel.objects.filter(order_id=pk).update(state="delivered", ended_at=NOW)
    assert [(one.sku, one.units) for one in returnable(scope, pk)] == [("set", 1)]
    rma = ask_return(scope, brand_id, pk, {"1": 1}, "late", now=NOW)
    receive_return(scope, rma, "munich", now=NOW)
    grade_return(scope, rma, [FoundUnits("1", "A", 1)], now=NOW)
    back = Level.objects.filter(bin="returns", state="available").values_list("product__sku", "quantity")
    assert dict(back) == {"teapot": 1, "mug": 2}


def test_of_a_kit_in_two_parcels_only_whole_ones_can_go_back(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    pk = accept_order(scope, brand_id, asked(sku="set"), now=NOW).order_id
    apart = (Leg("munich", skus=("mug",)), Leg("berlin", skus=("teapot",)))
    override(scope, brand_id, pk, apart, "two sites", now=NOW)
    live = Parcel.objects.filter(order_id=pk).exclude(state="cancelled")
    live.filter(site__code="munich").update(state="delivered", ended_at=NOW)
    assert [one.units for one in returnable(scope, pk)] == [0]
    live.filter(site__code="berlin").update(state="delivered", ended_at=NOW)
    assert [one.units for one in returnable(scope, pk)] == [1]


def test_a_kit_holds_no_kit_no_stock_and_not_itself(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    make_product(Brand.objects.get(pk=brand_id), "box")
    for sku, parts, why in (
        ("box", {"set": 1}, "set is a kit itself"),
        ("box", {"box": 1}, "part of itself"),
        ("mug", {"tray": 1}, "mug is a part of set"),
        ("tray", {"mug": 1}, "tray holds stock"),
        ("box", {"mug": 0}, "at least one unit"),
    ):
        with pytest.raises(Conflict, match=why):
            define_kit(scope, brand_id, sku, parts, now=NOW)
    with pytest.raises(Conflict, match="set is a kit and has no stock of its own"):
        receive(scope, brand_id, Receipt("munich", "set", 1), now=NOW)
    with pytest.raises(Conflict, match="set is a kit and has no stock of its own"):
        announce(scope, brand_id, "munich", "set", 1, NOW, now=NOW)
    with pytest.raises(NotFound, match="box is no kit"):
        define_kit(scope, brand_id, "box", {}, now=NOW)
    with pytest.raises(NotFound, match="no product samovar"):
        define_kit(scope, brand_id, "set", {"samovar": 1}, now=NOW)
    define_kit(scope, brand_id, "set", {}, now=NOW)
    receive(scope, brand_id, Receipt("munich", "set", 1), now=NOW)
    assert Level.objects.filter(product=Product.objects.get(sku="set")).exists()


def test_who_may_not_manage_finds_no_brand(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    for other in (replace(scope, role="supervisor"), replace(scope, brands=frozenset({brand_id + 1}))):
        with pytest.raises(NotFound):
            define_kit(other, brand_id, "set", {"mug": 1}, now=NOW)


def test_defining_a_kit_is_told(shop: tuple[Scope, int]) -> None:
    del shop
    fact = Fact.objects.get(kind="KitDefined")
    assert fact.data == {"sku": "set", "parts": {"teapot": 1, "mug": 2}}
