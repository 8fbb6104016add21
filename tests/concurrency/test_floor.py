"""Many workers on one floor, with real threads on a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from tests.concurrency.test_last_units import PATIENCE_S, crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.core_fixtures import NOW, make_product
from tests.record.on_the_floor import LEAVES, carton, packed, planned, state, stocked

from doorstep.core.floor.models import Check, Pick, PutBack, Tote
from doorstep.core.parcels.actions import move_on, settle
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock import actions as stock
from doorstep.core.stock.models import Level
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows import pack, pick
from doorstep.flows.release import Released, release, withdraw
from doorstep.flows.take_back import take_back

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

WORKERS = 16
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    yield
    assert_moves_add_up()


def worker(scope: Scope, number: int) -> Scope:
    return replace(scope, actor=f"user:{number + 1}", role="floor_worker")


def test_two_workers_never_get_the_same_pick(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=500)
    for number in range(12):
        planned(brand, site, f"W-{number}", {product: 1}, {product: 2}, {product: 1}, {product: 1})
    waves = release(scope, site="north", until=LEAVES, now=NOW).waves

    def work(number: int) -> list[int]:
        me, taken = worker(scope, number), []
        for wave in waves:
            while (task := pick.next_pick(me, wave, now=NOW)) is not None:
                assert not pick.scan(me, task.pk, "A1", now=NOW).refused
                assert pick.scan(me, task.pk, "assam", now=NOW).done
                taken.append(task.pk)
        return taken

    done = crowd([lambda number=number: work(number) for number in range(WORKERS)])  # type: ignore[misc]
    picks = [one for several in done if isinstance(several, list) for one in several]
    assert [one for one in done if not isinstance(one, list)] == []
    assert sorted(picks) == sorted(Pick.objects.values_list("pk", flat=True))
    assert len(picks) == len(set(picks)) == 48
    assert Level.objects.get(state="picked").quantity == 60


def test_a_parcel_goes_into_one_wave(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=100)
    for number in range(20):
        planned(brand, site, f"W-{number}", {product: 1}, {product: 1})
    tasks: list[Callable[[], object]] = [lambda: release(scope, site="north", until=LEAVES, now=NOW)] * 8
    answers = crowd(tasks)
    assert all(isinstance(one, Released | Conflict) for one in answers), answers
    assert sum(one.parcels for one in answers if isinstance(one, Released)) == 40
    assert Tote.objects.count() == 40
    assert Pick.objects.count() == 40


def test_two_benches_cannot_pack_one_parcel(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    carton(brand)
    stocked(brand, site, product, A1=9)
    planned(brand, site, "W-1", {product: 3})
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    pick.scan(scope, task.pk, "A1", now=NOW)
    pick.scan(scope, task.pk, "assam", now=NOW)
    tote = Tote.objects.get().pk

    def bench(number: int) -> str:
        me = worker(scope, number)
        pack.open_tote(me, tote)
        for code in ("assam", "assam", "assam", "S", "1300"):
            pack.scan(me, tote, code, now=NOW)
        return me.actor

    answers = crowd([lambda number=number: bench(number) for number in range(8)])  # type: ignore[misc]
    assert Counter(type(one) for one in answers) == {str: 1, Conflict: 7}
    assert Check.objects.get().scanned == 3
    assert Parcel.objects.get().state == "packed"


def test_picking_and_taking_back_leave_every_unit_somewhere(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    """An order is cancelled while it is picked: each unit is available again, or in a tote and to be put back."""
    stocked(brand, site, product, A1=200)
    orders = [planned(brand, site, f"W-{number}", {product: 2}) for number in range(24)]
    waves = release(scope, site="north", until=LEAVES, now=NOW).waves

    def work(number: int) -> str:
        me = worker(scope, number)
        for wave in waves:
            while (task := pick.next_pick(me, wave, now=NOW)) is not None:
                try:
                    pick.scan(me, task.pk, "A1", now=NOW)
                    pick.scan(me, task.pk, "assam", now=NOW)
                except Conflict:
                    continue
        return "done"

    def cancel(half: int) -> str:
        for order in orders[half::2]:
            with transaction.atomic():
                take_back(scope, brand.pk, order.pk, now=NOW)
                stock.release(brand.pk, f"order:{order.pk}", at=NOW, actor="user:99")
        return "done"

    tasks = [lambda number=number: work(number) for number in range(6)]
    tasks += [lambda half=half: cancel(half) for half in range(2)]
    assert crowd(tasks) == ["done"] * 8
    left = {one.state: one.quantity for one in Level.objects.filter(quantity__gt=0)}
    to_put_back = sum(PutBack.objects.values_list("quantity", flat=True))
    assert left.get("picked", 0) == to_put_back
    assert left["available"] + to_put_back == 200
    assert set(Parcel.objects.values_list("state", flat=True)) == {"planned"}


def test_a_wave_is_picked_or_taken_back_and_never_both(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    for number in range(20):
        stocked(brand, site, product, A1=1)
        planned(brand, site, f"W-{number}", {product: 1})
        wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]

        def take(wave: str = wave) -> object:
            return pick.next_pick(scope, wave, now=NOW)

        def back(wave: str = wave) -> object:
            return withdraw(scope, wave, now=NOW)

        taken, withdrawn = crowd([take, back])
        parcel = Parcel.objects.get(code=f"W-{number}-1")
        back_again = isinstance(withdrawn, int)  # with what an earlier round took back, and this one released anew
        assert parcel.state == ("planned" if back_again else "released"), withdrawn
        assert back_again == (taken is None), (taken, withdrawn)


def test_a_label_that_is_recorded_while_its_order_comes_short_stays_with_its_parcel(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    """The order is held as a whole, or not at all: here the label is first, so that the short tote waits."""
    carton(brand)
    mug = make_product(brand, "mug")
    stocked(brand, site, product, A1=1)
    stocked(brand, site, mug, A2=1)
    order = planned(brand, site, "W-1", {product: 1}, {mug: 1})
    wave = release(scope, site="north", until=LEAVES, now=NOW).waves[0]
    task = pick.next_pick(scope, wave, now=NOW)
    assert task is not None
    pick.scan(scope, task.pk, "A1", now=NOW)
    pick.scan(scope, task.pk, "assam", now=NOW)
    packed(scope, task.tote_pk)
    short = pick.next_pick(scope, wave, now=NOW)
    assert short is not None
    labelled, done = Event(), Event()

    def label() -> str:
        with transaction.atomic():
            move_on([Parcel.objects.get(code="W-1-1").pk], "packed", "labelled")
            labelled.set()
            while not (_somebody_waits() or done.is_set()):
                pass
            settle([order.pk])
        return "labelled"

    def come_short() -> object:
        labelled.wait(PATIENCE_S)
        try:
            return pick.short(scope, short.pk, 0, "not_there", now=NOW)
        finally:
            done.set()

    assert crowd([label, come_short]) == ["labelled", pick.Shorted(1, False, False)]
    assert state(order) == ("released", ["labelled", "released"])
    assert not PutBack.objects.exists()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
