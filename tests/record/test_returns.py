"""A return from the shopper's wish to the shelf: what may come back, what becomes of it, what is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.record.brand import NOW
from tests.web.filled import Filled, fill

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import OrderLine
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return, Window
from doorstep.core.returns.queries import returnable
from doorstep.core.stock import actions as stock
from doorstep.core.stock.leaving import Leaving, leave
from doorstep.core.stock.models import Level, Move
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.rights import Scope
from doorstep.flows.back_to_sender import take_in
from doorstep.flows.returns import FoundUnits, ask_return, grade_return, receive_return

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
LAST_DAY = (NOW + timedelta(days=90)).date()


@pytest.fixture
def filled() -> Filled:
    made = fill(NOW)
    OrderLine.objects.filter(order=made.planned).update(quantity=3)
    Parcel.objects.filter(order=made.planned).update(
        state="delivered", ended_at=NOW + timedelta(days=2), contents=[["1", "TEA-1", 3]]
    )
    return made


def scope_of(filled: Filled) -> Scope:
    return Scope(filled.operator.pk, frozenset({filled.brand.pk}), "supervisor", "user:1")


def asked(filled: Filled, quantity: int = 3) -> str:
    units = {"1": quantity}
    return ask_return(scope_of(filled), filled.brand.pk, filled.planned.pk, units, "late", now=LATER)


def kinds(filled: Filled) -> list[tuple[str, object]]:
    facts = Fact.objects.filter(subject=f"order:{filled.planned.pk}", kind__contains="Re").order_by("pk")
    return [(one.kind, one.data) for one in facts if one.kind.startswith("Re")]


def test_units_come_back_and_each_goes_where_its_grade_says(filled: Filled) -> None:
    rma, scope = asked(filled), scope_of(filled)
    before = Level.objects.get(site__code="lille", product__sku="TEA-1", state="available").quantity
    receive_return(scope, rma, "lille", now=LATER)
    receive_return(scope, rma, "verona", now=LATER)  # a second scan
    units = [FoundUnits("1", "A", 1), FoundUnits("1", "damaged", 1), FoundUnits("1", "missing", 1)]
    assert grade_return(scope, rma, units, now=LATER) == 2 * 1299
    levels = dict(Level.objects.filter(bin="returns").values_list("state", "quantity"))
    assert levels == {"available": 1, "damaged": 1}
    assert set(Move.objects.filter(reference__startswith="return:").values_list("reason", flat=True)) == {"return"}
    assert Level.objects.get(site__code="lille", product__sku="TEA-1", state="available", bin="A-1").quantity == before
    assert kinds(filled) == [
        ("ReturnAsked", {"rma": rma, "lines": 1}),
        ("ReturnReceived", {"rma": rma}),
        ("ReturnGraded", {"rma": rma, "sku": "TEA-1", "grade": "A", "disposition": "restock"}),
        ("ReturnGraded", {"rma": rma, "sku": "TEA-1", "grade": "damaged", "disposition": "damaged"}),
        ("ReturnGraded", {"rma": rma, "sku": "TEA-1", "grade": "missing", "disposition": "none"}),
        ("RefundDue", {"rma": rma, "amount_minor": 2598}),
    ]


def test_units_come_back_in_the_lot_in_which_they_left(filled: Filled) -> None:
    site, product = (
        Level.objects.values_list(f"{end}_id", flat=True).get(
            site__code="lille", product__sku="TEA-1", state="available", bin="A-1"
        )
        for end in ("site", "product")
    )
    brand, reference = filled.brand.pk, f"order:{filled.planned.pk}"
    for lot, day in (("L1", LAST_DAY), ("L2", LAST_DAY + timedelta(days=9)), ("L3", None)):
        stock.receive(brand, site, product, 1, "A-9", lot, day, at=NOW, actor="user:1")
        source, taken = (Shelf(site, product, "A-9", lot, state) for state in ("available", "picked"))
        stock.post(brand, [Shift(source, taken, 1, "pick", reference=reference)], at=NOW, actor="user:1")
    leave(brand, [Leaving(reference, site, {product: 3})], at=NOW, actor="user:1")
    rma, scope = asked(filled), scope_of(filled)
    receive_return(scope, rma, "lille", now=LATER)
    grade_return(scope, rma, [FoundUnits("1", "A", 2), FoundUnits("1", "B", 1)], now=LATER)
    back = Level.objects.filter(bin="returns", quantity__gt=0).order_by("state")
    assert list(back.values_list("state", "lot", "expires_on")) == [
        ("available", "L1", LAST_DAY),
        ("quarantined", "L1", LAST_DAY),
    ]


def test_a_return_is_graded_once_after_it_was_received_and_whole(filled: Filled) -> None:
    rma, scope = asked(filled, 2), scope_of(filled)
    whole = [FoundUnits("1", "B", 2)]
    with pytest.raises(Conflict, match="after it was received"):
        grade_return(scope, rma, whole, now=LATER)
    receive_return(scope, rma, "lille", now=LATER)
    for wrong in (
        [FoundUnits("1", "B", 1)],
        [FoundUnits("1", "B", 3)],
        [FoundUnits("1", "A", 2, "damaged")],
        [FoundUnits("2", "A", 2)],
        [FoundUnits("1", "A", 3), FoundUnits("1", "B", -1)],
    ):
        with pytest.raises(Conflict):
            grade_return(scope, rma, wrong, now=LATER)
    grade_return(scope, rma, whole, now=LATER)
    with pytest.raises(Conflict):
        grade_return(scope, rma, whole, now=LATER)
    assert Level.objects.get(bin="returns").quantity == 2


def test_no_unit_is_asked_back_twice(filled: Filled) -> None:
    asked(filled, 2)
    assert [one.units for one in returnable(scope_of(filled), filled.planned.pk)] == [1]
    with pytest.raises(Conflict, match="1 can go back"):
        asked(filled, 2)
    asked(filled, 1)
    assert Return.objects.filter(order=filled.planned).count() == 2


def test_a_brand_may_take_goods_back_for_longer(filled: Filled) -> None:
    late = NOW + timedelta(days=50)
    scope, of = scope_of(filled), (filled.brand.pk, filled.planned.pk)
    with pytest.raises(Conflict, match="more than 30 days"):
        ask_return(scope, *of, {"1": 1}, "late", now=late)
    Window.objects.create(brand=filled.brand, days=60)
    assert ask_return(scope, *of, {"1": 1}, "late", now=late)


def test_a_parcel_that_came_back_is_taken_in_by_any_number_of_it(filled: Filled) -> None:
    scope, parcel = scope_of(filled), Parcel.objects.filter(order=filled.planned).order_by("pk")[0]
    with pytest.raises(Conflict, match="has not come back"):
        take_in(scope, parcel.code, "lille", now=LATER)
    Parcel.objects.filter(order=filled.planned).exclude(pk=parcel.pk).update(state="cancelled")
    Parcel.objects.filter(pk=parcel.pk).update(state="returned", tracking="SBX-1", sscc="340123450000000017")
    with pytest.raises(NotFound):
        take_in(scope, parcel.code, "nowhere", now=LATER)
    assert not Return.objects.filter(parcel=parcel).exists()
    rma = take_in(scope, parcel.code, "lille", now=LATER)
    for scanned in ("SBX-1", "(00)340123450000000017", rma.lower()):
        assert take_in(scope, scanned, "lille", now=LATER) == rma
    assert grade_return(scope, rma, [FoundUnits("1", "A", 3)], now=LATER) == 3 * 1299
    assert Level.objects.get(bin="returns", state="available").quantity == 3
    assert Return.objects.get(parcel=parcel).reason == "returned_to_sender"
    assert [kind for kind, _ in kinds(filled)] == ["ReturnReceived", "ReturnGraded", "RefundDue"]
    sister = Scope(filled.operator.pk, frozenset({filled.sister.pk}), "supervisor", "user:2")
    with pytest.raises(NotFound):
        take_in(sister, parcel.code, "lille", now=LATER)


def test_what_came_back_to_its_sender_is_not_taken_off_what_arrived(filled: Filled) -> None:
    scope, parcel = scope_of(filled), Parcel.objects.filter(order=filled.planned).order_by("pk")[0]
    Parcel.objects.filter(pk=parcel.pk).update(contents=[["1", "TEA-1", 1]])
    parcel.pk, parcel.code, parcel.sscc = None, "back", ""
    parcel.state, parcel.contents = "returned", [["1", "TEA-1", 2]]
    parcel.save(force_insert=True)
    take_in(scope, "back", "lille", now=LATER)
    assert [one.units for one in returnable(scope, filled.planned.pk)] == [1]


def test_a_return_of_somebody_else_is_not_there(filled: Filled) -> None:
    rma = asked(filled)
    sister = Scope(filled.operator.pk, frozenset({filled.sister.pk}), "supervisor", "user:2")
    with pytest.raises(NotFound):
        receive_return(sister, rma, "lille", now=LATER)
    with pytest.raises(NotFound):
        receive_return(scope_of(filled), rma, "nowhere", now=LATER)
    with pytest.raises(Conflict):
        ask_return(sister, filled.sister.pk, filled.planned.pk, {"1": 1}, "late", now=LATER)
