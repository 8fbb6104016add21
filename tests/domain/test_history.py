"""An order's past from its facts: each step, in the order in which things happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from doorstep.domain.history import STEPS, AsItStood, PastFact, fold

Told = tuple[str, dict[str, Any]]
AT = datetime(2026, 11, 16, 10, tzinfo=UTC)
PLAN = {"promised_by": "2026-11-19", "parcels": 2}


def past(*told: Told, as_of: datetime | None = None) -> AsItStood:
    facts = [PastFact(number, AT + timedelta(hours=number), kind, data) for number, (kind, data) in enumerate(told)]
    return fold(facts, as_of)


def test_nothing_was_there_before_the_first_fact() -> None:
    assert fold(()) == AsItStood()
    assert past(("OrderPlaced", {})) == AsItStood(known=True)
    assert past(("OrderPlaced", {}), as_of=AT - timedelta(seconds=1)) == AsItStood()


@pytest.mark.parametrize(
    ("kind", "state"), [("OrderHeld", "held"), ("OrderWaits", "open"), ("OrderCancelled", "cancelled")]
)
def test_a_plan_may_give_way(kind: str, state: str) -> None:
    stood = past(("OrderPlaced", {}), ("OrderPromised", PLAN), (kind, {"reason": "other"}))
    assert (stood.state, stood.reason) == (state, "other")


def test_an_order_stands_as_its_parcels_do_the_unpacked_ones_with_them() -> None:
    told: list[Told] = [("OrderPlaced", {}), ("OrderPromised", PLAN), ("OrderReleased", {"wave": "w"})]
    one, two = {"parcel": "A-1"}, {"parcel": "A-2"}
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("ParcelPacked", {**one}, "released"),
        ("ParcelPacked", {**two}, "packed"),
        ("ParcelLabelled", {**one}, "packed"),
        ("ParcelStaged", {**one}, "packed"),
        ("ParcelHandedOver", {**one}, "part_shipped"),
        ("ParcelScanned", {**one, "milestone": "delivered"}, "part_shipped"),
        ("ParcelHandedOver", {**two}, "shipped"),
        ("ParcelScanned", {**two, "milestone": "failed"}, "failed"),
        ("ParcelScanned", {**two, "milestone": "delivered"}, "delivered"),
    ]
    for kind, data, state in steps:
        told.append((kind, data))
        assert (kind, past(*told).state) == (kind, state)
    assert past(*told).promised_by == date(2026, 11, 19)
    assert past(*told, as_of=AT + timedelta(hours=7)).state == "part_shipped"


def test_what_was_packed_is_so_no_more_once_it_is_taken_back() -> None:
    told: tuple[Told, ...] = (
        ("OrderPromised", PLAN),
        ("OrderReleased", {}),
        ("ParcelPacked", {"parcel": "A-1"}),
        ("OrderTakenBack", {}),
    )
    assert (past(*told).state, past(*told).parcels) == ("planned", {})


def test_milestones_count_by_their_own_time_and_the_end_over_all() -> None:
    told: list[Told] = [("OrderPromised", {**PLAN, "parcels": 1}), ("ParcelHandedOver", {"parcel": "A-1"})]
    end = PastFact(9, AT + timedelta(hours=9), "ParcelScanned", {"parcel": "A-1", "milestone": "delivered"})
    late = PastFact(10, AT + timedelta(hours=5), "ParcelScanned", {"parcel": "A-1", "milestone": "in_transit"})
    facts = [PastFact(n, AT + timedelta(hours=n), kind, data) for n, (kind, data) in enumerate(told)]
    assert fold([*facts, end, late]).parcels["A-1"].state == "delivered"
    assert fold([*facts, end, late], AT + timedelta(hours=6)).parcels["A-1"].state == "in_transit"


def test_returns_and_erasures_are_told() -> None:
    stood = past(("ReturnAsked", {"rma": "R1"}), ("RefundDue", {"rma": "R1"}), ("PersonErased", {}))
    assert (dict(stood.returns), stood.erased) == ({"R1": "graded"}, True)


def test_a_kind_without_a_step_changes_nothing_but_that_there_was_an_order() -> None:
    assert "SurveyAnswered" not in STEPS
    assert past(("SurveyAnswered", {})) == AsItStood(known=True)
