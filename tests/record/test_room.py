"""A day that is full for the record is full for whoever comes next, until room on it is given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.record.brand import NOW
from tests.record.limited import leaving, limited
from tests.record.test_accept import asked

from doorstep.core.decisions.models import Decision
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels import booked
from doorstep.core.parcels.models import Parcel
from doorstep.domain.errors import DayFull
from doorstep.domain.rights import Scope
from doorstep.flows import accept
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.edit import edit_order
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.plan_day import plan_day
from doorstep.flows.quote import accept_quote, quote_cart
from doorstep.flows.standing import forget, standing
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def taken(scope: Scope, brand: int, number: int, first: int = 0) -> list[str]:
    """Accept so many orders, one after the other; gives what became of each."""
    codes = [f"N-{n}" for n in range(first, first + number)]
    return [accept_order(scope, brand, asked(code), now=NOW).state for code in codes]


def test_no_day_of_a_site_gets_more_orders_than_it_handles() -> None:
    scope, brand = limited()
    states = taken(scope, brand, 6)
    days = leaving(scope)
    assert set(days.values()) == {1}
    assert states == ["planned"] * len(days) + ["open"] * (6 - len(days))
    assert len(days) == PlanParams().days_ahead
    left = Order.objects.filter(state="open").first()
    assert left is not None
    assert left.reason == "capacity"
    assert "full: earlier decisions take all 1 orders a day" in left.detail


def test_no_service_gets_more_parcels_than_it_takes() -> None:
    scope, brand = limited(orders=None, parcels=2)
    taken(scope, brand, 8)
    told = Parcel.objects.values_list("site__code", "service", "ship_at")
    assert max(list(told).count(one) for one in told) == 2


def test_the_receipt_says_which_day_was_full() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    second = accept_order(scope, brand, asked("N-2"), now=NOW)
    (there,) = first.parcels
    assert second.parcels != first.parcels
    record = Decision.objects.get(order_id=second.order_id).record
    why = {one["option"]: one["constraint"] for one in record["rejected"]}
    assert why[f"{there.site} on {there.ship_at.date()}"] == "full: earlier decisions take all 1 orders a day"


def test_an_order_cancelled_gives_its_day_back() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    cancel_order(scope, brand, first.order_id, "customer_request", now=NOW)
    second = accept_order(scope, brand, asked("N-2"), now=NOW)
    assert [one.ship_at for one in second.parcels] == [one.ship_at for one in first.parcels]


def test_an_order_planned_anew_may_keep_its_own_day() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)

    def more(order: Any) -> Any:
        return replace(order, lines=tuple(replace(line, quantity=2) for line in order.lines))

    edited = edit_order(scope, brand, first.order_id, more, now=NOW)
    assert [one.ship_at for one in edited.parcels] == [one.ship_at for one in first.parcels]
    assert set(leaving(scope).values()) == {1}


def test_an_order_in_several_parcels_is_one_for_its_site() -> None:
    scope, brand = limited(orders=2)
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    one = Parcel.objects.get(order_id=first.order_id)
    one.pk, one.code, one.ship_at = None, "N-1-2", one.ship_at - timedelta(hours=1)
    one.save()
    zones = dict(Site.objects.values_list("pk", "time_zone"))
    day = first.parcels[0].ship_at.date()
    found = booked.booked(zones, NOW)
    assert (found[one.site_id, "", day], found[one.site_id, one.service, day]) == (1, 2)
    assert booked.booked(zones, NOW, without=first.order_id).total() == 0
    one.service, one.pk, one.code = "express", None, "N-1-3"
    one.save()
    found = booked.booked(zones, NOW)
    assert (found[one.site_id, "", day], found[one.site_id, "express", day]) == (1, 1)


def test_days_are_those_of_the_site() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    zone = {Parcel.objects.get().site_id: "Pacific/Auckland"}
    at = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # the morning of the 17th there
    Parcel.objects.filter(order_id=first.order_id).update(ship_at=at)
    (spot,) = {day for _, _, day in booked.booked(zone, NOW)}
    assert str(spot) == "2026-11-17"


def test_parcels_of_another_brand_of_the_operator_count() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    Parcel.objects.filter(order_id=first.order_id).update(service="a service that this brand does not know")
    second = accept_order(scope, brand, asked("N-2"), now=NOW)
    assert set(leaving(scope).values()) == {1}
    assert second.state == "planned"


def test_the_days_plan_keeps_to_what_is_left() -> None:
    scope, brand = limited()
    taken(scope, brand, 1)
    for code in ("M-1", "M-2", "M-3"):
        accepted = accept_order(scope, brand, asked(code), now=NOW)
        cancelled = Parcel.objects.filter(order_id=accepted.order_id)
        cancelled.update(state="cancelled")
        Order.objects.filter(pk=accepted.order_id).update(state="open")
    done = plan_day(scope, brand, now=NOW, run=Run(), leaving_from=NOW)
    assert done.planned == 3
    assert set(leaving(scope).values()) == {1}


def test_a_quote_offers_no_full_day_and_an_order_of_an_older_quote_is_decided_anew() -> None:
    scope, brand = limited()
    cart = replace(asked("cart"), customer="")
    older = quote_cart(scope, brand, cart, now=NOW)
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    newer = quote_cart(scope, brand, cart, now=NOW)
    full = {(one.site, one.ship_at.date()) for one in first.parcels}
    assert full & {(one.site, one.ship_at.date()) for option in older.options for one in option.parcels}
    assert not full & {(one.site, one.ship_at.date()) for option in newer.options for one in option.parcels}
    accept_quote(scope, older.pk, 0, now=NOW)
    accepted = accept_quoted(scope, brand, asked("N-2"), older.pk, now=NOW)
    assert accepted.state == "planned"
    assert set(leaving(scope).values()) == {1}


def test_whoever_finds_the_day_full_at_the_commit_decides_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scope, brand = limited()
    wanted = accept._commit_planned
    tried: list[object] = []

    def overtaken(*told: Any) -> Any:
        if not tried:
            tried.append(told)
            monkeypatch.setattr(accept, "_commit_planned", wanted)
            accept_order(scope, brand, asked("N-1"), now=NOW)
        return wanted(*told)

    monkeypatch.setattr(accept, "_commit_planned", overtaken)
    assert accept_order(scope, brand, asked("N-2"), now=NOW).state == "planned"
    assert len(tried) == 1
    assert set(leaving(scope).values()) == {1}


def test_a_full_day_is_refused_by_name() -> None:
    scope, brand = limited()
    first = accept_order(scope, brand, asked("N-1"), now=NOW)
    site, day = Parcel.objects.get().site_id, first.parcels[0].ship_at.date()
    with pytest.raises(DayFull, match=f"full on {day}: 1 orders a day"):
        booked.hold_room({(site, "", day): 1}, {site})
    booked.hold_room({(site, "", day): 1}, {site}, without=first.order_id)
    booked.hold_room({(site, "", day): 1}, set())


def queries(scope: Scope, brand: int, code: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        accept_order(scope, brand, asked(code), now=NOW)
    return len(seen)


def test_what_an_order_costs_the_database_does_not_grow_with_the_orders_of_a_day() -> None:
    scope, brand = limited(orders=500, parcels=500)
    taken(scope, brand, 1)
    first = queries(scope, brand, "Q-0")
    taken(scope, brand, 15, first=1)
    assert queries(scope, brand, "Q-1") == first


def test_without_a_limit_nobody_asks() -> None:
    scope, brand = limited(orders=None)
    taken(scope, brand, 1)
    free = queries(scope, brand, "Q-0")
    Site.objects.all().update(daily_order_capacity=500)
    forget()
    standing(scope.operator, brand, NOW)
    more = 3 if connection.vendor == "sqlite" else 1  # one message there, three statements here
    assert queries(scope, brand, "Q-1") == free + 1 + more
