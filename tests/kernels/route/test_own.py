from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.plans import line, whole

from doorstep.kernels.route.check import check
from doorstep.kernels.route.problem import (
    ANY,
    NEVER,
    RELOAD,
    REQUIRED,
    RouteParams,
    RouteProblem,
    Rule,
    Travel,
    plain_fleet,
    plain_stops,
)
from doorstep.kernels.route.route import route
from doorstep.kernels.run import Run

OWN = RouteParams(engine="own")


@st.composite
def rich_days(draw: st.DrawFn) -> RouteProblem:
    """Small days with a little of everything that the engine knows."""
    n, v, d = draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    m = n + 2
    travel = Travel("rounded", rng.integers(0, 60, m).astype(float), rng.integers(0, 60, m).astype(float))
    if draw(st.booleans()):
        metres = rng.integers(1, 80, (m, m))
        np.fill_diagonal(metres, 0)
        travel = replace(travel, rule="matrix", distance=metres, duration=metres + (metres > 0) * rng.integers(0, 5))
    timed, both, more = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    opens = rng.integers(0, 200, n) if timed else np.zeros(n, np.int64)
    closes = opens + rng.integers(20, 200, n) if timed else np.full(n, NEVER)
    stops = plain_stops(
        np.arange(2, m), rng.integers(0, 5, (n, d)), pickup=rng.integers(0, 5, (n, d)) * both,
        service_s=rng.integers(0, 9, n), from_s=opens, to_s=closes,
        group=np.where(rng.random(n) < 0.4, rng.integers(0, 2, n), ANY) if more else np.full(n, ANY),
        skills=rng.integers(0, 3, n) * more, priority=rng.integers(0, 3, n) * more,
        only=np.where(rng.random(n) < 0.2, rng.integers(0, v, n), ANY) if more else np.full(n, ANY),
    )  # fmt: skip
    if more:
        prize = np.where(rng.random(n) < 0.3, 40, REQUIRED)
        stops = replace(stops, prize=np.where(stops.group == ANY, prize, REQUIRED))
    paused = draw(st.booleans())
    fleet = plain_fleet(
        rng.integers(1, 4, v), rng.integers(6, 15, (v, d)), start=rng.integers(0, 2, v), end=rng.integers(0, 2, v),
        fixed=rng.integers(0, 30, v), per_s=rng.integers(0, 2, v), skills=rng.integers(0, 4, v),
        from_s=np.zeros(v, np.int64), to_s=rng.integers(200, 700, v), max_trips=rng.integers(1, 4, v),
        reload_s=rng.integers(0, 9, v), max_distance_m=rng.integers(150, 900, v),
        break_s=rng.integers(0, 20, v) * paused, break_from_s=np.full(v, 60), break_to_s=rng.integers(60, 300, v),
        speed_ppm=rng.integers(500_000, 2_000_000, v) if draw(st.booleans()) else np.full(v, 1_000_000),
        reload=rng.integers(0, 2, v) if draw(st.booleans()) else np.zeros(0, np.int64),
    )  # fmt: skip
    return RouteProblem(travel, stops, fleet)


@settings(max_examples=60, deadline=None)
@given(rich_days(), st.integers(0, 3))
def test_what_it_finds_is_right(problem: RouteProblem, seed: int) -> None:
    found = route(problem, OWN, Run(seed=seed, iterations=150))
    assert check(problem, found, OWN) == ()


@given(rich_days())
@settings(max_examples=15, deadline=None)
def test_equal_seeds_and_iterations_give_equal_rounds(problem: RouteProblem) -> None:
    one, other = (route(problem, OWN, Run(seed=7, iterations=100)) for _ in range(2))
    assert one.visit.tolist() == other.visit.tolist()
    assert one.objective == other.objective


def test_a_day_without_stops_or_vans_has_no_rounds() -> None:
    nobody = RouteProblem(
        line(0), plain_stops(whole(), np.zeros((0, 1), np.int64)), plain_fleet(whole(1), whole(9)[:, None])
    )
    assert route(nobody).visit.tolist() == []
    no_van = RouteProblem(
        line(0, 5), plain_stops(whole(1), whole(1)[:, None]), plain_fleet(whole(0), whole(9)[:, None])
    )
    found = route(no_van)
    assert found.unserved.tolist() == [0]
    assert check(no_van, found) == ()


@st.composite
def plain_days(draw: st.DrawFn) -> RouteProblem:
    """Days that only loads bound, also at the same place and all on a line."""
    n = draw(st.integers(2, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, y = rng.integers(0, draw(st.sampled_from([1, 5, 1000])), (2, n + 1)).astype(float)
    rule: Rule = draw(st.sampled_from(["rounded", "truncated", "haversine"]))
    if rule == "haversine":
        x, y = x / 5000 + 8.6, y / 5000 + 49.4
    fleet = plain_fleet(
        whole(n), whole(10)[:, None], fixed=whole(draw(st.integers(0, 50))), per_s=whole(draw(st.integers(0, 2)))
    )
    travel = Travel(rule, x, y, seconds_per_km=120, detour_ppm=1_300_000)
    return RouteProblem(
        travel, plain_stops(np.arange(1, n + 1), rng.integers(0, 10, (n, 1)), service_s=rng.integers(0, 9, n)), fleet
    )


@given(rich_days())
@settings(max_examples=30, deadline=None)
def test_it_goes_on_from_rounds_it_is_given(problem: RouteProblem) -> None:
    found = route(problem, OWN, Run(seed=1, iterations=100))
    again = route(problem, OWN, Run(seed=2, iterations=20), start=found)
    assert check(problem, again, OWN) == ()
    assert again.objective <= found.objective


@settings(max_examples=60, deadline=None)
@given(plain_days(), st.integers(0, 3), st.sampled_from([1, 2]))
def test_plain_rounds_are_right_in_one_part_or_two(problem: RouteProblem, seed: int, width: int) -> None:
    found = route(problem, OWN, Run(seed=seed, iterations=400, width=width))
    assert check(problem, found, OWN) == ()
    assert not len(found.unserved)


def test_a_parted_day_is_right_and_the_same_again() -> None:
    rng = np.random.default_rng(5)
    n = 900
    travel = Travel("rounded", *rng.integers(0, 1000, (2, n + 1)).astype(float))
    opens = rng.integers(0, 3000, n)
    for given_windows in ({}, {"from_s": opens, "to_s": opens + 900, "service_s": np.full(n, 9)}):
        stops = plain_stops(np.arange(1, n + 1), rng.integers(1, 10, (n, 1)), **given_windows)
        fleet = plain_fleet(whole(200), whole(60)[:, None], to_s=whole(6000 if given_windows else NEVER))
        problem = RouteProblem(travel, stops, fleet)
        one, other = (route(problem, OWN, Run(seed=3, iterations=3000, width=2)) for _ in range(2))
        assert check(problem, one, OWN) == ()
        assert one.visit.tolist() == other.visit.tolist()
        assert one.iterations >= 3000


def test_it_begins_where_it_is_told_to() -> None:
    problem = RouteProblem(
        line(0, 1, 2, 3), plain_stops(whole(1, 2, 3), whole(1, 1, 1)[:, None]), plain_fleet(whole(3), whole(3)[:, None])
    )
    found = route(problem, OWN, Run(iterations=50))
    again = route(problem, OWN, Run(iterations=1), start=found)
    assert again.objective == found.objective == 6


def test_it_ends_when_its_time_is_spent() -> None:
    shares = iter([0.0, 0.2, 0.9, *[1.0] * 9])
    told: list[tuple[int, int]] = []
    problem = RouteProblem(
        line(*range(30)),
        plain_stops(np.arange(1, 30), np.ones((29, 1), np.int64)),
        plain_fleet(whole(30), whole(4)[:, None]),
    )
    run = Run(spent=lambda: next(shares), incumbent=lambda *better: told.append(better))
    found = route(problem, OWN, run)
    assert found.iterations > 0
    assert told == sorted(told, reverse=True)


def test_reloads_let_one_van_do_the_work_of_three() -> None:
    stops = plain_stops(whole(1, 2, 3), whole(4, 4, 4)[:, None])
    fleet = plain_fleet(whole(1), whole(4)[:, None], max_trips=whole(3), reload_s=whole(5), per_s=whole(1))
    found = route(RouteProblem(line(0, 5, 6, 7), stops, fleet), OWN, Run(iterations=300))
    assert sorted(found.visit.tolist()) == [RELOAD, RELOAD, 0, 1, 2]
    assert found.cost == 36 + 36 + 10


def test_who_is_worth_more_is_served_first() -> None:
    stops = plain_stops(whole(1, 2), whole(3, 3)[:, None], priority=whole(0, 1))
    fleet = plain_fleet(whole(1), whole(3)[:, None])
    found = route(RouteProblem(line(0, 5, 9), stops, fleet), OWN, Run(iterations=100))
    assert found.unserved.tolist() == [0]
