"""The trail of an order: whole, in order, paged without loss; and facts alone say how it stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.record.test_export_epcis import all_kinds_of_ends

from doorstep.core.messages.models import Message
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.returns.models import Return
from doorstep.flows.trail import SOURCES, Entry, as_it_stood, trail, whole_trail
from doorstep.server import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:  # noqa: ARG001
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with house(tmp_path) as here:
        yield here


def paged(at: House, order: int, **narrowed: str) -> list[Entry]:
    found: list[Entry] = []
    after = None
    while True:
        page = trail(at.scope, order, at.brand, after=after, limit=7, **narrowed)  # type: ignore[arg-type]
        found += page.rows
        after = page.after
        if after is None:
            return found


def test_facts_alone_say_how_every_order_stands(at: House) -> None:
    all_kinds_of_ends(at)
    orders = list(Order.objects.filter(brand_id=at.brand).exclude(code__startswith="T-"))
    assert {order.state for order in orders} == {"delivered", "cancelled", "returned"}
    for order in orders:
        stood = as_it_stood(at.scope, order.pk)
        live = Parcel.objects.filter(order=order).exclude(state="cancelled")
        assert (order.code, stood.state) == (order.code, order.state)
        assert {code: one.state for code, one in stood.parcels.items()} == dict(live.values_list("code", "state"))
        promised = max((one.promised_by for one in live), default=None)
        assert stood.promised_by == promised or order.state == "cancelled"
        assert dict(stood.returns) == dict(Return.objects.filter(order=order).values_list("rma", "state"))
    _it_stood_otherwise_before(at)
    _the_trail_is_whole(at)


def _it_stood_otherwise_before(at: House) -> None:
    order = Order.objects.get(code="Failing")
    parcel = Parcel.objects.get(order=order)
    states = [
        as_it_stood(at.scope, order.pk, LATER + timedelta(hours=hours)).parcels[parcel.code].state for hours in range(6)
    ]
    assert states == ["in_transit", "in_transit", "out_for_delivery", "failed", "returning", "returned"]
    assert not as_it_stood(at.scope, order.pk, NOW - timedelta(days=1)).known


def _the_trail_is_whole(at: House) -> None:
    order = Order.objects.get(code="A-1")
    with CaptureQueriesContext(connection) as queries:
        whole = whole_trail(at.scope, order.pk, at.brand)
    assert {one.source for one in whole} == set(SOURCES)
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    assert len({one.name for one in whole}) == len(whole)
    assert paged(at, order.pk) == list(whole)
    moves = [one for one in whole if one.source == "move"]
    assert paged(at, order.pk, source="move") == moves
    assert {one.data["reason"] for one in moves} >= {"reservation", "pick"}
    assert all(one.kind == "ParcelPacked" for one in paged(at, order.pk, kind="ParcelPacked"))
    assert Message.objects.filter(order=order).exists()
    assert {one.kind for one in whole} >= {"DisruptionDeclared", "decided", "label_asked", "message_written"}
    other = Order.objects.get(code="A-3")
    with CaptureQueriesContext(connection) as others:
        whole_trail(at.scope, other.pk, at.brand)
    assert len(others) == len(queries)
    stranger = replace(at.scope, operator=at.scope.operator + 1, brands=frozenset({at.brand + 1}))
    assert whole_trail(stranger, order.pk, at.brand) == ()
