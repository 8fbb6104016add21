"""What decisions before a batch take of its days is not there for it, and a receipt says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem, problems
from tests.kernels.plan.scenes import HAMBURG, MONDAY, call, order, scene, site

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import Booked
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanProblem, plan

ONE = Shape(orders=1, lines=3, stock=4, capacity=1.0)


def booked(asked: PlanProblem, rng: Random) -> PlanProblem:
    """Have decisions before take of some limits on some of the days; now and then more than there is."""
    first = asked.orders[0].placed_at.date()
    found = [
        Booked(name, by, first + timedelta(days=day), rng.randint(0, 2))
        for name, by in {*((one.site, "") for one in asked.sites), *((c.site, c.service) for c in asked.collections)}
        for day in range(7)
        if rng.random() < 0.5
    ]
    return replace(asked, booked=tuple(sorted(found, key=lambda one: (one.site, one.service, one.day))))


@pytest.mark.parametrize("seed", range(30))
def test_an_order_alone_is_decided_exactly_in_what_room_is_left(seed: int) -> None:
    asked = booked(problem(Random(seed), ONE), Random(seed))
    result = plan(asked)
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.objective_minor


@settings(max_examples=25, deadline=None)
@given(problems(Shape(capacity=1.0)), st.randoms(use_true_random=False))
def test_every_plan_keeps_to_the_room_that_is_left(asked: PlanProblem, rng: Random) -> None:
    narrow = booked(asked, rng) if asked.orders else asked
    result = plan(narrow)
    assert check(narrow, result.plan) == ()
    list(result.decisions())
    result.conflicts()


def one_a_day(*before: Booked, of_service: bool = False) -> PlanProblem:
    """Hamburg handles one order a day, or its service takes one parcel."""
    return replace(
        scene(
            [order("A", "tea")],
            {"hamburg": {"tea": 9}},
            sites=[site("hamburg", HAMBURG, capacity=None if of_service else 1)],
            collections=[call("hamburg", "post", capacity=1 if of_service else None)],
        ),
        booked=before,
    )


@pytest.mark.parametrize("by", ["", "post"])
def test_a_day_that_is_full_is_told_as_the_reason(by: str) -> None:
    today = MONDAY.date()
    free = plan(one_a_day(of_service=bool(by)))
    (there,) = free.plan.parcels
    result = plan(one_a_day(Booked("hamburg", by, there.ship_at.date(), 1), of_service=bool(by)))
    (parcel,) = result.plan.parcels
    assert parcel.ship_at.date() > there.ship_at.date() >= today
    what = "1 parcels" if by else "1 orders"
    (decision,) = result.decisions()
    told = {one.option: one.constraint for one in decision.rejected}
    name = f"hamburg by {by}" if by else "hamburg"
    assert told[f"{name} on {there.ship_at.date()}"] == f"full: earlier decisions take all {what} a day"


def test_an_order_that_finds_every_day_full_waits_and_says_which() -> None:
    today = MONDAY.date()
    result = plan(one_a_day(*(Booked("hamburg", "", today + timedelta(days=n), 5) for n in range(12))))
    (left,) = result.plan.unplanned
    assert left.reason == "capacity"
    assert f"hamburg on {today} full: earlier decisions take all 1 orders a day" in left.detail
    (told,) = result.conflicts()
    assert [one.constraint for one in told.conflicts] == ["capacity"]


def test_room_of_a_day_on_which_nothing_leaves_changes_nothing() -> None:
    free, long_ago = one_a_day(), MONDAY.date() - timedelta(days=400)
    asked = one_a_day(Booked("hamburg", "", long_ago, 1), Booked("hamburg", "post", MONDAY.date(), 9))
    assert plan(asked).plan == plan(free).plan


@pytest.mark.parametrize("wrong", [("nowhere", "", 1), ("hamburg", "rocket", 1), ("hamburg", "", -1)])
def test_what_is_booked_of_nothing_is_refused(wrong: tuple[str, str, int]) -> None:
    name, by, number = wrong
    with pytest.raises(InvalidProblem, match="booked"):
        one_a_day(Booked(name, by, MONDAY.date(), number))
