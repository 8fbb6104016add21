"""Inventory health, reckoned by hand."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core_fixtures import NOW, House, make_product

from doorstep.core.stock import actions
from doorstep.core.stock.actions import Wanted
from doorstep.core.stock.health import health, more_than
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

DAY = timedelta(days=1)


def reserve(brand: Brand, site: Site, product: Product, quantity: int, reference: str, days_ago: float) -> None:
    wanted = [Wanted(site.pk, product.pk, quantity)]
    actions.reserve(brand.pk, wanted, reference, at=NOW - days_ago * DAY, actor="user:1")


def receive(brand: Brand, site: Site, product: Product, quantity: int, days_ago: float) -> None:
    actions.receive(brand.pk, site.pk, product.pk, quantity, at=NOW - days_ago * DAY, actor="user:1")


def test_cover_age_and_risk(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 100, 120)
    reserve(brand, site, product, 20, "order:1", 60)  # too long ago to count
    reserve(brand, site, product, 30, "order:2", 20)
    reserve(brand, site, product, 9, "order:3", 10)
    actions.release(brand.pk, "order:3", at=NOW - 9 * DAY, actor="user:1")
    shelf = Shelf(site.pk, product.pk, "", "", "available")
    actions.post(brand.pk, [Shift(shelf, None, 12, "dispatch")], at=NOW - 5 * DAY, actor="user:1")
    held = Shelf(site.pk, product.pk, "", "", "reserved")
    actions.post(brand.pk, [Shift(held, None, 5, "dispatch")], at=NOW - 4 * DAY, actor="user:1")  # counted as reserved
    (row,) = health(scope, NOW)
    assert (row.available, row.oldest_days, row.dead, row.lead_days) == (38, 120, False, 14.0)
    assert row.daily_units == pytest.approx(42 / 28)
    assert row.days_of_cover == pytest.approx(38 / 1.5)
    assert row.stock_out_risk == pytest.approx(more_than(38, 21.0))
    actions.expect(brand.pk, site.pk, product.pk, 100, NOW + 2 * DAY)
    (row,) = health(scope, NOW)
    assert row.lead_days == 2.0
    assert row.stock_out_risk == pytest.approx(more_than(38, 3.0))


def test_a_young_product_is_measured_since_it_came(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 100, 4)
    reserve(brand, site, product, 20, "order:1", 1)
    (row,) = health(scope, NOW)
    assert row.daily_units == pytest.approx(5.0)


def test_dead_stock_is_old_and_nothing_of_it_went(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    young, moving, lost = (make_product(brand, sku) for sku in ("young", "moving", "lost"))
    for one, age in ((product, 91), (young, 89), (moving, 200), (lost, 95)):
        receive(brand, site, one, 10, age)
    reserve(brand, site, moving, 1, "order:1", 80)
    actions.adjust(brand.pk, site.pk, lost.pk, 1, reason="loss", at=NOW - DAY, actor="user:1")
    rows = {row.sku: row for row in health(scope, NOW)}
    assert {sku for sku, row in rows.items() if row.dead} == {"assam", "lost"}
    assert rows["assam"].days_of_cover is None
    assert rows["assam"].stock_out_risk == 0.0


def test_sold_out_and_still_asked_for_is_most_endangered(
    scope: Scope, brand: Brand, site: Site, product: Product
) -> None:
    other = make_product(brand, "aaa")
    for one in (product, other):
        receive(brand, site, one, 50, 30)
    reserve(brand, site, product, 50, "order:1", 3)
    first, second = health(scope, NOW)
    assert (first.sku, first.available, first.oldest_days, first.days_of_cover) == ("assam", 0, None, 0.0)
    assert first.stock_out_risk > 0.999
    assert second.stock_out_risk == 0.0


def test_what_is_yet_to_come_is_not_known(scope: Scope, brand: Brand, site: Site, product: Product) -> None:
    receive(brand, site, product, 50, 30)
    reserve(brand, site, product, 5, "order:1", 3)
    before = health(scope, NOW)[0].daily_units
    reserve(brand, site, product, 40, "order:2", -1)
    assert health(scope, NOW)[0].daily_units == before


def test_nobody_sees_the_health_of_others(scope: Scope, foreigner: House) -> None:
    receive(foreigner.brand, foreigner.site, foreigner.product, 50, 30)
    assert health(scope, NOW) == ()
    assert health(Scope(scope.operator, frozenset({foreigner.brand.pk}), scope.role, scope.actor), NOW) == ()


@given(units=st.integers(0, 60), mean=st.floats(0.01, 40))
def test_poisson_tail_is_the_plain_sum(units: int, mean: float) -> None:
    chances = [math.exp(-mean) * mean**count / math.factorial(count) for count in range(units + 1)]
    assert more_than(units, mean) == pytest.approx(1 - math.fsum(chances), abs=1e-9)


def test_poisson_tail_at_the_far_ends() -> None:
    assert more_than(10**6, 3.0) == 0.0
    assert more_than(3, 1e6) == 1.0
    assert more_than(10**6, 1e6) == pytest.approx(0.5, abs=1e-3)
    assert more_than(0, 0.0) == 0.0
