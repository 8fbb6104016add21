"""A stop with several windows is served once, in one of them, and never between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.days import ints, line, result, stops, vans

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.route.check import check
from doorstep.kernels.route.laid import lay
from doorstep.kernels.route.on_time import with_margin
from doorstep.kernels.route.problem import NEVER, RouteParams, RouteProblem
from doorstep.kernels.route.route import route
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.windows import apart, gathered, narrowed, spread
from doorstep.kernels.run import Run


def some_day(seed: int) -> RouteProblem:
    """Ten stops along a road of 400 seconds, most with two or three windows of the day's 3,000 seconds."""
    rng = np.random.default_rng(seed)
    n = 10
    from_s, to_s, windows = np.zeros(n, np.int64), np.full(n, NEVER), []
    for stop in range(n):
        ends = np.sort(rng.choice(np.arange(100, 3_000, 10), 2 * int(rng.integers(1, 4)), replace=False)).reshape(-1, 2)
        from_s[stop], to_s[stop] = ends[0, 0], ends[-1, 1]
        windows += [(stop, int(a), int(b)) for a, b in ends] if len(ends) > 1 else []
    group = np.where(np.arange(n) < 4, np.arange(n) // 2, -1)
    there = stops(*range(1, n + 1), from_s=from_s, to_s=to_s, service_s=rng.integers(0, 60, n), group=group)
    fleet = vans(3, from_s=[0], to_s=[4_000], per_s=[1], fixed=[500])
    return RouteProblem(
        line(0, *rng.integers(1, 400, n).tolist()), there, fleet, ints(*sum(windows, ())).reshape(-1, 3)
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["own", "pyvrp"]))
def test_an_answer_never_serves_outside_the_windows_and_each_once(seed: int, engine: str) -> None:
    problem = some_day(seed)
    pytest.importorskip("pyvrp") if engine == "pyvrp" else None
    params = RouteParams(engine="own" if engine == "own" else "pyvrp")
    found = route(problem, params, Run(seed=seed, iterations=300))
    assert check(problem, found, params) == ()
    begins = schedule(problem, found).begin_s.tolist()
    of: dict[int, list[tuple[int, int]]] = {}
    for stop, begin, end in problem.windows.tolist():
        of.setdefault(stop, []).append((begin, end))
    visits = found.visit.tolist()
    assert len(set(visits)) == len(visits)
    for stop, at in zip(visits, begins, strict=True):
        whole = (int(problem.stops.from_s[stop]), int(problem.stops.to_s[stop]))
        assert any(begin <= at <= end for begin, end in of.get(stop, [whole]))
    again = spread(problem, found)
    assert again is not None
    back = gathered(problem, apart(problem)[1], again)
    assert (back.visit.tolist(), back.window.tolist()) == (visits, found.window.tolist())


def test_the_wider_hours_are_of_use() -> None:
    """The near stop can be served late alone, when the far one has closed: with its first window only it could not."""
    there = stops(1, 2, from_s=[0, 90], to_s=[200, 120])
    problem = RouteProblem(line(0, 10, 20), there, vans(1), ints(0, 0, 5, 0, 180, 200).reshape(-1, 3))
    found = route(problem, RouteParams(engine="own"), Run(iterations=200))
    assert (found.visit.tolist(), found.window.tolist()) == ([1, 0], [-1, 1])
    assert narrowed(problem, found).stops.from_s.tolist() == [180, 90]
    assert narrowed(problem, replace(found, visit=ints(), window=ints())).stops.to_s.tolist() == [200, 120]


def test_the_verifier_wants_a_window_that_is_the_stops() -> None:
    there = stops(1, 2, from_s=[0, 0], to_s=[200, NEVER])
    problem = RouteProblem(line(0, 10, 20), there, vans(1), ints(0, 0, 50, 0, 180, 200).reshape(-1, 3))
    codes = [
        {one.code for one in check(problem, replace(result((0, [0, 1])), window=window))} - {"objective", "cost"}
        for window in (ints(0, -1), ints(1, -1), ints(-1, -1), ints(0, 1), ints(), ints(0))
    ]
    assert codes == [set(), set(), {"window"}, {"window"}, {"window"}, {"shape"}]


@pytest.mark.parametrize(
    ("windows", "why"),
    [
        ([[0, 0, 50], [0, 40, 200]], "not apart"),
        ([[0, 0, 50], [0, 60, 190]], "first beginning and last end"),
        ([[2, 0, 50]], "no such stop"),
        ([[0, 50, 0]], "ends before it begins"),
        ([[1, 0, 5], [0, 0, 200]], "not by stop"),
    ],
)
def test_windows_that_contradict_the_stop_are_refused(windows: list[list[int]], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        RouteProblem(line(0, 10, 20), stops(1, 2, to_s=[200, 5]), vans(1), np.array(windows, np.int64))


def test_rounds_are_laid_out_in_one_window_each() -> None:
    problem = RouteProblem(line(0, 10), stops(1, to_s=[200]), vans(1), ints(0, 0, 50, 0, 180, 200).reshape(-1, 3))
    with pytest.raises(InvalidProblem, match="narrowed"):
        lay(problem, [(0, (0,))])


def test_a_margin_ends_every_window_sooner_and_none_before_it_begins() -> None:
    windows = ints(0, 0, 50, 0, 190, 200).reshape(-1, 3)
    two = RouteProblem(line(0, 10, 20), stops(1, 2, from_s=[0, 0], to_s=[200, 90]), vans(1), windows)
    safe = with_margin(two, 20)
    assert safe.windows.tolist() == [[0, 0, 30], [0, 190, 190]]
    assert safe.stops.to_s.tolist() == [190, 70]
