"""The verifier of own vans refuses every plan of them that was altered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from tests.kernels.plan.driving import near, van, vans_day
from tests.kernels.plan.scenes import order

from doorstep.domain.fleet import VanRound
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check_vans import van_faults
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem


@cache
def day() -> tuple[PlanProblem, Plan]:
    orders = [order(f"o{n}", "a", place=near(n, n % 2)) for n in range(1, 5)]
    problem = vans_day(orders, van(capacity_g=2_000))
    return problem, plan(problem).plan


def faults(problem: PlanProblem, found: Plan) -> str:
    return "; ".join(van_faults(problem, found))


def first(found: Plan, change: Callable[[Parcel], Parcel]) -> Plan:
    return replace(found, parcels=(change(found.parcels[0]), *found.parcels[1:]))


def moved(parcel: Parcel, **given: object) -> Parcel:
    """The parcel with another ride."""
    assert parcel.ride is not None
    return replace(parcel, ride=replace(parcel.ride, **given))  # type: ignore[arg-type]


def the_round(found: Plan, change: Callable[[VanRound], VanRound]) -> Plan:
    (one,) = found.rounds
    return replace(found, rounds=(change(one),))


def test_the_plan_is_accepted_as_it_is() -> None:
    problem, found = day()
    assert len(found.rounds) == 1
    assert faults(problem, found) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda p: replace(p, ride=None), "not on a round"),
        (lambda p: replace(p, service="post"), "is on a round"),
        (lambda p: moved(p, cost_minor=p.ride.cost_minor + 1), "its parcels bear"),
        (lambda p: moved(p, cost_minor=-1), "bears -1 of its round"),
        (lambda p: moved(p, position=p.ride.position + 1), "in the same places"),
        (lambda p: moved(p, vehicle="other"), "in the same places"),
        (lambda p: moved(p, arrives_at=p.ride.arrives_at + timedelta(days=1)), "do not follow one another"),
        (lambda p: replace(p, ship_at=p.ship_at + timedelta(days=1)), "such of several days"),
        (lambda p: replace(p, weight_g=5_000), "capacity"),
    ],
)
def test_a_ride_that_is_altered_is_refused(change: Callable[[Parcel], Parcel], why: str) -> None:
    problem, found = day()
    assert why in faults(problem, first(found, change))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda r: replace(r, round=2), "numbered from 1"),
        (lambda r: replace(r, cost_minor=r.cost_minor - 1), "metres, seconds and cost"),
        (lambda r: replace(r, distance_m=r.distance_m + 1), "metres, seconds and cost"),
        (lambda r: replace(r, duration_s=r.duration_s - 1), "metres, seconds and cost"),
        (lambda r: replace(r, vehicle="other"), "a van that is not there"),
        (lambda r: replace(r, trips=(r.trips[0][:-1],)), "the same parcels"),
        (lambda r: replace(r, trips=(r.trips[0][:1], r.trips[0][1:])), "the same parcels"),
        (lambda r: replace(r, trips=()), "has no parcels"),
        (lambda r: replace(r, departs_at=r.returns_at), "do not follow one another"),
    ],
)
def test_a_round_that_is_altered_is_refused(change: Callable[[VanRound], VanRound], why: str) -> None:
    problem, found = day()
    assert why in faults(problem, the_round(found, change))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"capacity_g": 1_000}, "capacity"),
        ({"capacity_cm3": 10_000}, "capacity"),
        ({"shift_to_s": 17 * 3600 + 60}, "cannot be driven"),
        ({"max_distance_m": 100}, "distance"),
        ({"stop_s": 60}, "metres, seconds and cost"),
        ({"fixed_cost_micros": 1_000_000}, "metres, seconds and cost"),
    ],
)
def test_a_round_that_the_van_cannot_drive_is_refused(given: dict[str, int], why: str) -> None:
    problem, found = day()
    assert why in faults(replace(problem, vans=(replace(problem.vans[0], **given),)), found)  # type: ignore[arg-type]


def test_a_stop_without_a_place_is_refused() -> None:
    problem, found = day()
    first = problem.orders[0]
    hidden = replace(problem, orders=(replace(first, place=replace(first.place, latitude=None)), *problem.orders[1:]))
    assert "has no place on the map" in faults(hidden, found)
