"""An order on the floor: released, picked, packed, and taken back, with the stock that goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from tests.core.stock.ledger import assert_moves_add_up
from tests.core_fixtures import NOW, House, make_brand, make_product, scope_of
from tests.record.on_the_floor import LEAVES, carton, facts, packed, picked, planned, released, state, stocked, units

from doorstep.core.events.models import Fact
from doorstep.core.floor import bench, queries
from doorstep.core.floor.models import Missing, Pick, PutBack, Tote, Wave
from doorstep.core.network import actions as network
from doorstep.core.network import snapshot as network_snapshot
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock import actions as stock
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import pack, pick
from doorstep.flows.release import Released, release, withdraw
from doorstep.flows.settle_missing import settle_missing
from doorstep.flows.take_back import confirm_put_back, take_back

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ledger(db: None) -> Iterator[None]:  # noqa: ARG001
    yield
    assert_moves_add_up()


@pytest.fixture
def mug(brand: Brand) -> Product:
    return make_product(brand, "mug")


def test_an_order_is_released_picked_and_packed(
    brand: Brand, site: Site, product: Product, mug: Product, scope: Scope
) -> None:
    carton(brand)
    stocked(brand, site, product, A1=2, B1=9)
    stocked(brand, site, mug, A2=5)
    order = planned(brand, site, "W-1", {product: 3, mug: 1})
    made = released(scope)
    assert made == Released(("north-0302-1630-1",), 1, 0)
    assert state(order) == ("released", ["released"])
    assert [(one.bin, one.quantity) for one in Pick.objects.order_by("stop")] == [("A1", 2), ("A2", 1), ("B1", 1)]
    picked(scope, made.waves[0])
    assert units(product) == {"A1 picked": 2, "B1 available": 8, "B1 picked": 1}
    tote = Tote.objects.get()
    packed(scope, tote.pk)
    assert state(order) == ("packed", ["packed"])
    parcel = Parcel.objects.get()
    assert (parcel.packed_carton, parcel.packed_weight_g, parcel.packed_at) == ("S", 1_700, NOW)
    assert Wave.objects.get().state == "closed"
    assert facts(order) == ["OrderReleased", "PickStarted", "ParcelPacked"]
    assert queries.open_waves(scope) == ()


def test_waves_follow_the_collections_and_leave_out_what_is_not_reserved(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=9)
    late = planned(brand, site, "late", {product: 1}, leaves_at=LEAVES + timedelta(hours=2))
    first = planned(brand, site, "first", {product: 1}, {product: 1})
    short = planned(brand, site, "short", {product: 1})
    stock.release(brand.pk, f"order:{short.pk}", at=NOW, actor="system")
    assert [(one.parcels, one.orders) for one in queries.departures(scope, LEAVES + timedelta(days=1))] == [
        (3, 2),
        (1, 1),
    ]
    made = release(scope, site="north", until=LEAVES + timedelta(days=1), now=NOW)
    assert made == Released(("north-0302-1630-1", "north-0302-1830-1"), 3, 1)
    assert state(first) == ("released", ["released", "released"])
    assert state(late) == ("released", ["released"])
    assert state(short) == ("planned", ["planned"])
    assert release(scope, site="north", until=LEAVES, now=NOW) == Released((), 0, 1)
    again = planned(brand, site, "again", {product: 1})
    assert release(scope, site="north", until=LEAVES, since=LEAVES, service="std", now=NOW).waves == (
        "north-0302-1630-2",
    )
    assert state(again)[0] == "released"


def test_a_cart_holds_what_its_site_says(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    site.cart_parcels = 2
    site.save()
    stocked(brand, site, product, A1=9)
    planned(brand, site, "W-1", *[{product: 1}] * 5)
    made = released(scope)
    totes = [Tote.objects.filter(wave__code=wave).count() for wave in made.waves]
    assert (made.parcels, sorted(totes)) == (5, [1, 2, 2])


def test_a_folder_that_tells_no_cart_leaves_that_of_the_site(operator: Operator, site: Site) -> None:
    site.cart_parcels = 30
    site.save()
    told = network_snapshot.sites(operator.pk)
    assert [one.cart_parcels for one in told] == [30]
    assert network.add_sites(operator.pk, [replace(told[0], cart_parcels=None)]) == {"north": site.pk}
    with pytest.raises(Conflict, match="another site north"):
        network.add_sites(operator.pk, [replace(told[0], cart_parcels=20)])


def test_a_wave_is_taken_back_until_picking_begins(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=9)
    order = planned(brand, site, "W-1", {product: 1})
    wave = released(scope).waves[0]
    assert withdraw(scope, wave, now=NOW) == 1
    assert state(order) == ("planned", ["planned"])
    assert facts(order) == ["OrderReleased", "OrderTakenBack"]
    wave = released(scope).waves[0]
    assert pick.next_pick(scope, wave, now=NOW) is not None
    with pytest.raises(Conflict, match="picking has begun"):
        withdraw(scope, wave, now=NOW)
    assert state(order) == ("released", ["released"])


def test_wrong_scans_are_named_and_counted(
    brand: Brand, site: Site, product: Product, mug: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=1)
    stocked(brand, site, mug, A2=1)
    planned(brand, site, "W-1", {product: 1, mug: 1})
    wave = released(scope).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    assert pick.next_pick(scope, wave, now=NOW) == task
    assert pick.scan(scope, task.pk, "A2", now=NOW).refused == "A2 is not this bin: go to A1."
    assert not pick.scan(scope, task.pk, " a1 ", now=NOW).refused
    assert pick.scan(scope, task.pk, "mug", now=NOW).refused == "mug is not the product: take assam."
    assert pick.scan(scope, task.pk, "A1", now=NOW).refused == "A1 is the bin: now scan the product, assam."
    kept = queries.get_pick(scope, task.pk)
    assert kept is not None
    assert (kept.wrong_scans, kept.told) == (3, "A1 is the bin: now scan the product, assam.")
    other = replace(scope, actor="user:2")
    with pytest.raises(Conflict, match="not yours"):
        pick.scan(other, task.pk, "assam", now=NOW)
    second = pick.next_pick(other, wave, now=NOW)
    assert second is not None
    assert second.bin == "A2"
    pick.give_back(other, second.pk)
    pick.scan(scope, task.pk, "ASSAM", now=NOW)
    with pytest.raises(Conflict, match="not yours"):
        pick.scan(scope, task.pk, "assam", now=NOW)
    assert pick.next_pick(scope, wave, now=NOW) == replace(second, worker="user:1")


def test_a_short_pick_is_filled_from_another_bin(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=3, B1=5)
    order = planned(brand, site, "W-1", {product: 3})
    wave = released(scope).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    with pytest.raises(Conflict, match="say why"):
        pick.short(scope, task.pk, 1, "", now=NOW)
    with pytest.raises(Conflict, match="fewer than 3"):
        pick.short(scope, task.pk, 3, "not_there", now=NOW)
    assert pick.short(scope, task.pk, 1, "not_there", now=NOW) == pick.Shorted(2, True, False)
    assert units(product) == {"A1 picked": 1, "A1 quarantined": 2, "B1 available": 3, "B1 reserved": 2}
    picked(scope, wave)
    row = bench.get_tote(scope, Tote.objects.get().pk)
    assert row is not None
    assert row.stage == "units"
    assert facts(order) == ["OrderReleased", "PickStarted", "PickShort"]
    missing = queries.missing(scope)[0]
    assert (missing.bin, missing.quantity) == ("A1", 2)
    with pytest.raises(Conflict, match="say why"):
        settle_missing(scope, missing.pk, 1, " ", now=NOW)
    for _ in range(2):  # said again it changes nothing
        settle_missing(scope, missing.pk, 1, "behind the shelf", now=NOW)
    assert units(product) == {"A1 picked": 1, "A1 available": 1, "B1 available": 3, "B1 picked": 2}
    assert Missing.objects.get().found == 1
    fact = Fact.objects.get(kind="MissingSettled")
    told = {"sku": missing.sku, "bin": "A1", "found": 1, "lost": 1, "reason": "behind the shelf"}
    assert (fact.subject, fact.data, fact.actor) == (f"order:{order.pk}", told, scope.actor)
    with pytest.raises(Conflict, match="found 1"):
        settle_missing(scope, missing.pk, 2, "no", now=NOW)


def test_an_order_whose_goods_are_nowhere_is_held(
    brand: Brand, site: Site, product: Product, mug: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=2)
    stocked(brand, site, mug, A2=2)
    order = planned(brand, site, "W-1", {product: 2}, {mug: 1})
    wave = released(scope).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    assert task.sku == "assam"
    assert pick.short(scope, task.pk, 1, "damaged", now=NOW) == pick.Shorted(1, False, True)
    assert state(order) == ("held", ["cancelled", "cancelled"])
    told = queries.get_pick(scope, task.pk)
    assert told is not None
    assert told.told == pick.HELD
    assert order.reason == "short_at_pick"
    assert units(product) == {"A1 damaged": 1, "A1 picked": 1}
    assert units(mug) == {"A2 available": 2}
    assert pick.next_pick(scope, wave, now=NOW) is None
    back = queries.put_backs(scope)[0]
    assert confirm_put_back(scope, back.pk, "A1", now=NOW) == ""
    assert units(product) == {"A1 damaged": 1, "A1 available": 1}
    assert facts(order) == ["OrderReleased", "PickStarted", "PickShort", "OrderTakenBack", "OrderHeld"]


def test_a_tote_waits_when_another_parcel_of_its_order_is_labelled(
    brand: Brand, site: Site, product: Product, mug: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=2)
    stocked(brand, site, mug, A2=2)
    order = planned(brand, site, "W-1", {product: 2}, {mug: 1})
    wave = released(scope).waves[0]
    Parcel.objects.filter(code="W-1-2").update(state="labelled")
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    assert pick.short(scope, task.pk, 0, "not_there", now=NOW) == pick.Shorted(2, False, False)
    tote = Tote.objects.get(parcel__code="W-1-1")
    row = bench.get_tote(scope, tote.pk)
    assert row is not None
    assert (row.stage, row.lacking, row.to_pick) == ("picking", 2, 0)
    assert not pick.refill(scope, brand.pk, order.pk, tote.pk, site.pk, now=NOW)
    stocked(brand, site, product, C1=5)
    assert pick.refill(scope, brand.pk, order.pk, tote.pk, site.pk, now=NOW)
    assert pick.refill(scope, brand.pk, order.pk, tote.pk, site.pk, now=NOW)
    picked(scope, wave)
    assert units(product) == {"A1 quarantined": 2, "C1 available": 3, "C1 picked": 2}


def test_a_short_pick_leaves_its_order_what_a_planned_parcel_needs(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=2, B1=9)
    order = planned(brand, site, "W-1", {product: 2}, {product: 2})
    Parcel.objects.filter(code="W-1-2").update(ship_at=LEAVES + timedelta(days=1))
    wave = released(scope).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    assert pick.short(scope, task.pk, 0, "not_there", now=NOW).from_elsewhere
    assert units(product) == {"A1 quarantined": 2, "B1 available": 5, "B1 reserved": 4}
    assert release(scope, site="north", until=LEAVES + timedelta(days=1), now=NOW).parcels == 1
    assert state(order) == ("released", ["released", "released"])


def test_an_order_that_is_taken_back_is_put_back_bin_by_bin(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    carton(brand)
    stocked(brand, site, product, A1=2, B1=9)
    order = planned(brand, site, "W-1", {product: 3})
    wave = released(scope).waves[0]
    picked(scope, wave)
    packed(scope, Tote.objects.get().pk)
    with transaction.atomic():
        back = take_back(scope, brand.pk, order.pk, now=NOW)
        stock.release(brand.pk, f"order:{order.pk}", at=NOW, actor="user:1")
    assert (back.parcels, back.units) == (1, 3)
    assert state(order) == ("planned", ["planned"])
    assert Parcel.objects.get().packed_carton == ""
    assert units(product) == {"A1 picked": 2, "B1 picked": 1, "B1 available": 8}
    first, second = queries.put_backs(scope)
    assert confirm_put_back(scope, first.pk, "B1", now=NOW) == "B1 is not the bin: A1 is."
    assert PutBack.objects.get(pk=first.pk).wrong_scans == 1
    assert confirm_put_back(scope, first.pk, "a1", now=NOW) == ""
    with pytest.raises(NotFound):
        confirm_put_back(scope, first.pk, "A1", now=NOW)
    confirm_put_back(scope, second.pk, "B1", now=NOW)
    assert units(product) == {"A1 available": 2, "B1 available": 9}
    assert queries.put_backs(scope) == ()
    assert take_back(scope, brand.pk, order.pk, now=NOW).parcels == 0


def test_an_order_is_released_again_once_its_goods_are_put_back(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=1, B1=5)
    order = planned(brand, site, "W-1", {product: 1})
    picked(scope, released(scope).waves[0])
    take_back(scope, brand.pk, order.pk, now=NOW)
    stock.reserve(brand.pk, [stock.Wanted(site.pk, product.pk, 1)], f"order:{order.pk}", at=NOW, actor="system")
    assert released(scope) == Released((), 0, 1)
    confirm_put_back(scope, queries.put_backs(scope)[0].pk, "A1", now=NOW)
    again = released(scope)
    assert again.parcels == 1
    picked(scope, again.waves[0])
    assert units(product) == {"A1 available": 1, "B1 available": 4, "B1 picked": 1}
    assert Tote.objects.filter(parcel__order=order).count() == 2


def test_a_picker_hears_that_an_order_was_taken_back(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=1)
    order = planned(brand, site, "W-1", {product: 1})
    task = pick.next_pick(scope, released(scope).waves[0], now=NOW)
    assert task is not None
    take_back(scope, brand.pk, order.pk, now=NOW)
    with pytest.raises(Conflict, match="Taken back"):
        pick.scan(scope, task.pk, "A1", now=NOW)
    assert units(product) == {"A1 reserved": 1}
    assert queries.put_backs(scope) == ()


@pytest.mark.parametrize(("gone", "why"), [("labelled", "void that first"), ("in_transit", "it is in transit")])
def test_what_has_gone_on_is_not_taken_back(
    brand: Brand, site: Site, product: Product, scope: Scope, gone: str, why: str
) -> None:
    stocked(brand, site, product, A1=1)
    order = planned(brand, site, "W-1", {product: 1})
    Parcel.objects.update(state=gone)
    with pytest.raises(Conflict, match=why):
        take_back(scope, brand.pk, order.pk, now=NOW)


def test_codes_lead_to_totes_of_the_scope_alone(
    operator: Operator, brand: Brand, site: Site, product: Product, scope: Scope, foreigner: House
) -> None:
    stocked(brand, site, product, A1=9)
    planned(brand, site, "W-1", {product: 1}, {product: 1})
    wave = released(scope).waves[0]
    for code, number in (("W-1", 2), ("W-1-2", 1), (f"{wave}-01", 1), ("nothing", 0)):
        assert len(bench.find_totes(scope, code)) == number
        assert bench.find_totes(foreigner.scope, code) == ()
    sister = scope_of(operator, make_brand(operator, "coffee"))
    task = Pick.objects.order_by("pk").first()
    assert task is not None
    for stranger in (foreigner.scope, sister):
        assert queries.get_wave(stranger, wave) is None
        assert queries.list_waves(stranger).rows == ()
        assert queries.departures(stranger, LEAVES) == ()
        assert bench.get_tote(stranger, task.tote_id) is None
        with pytest.raises(NotFound):
            pick.next_pick(stranger, wave, now=NOW)
        with pytest.raises(NotFound):
            pick.scan(stranger, task.pk, "A1", now=NOW)
        with pytest.raises(NotFound):
            withdraw(stranger, wave, now=NOW)
        with pytest.raises(NotFound):
            pack.open_tote(stranger, task.tote_id)
        with pytest.raises(NotFound):
            take_back(stranger, brand.pk, Order.objects.get().pk, now=NOW)
    viewer = replace(scope, role="brand_viewer")
    with pytest.raises(NotFound):
        pick.next_pick(viewer, wave, now=NOW)
    with pytest.raises(NotFound):
        release(viewer, site="north", until=LEAVES, now=NOW)
    with pytest.raises(NotFound):
        release(scope, site="south", until=LEAVES, now=NOW)
