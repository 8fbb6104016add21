"""Numbers of parcels while an order is part shipped: each counts as it stands, not as its order does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.core_fixtures import NOW
from tests.record.on_the_floor import LEAVES, planned

from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels import queries
from doorstep.core.parcels.left_out import left_out
from doorstep.core.parcels.models import Parcel
from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product

pytestmark = pytest.mark.django_db
AFTER = LEAVES + timedelta(minutes=1)


@pytest.fixture
def parts(brand: Brand, site: Site, product: Product, scope: Scope) -> Order:
    from tests.record.on_the_floor import stocked

    del scope
    stocked(brand, site, product, A1=9)
    order = planned(brand, site, "P-1", {product: 1}, {product: 1}, {product: 1}, {product: 1})
    for code, state in (("P-1-1", "in_transit"), ("P-1-2", "labelled"), ("P-1-3", "planned"), ("P-1-4", "cancelled")):
        Parcel.objects.filter(code=code).update(state=state)
    Order.objects.filter(pk=order.pk).update(state="part_shipped", latitude=52.5, longitude=13.4)
    return order


def codes(scope: Scope, risk: queries.Risk) -> list[str]:
    rows = queries.list_parcels(scope, risk=risk, now=AFTER).rows
    return sorted(one.parcel for one in rows)


def test_what_is_here_still_waits(parts: Order, scope: Scope) -> None:
    del parts
    (call,) = queries.leaving(scope, LEAVES.date())
    assert (call.parcels, call.waiting, call.orders) == (3, 2, 1)
    assert queries.count_at_risk(scope, queries.at_risk(scope, AFTER))["not_left"] == 2
    assert codes(scope, "not_left") == ["P-1-2", "P-1-3"]


def test_what_has_left_is_under_way(parts: Order, scope: Scope) -> None:
    assert len(queries.destinations(scope)) == 3
    assert len(queries.figures(scope)[0].costs) == 3
    Parcel.objects.filter(code="P-1-1").update(state="delivered")
    assert len(queries.destinations(scope)) == 2
    late = AFTER + timedelta(days=30)
    assert queries.count_at_risk(scope, queries.at_risk(scope, late))["promise_passed"] == 2
    Order.objects.filter(pk=parts.pk).update(state="held")
    assert queries.leaving(scope, LEAVES.date()) == ()


def test_what_is_still_planned_is_not_forgotten(parts: Order, scope: Scope) -> None:
    del parts
    assert [one.parcel for one in left_out(scope, NOW, 9)] == ["P-1-3"]


def test_a_promised_day_passes_when_it_does_at_the_site(parts: Order, scope: Scope) -> None:
    site = Site.objects.get(parcels__code="P-1-1")
    day = Parcel.objects.get(code="P-1-1").promised_by
    late = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)
    for zone, passed in (("Europe/Paris", 3), ("America/New_York", 0), ("UTC", 0)):
        Site.objects.filter(pk=site.pk).update(time_zone=zone)
        Parcel.objects.filter(order=parts).update(promised_by=day)
        assert queries.count_at_risk(scope, queries.at_risk(scope, late))["promise_passed"] == passed, zone
    far = Site.objects.get(pk=site.pk)
    far.pk, far.code, far.time_zone = None, "far", "America/New_York"
    far.save()
    Site.objects.filter(pk=site.pk).update(time_zone="Europe/Paris")
    assert queries.count_at_risk(scope, queries.at_risk(scope, late))["promise_passed"] == 3
    Parcel.objects.filter(code="P-1-1").update(site=far)
    assert queries.count_at_risk(scope, queries.at_risk(scope, late))["promise_passed"] == 2
