"""A disruption: who is concerned, who is told, how often, and what new orders are promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.record.brand import NOW, loaded
from tests.web.filled import Filled, fill

from doorstep.core.events.models import Fact
from doorstep.core.messages.models import Message
from doorstep.core.parcels.models import Parcel
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.disruption import Disruption
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.disruption import at_risk, declare, end_disruption, worsen

pytestmark = pytest.mark.django_db
FRANCE = Disruption("FR", "", "", "", "", "", NOW.date(), NOW.date() + timedelta(days=20), 2)


@pytest.fixture
def filled() -> Filled:
    return fill(NOW)


def scope_of(filled: Filled) -> Scope:
    return Scope(filled.operator.pk, frozenset({filled.brand.pk, filled.sister.pk}), "planner", "user:1")


def test_shoppers_concerned_are_told_once_and_again_only_of_a_later_day(filled: Filled) -> None:
    scope = scope_of(filled)
    expected = {one.parcel.order: one.expected_by for one in at_risk(scope, FRANCE)}
    assert expected
    assert not Message.objects.exists()
    pk = declare(scope, "strike", FRANCE, "The carrier is on strike.", now=NOW)
    told = dict(Message.objects.values_list("order__code", "expected_by"))
    assert told == expected
    assert all(one.order.country == "FR" for one in Parcel.objects.exclude(expected_by=None))
    assert Fact.objects.filter(kind="LateRisk").count() == len(expected)
    worsen(scope, pk, ends_on=FRANCE.ends_on, delay_days=2, text="Still.", now=NOW)
    declare(scope, "strike", FRANCE, "Said twice.", now=NOW)
    assert Message.objects.count() == len(expected)
    worsen(scope, pk, ends_on=FRANCE.ends_on, delay_days=1, text="Better.", now=NOW)
    assert Message.objects.count() == len(expected)
    worsen(scope, pk, ends_on=FRANCE.ends_on, delay_days=4, text="Worse.", now=NOW)
    assert Message.objects.count() == 2 * len(expected)


def test_what_has_arrived_or_goes_elsewhere_is_left_alone(filled: Filled) -> None:
    scope = scope_of(filled)
    Parcel.objects.filter(order=filled.planned).update(state="delivered", ended_at=NOW)
    assert filled.planned.code not in {one.parcel.order for one in at_risk(scope, FRANCE)}
    nowhere = Disruption("PT", "", "", "", "", "", NOW.date(), NOW.date(), 1)
    assert at_risk(scope, nowhere) == ()
    past = Disruption("FR", "", "", "", "", "", date(2020, 1, 1), date(2020, 1, 2), 1)
    assert at_risk(scope, past) == ()
    paris = Disruption("FR", "", "75", "lille", "General Parcels", "", FRANCE.starts_on, FRANCE.ends_on, 1)
    assert {one.parcel.order for one in at_risk(scope, paris)} <= {"O-00007"}


def test_its_cost_does_not_grow_with_orders(filled: Filled) -> None:
    counts = []
    for rows in (0, 40):
        parcel = Parcel.objects.get(order=filled.planned)
        for number in range(rows):
            parcel.pk, parcel.code, parcel.sscc = None, f"copy-{number}", ""
            parcel.save(force_insert=True)
        with CaptureQueriesContext(connection) as captured:
            at_risk(scope_of(filled), FRANCE)
        counts.append(len(captured))
    assert counts[0] == counts[1] == 4


@pytest.mark.parametrize(
    "wrong",
    [
        Disruption("", "", "", "", "", "", NOW.date(), NOW.date(), 1),
        Disruption("FR", "", "", "", "", "", NOW.date(), NOW.date(), 0),
        Disruption("FR", "", "", "", "", "", NOW.date(), NOW.date() - timedelta(days=1), 1),
        Disruption("FR", "", "7501", "", "", "", NOW.date(), NOW.date(), 1),
        Disruption("", "", "75", "", "", "swift", NOW.date(), NOW.date(), 1),
        Disruption("FR", "", "", "nowhere", "", "", NOW.date(), NOW.date(), 1),
    ],
)
def test_what_cannot_be_is_refused(filled: Filled, wrong: Disruption) -> None:
    with pytest.raises(Conflict):
        declare(scope_of(filled), "strike", wrong, "", now=NOW)


def test_somebody_else_cannot_end_it(filled: Filled) -> None:
    pk = declare(scope_of(filled), "weather", FRANCE, "", now=NOW)
    stranger = Scope(filled.foreign_admin.operator_id, frozenset(), "operator_admin", "user:9")
    with pytest.raises(NotFound):
        end_disruption(stranger, pk, now=NOW)
    with pytest.raises(NotFound):
        worsen(stranger, pk, ends_on=FRANCE.ends_on, delay_days=9, text="", now=NOW)


def order(code: str, postcode: str, latitude: float, longitude: float, minutes: int) -> Order:
    place = Place("DE", "", "Town", postcode, latitude, longitude)
    line = OrderLine("1", "mug", 1, 9_000_000)
    placed_at = NOW + timedelta(minutes=minutes)
    return Order(code, "web", placed_at, "ann", place, (line,), contact=Contact(name="Ann", address_1="Ring 1"))


def test_new_promises_reckon_with_it_where_it_is_and_only_while_it_lasts() -> None:
    scope, brand = loaded()
    munich, berlin = ("80331", 48.137, 11.575), ("10115", 52.53, 13.38)

    def promised(code: str, to: tuple[str, float, float], minutes: int) -> date:
        now = NOW + timedelta(minutes=minutes)
        accepted = accept_order(scope, brand, order(code, *to, minutes), now=now)
        assert accepted.state == "planned", accepted.detail
        return accepted.parcels[0].promised_by

    before, elsewhere = promised("A", munich, 0), promised("B", berlin, 1)
    what = Disruption("DE", "", "80", "", "", "", NOW.date(), NOW.date() + timedelta(days=20), 1)
    pk = declare(scope, "weather", what, "", now=NOW)
    assert promised("C", munich, 5) == before + timedelta(days=1)
    assert promised("D", berlin, 6) == elsewhere
    end_disruption(scope, pk, now=NOW)
    assert promised("E", munich, 10) == before


@pytest.mark.parametrize("wrong", [{"carrier": "nobody"}, {"service": "no-such"}, {"country": "XX"}])
def test_what_nobody_sends_by_or_to_is_refused(filled: Filled, wrong: dict[str, str]) -> None:
    what = replace(FRANCE, **wrong)  # type: ignore[arg-type]  # none of them is a date
    with pytest.raises(Conflict, match=next(iter(wrong.values()))):
        at_risk(scope_of(filled), what)
    with pytest.raises(Conflict, match=next(iter(wrong.values()))):
        declare(scope_of(filled), "strike", what, "", now=NOW)
