"""Insights of a brand in the record: worked out by what was known when the day began, kept, and replaced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.filled import Filled, fill
from tests.web.travelled import COST, let_travel

from doorstep.core.jobs.actions import take
from doorstep.core.jobs.models import Job
from doorstep.core.learned.insights import KINDS, InsightKind, kept
from doorstep.core.learned.models import Insight
from doorstep.core.messages.models import SurveyAnswer
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel, Scan
from doorstep.core.tariffs.models import Service
from doorstep.documents.insights.page import InsightPage, read
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import jobs
from doorstep.flows.insight_record import books
from doorstep.flows.insights import JOB, NIGHTLY, ask_for_insight, learn_insight, learn_insights_nightly
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 10, 5, tzinfo=UTC)


@pytest.fixture
def shop() -> Filled:
    filled = fill(NOW)
    let_travel(filled.brand, NOW)
    return filled


def scope_of(filled: Filled) -> Scope:
    return Scope(filled.operator.pk, frozenset({filled.brand.pk}), "operator_admin", "system")


def worked_out(filled: Filled, kind: InsightKind, now: datetime = NOW) -> InsightPage:
    return read(learn_insight(scope_of(filled), filled.brand.pk, kind, now=now, run=Run()).document)


def rows_of(page: InsightPage, title: str) -> tuple[tuple[str, ...], ...]:
    return next(table.rows for section in page.sections for table in section.tables if table.title == title)


def test_carriers_are_ranked_by_the_parcels_of_the_record(shop: Filled) -> None:
    page = worked_out(shop, "carriers")
    ranking = {row[0]: row for row in rows_of(page, "Services, the best first")}
    assert (ranking["swift"][2], ranking["gp-std"][2]) == ("1", "2")
    whose = {row[0]: row for row in rows_of(page, "Lateness by whose doing it is")}
    late = sum(at // 3 % 2 == 0 and at // 6 % 4 == 0 for at in range(420))
    assert (whose["gp-std"][1], whose["gp-std"][5]) == (str(late), str(late))
    assert whose["gp-std"][3] == "0"  # all of them left on the day of their plan
    low, high = ranking["gp-std"][6].removesuffix(" %").split(" to ")
    assert float(low) < float(ranking["gp-std"][5].removesuffix(" %")) < float(high)
    assert {chart.key for section in page.sections for chart in section.charts} >= {"forest", "control-0"}


def test_a_parcel_handed_over_late_is_not_the_carriers_doing(shop: Filled) -> None:
    own = Parcel.objects.filter(service="gp-std", code__startswith="P-")
    for one in own.order_by("pk")[:20]:
        Parcel.objects.filter(pk=one.pk).update(left_at=one.ship_at + timedelta(days=1))
    whose = {row[0]: row for row in rows_of(worked_out(shop, "carriers"), "Lateness by whose doing it is")}
    assert whose["gp-std"][3] == "20"


def test_what_goes_untracked_does_not_count_as_what_never_came(shop: Filled) -> None:
    Service.objects.filter(brand=shop.brand, code="gp-std").update(tracked=False)
    Parcel.objects.filter(brand=shop.brand, service="gp-std").update(state="handed_over", ended_at=None)
    page = worked_out(shop, "carriers")
    assert {row[0] for row in rows_of(page, "Services, the best first")} == {"swift"}
    assert f"{COST * 420 / 100:,.2f} EUR" in str(worked_out(shop, "costs").tiles)  # it has cost what it has


def test_orders_of_less_than_a_week_are_no_week_of_demand(shop: Filled) -> None:
    Order.objects.filter(brand=shop.brand).update(placed_at=NOW - timedelta(days=1))
    assert worked_out(shop, "demand").headline.startswith("No whole week of orders lies before this day")


def test_parcels_not_counted_are_told_by_their_reason(shop: Filled) -> None:
    Parcel.objects.filter(code__in=("P-00000-1", "P-00001-1")).update(promised_by=NOW.date())
    assert "its promised day has not passed yet (" in worked_out(shop, "carriers").left_out


def test_what_left_today_has_cost_nothing_when_the_day_began(shop: Filled) -> None:
    Parcel.objects.filter(code="P-00000-1").update(left_at=NOW)
    assert f"{COST * 419 / 100:,.2f} EUR" in str(worked_out(shop, "costs").tiles)


def test_at_a_pickup_point_a_parcel_is_there(shop: Filled) -> None:
    late = Parcel.objects.filter(code="P-00000-1").get()
    account = shop.operator.carriers.get()
    Scan.objects.create(
        account=account, parcel=late, event="e-1", tracking="t", milestone="at_pickup_point",
        at=late.ship_at + timedelta(days=2), received_at=NOW,
    )  # fmt: skip
    (before,) = (one for one in books(shop.brand.pk, NOW.date()).history if one.parcel == late.code)
    assert before.delivered_at == late.ship_at + timedelta(days=2)
    assert before.attempts is None  # nobody rang
    assert before.promised_by == late.promised_by


def test_costs_add_up_to_those_of_the_parcels_that_left(shop: Filled) -> None:
    page = worked_out(shop, "costs")
    left = Parcel.objects.filter(
        brand=shop.brand, state__in=("delivered", "in_transit"), order__placed_at__lt=NOW - timedelta(hours=11)
    )
    total = sum(
        one.pick_minor + one.carton_minor + one.freight_minor + one.surcharges_minor + one.duty_tax_minor
        + one.lateness_minor
        for one in left
    )  # fmt: skip
    assert total == COST * 420
    assert next(tile.value for tile in page.tiles if tile.name == "Cost to serve") == f"{total / 100:,.2f} EUR"
    assert [chart.key for section in page.sections for chart in section.charts] == ["parts", "changes"]
    countries = rows_of(page, "By country")
    assert {row[0] for row in countries} == {"FR", "DE", "IT"}
    assert rows_of(page, "From 2026-09 to 2026-10")[-1][0] == "All parts"
    assert "R-1" not in str(Insight.objects.get(kind="costs").document)  # of no customer alone


def test_customers_are_told_in_groups_large_enough(shop: Filled) -> None:
    Order.objects.filter(brand=shop.brand, code="P-00003").update(country="PT", region="PT-11")
    page = worked_out(shop, "customers")
    places = {row[0] for row in rows_of(page, "Countries")}
    assert "PT" not in places
    assert len(places & {"FR", "DE", "IT"}) == 2  # the third is told with the one customer of Portugal
    assert "others" in places
    assert sum(int(row[1].replace(",", "")) for row in rows_of(page, "Customers by orders")) == int(page.tiles[0].value)
    assert all(int(row[1].replace(",", "")) >= 20 for row in rows_of(page, "Customers by orders"))
    assert [chart.key for section in page.sections for chart in section.charts] == []
    promises = {row[0]: row[2] for row in rows_of(page, "After a promise kept or broken")}
    assert set(promises) == {"Promise kept", "Promise broken", "Broken less kept"}


def test_answers_to_the_survey_are_told_once_there_are_enough(shop: Filled) -> None:
    orders = list(Order.objects.filter(brand=shop.brand, code__startswith="P-").order_by("pk")[:60])
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            order=one, brand=shop.brand, wish="cheaper" if at % 4 else "faster", satisfied=True, speed="", service="",
            cost_minor=0, first_answered_at=NOW - timedelta(days=2), answered_at=NOW - timedelta(days=2),
        )
        for at, one in enumerate(orders)
    )  # fmt: skip
    charts = {chart.key: chart for section in worked_out(shop, "customers").sections for chart in section.charts}
    assert charts["wishes"].takeaway.startswith("75 % want it cheaper next time, 25 % faster.")
    assert charts["wishes"].rows[0][1] == "60"
    SurveyAnswer.objects.update(answered_at=NOW)  # today: not known when the day began
    assert not [chart for section in worked_out(shop, "customers").sections for chart in section.charts]


def test_demand_is_foreseen_by_the_weeks_of_the_record(shop: Filled) -> None:
    page = worked_out(shop, "demand")
    assert "units are expected in 8 weeks" in page.headline
    chart = page.sections[1].charts[0]
    assert chart.columns == ("Week", "Came", "q10", "q50", "q90")
    week = chart.rows[-1]
    assert week[1] == "–"
    assert int(week[2]) <= int(week[3]) <= int(week[4])
    first = Insight.objects.get(kind="demand").document["recipe"]
    worked_out(shop, "demand")
    assert Insight.objects.get(kind="demand").document["recipe"] == first  # it was in force, and stays so


@pytest.mark.parametrize("kind", ["carriers", "costs"])
def test_what_comes_later_changes_nothing(shop: Filled, kind: InsightKind) -> None:
    early = NOW - timedelta(days=30)
    before = worked_out(shop, kind, early)
    later = Parcel.objects.filter(code__startswith="P-", ended_at__gte=early)
    assert later.exists()
    for one in later:
        assert one.ended_at
        Parcel.objects.filter(pk=one.pk).update(ended_at=one.ended_at + timedelta(days=9), state="in_transit")
    Order.objects.filter(brand=shop.brand, placed_at__gte=early).update(country="PT")
    assert worked_out(shop, kind, early) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_brand_without_a_past_has_a_page_that_says_so(kind: InsightKind) -> None:
    filled = fill(NOW)
    Order.objects.filter(brand=filled.brand).update(placed_at=NOW)  # today; nothing is known of it yet
    page = worked_out(filled, kind)
    assert page.headline
    assert not any(section.charts for section in page.sections)


def test_reading_takes_as_many_queries_for_many_orders_as_for_few(shop: Filled) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            books(shop.brand.pk, NOW.date())
        return len(captured)

    few = queries()
    whole = Order.objects.filter(brand=shop.brand).count()
    Order.objects.filter(code__startswith="P-").update(brand=shop.sister)
    Parcel.objects.filter(code__startswith="P-").update(brand=shop.sister)
    assert Order.objects.filter(brand=shop.brand).count() < whole
    Order.objects.filter(brand=shop.brand).update(placed_at=NOW - timedelta(days=3))
    assert queries() == few == 7


def test_every_brand_is_worked_out_by_night_and_each_kind_for_itself(shop: Filled) -> None:
    assert learn_insights_nightly(NOW) == 3
    assert Job.objects.filter(kind=JOB).count() == 3 * len(NIGHTLY)
    learn_insights_nightly(NOW + timedelta(days=1))  # what waits still is not put a second time
    assert Job.objects.filter(kind=JOB).count() == 3 * len(NIGHTLY)
    mine = Job.objects.get(kind=JOB, key=f"brand:{shop.brand.pk}:costs")
    Job.objects.exclude(pk=mine.pk).delete()
    (taken,) = take("w", NOW, {JOB})
    jobs.do(taken, NOW)
    found = Insight.objects.get()
    assert (found.brand_id, found.kind, found.as_of, found.learned_by) == (shop.brand.pk, "costs", NOW.date(), "system")
    jobs.do(taken, NOW + timedelta(days=1))  # a job may be done twice
    assert Insight.objects.get().as_of == NOW.date() + timedelta(days=1)


def test_nobody_asks_for_a_foreign_brand(shop: Filled) -> None:
    other = Scope(shop.operator.pk, frozenset({shop.sister.pk}), "operator_admin", "user:9")
    with pytest.raises(NotFound):
        ask_for_insight(other, shop.brand.pk, "costs", now=NOW)
    with pytest.raises(NotFound):
        learn_insight(other, shop.brand.pk, "costs", now=NOW, run=Run())
    worked_out(shop, "costs")
    assert kept(other, shop.brand.pk, "costs") is None
    assert kept(scope_of(shop), shop.brand.pk, "costs")
