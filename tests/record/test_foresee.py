"""What is kept of each parcel under way: how likely it is late, when it is expected, and as of when that holds."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.record.brand import NOW
from tests.web.filled import Filled, fill
from tests.web.test_pages import entered, order_page

from doorstep.core.events.models import Fact
from doorstep.core.messages import disruptions
from doorstep.core.network.models import Collection
from doorstep.core.orders.models import Order
from doorstep.core.parcels import foreseen
from doorstep.core.parcels.foresight import foresight
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.queries import at_risk, count_at_risk, list_parcels
from doorstep.domain.journey import UNDER_WAY
from doorstep.domain.rights import Scope
from doorstep.flows import foresee as flow
from doorstep.flows.chores import note_late
from doorstep.flows.foresee import foresee, foresee_all
from doorstep.flows.track_page import token_of
from doorstep.kernels.promise.remaining import RemainingResult, remaining

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def filled() -> Filled:
    return fill(NOW)


def scope_of(filled: Filled) -> Scope:
    return Scope(filled.operator.pk, frozenset({filled.brand.pk, filled.sister.pk}), "planner", "user:1")


def sent_long_ago(filled: Filled, days: int = 3, promised_in: int = 0) -> Parcel:
    """A parcel that left so many days ago, promised for so many days from now."""
    Parcel.objects.filter(pk=filled.left.pk).update(
        state="in_transit",
        ship_at=NOW - timedelta(days=days),
        left_at=NOW - timedelta(days=days),
        promised_by=NOW.date() + timedelta(days=promised_in),
    )
    return Parcel.objects.get(pk=filled.left.pk)


@pytest.mark.usefixtures("filled")
def test_every_parcel_under_way_is_asked_and_no_other() -> None:
    foresee_all(NOW)
    asked = set(Parcel.objects.exclude(foreseen_at=None).values_list("code", flat=True))
    assert asked == set(Parcel.objects.filter(state__in=UNDER_WAY).values_list("code", flat=True))
    told = Parcel.objects.exclude(late_ppm=None)
    assert told.exists()
    assert all(one.foreseen_by is None or one.foreseen_by >= NOW.date() for one in told)
    assert {one.foreseen_at for one in told} == {NOW}


def test_a_parcel_that_left_long_ago_becomes_likely_late_and_that_is_a_fact_once(filled: Filled) -> None:
    foresee_all(NOW)
    Fact.objects.all().delete()
    one = sent_long_ago(filled, days=0, promised_in=12)
    assert foresee_all(LATER) == 0
    one.refresh_from_db()
    assert one.late_ppm is not None
    assert one.late_ppm < 200_000
    sent_long_ago(filled, days=3, promised_in=0)
    assert foresee_all(LATER) == 1
    one.refresh_from_db()
    assert one.likely_late
    assert one.foreseen_by is not None
    (fact,) = Fact.objects.filter(kind="LateRisk")
    assert fact.data == {"parcel": one.code, "expected_by": one.foreseen_by.isoformat()}
    assert foresee_all(LATER + timedelta(minutes=1)) == 0
    assert Fact.objects.filter(kind="LateRisk").count() == 1
    counted = count_at_risk(scope_of(filled), at_risk(scope_of(filled), LATER))
    assert counted["likely_late"] == len(list_parcels(scope_of(filled), risk="likely_late", now=LATER).rows) == 1


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[RemainingResult], RemainingResult]) -> None:
    """Let something happen once, after the parcels were read and asked about and before the answer is kept."""

    def asked(*question: Any) -> RemainingResult:
        monkeypatch.setattr(flow, "remaining", remaining)
        return happens(remaining(*question))

    monkeypatch.setattr(flow, "remaining", asked)


def told_of(parcel: Parcel) -> list[dict[str, Any]]:
    return [one.data for one in Fact.objects.filter(kind="LateRisk") if one.data["parcel"] == parcel.code]


def test_a_turn_is_kept_with_its_fact_or_not_at_all(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    one = sent_long_ago(filled)

    def dies(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(flow, "record_all", dies)
        with pytest.raises(KeyboardInterrupt):
            foresee_all(LATER)
    one.refresh_from_db()
    assert (one.foreseen_at, one.likely_late, told_of(one)) == (None, False, [])
    foresee_all(LATER)
    one.refresh_from_db()
    assert one.likely_late
    assert len(told_of(one)) == 1


def test_two_who_ask_at_once_tell_of_a_turn_once(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    one, counted = sent_long_ago(filled), []

    def asks_too(answer: RemainingResult) -> RemainingResult:
        counted.append(foresee_all(LATER))
        return answer

    meanwhile(monkeypatch, asks_too)
    assert foresee_all(LATER) == 0
    assert counted == [Fact.objects.filter(kind="LateRisk").count()]
    assert len(told_of(one)) == 1


@pytest.mark.parametrize(
    "come",
    [{"state": "delivered", "ended_at": LATER}, {"left_at": LATER + timedelta(seconds=1)}],
    ids=["there", "left"],
)
def test_what_comes_further_while_it_is_asked_about_is_not_told_of(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, come: dict[str, Any]
) -> None:
    one = sent_long_ago(filled)

    def comes(answer: RemainingResult) -> RemainingResult:
        assert Parcel.objects.filter(pk=one.pk).update(**come) == 1
        return answer

    meanwhile(monkeypatch, comes)
    foresee_all(LATER)
    one.refresh_from_db()
    assert (one.foreseen_at, one.likely_late, told_of(one)) == (None, False, [])


def test_a_turn_is_told_even_where_no_day_is_sure_enough(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    one = sent_long_ago(filled)
    meanwhile(monkeypatch, lambda answer: replace(answer, quantile_day=np.full_like(answer.quantile_day, -1)))
    foresee_all(LATER)
    assert told_of(one) == [{"parcel": one.code, "expected_by": None}]
    page = entered(filled.admin).get(order_page(Order.objects.get(pk=one.order_id))).content.decode()
    assert f"parcel {one.code} is likely late, by how much nobody knows yet" in page
    foresee_all(LATER + timedelta(hours=1))
    assert len(told_of(one)) == 1


def test_a_promise_that_has_passed_is_not_likely_late_any_more(filled: Filled) -> None:
    one = sent_long_ago(filled, days=9, promised_in=-1)
    foresee_all(LATER)
    one.refresh_from_db()
    assert (one.late_ppm, one.likely_late) == (1_000_000, False)


def test_what_has_come_further_since_is_not_told_of(filled: Filled) -> None:
    one = sent_long_ago(filled, days=3)
    foresee_all(LATER)
    one.refresh_from_db()
    assert (found := foresight(one)) is not None
    assert (found.at, found.in_time_ppm, found.likely_late) == (LATER, 1_000_000 - (one.late_ppm or 0), True)
    Parcel.objects.filter(pk=one.pk).update(left_at=LATER + timedelta(seconds=1))
    one.refresh_from_db()
    assert foresight(one) is None
    assert count_at_risk(scope_of(filled), at_risk(scope_of(filled), LATER))["likely_late"] == 0
    Parcel.objects.filter(pk=one.pk).update(left_at=NOW, state="delivered")
    one.refresh_from_db()
    assert foresight(one) is None
    assert count_at_risk(scope_of(filled), at_risk(scope_of(filled), LATER))["likely_late"] == 0


def test_where_nothing_can_be_said_nothing_is_kept(filled: Filled) -> None:
    one = sent_long_ago(filled, days=3)
    foresee_all(NOW)
    assert Parcel.objects.get(pk=one.pk).likely_late
    Parcel.objects.filter(pk=one.pk).update(service="a service of yore")
    Collection.objects.all().delete()
    foresee_all(LATER)
    found = Parcel.objects.filter(state__in=UNDER_WAY)
    assert set(found.values_list("foreseen_at", "late_ppm", "foreseen_by", "likely_late")) == {
        (LATER, None, None, False)
    }
    sent_long_ago(filled, days=200, promised_in=5)
    Parcel.objects.filter(pk=one.pk).update(service="gp-std")
    foresee_all(LATER)
    assert Parcel.objects.get(pk=one.pk).late_ppm is None


def test_a_brand_that_contradicts_itself_does_not_keep_the_others_waiting(
    filled: Filled, caplog: pytest.LogCaptureFixture
) -> None:
    of_sister = Order.objects.create(brand=filled.sister, code="S-1", placed_at=NOW, country="FR", state="planned")
    one = Parcel.objects.get(pk=filled.left.pk)
    one.pk, one.brand, one.order, one.code, one.sscc, one.tracking = None, filled.sister, of_sister, "S-1-1", "", ""
    one.save()
    brands = foreseen.brands_under_way()
    assert brands == ((filled.operator.pk, filled.brand.pk), (filled.operator.pk, filled.sister.pk))
    from doorstep.core.tariffs.models import Service

    Service.objects.filter(brand=filled.brand).update(min_days=9, max_days=1)
    with caplog.at_level(logging.CRITICAL, "doorstep.foresee"):
        foresee_all(NOW)
    assert set(Parcel.objects.exclude(foreseen_at=None).values_list("code", flat=True)) == {"S-1-1"}


def test_queries_do_not_grow_with_parcels() -> None:
    from tests.web.test_pages import fill_anew

    counts = []
    for orders in (10, 200):
        filled = fill_anew(orders)
        with CaptureQueriesContext(connection) as captured:
            foresee(filled.operator.pk, filled.brand.pk, filled.now)
        counts.append(len(captured))
    assert counts[0] <= counts[1] <= min(40, counts[0] + 1)  # PostgreSQL copies many facts in two statements, not one


def test_operators_read_how_likely_it_arrives_and_as_of_when(filled: Filled) -> None:
    one = sent_long_ago(filled, days=3)
    foresee_all(NOW)
    Parcel.objects.exclude(pk=one.pk).update(promised_by=NOW.date() + timedelta(days=99), on_time_ppm=999_000)
    one.refresh_from_db()
    share = f"{(1_000_000 - (one.late_ppm or 0)) / 10_000:.1f} %"
    client = entered(filled.admin)
    page = client.get(order_page(Order.objects.get(pk=one.order_id))).content.decode()
    assert f"{share} to arrive by" in page
    assert "As of" in page
    assert "expected by" in page
    page = client.get(reverse("shipments") + "?risk=likely_late").content.decode()
    assert f"{share} now" in page


def test_shoppers_read_a_later_day_only_where_it_is_likely() -> None:
    now = timezone.now().replace(hour=9)
    filled, today = fill(now), now.date()
    late, said = today + timedelta(days=13), today + timedelta(days=15)

    def page(**changed: Any) -> str:
        Parcel.objects.filter(pk=filled.left.pk).update(**changed)
        return Client().get(f"/t/{token_of(filled.left.order_id, 1)}").content.decode()

    promise = {"state": "in_transit", "left_at": now - timedelta(days=1), "promised_by": today + timedelta(days=12)}
    assert "are sorry" not in page(**promise, foreseen_at=now, foreseen_by=late, late_ppm=400_000, expected_by=None)
    told = page(late_ppm=600_000, likely_late=True)
    assert f"{late:%A}, {late.day} {late:%B}" in told
    assert "are sorry: this is the day we now expect" in told
    assert f"{said:%A}, {said.day} {said:%B}" in page(expected_by=said)  # its carrier knows better
    assert "are sorry" not in page(expected_by=None, state="out_for_delivery")
    assert "are sorry" not in page(state="in_transit", left_at=now + timedelta(hours=1))


def test_the_day_noted_after_a_missed_promise_hides_no_foresight() -> None:
    now = timezone.now().replace(hour=9)
    filled, today = fill(now), now.date()
    late = today + timedelta(days=4)
    parcel = Parcel.objects.filter(pk=filled.left.pk)
    parcel.update(state="in_transit", left_at=now - timedelta(days=9), promised_by=today - timedelta(days=1))
    parcel.update(foreseen_at=now, foreseen_by=late, late_ppm=1_000_000, expected_by=None)
    assert note_late(now) > 0
    assert parcel.get().expected_by == today

    def page() -> str:
        return Client().get(f"/t/{token_of(filled.left.order_id, 1)}").content.decode()

    assert f"<h1>{late:%A}, {late.day} {late:%B}</h1>" in re.sub(r"<h1[^>]*>", "<h1>", page())
    disruptions.expect({filled.left.pk: today})  # now it is somebody's word
    assert f"{late.day} {late:%B}" not in page()


def test_a_guess_is_never_told_as_when_the_carrier_tries_again() -> None:
    now = timezone.now().replace(hour=9)
    filled, today = fill(now), now.date()
    said = today + timedelta(days=2)

    def page(**changed: Any) -> str:
        Parcel.objects.filter(pk=filled.left.pk).update(**changed)
        return Client().get(f"/t/{token_of(filled.left.order_id, 1)}").content.decode()

    foreseen_now = {"foreseen_at": now, "foreseen_by": today + timedelta(days=4), "late_ppm": 1_000_000}
    silent = page(
        state="failed",
        left_at=now - timedelta(days=9),
        promised_by=today - timedelta(days=1),
        expected_by=None,
        **foreseen_now,
    )
    assert "The carrier tries again, or keeps it for you." in silent
    assert f"{foreseen_now['foreseen_by']:%A}," not in silent
    note_late(now)
    assert Parcel.objects.get(pk=filled.left.pk).expected_by == today
    assert "The carrier tries again, or keeps it for you." in page()
    named = page(expected_by=said, expected_at_earliest=False)
    assert f"The carrier tries again: we expect it on {said:%A}, {said.day} {said:%B}." in named
