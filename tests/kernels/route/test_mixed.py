"""Fleets whose kinds of van differ in loads and costs alone: each round is driven by the kind that suits it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.plans import line, whole

from doorstep.kernels.route.check import check
from doorstep.kernels.route.problem import NEVER, RouteParams, RouteProblem, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.rich import RichSearch, field_of
from doorstep.kernels.route.route import route
from doorstep.kernels.run import Run

OWN = RouteParams(engine="own")


@st.composite
def mixed_days(draw: st.DrawFn) -> RouteProblem:
    """Days on which every kind of van could drive the rounds of every other, if it held them."""
    n, v, d = draw(st.integers(2, 30)), draw(st.integers(2, 4)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    timed = draw(st.booleans())
    opens = rng.integers(0, 200, n) if timed else np.zeros(n, np.int64)
    stops = plain_stops(
        np.arange(1, n + 1), rng.integers(0, 5, (n, d)), pickup=rng.integers(0, 5, (n, d)) * draw(st.booleans()),
        service_s=rng.integers(0, 9, n), from_s=opens, to_s=opens + 300 if timed else np.full(n, NEVER),
    )  # fmt: skip
    fleet = plain_fleet(
        rng.integers(1, 6, v), rng.integers(5, 40, (v, d)), fixed=rng.integers(0, 90, v), per_m=rng.integers(1, 4, v),
        per_s=rng.integers(0, 2, v), to_s=np.full(v, 900 if timed else NEVER), max_duration_s=np.full(v, NEVER),
    )  # fmt: skip
    travel = Travel("rounded", rng.integers(0, 60, n + 1).astype(float), rng.integers(0, 60, n + 1).astype(float))
    return RouteProblem(travel, stops, fleet)


@settings(max_examples=60, deadline=None)
@given(mixed_days(), st.integers(0, 3))
def test_what_it_finds_is_right(problem: RouteProblem, seed: int) -> None:
    found = route(problem, OWN, Run(seed=seed, iterations=300))
    assert check(problem, found, OWN) == ()


@pytest.mark.parametrize(("dear", "kinds"), [(12, [1]), (40, [0, 0, 0])])
def test_one_large_van_or_three_small_ones_as_is_cheaper(dear: int, kinds: list[int]) -> None:
    """Three stops at the depot's door; a small van holds one and costs 10."""
    stops = plain_stops(whole(1, 2, 3), whole(4, 4, 4)[:, None])
    fleet = plain_fleet(whole(5, 5), whole(4, 12)[:, None], fixed=whole(10, dear))
    found = route(RouteProblem(line(0, 1, 1, 1), stops, fleet), OWN, Run(iterations=300))
    assert sorted(found.vehicle.tolist()) == kinds
    assert not len(found.unserved)


def test_only_kinds_that_differ_in_loads_and_costs_stand_for_each_other() -> None:
    stops = plain_stops(whole(1), whole(1)[:, None])
    fleet = plain_fleet(
        whole(1, 1, 1, 1), whole(4, 9, 9, 9)[:, None], to_s=whole(90, 90, 50, 90), skills=whole(0, 0, 0, 1)
    )
    problem = RouteProblem(line(0, 5), stops, fleet)
    search = RichSearch(field_of(problem, whole(1000)), fleet.count, [], 0)
    assert [row[: row[-1]].tolist() for row in search.alike] == [[1], [0], [], []]
    pinned = plain_stops(whole(1), whole(1)[:, None], only=whole(0))
    pinned_search = RichSearch(field_of(RouteProblem(line(0, 5), pinned, fleet), whole(1000)), fleet.count, [], 0)
    assert not pinned_search.mixed
