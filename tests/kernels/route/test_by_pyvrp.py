from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.days import ints, line, matrix, problem, result, stops, vans

from doorstep.kernels.route import by_pyvrp
from doorstep.kernels.route.by_pyvrp import NotInstalled, solve, supports
from doorstep.kernels.route.check import check
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, REQUIRED, RouteParams, RouteProblem
from doorstep.kernels.run import Run

SHORT = Run(iterations=60)


def rich(seed: int, count: int) -> RouteProblem:
    """Windows, two loads, collections, a pair, a group, prizes, skills, priorities, three kinds of van, reloads."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 1000, (count + 2, 2))
    far = np.rint(np.hypot(*(at[:, None] - at).transpose(2, 0, 1))).astype(int)
    opens = rng.integers(0, 3000, count)
    delivery, pickup = rng.integers(1, 5, (count, 2)), rng.integers(0, 3, (count, 2))
    delivery[0] = pickup[1] = 0
    delivery[1] = pickup[0]
    group, prize, only = (np.full(count, one) for one in (ANY, REQUIRED, ANY))
    group[2:4], prize[2:4], prize[4], only[5] = 7, rng.integers(0, 900), rng.integers(0, 900), rng.integers(0, 3)
    some = stops(
        *range(2, count + 2),
        delivery=delivery,
        pickup=pickup,
        service_s=rng.integers(0, 100, count),
        from_s=opens,
        to_s=opens + rng.integers(50, 2500, count),
        group=group,
        prize=prize,
        only=only,
        pairs=[[0, 1]],
        skills=rng.choice([0, 0, 0, 1, 2, 4], count),
        priority=rng.integers(0, 3, count),
    )
    fleet = vans(
        *[1, 2, 1],
        capacity=[[12, 12], [30, 20], [99, 99]],
        start=[0, 1, 0],
        end=[0, 0, 1],
        from_s=[-500, 0, 50],
        to_s=[4000, 3000, NEVER],
        fixed=[100, 50, 0],
        per_m=[1, 2, 1],
        per_s=[1, 0, 2],
        max_distance_m=[NEVER, 5000, NEVER],
        max_duration_s=[3000, NEVER, NEVER],
        max_trips=[3, 1, 2],
        reload_s=[60, 0, 10],
        skills=[1, 3, 6],
        speed_ppm=[1_000_000, 1_300_000, 700_000],
    )
    return problem(matrix(far.tolist()), some, fleet)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.integers(6, 14), st.integers(0, 60))
def test_the_verifier_accepts_every_plan(seed: int, count: int, iterations: int) -> None:
    one = rich(seed, count)
    assert supports(one) == ()
    assert check(one, solve(one, run=Run(seed=seed, iterations=iterations))) == ()


def test_a_seed_gives_the_same_rounds() -> None:
    first, again = (solve(rich(1, 14), run=Run(seed=5, iterations=80)) for _ in range(2))
    assert first.visit.tolist() == again.visit.tolist()
    assert (first.objective, first.iterations) == (again.objective, 80)
    assert first.engine == "pyvrp"


def test_a_search_ends_when_its_time_is_spent() -> None:
    asked = iter(np.linspace(0, 2, 41))
    found = solve(problem(line(0, 1, 2), stops(1, 2), vans(2)), run=Run(spent=lambda: float(next(asked))))
    assert found.iterations == 20


def test_each_better_plan_is_told() -> None:
    told: list[tuple[int, int]] = []
    found = solve(rich(2, 14), run=Run(iterations=200, incumbent=lambda *one: told.append(one)))
    assert told
    assert told[-1] == (found.objective, len(found.unserved))
    assert [cost for cost, _ in told] == sorted({cost for cost, _ in told}, reverse=True)


def test_a_search_begins_where_it_is_told_to() -> None:
    one = rich(3, 14)
    good = solve(one, run=Run(iterations=300))
    same = solve(one, run=Run(iterations=0), start=good)
    assert same.objective == good.objective
    assert sorted(map(tuple, same.rounds())) == sorted(map(tuple, good.rounds()))
    assert solve(one, run=SHORT, start=good).objective <= good.objective


def test_who_is_not_in_the_plan_to_begin_with_is_put_in() -> None:
    one = problem(line(0, 10, 20), stops(1, 2), vans(2))
    assert solve(one, run=SHORT, start=result((0, [1]))).unserved.tolist() == []


def test_of_too_many_the_urgent_are_served() -> None:
    one = problem(line(0, 10, 20, 30), stops(1, 2, 3, priority=[0, 1, 2]), vans(1, capacity=[[2]]))
    found = solve(one, run=SHORT)
    assert found.unserved.tolist() == [0]
    assert found.objective == found.cost + 10 * 60  # ten times the way to the farthest and back
    assert check(one, found) == ()


def test_a_dear_leave_cost_breaks_nothing() -> None:
    one = problem(line(0, 10, 20, 30), stops(1, 2, 3, priority=[1000] * 3), vans(1, capacity=[[2]]))
    asked = RouteParams(leave_cost=2**45)
    found = solve(one, asked, SHORT)
    assert len(found.unserved) == 1
    assert check(one, found, asked) == ()


def test_where_there_is_no_way_nobody_drives() -> None:
    far = [[0, 10, NEVER, 9], [10, 0, NEVER, 9], [NEVER, NEVER, 0, NEVER], [9, 9, 9, 0]]
    one = problem(matrix(far), stops(1, 2, 3), vans(1))
    found = solve(one, run=SHORT)
    assert found.unserved.tolist() == [1]
    assert check(one, found) == ()


def test_stops_at_one_place_may_ask_for_different_vans() -> None:
    fleet = vans(1, 1, skills=[1, 2], per_m=[1, 100])
    found = solve(problem(line(0, 50), stops(1, 1, skills=[1, 2]), fleet), run=SHORT)
    assert (found.vehicle.tolist(), [one.tolist() for one in found.rounds()]) == ([0, 1], [[0], [1]])


def test_a_reload_takes_its_time_and_the_first_loading_none() -> None:
    one = problem(line(0, 50), stops(1, 1), vans(1, capacity=[[1]], max_trips=[2], reload_s=[300], per_s=[1]))
    found = solve(one, run=SHORT)
    assert found.visit.tolist() in ([0, RELOAD, 1], [1, RELOAD, 0])
    assert found.cost == 200 + 500


def test_a_van_may_reload_elsewhere_than_it_starts() -> None:
    fleet = vans(1, capacity=[[1]], start=[0], end=[0], max_trips=[2], reload=[2])
    one = problem(line(0, 50, 40), stops(1, 1), fleet)
    found = solve(one, run=SHORT)
    assert (found.unserved.tolist(), found.cost) == ([], 50 + 10 + 10 + 50)
    assert check(one, found) == ()


@pytest.mark.parametrize(("some", "vans_there"), [((), 1), ((1,), 0)])
def test_nobody_to_serve_or_nothing_to_drive_is_no_round(some: tuple[int, ...], vans_there: int) -> None:
    delivery = np.ones((len(some), 1), np.int64)
    one = problem(line(0, 50), stops(*some, delivery=delivery), vans(vans_there))
    found = solve(one)
    assert len(found.vehicle) == 0
    assert check(one, found) == ()


PAIR = {"pairs": [[0, 1]], "pickup": [[1], [0]]}


@pytest.mark.parametrize(
    ("road", "some", "fleet", "why"),
    [
        ({}, {}, {"break_s": [60]}, "breaks"),
        ({"period_from_s": ints(0), "period_pace_ppm": ints(10**6)}, {}, {}, "periods"),
        ({}, PAIR, {}, "pairs"),
    ],
)
def test_what_it_cannot_do_it_refuses(road: Any, some: Any, fleet: Any, why: str) -> None:
    one = problem(line(0, 1, 2, **road), stops(1, 2, **some), vans(1, **fleet))
    (reason,) = supports(one)
    assert reason.startswith(why)
    with pytest.raises(ValueError, match=why):
        solve(one)
    assert supports(problem(line(0, 1), stops(1), vans(0, break_s=[60]))) == ()  # of a van that is not there


def test_what_is_too_large_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    one = problem(line(0, 1, 2), stops(1, 2), vans(1))
    monkeypatch.setattr(by_pyvrp, "MOST_CELLS", 9)
    assert supports(one) == ()
    monkeypatch.setattr(by_pyvrp, "MOST_CELLS", 8)
    assert supports(one)[0].startswith("size")
    other_speed = replace(one, fleet=vans(1, 1, speed_ppm=[10**6, 2 * 10**6]))
    monkeypatch.setattr(by_pyvrp, "MOST_CELLS", 17)  # a road map for each speed
    assert supports(other_speed)[0].startswith("size")


def test_without_it_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_pyvrp, "find_spec", lambda _: None)
    with pytest.raises(NotInstalled, match="doorstep\\[route\\]"):
        solve(problem(line(0, 1), stops(1), vans(1)))
