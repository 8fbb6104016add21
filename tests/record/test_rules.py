"""The operator's rules in the record: quotes, orders, changes, choices of a person and back-orders obey them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.record.brand import NOW, TEA_SHOP, loaded
from tests.record.test_accept import asked

from doorstep.core.decisions.models import Decision
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.models import Inbound, Level
from doorstep.core.tariffs.actions import keep_rules
from doorstep.domain.demand import OrderLine
from doorstep.domain.errors import Conflict, OutOfStock
from doorstep.domain.rights import Scope
from doorstep.flows import fill_back_orders as filling
from doorstep.flows.accept import accept_order
from doorstep.flows.edit import edit_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.override import Leg, options, override
from doorstep.flows.plan_day import plan_day
from doorstep.flows.plan_now import plan_now
from doorstep.flows.quote import accept_quote, quote_cart
from doorstep.flows.standing import forget
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
RESERVE = '[[rule]]\nid = "reserve"\nkind = "safety_stock"\nunits = 4\nskus = ["mug"]\n'
TENTH = '[[rule]]\nid = "tenth"\nkind = "safety_stock"\nshare = 0.5\nskus = ["mug"]\n'
FROM_BERLIN = (
    '[[rule]]\nid = "berlin"\nkind = "only_from_sites"\nsites = ["berlin"]\nreason = "the shop is for guests"\n'
)


@pytest.fixture
def shop() -> tuple[Scope, int]:
    """Twelve mugs in Munich, a teapot in either town."""
    return loaded()


def ruled(brand_id: int, text: str) -> None:
    keep_rules(brand_id, text)
    forget()


def left_of(sku: str) -> int:
    return sum(Level.objects.filter(product__sku=sku, state="available").values_list("quantity", flat=True))


def states(shop: tuple[Scope, int], orders: int, quantity: int = 1) -> list[str]:
    placed = (asked(f"M-{n}", quantity=quantity) for n in range(orders))
    return [accept_order(*shop, one, now=NOW + timedelta(seconds=n)).state for n, one in enumerate(placed)]


def test_a_quote_obeys_and_so_does_the_order_that_comes_with_it(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, FROM_BERLIN)
    cart = asked(sku="teapot")
    quoted = quote_cart(scope, brand_id, cart, now=NOW)
    assert {one.site for option in quoted.options for one in option.parcels} == {"berlin"}
    accept_quote(scope, quoted.pk, 0, now=NOW)
    accepted = accept_quoted(scope, brand_id, cart, quoted.pk, now=NOW + timedelta(minutes=1))
    assert [one.site for one in accepted.parcels] == ["berlin"]


def test_what_a_quote_holds_is_not_kept_back_from_its_order(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, RESERVE)
    cart = asked(quantity=6)  # 12 are there, 4 stay
    quoted = quote_cart(scope, brand_id, cart, now=NOW)
    accept_quote(scope, quoted.pk, 0, now=NOW)
    assert states(shop, 3) == ["planned", "planned", "open"]
    accepted = accept_quoted(scope, brand_id, cart, quoted.pk, now=NOW + timedelta(minutes=1))
    assert accepted.state == "planned"
    assert left_of("mug") == 4


def test_what_an_order_holds_is_not_kept_back_from_it_when_it_changes(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, RESERVE)
    pk = accept_order(scope, brand_id, asked(quantity=8), now=NOW).order_id  # all that may go
    assert left_of("mug") == 4
    done = edit_order(scope, brand_id, pk, lambda one: replace(one, residential=False), now=NOW)
    assert (done.state, left_of("mug")) == ("planned", 4)
    more = edit_order(scope, brand_id, pk, lambda one: replace(one, lines=asked(quantity=9).lines), now=NOW)
    assert (more.state, more.reason) == ("open", "stock_out")


def test_a_share_stays_what_it_was_while_orders_come(shop: tuple[Scope, int]) -> None:
    _, brand_id = shop
    ruled(brand_id, TENTH)
    assert states(shop, 8) == ["planned"] * 6 + ["open"] * 2  # half of twelve stays
    assert left_of("mug") == 6


def test_an_order_that_a_safety_stock_leaves_short_does_as_its_shop_wishes(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, RESERVE)
    waits = accept_order(scope, brand_id, asked("N-1", quantity=9), now=NOW)
    assert (waits.state, waits.reason) == ("open", "stock_out")
    assert "rule reserve" in waits.detail
    with pytest.raises(OutOfStock, match="reserve"):
        accept_order(scope, brand_id, asked("N-2", quantity=9), now=NOW, on_shortage="refuse")
    level = Level.objects.filter(product__sku="mug").first()
    assert level is not None
    Inbound.objects.create(
        brand_id=brand_id, site_id=level.site_id, product_id=level.product_id, quantity=20,
        expected_at=NOW + timedelta(days=2),
    )  # fmt: skip
    late = accept_order(scope, brand_id, asked("N-3", quantity=9), now=NOW, on_shortage="back_order")
    assert (late.state, late.reason) == ("open", "back_order")
    assert late.expected_by is not None
    assert late.expected_by > NOW.date() + timedelta(days=2)


def test_an_edit_that_a_rule_tells_apart_is_planned_anew(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    lines = (OrderLine("1", "teapot", 2, 9_000_000),)  # one here and one there
    pk = accept_order(scope, brand_id, replace(asked(), lines=lines), now=NOW).order_id
    assert Parcel.objects.filter(order=pk).count() == 2
    ruled(brand_id, '[[rule]]\nid = "gifts"\nkind = "never_split"\ngift = true\n')
    same = edit_order(scope, brand_id, pk, lambda one: replace(one, priority=2), now=NOW)
    assert (same.state, Decision.objects.filter(order=pk).count()) == ("planned", 1)
    gift = edit_order(scope, brand_id, pk, lambda one: replace(one, gift_note="Enjoy"), now=NOW)
    assert (gift.state, gift.reason) == ("open", "rule")
    assert "rule gifts" in gift.detail


def test_an_override_is_not_above_a_rule(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, FROM_BERLIN)
    pk = accept_order(scope, brand_id, asked(sku="teapot"), now=NOW).order_id
    listed = options(scope, brand_id, pk, now=NOW)
    barred = [one for one in listed if "rule berlin: the shop is for guests" in one.constraint]
    assert any(one.name.startswith("munich by parcel") for one in barred)
    assert not any(one.open for one in barred)
    with pytest.raises(Conflict):
        override(scope, brand_id, pk, (Leg("munich", "parcel", "small"),), "the guest asked", now=NOW)
    assert set(Parcel.objects.filter(order=pk).values_list("site__code", flat=True)) == {"berlin"}


def test_a_days_plan_and_a_plan_of_one_order_obey(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    ruled(brand_id, FROM_BERLIN)
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id  # mugs are in Munich alone
    assert (Order.objects.get(pk=pk).state, Order.objects.get(pk=pk).reason) == ("open", "rule")
    assert plan_now(scope, brand_id, pk, now=NOW).state == "open"
    plan_day(scope, brand_id, now=NOW, run=Run())
    assert set(Parcel.objects.values_list("site__code", flat=True)) == {"berlin"}
    ruled(brand_id, "")
    assert plan_now(scope, brand_id, pk, now=NOW).state == "planned"


def test_a_dated_safety_stock_is_in_force_on_the_day_of_planning_however_old_the_orders(
    shop: tuple[Scope, int],
) -> None:
    scope, brand_id = shop
    pk = accept_order(scope, brand_id, asked(quantity=13), now=NOW).order_id  # too many for today
    Level.objects.filter(product__sku="mug", state="available").update(quantity=14)
    ruled(brand_id, f"{RESERVE}from = {(NOW + timedelta(days=1)).date()}\n")
    plan_day(scope, brand_id, now=NOW + timedelta(days=1), run=Run(), only=[pk])
    assert Order.objects.get(pk=pk).reason == "stock_out"
    plan_day(scope, brand_id, now=NOW, run=Run(), only=[pk])
    assert Order.objects.get(pk=pk).state == "planned"


def test_a_folders_rules_come_with_it(tmp_path: Path) -> None:
    shutil.copytree(TEA_SHOP, tmp_path / "brand")
    (tmp_path / "brand" / "rules.toml").write_text(FROM_BERLIN, encoding="utf-8")
    shop = loaded(tmp_path / "brand")
    assert [one.site for one in accept_order(*shop, asked(sku="teapot"), now=NOW).parcels] == ["berlin"]


def announced(brand_id: int, units: int) -> int:
    level = Level.objects.filter(product__sku="mug", state="available").get()
    return Inbound.objects.create(
        brand_id=brand_id, site_id=level.site_id, product_id=level.product_id, quantity=units,
        expected_at=NOW + timedelta(days=2),
    ).pk  # fmt: skip


def test_a_share_is_kept_back_of_announced_goods_and_of_what_is_reserved(shop: tuple[Scope, int]) -> None:
    _, brand_id = shop
    ruled(brand_id, TENTH)
    assert states(shop, 6) == ["planned"] * 6  # reserved; six of the twelve stay
    announced(brand_id, 12)
    late = accept_order(*shop, asked("N-8", quantity=8), now=NOW, on_shortage="back_order")
    assert (late.reason, late.expected_by) == ("stock_out", None)  # of 24 half stays, and 6 are reserved
    fits = accept_order(*shop, asked("N-6", quantity=6), now=NOW, on_shortage="back_order")
    assert fits.reason == "back_order"


def test_a_back_order_behind_a_safety_stock_is_not_tried_and_stands_in_nobodys_way(
    shop: tuple[Scope, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, brand_id = shop
    ruled(brand_id, RESERVE)
    announced(brand_id, 20)
    old, young = (
        accept_order(scope, brand_id, asked(code, quantity=units), now=NOW, on_shortage="back_order").order_id
        for code, units in (("N-1", 10), ("N-2", 9))
    )
    tried: list[int] = []
    monkeypatch.setattr(filling, "plan_day", lambda *_, only, **__: tried.extend(only))
    filling.fill_back_orders(scope, brand_id, now=NOW)
    assert tried == []  # twelve are there, four stay
    Level.objects.filter(product__sku="mug", state="available").update(quantity=13)
    filling.fill_back_orders(scope, brand_id, now=NOW)
    assert (tried, old < young) == ([young], True)
