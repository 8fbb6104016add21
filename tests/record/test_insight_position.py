"""Where a brand's stock should live, by its record: by the orders before the day and the stock of the instant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.web.filled import Filled, fill
from tests.web.travelled import let_travel

from doorstep.core.catalog.models import Product
from doorstep.core.jobs.models import Job
from doorstep.core.learned.insights import kept
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Inbound, Level
from doorstep.documents.insights.page import InsightPage, read
from doorstep.domain.rights import Scope
from doorstep.flows.chores import chores
from doorstep.flows.insights import JOB, POSITION, learn_insight, learn_insights_nightly, position_weekly
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def found(kept_rows: None) -> Filled:  # noqa: ARG001
    filled = fill(timezone.now())
    let_travel(filled.brand, filled.now)
    return filled


@pytest.fixture
def shop(found: Filled, db: None) -> Filled:  # noqa: ARG001
    return found


def worked_out(shop: Filled) -> InsightPage:
    scope = Scope(shop.operator.pk, frozenset({shop.brand.pk}), "operator_admin", "system")
    return read(learn_insight(scope, shop.brand.pk, "position", now=shop.now, run=Run()).document)


def rows(page: InsightPage, title: str) -> list[tuple[str, ...]]:
    return [row for one in page.sections for table in one.tables if table.title == title for row in table.rows]


def units(page: InsightPage, name: str) -> int:
    return int(next(one.value for one in page.tiles if one.name == name).replace(",", ""))


def test_it_tells_what_to_order_what_to_move_and_what_speed_costs(shop: Filled) -> None:
    Level.objects.filter(brand=shop.brand).update(quantity=0)
    Inbound.objects.all().delete()
    page = worked_out(shop)
    assert {one.key for one in page.sections} == {"frontier", "orders", "moves", "sites", "shelves"}
    assert page.sections[0].charts[0].key == "frontier"
    assert page.sections[0].charts[0].rows
    ordered = rows(page, "Proposed orders")
    assert {row[0] for row in ordered} == {"TEA-1", "TEA-2", "TEA-3"}
    assert units(page, "To order") == sum(int(row[2].replace(",", "")) for row in ordered) > 0
    assert f"{page.tiles[0].value} units to order" in page.headline
    shelves = rows(page, "Products whose next unit is worth most")
    assert all(int(row[4].replace(",", "")) < int(row[5].replace(",", "")) for row in shelves)


def test_what_is_announced_or_under_way_need_not_be_ordered_again(shop: Filled) -> None:
    Level.objects.filter(brand=shop.brand).update(quantity=0)
    Inbound.objects.all().delete()
    before = {row[0] for row in rows(worked_out(shop), "Proposed orders")}
    site = Level.objects.filter(brand=shop.brand)[0].site
    tea, cup = Product.objects.filter(brand=shop.brand).order_by("sku")[:2]
    late = shop.now + timedelta(days=20)  # known today, whenever it comes
    Inbound.objects.create(brand=shop.brand, site=site, product=tea, quantity=100_000, expected_at=late)
    level = Level.objects.filter(brand=shop.brand, site=site, product=cup).earliest("pk")
    level.pk, level.bin, level.state, level.quantity = None, "transfer:T-9", "in_transit", 100_000
    level.save(force_insert=True)
    page = worked_out(shop)
    assert before - {row[0] for row in rows(page, "Proposed orders")} == {tea.sku, cup.sku}


def test_what_is_reserved_is_not_there_for_those_to_come(shop: Filled) -> None:
    Inbound.objects.all().delete()
    Level.objects.filter(brand=shop.brand, state="reserved").delete()
    Level.objects.filter(brand=shop.brand, state="available").update(quantity=100_000)
    full = worked_out(shop)
    assert rows(full, "Proposed orders") == []
    assert "Nothing is to be ordered" in full.headline or units(full, "To order") == 0
    Level.objects.filter(brand=shop.brand, state="available").update(state="reserved")
    assert units(worked_out(shop), "To order") > 0


def test_orders_of_the_day_and_later_are_not_read(shop: Filled) -> None:
    before = worked_out(shop)
    Order.objects.filter(brand=shop.brand, placed_at__date__gte=shop.now.date()).update(
        placed_at=shop.now + timedelta(days=1)
    )
    assert worked_out(shop) == before


def test_a_brand_without_orders_is_told_why(shop: Filled) -> None:
    scope = Scope(shop.operator.pk, frozenset({shop.sister.pk}), "operator_admin", "system")
    page = read(learn_insight(scope, shop.sister.pk, "position", now=shop.now, run=Run()).document)
    assert "there is nothing to go by." in page.headline
    assert (page.tiles, page.sections) == ((), ())


def test_it_is_a_chore_of_the_week_and_not_of_the_night(shop: Filled) -> None:
    (chore,) = [one for one in chores(None) if one.name == POSITION]
    assert (chore.every_s, chore.do) == (7 * 24 * 3600, position_weekly)
    brands = chore.do(shop.now)
    assert brands == 3
    assert {one.data["kind"] for one in Job.objects.filter(kind=JOB)} == {"position"}
    Job.objects.all().delete()
    learn_insights_nightly(shop.now)
    assert "position" not in {one.data["kind"] for one in Job.objects.filter(kind=JOB)}
    scope = Scope(shop.operator.pk, frozenset({shop.brand.pk}), "operator_admin", "system")
    assert kept(scope, shop.brand.pk, "position") is None
