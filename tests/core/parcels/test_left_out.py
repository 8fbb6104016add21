from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import NOW, House, make_brand, scope_of

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.left_out import left_out
from doorstep.core.parcels.models import Parcel
from doorstep.domain.journey import ParcelState, order_state
from doorstep.domain.rights import Scope

pytestmark = pytest.mark.django_db
TONIGHT = NOW.replace(hour=16)  # 17:00 in Kassel


def parcel(
    brand: Brand, site: Site, code: str, state: ParcelState, ship_at: datetime = TONIGHT, service: str = "std"
) -> None:
    order = Order.objects.create(
        brand=brand, code=code, placed_at=NOW, country="DE",
        state="cancelled" if state == "cancelled" else order_state([state]),
    )  # fmt: skip
    Parcel.objects.create(
        brand=brand, order=order, code=f"{code}-1", site=site, carton="S", service=service, weight_g=500,
        billed_weight_g=500, ship_at=ship_at, promised_by=NOW.date(), on_time_ppm=950_000, pick_minor=0,
        carton_minor=0, freight_minor=0, surcharges_minor=0, duty_tax_minor=0, lateness_minor=0, contents=[],
        placements=[], state=state,
    )  # fmt: skip


def told(scope: Scope, now: datetime = NOW) -> list[str]:
    return [one.order for one in left_out(scope, now, 20)]


def test_what_comes_after_its_departures_wave_is_told(brand: Brand, site: Site, scope: Scope) -> None:
    parcel(brand, site, "early", "released")
    parcel(brand, site, "late", "planned")
    assert told(scope) == ["late"]


def test_before_the_wave_nothing_is_late(brand: Brand, site: Site, scope: Scope) -> None:
    parcel(brand, site, "one", "planned")
    parcel(brand, site, "gone", "cancelled")
    assert told(scope) == []


@pytest.mark.parametrize("moved", [{"ship_at": TONIGHT + timedelta(days=1)}, {"service": "express"}])
def test_another_departure_has_a_wave_of_its_own(
    brand: Brand, site: Site, scope: Scope, moved: dict[str, object]
) -> None:
    parcel(brand, site, "early", "packed")
    parcel(brand, site, "other", "planned", **moved)  # type: ignore[arg-type]
    assert told(scope) == []


def test_what_leaves_tomorrow_or_has_missed_its_carrier_is_no_card(brand: Brand, site: Site, scope: Scope) -> None:
    for at in (TONIGHT, TONIGHT + timedelta(days=1)):
        parcel(brand, site, f"early-{at.day}", "released", at)
        parcel(brand, site, f"late-{at.day}", "planned", at)
    assert told(scope) == ["late-2"]
    assert told(scope, TONIGHT + timedelta(minutes=1)) == []


def test_the_wave_of_a_sister_counts_and_others_are_not_told_of(
    operator: Operator, brand: Brand, site: Site, scope: Scope, foreigner: House
) -> None:
    sister = make_brand(operator, "coffee")
    parcel(sister, site, "hers", "released")
    parcel(brand, site, "ours", "planned")
    parcel(sister, site, "hers-late", "planned")
    assert told(scope) == ["ours"]
    assert told(scope_of(operator, sister)) == ["hers-late"]
    assert told(foreigner.scope) == []


def test_two_queries_however_many(brand: Brand, site: Site, scope: Scope) -> None:
    parcel(brand, site, "early", "released")
    for number in range(30):
        parcel(brand, site, f"late-{number:02d}", "planned")
        if number in (0, 29):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert len(left_out(scope, NOW, 20)) == min(20, number + 1)
            assert len(asked) == 2
