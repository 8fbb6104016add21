"""Expired lots are there, and are not sold; what expires first goes first, then what came first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.core_fixtures import NOW

from doorstep.core.stock import actions, snapshot
from doorstep.core.stock.actions import Wanted
from doorstep.core.stock.expiry import expired, quarter
from doorstep.core.stock.health import health
from doorstep.core.stock.models import Inbound, Level
from doorstep.core.stock.queries import stock, version
from doorstep.domain.errors import NotEnough
from doorstep.domain.ledger import AdjustReason
from doorstep.domain.rights import Scope
from doorstep.domain.supply import StockLevel

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

DAY = timedelta(days=1)
LAST = date(2026, 3, 4)
STILL = datetime(2026, 3, 4, 22, 59, tzinfo=UTC)  # 23:59 in Berlin
OVER = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # midnight there, while it is the day before in UTC


def receive(
    brand: Brand, site: Site, product: Product, quantity: int, lot: str, day: date | None, at: datetime = NOW
) -> None:
    actions.receive(brand.pk, site.pk, product.pk, quantity, "A", lot, day, at=at, actor="user:1")


def reserve(brand: Brand, site: Site, product: Product, quantity: int, at: datetime) -> None:
    actions.reserve(brand.pk, [Wanted(site.pk, product.pk, quantity)], "order:1", at=at, actor="user:1")


def reserved() -> dict[str, int]:
    return dict(Level.objects.filter(state="reserved").order_by("lot").values_list("lot", "quantity"))


def test_a_lot_is_sold_through_its_last_day_where_it_lies() -> None:
    assert not expired(LAST, "Europe/Berlin", STILL)
    assert expired(LAST, "Europe/Berlin", OVER)
    assert not expired(LAST, "America/Sao_Paulo", OVER)
    assert not expired(None, "Europe/Berlin", OVER)
    assert quarter(STILL) != quarter(OVER) == quarter(OVER + timedelta(minutes=14))


def test_what_has_expired_is_neither_reserved_nor_planned_nor_told_as_available(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    receive(brand, site, product, 5, "old", LAST)
    receive(brand, site, product, 3, "new", LAST + 9 * DAY)
    for at, units, late in ((STILL, 8, 0), (OVER, 3, 5)):
        assert snapshot.available(brand.pk, at=at) == (StockLevel("north", "assam", units),)
        (row,) = stock(scope, at=at).rows
        assert (row.available, row.expired) == (units, late)
        (fare,) = health(scope, at)
        assert fare.available == units
    with pytest.raises(NotEnough):
        reserve(brand, site, product, 4, OVER)
    reserve(brand, site, product, 3, OVER)
    assert reserved() == {"new": 3}
    with pytest.raises(NotEnough):
        reserve(brand, site, product, 1, OVER)
    reserve(brand, site, product, 1, STILL)
    assert reserved() == {"new": 3, "old": 1}


def test_what_expires_first_goes_first_then_what_came_first(brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 2, "d-undated-old", None, NOW - 9 * DAY)
    receive(brand, site, product, 2, "c-late", LAST + 5 * DAY, NOW - 8 * DAY)
    receive(brand, site, product, 2, "b-soon-new", LAST, NOW)
    receive(brand, site, product, 2, "a-soon-old", LAST, NOW - DAY)
    receive(brand, site, product, 2, "e-undated-new", None, NOW)
    order = ["a-soon-old", "b-soon-new", "c-late", "d-undated-old", "e-undated-new"]
    for number in range(1, 11):
        reserve(brand, site, product, 1, NOW)
        assert reserved() == {lot: min(2, number - 2 * place) for place, lot in enumerate(order) if number > 2 * place}


def test_the_version_changes_as_goods_are_announced_past_the_clock(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    seen = {version(scope)}
    row = Inbound.objects.create(brand=brand, site=site, product=product, quantity=5, expected_at=NOW)
    seen.add(version(scope))
    row.quantity = 6
    row.save()
    seen.add(version(scope))
    assert len(seen) == 3
    row.delete()
    assert version(scope) in seen
    assert version(scope, STILL) != version(scope, OVER)


def test_a_lot_keeps_its_date_when_none_of_it_was_left(brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 2, "L1", LAST)
    receive(brand, site, product, 2, "", LAST)

    def adjust(reason: AdjustReason, lot: str) -> None:
        actions.adjust(brand.pk, site.pk, product.pk, 2, reason=reason, bin="A", lot=lot, at=STILL, actor="user:1")

    for lot in ("L1", ""):
        adjust("loss", lot)
        adjust("found", lot)
    assert dict(Level.objects.values_list("lot", "expires_on")) == {"L1": LAST, "": None}
    receive(brand, site, product, 1, "L2", LAST)
    actions.adjust(brand.pk, site.pk, product.pk, 1, reason="loss", bin="A", lot="L2", at=STILL, actor="user:1")
    receive(brand, site, product, 1, "L2", LAST + DAY)
    assert Level.objects.get(lot="L2").expires_on == LAST + DAY
