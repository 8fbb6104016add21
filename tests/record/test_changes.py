"""Orders that are in the record already: held and mended, changed, cancelled, sent otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.core.stock.ledger import assert_moves_add_up
from tests.record import brand
from tests.record.brand import NOW
from tests.record.test_accept import asked

from doorstep.core.catalog.models import Product
from doorstep.core.decisions.models import Decision
from doorstep.core.events.models import Fact
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.orders.rewriting import set_review_rule
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.actions import adjust, post
from doorstep.core.stock.models import Level
from doorstep.core.tariffs.models import ZoneRule
from doorstep.domain.demand import Order as NewOrder
from doorstep.domain.errors import Conflict, NotFound, OutOfStock
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.faults import forget_rule
from doorstep.flows.mend import release_hold
from doorstep.flows.override import Leg, options, override, weigh
from doorstep.flows.plan_day import plan_day
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def loaded() -> tuple[Scope, int]:
    """The tea shop before its first order."""
    scope, brand_id = brand.loaded()
    Order.objects.all().delete()
    return scope, brand_id


def kinds(pk: int) -> list[str]:
    return list(Fact.objects.filter(subject=f"order:{pk}").order_by("id").values_list("kind", flat=True))


def reserved() -> dict[str, int]:
    rows = Level.objects.filter(state="reserved", quantity__gt=0).values_list("product__sku", "quantity")
    return dict(rows)


def quantity(order: NewOrder, units: int) -> NewOrder:
    return replace(order, lines=tuple(replace(line, quantity=units) for line in order.lines))


def test_all_faults_are_told_at_once_and_the_first_is_the_reason() -> None:
    scope, brand_id = loaded()
    order = replace(asked(sku="samovar"), payment="pending", review=True, place=Place("DE", "", "Munich", "8033"))
    accepted = accept_order(scope, brand_id, order, now=NOW)
    assert (accepted.state, accepted.reason) == ("held", "unknown_sku")
    told = [one.reason for one in accepted.faults]
    assert told == ["unknown_sku", "address_postcode", "payment_pending", "brand_review"]
    row = Order.objects.get()
    assert [one[0] for one in row.faults] == told
    assert (row.payment, row.review) == ("pending", True)
    assert reserved() == {}


def test_a_hold_is_let_go_when_nothing_is_left_of_it() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, replace(asked(), payment="pending", review=True), now=NOW).order_id
    still = release_hold(scope, brand_id, pk, ["payment"], now=LATER)
    assert (still.state, still.reason) == ("held", "brand_review")
    let_go = release_hold(scope, brand_id, pk, ["review"], now=LATER)
    assert (let_go.state, len(let_go.parcels)) == ("planned", 1)
    assert reserved() == {"mug": 1}
    assert kinds(pk) == ["OrderPlaced", "OrderHeld", "FaultsSettled", "OrderHeld", "FaultsSettled", "OrderPromised"]
    row = Order.objects.get()
    assert (row.payment, row.settled, row.faults, row.reason) == ("paid", ["review"], [], "")
    with pytest.raises(Conflict, match="not held"):
        release_hold(scope, brand_id, pk, [], now=LATER)


def test_a_sku_that_has_become_known_mends_its_order() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="samovar"), now=NOW).order_id
    assert release_hold(scope, brand_id, pk, [], now=LATER).reason == "unknown_sku"
    mug = Product.objects.get(sku="mug")
    mug.pk, mug.sku = None, "samovar"
    mug.save()
    waits = release_hold(scope, brand_id, pk, [], now=LATER + timedelta(seconds=5))
    assert (waits.state, waits.reason) == ("open", "stock_out")
    assert Order.objects.get().lines.get().product_id == mug.pk


def test_a_brand_looks_at_what_is_dear() -> None:
    scope, brand_id = loaded()
    set_review_rule(brand_id, 20_000_000)
    forget_rule(brand_id)
    assert accept_order(scope, brand_id, asked("N-1", quantity=2), now=NOW).state == "planned"
    dear = accept_order(scope, brand_id, asked("N-2", quantity=3), now=NOW)
    assert (dear.state, dear.reason) == ("held", "brand_review")
    assert "27.00 EUR" in dear.detail


def test_goods_that_cross_a_customs_border_need_their_papers() -> None:
    scope, brand_id = loaded()
    Product.objects.update(hs_code="", origin_country="")
    abroad = replace(asked(), place=Place("CH", "ZH", "Zürich", "8001"))
    accepted = accept_order(scope, brand_id, abroad, now=NOW)
    assert "customs_data_missing" in [one.reason for one in accepted.faults]
    near = replace(asked("N-2"), place=Place("FR", "", "Paris", "75011"))
    assert "customs_data_missing" not in [one.reason for one in accept_order(scope, brand_id, near, now=NOW).faults]


def test_goods_without_papers_are_sent_from_this_side_of_the_border() -> None:
    """Both sites have a teapot; Munich becomes Zurich for the test."""
    scope, brand_id = loaded()
    Site.objects.filter(code="munich").update(country="CH")
    zone = ZoneRule.objects.get(service__code="parcel", zone="country")
    zone.pk, zone.origin_country = None, "CH"
    zone.save()
    Product.objects.filter(sku="teapot").update(hs_code="691200", origin_country="DE")
    both = [accept_order(scope, brand_id, asked(f"N-{n}", "teapot"), now=LATER) for n in range(2)]
    assert {one.site for accepted in both for one in accepted.parcels} == {"berlin", "munich"}
    for one in both:
        cancel_order(scope, brand_id, one.order_id, "other", now=NOW)
    Product.objects.filter(sku="teapot").update(hs_code="")
    again = [accept_order(scope, brand_id, asked(f"M-{n}", "teapot"), now=LATER + timedelta(hours=1)) for n in range(2)]
    assert [(one.state, one.reason) for one in again] == [("planned", ""), ("held", "customs_data_missing")]
    assert [parcel.site for parcel in again[0].parcels] == ["berlin"]


def test_an_edit_moves_the_difference_alone_and_keeps_what_was() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(quantity=2), now=NOW).order_id
    more = edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER)
    assert (more.state, reserved()) == ("planned", {"mug": 3})
    assert [one.parcel for one in more.parcels] == ["N-1-2"]
    less = edit_order(scope, brand_id, pk, lambda order: quantity(order, 1), now=LATER)
    assert reserved() == {"mug": 1}
    assert list(Parcel.objects.order_by("pk").values_list("code", "state", "state_reason")) == [
        ("N-1-1", "cancelled", "replaced"),
        ("N-1-2", "cancelled", "replaced"),
        ("N-1-3", "planned", ""),
    ]
    assert Decision.objects.count() == 3
    assert kinds(pk)[2:] == ["OrderEdited", "Repromised", "OrderEdited", "OrderPromised"]
    assert Fact.objects.filter(kind="OrderEdited").last().data == {"changed": ["lines"]}  # type: ignore[union-attr]
    assert less.before
    assert less.after
    assert less.after.cost_minor < less.before.cost_minor
    assert_moves_add_up()


def test_what_no_plan_depends_on_is_changed_without_one() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    edited = edit_order(scope, brand_id, pk, lambda order: replace(order, gift_note="Enjoy", priority=2), now=LATER)
    assert (edited.state, edited.parcels, edited.before == edited.after) == ("planned", (), True)
    assert Order.objects.values_list("gift_note", "priority", "revision").get() == ("Enjoy", 2, 1)
    assert Parcel.objects.get().state == "planned"
    assert kinds(pk) == ["OrderPlaced", "OrderPromised", "OrderEdited"]


def test_an_edit_that_outgrows_the_stock_waits_or_is_refused_as_asked() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="teapot"), now=NOW).order_id
    with pytest.raises(OutOfStock):
        edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER, on_shortage="refuse")
    assert (Order.objects.get().state, reserved()) == ("planned", {"teapot": 1})
    waits = edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER)
    assert (waits.state, waits.reason, reserved()) == ("open", "stock_out", {})
    assert kinds(pk)[-1] == "OrderWaits"
    plan_day(scope, brand_id, now=LATER, run=Run())
    assert Order.objects.get().state == "open"
    again = edit_order(scope, brand_id, pk, lambda order: quantity(order, 1), now=LATER)
    assert (again.state, reserved()) == ("planned", {"teapot": 1})


def test_an_order_that_waits_again_is_planned_with_new_codes_for_its_parcels() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="teapot"), now=NOW).order_id
    edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER)
    teapots = Level.objects.filter(product__sku="teapot", state="available")[0]
    adjust(brand_id, teapots.site_id, teapots.product_id, 5, reason="count", at=NOW, actor="user:1")
    assert plan_day(scope, brand_id, now=LATER, run=Run()).planned == 1
    codes = Parcel.objects.filter(state="planned").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["N-1-2", "N-1-3"]


def test_an_edit_keeps_units_that_nobody_else_could_give() -> None:
    """All mugs of the brand are this order's: planning anew must not find the shelf empty."""
    scope, brand_id = loaded()
    there = 3
    mugs = Level.objects.get(product__sku="mug", state="available")
    adjust(brand_id, mugs.site_id, mugs.product_id, there - mugs.quantity, reason="count", at=NOW, actor="user:1")
    pk = accept_order(scope, brand_id, asked(quantity=there), now=NOW).order_id
    day = date(2026, 11, 25)
    edited = edit_order(scope, brand_id, pk, lambda order: replace(order, not_before=day), now=LATER)
    assert edited.state == "planned"
    assert sum(Level.objects.filter(product__sku="mug", state="reserved").values_list("quantity", flat=True)) == there


def test_an_edited_address_is_checked_and_may_hold_the_order() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    wrong = Place("DE", "", "Munich", "803")
    held = edit_order(scope, brand_id, pk, lambda order: replace(order, place=wrong), now=LATER)
    assert (held.state, held.reason, reserved()) == ("held", "address_postcode", {})
    right = release_hold(scope, brand_id, pk, ["address"], now=LATER)
    assert right.state in ("planned", "open")


def test_coordinates_that_were_lent_do_not_pass_for_told_ones() -> None:
    scope, brand_id = loaded()
    accept_order(scope, brand_id, asked("N-0"), now=NOW)
    bare = replace(asked(), place=Place("DE", "BY", "Munich", "80331"))
    pk = accept_order(scope, brand_id, bare, now=NOW).order_id
    row = Order.objects.filter(pk=pk)
    assert row.values_list("address_precision", "latitude").get() == ("postcode", 48.137)
    edit_order(scope, brand_id, pk, lambda order: quantity(order, 2), now=LATER)
    assert row.values_list("address_precision", "latitude").get() == ("postcode", 48.137)
    changes = row.get().person.address_changes  # type: ignore[union-attr]
    assert changes == [["coordinates", "", "48.1370, 11.5750"]]
    away = Place("DE", "BE", "Berlin", "10115", 48.137, 11.575)
    edit_order(scope, brand_id, pk, lambda order: replace(order, place=away), now=LATER)
    assert row.values_list("address_precision", "latitude").get() == ("country", None)
    told = Place("DE", "BE", "Berlin", "10115", 52.5, 13.4)
    edit_order(scope, brand_id, pk, lambda order: replace(order, place=told), now=LATER)
    assert row.values_list("address_precision", "latitude").get() == ("coordinates", 52.5)


def test_an_editor_who_saw_an_older_order_is_told() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    edit_order(scope, brand_id, pk, lambda order: quantity(order, 2), now=LATER, expected=0)
    with pytest.raises(Conflict, match="meanwhile"):
        edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER, expected=0)


def test_a_cancelled_order_gives_its_stock_back_and_stays_as_it_was_cancelled() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(quantity=2), now=NOW).order_id
    first = cancel_order(scope, brand_id, pk, "customer_request", "changed her mind", now=LATER)
    assert first == cancel_order(scope, brand_id, pk, "fraud", now=LATER)
    assert (first.reason, first.note) == ("customer_request", "changed her mind")
    assert (Order.objects.get().state, reserved()) == ("cancelled", {})
    assert Parcel.objects.values_list("state", "state_reason").get() == ("cancelled", "customer_request")
    assert kinds(pk).count("OrderCancelled") == 1
    with pytest.raises(Conflict, match="cancelled"):
        edit_order(scope, brand_id, pk, lambda order: quantity(order, 3), now=LATER)
    assert_moves_add_up()


@pytest.mark.parametrize("state", ["part_shipped", "shipped", "delivered"])
def test_what_has_left_is_not_cancelled(state: str) -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    Order.objects.update(state=state)
    with pytest.raises(Conflict, match="until it has left"):
        cancel_order(scope, brand_id, pk, "other", now=LATER)


def test_a_waiting_order_is_cancelled_and_not_planned_any_more() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(sku="teapot", quantity=3), now=NOW).order_id
    cancel_order(scope, brand_id, pk, "out_of_stock", now=LATER)
    plan_day(scope, brand_id, now=LATER, run=Run())
    assert Order.objects.get(pk=pk).state == "cancelled"


def test_a_person_sends_it_otherwise_and_the_receipt_says_so() -> None:
    scope, brand_id = loaded()
    accepted = accept_order(scope, brand_id, asked(), now=NOW)
    found = options(scope, brand_id, accepted.order_id, now=LATER)
    assert len(found) > 1
    other = next(one for one in found[1:] if one.open)
    seen = weigh(scope, brand_id, accepted.order_id, other.legs, now=LATER)
    assert seen.after.cost_minor == other.cost_minor
    assert Order.objects.get().revision == 0
    done = override(scope, brand_id, accepted.order_id, other.legs, "the shopper asked", now=LATER)
    assert done.after == seen.after
    fact = Fact.objects.get(kind="PlanOverridden")
    assert fact.data == {
        "cost_minor": seen.after.cost_minor,
        "before_minor": seen.before.cost_minor,
    }
    receipt = Decision.objects.order_by("-pk")[0]
    assert receipt.record["override"]["reason"] == "the shopper asked"
    assert receipt.record["override"]["by"] == scope.actor
    assert receipt.record["rejected"][0]["constraint"] == "a person chose otherwise"
    assert sum(reserved().values()) == 1
    assert_moves_add_up()


def test_an_override_needs_a_reason_and_a_way() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    with pytest.raises(Conflict, match="say why"):
        override(scope, brand_id, pk, [Leg("munich")], " ", now=LATER)
    with pytest.raises(Conflict, match="no site"):
        override(scope, brand_id, pk, [Leg("atlantis")], "because", now=LATER)
    waits = accept_order(scope, brand_id, asked("N-2", "teapot", 3), now=NOW).order_id
    with pytest.raises(Conflict, match="no plan"):
        weigh(scope, brand_id, waits, [Leg("munich")], now=LATER)


def test_nobody_else_reaches_an_order() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    stranger = Scope(scope.operator + 1, frozenset(), "operator_admin", "user:9")
    with pytest.raises(NotFound):
        cancel_order(stranger, brand_id, pk, "other", now=LATER)
    with pytest.raises(NotFound):
        edit_order(stranger, brand_id, pk, lambda order: order, now=LATER)
    with pytest.raises(NotFound):
        release_hold(stranger, brand_id, pk, [], now=LATER)
    with pytest.raises(NotFound):
        override(stranger, brand_id, pk, [Leg("munich")], "because", now=LATER)


def test_a_nominated_day_is_kept() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    day = date(2026, 11, 30)
    edited = edit_order(scope, brand_id, pk, lambda order: replace(order, not_before=day), now=LATER)
    assert edited.state == "planned"
    assert all(one.promised_by >= day for one in edited.parcels)
    assert kinds(pk)[-1] == "Repromised"


def test_the_last_one_goes_to_whom_it_matters_more() -> None:
    """Both wait; the later one has the higher priority."""
    scope, brand_id = loaded()
    for code, priority in (("N-1", 0), ("N-2", 5)):
        accept_order(scope, brand_id, replace(asked(code, "teapot", 3), priority=priority), now=NOW)
    teapots = Level.objects.filter(product__sku="teapot", state="available").order_by("pk")[0]
    adjust(brand_id, teapots.site_id, teapots.product_id, 1, reason="count", at=NOW, actor="user:1")
    assert plan_day(scope, brand_id, now=LATER, run=Run()).planned == 1
    assert dict(Order.objects.values_list("code", "state")) == {"N-1": "open", "N-2": "planned"}


def test_a_released_order_is_changed_until_something_of_it_is_picked() -> None:
    scope, brand_id = loaded()
    pk = accept_order(scope, brand_id, asked(), now=NOW).order_id
    Parcel.objects.update(state="released")
    Order.objects.update(state="released")
    assert edit_order(scope, brand_id, pk, lambda order: quantity(order, 2), now=LATER).state == "planned"
    Parcel.objects.exclude(state="cancelled").update(state="released")
    Order.objects.update(state="released")
    mugs = Level.objects.get(product__sku="mug", state="reserved")
    shelf = Shelf(mugs.site_id, mugs.product_id, mugs.bin, mugs.lot, "reserved")
    taken = Shift(shelf, replace(shelf, state="picked"), 1, "pick", reference=f"order:{pk}")
    post(brand_id, [taken], at=NOW, actor="user:1")
    with pytest.raises(Conflict, match="picked or packed already"):
        edit_order(scope, brand_id, pk, lambda order: quantity(order, 1), now=LATER)
    assert Order.objects.get().state == "released"
