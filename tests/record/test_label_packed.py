"""The label of a parcel that is packed, and what becomes of it when the order is cancelled; with a sandbox carrier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW
from tests.record.on_the_floor import packed, picked
from tests.record.packed import House, house
from tests.record.test_accept import asked
from tests.sandbox.running import tell

from doorstep.core.events.models import Fact
from doorstep.core.floor import bench, queries
from doorstep.core.floor.models import Tote
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import CarrierAccount, Label, Parcel
from doorstep.core.stock.models import Level
from doorstep.domain.errors import Conflict, NotFound
from doorstep.flows import dispatch, ship
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.label_packed import label_packed
from doorstep.flows.release import release
from doorstep.flows.take_back import confirm_put_back

pytestmark = pytest.mark.django_db
Packed = tuple[House, Order, Tote]


@pytest.fixture
def at_bench(tmp_path: Path) -> Iterator[Packed]:
    with house(tmp_path) as here:
        order = accept_order(here.scope, here.brand, replace(asked("N-1"), placed_at=NOW), now=NOW)
        parcel = Parcel.objects.get(order_id=order.order_id)
        wave = release(here.scope, site=parcel.site.code, until=parcel.ship_at, now=NOW).waves[0]
        picked(here.scope, wave, NOW)
        tote = Tote.objects.get()
        packed(here.scope, tote.pk, NOW)
        yield here, Order.objects.get(pk=order.order_id), tote


def state(order: Order) -> tuple[str, str]:
    return Order.objects.get(pk=order.pk).state, Parcel.objects.get(order=order).state


def buy(here: House, tote: Tote) -> bool:
    return label_packed(here.scope, tote.pk, now=NOW, carriers=here.carriers)


def told(here: House, tote: Tote) -> str:
    row = bench.get_tote(here.scope, tote.pk)
    assert row is not None
    return row.told


def test_what_is_packed_has_its_label_at_once(at_bench: Packed) -> None:
    here, order, tote = at_bench
    assert buy(here, tote)
    assert state(order) == ("packed", "labelled")
    row = bench.get_tote(here.scope, tote.pk)
    assert row is not None
    assert (row.parcel_state, bool(row.tracking), row.told) == ("labelled", True, "")
    assert buy(here, tote)
    assert here.server.sandbox.store.count_labels() == 1


def test_a_carrier_that_fails_leaves_the_parcel_packed(at_bench: Packed) -> None:
    here, order, tote = at_bench
    tell(here.server, "/faults", kind="lost_reply", on="labels", times=1)
    assert not buy(here, tote)
    assert state(order) == ("packed", "packed")
    assert told(here, tote).startswith("The label was not bought: ")
    assert buy(here, tote)
    assert told(here, tote) == ""
    assert here.server.sandbox.store.count_labels() == 1


def test_a_carrier_without_an_account_is_named(at_bench: Packed) -> None:
    here, order, tote = at_bench
    CarrierAccount.objects.all().delete()
    assert not buy(here, tote)
    assert "there is no account with the carrier" in told(here, tote)
    assert "doorstep add-carrier" in told(here, tote)
    assert state(order) == ("packed", "packed")


def test_a_tote_of_somebody_else_has_no_label(at_bench: Packed) -> None:
    here, _, tote = at_bench
    for other in (replace(here.scope, brands=frozenset()), replace(here.scope, role="planner")):
        with pytest.raises(NotFound):
            label_packed(other, tote.pk, now=NOW, carriers=here.carriers)


def test_a_labelled_order_is_cancelled_and_its_label_given_back(at_bench: Packed) -> None:
    here, order, tote = at_bench
    buy(here, tote)
    cancel_order(here.scope, here.brand, order.pk, "customer_request", now=NOW, carriers=here.carriers)
    assert state(order) == ("cancelled", "cancelled")
    label = Label.objects.get()
    assert (label.state, label.reason) == ("voided", "the order was cancelled")
    sold = here.server.sandbox.store.label("label", label.label)
    assert sold is not None
    assert sold["state"] == "void"
    kinds = list(Fact.objects.filter(subject=f"order:{order.pk}").order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["LabelVoided", "OrderTakenBack", "OrderCancelled"]
    for one in queries.put_backs(here.scope):
        assert confirm_put_back(here.scope, one.pk, one.bin or one.sku, now=NOW) == ""
    assert not Level.objects.filter(state__in=("picked", "reserved"), quantity__gt=0).exists()
    assert_moves_add_up()


def test_a_carrier_that_sleeps_does_not_keep_an_order_from_being_cancelled(at_bench: Packed) -> None:
    here, order, tote = at_bench
    buy(here, tote)
    tell(here.server, "/faults", kind="error", on="void", times=1)
    cancel_order(here.scope, here.brand, order.pk, "fraud", now=NOW, carriers=here.carriers)
    assert state(order) == ("cancelled", "cancelled")
    assert Label.objects.get().state == "voiding"
    assert ship.sweep_labels(NOW + timedelta(minutes=5), here.carriers).voided == 1


def test_what_is_staged_comes_off_the_dock_first(at_bench: Packed) -> None:
    here, order, tote = at_bench
    buy(here, tote)
    parcel = Parcel.objects.get(order=order)
    carrier = CarrierAccount.objects.get(labels__parcel=parcel).carrier
    dispatch.stage(here.scope, parcel.sscc, parcel.site.code, carrier, parcel.ship_at, now=NOW)
    with pytest.raises(Conflict, match="take it off the dock first"):
        cancel_order(here.scope, here.brand, order.pk, "other", now=NOW, carriers=here.carriers)
    assert Label.objects.get().state == "bought"
    dispatch.unstage(here.scope, parcel.sscc)
    cancel_order(here.scope, here.brand, order.pk, "other", now=NOW, carriers=here.carriers)
    assert state(order) == ("cancelled", "cancelled")
