"""The search goes on with rounds under way: never dearer, nothing promised broken, nothing fixed moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.test_reoptimise import HOUR, begun, faults, late, on, town

from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.day import laid_of, running
from doorstep.kernels.route.problem import RELOAD
from doorstep.kernels.route.reoptimise import driven_cost
from doorstep.kernels.route.resume import resumed
from doorstep.kernels.run import Run


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.integers(6, 14), st.booleans())
def test_rounds_gone_on_with_are_no_dearer_and_hold_all_they_held(
    seed: int, reloads: bool, hour: int, fixes: bool
) -> None:
    day = advanced(begun(town(seed, reloads)), hour * HOUR)
    rest = [[stop for stop in van.rest if stop != RELOAD] for van in day.vans]
    day = replace(day, fixed=frozenset(stop for line in rest for stop in line[:2]) if fixes else frozenset())
    told = resumed(day, Run(seed=seed, iterations=400))
    assert told.cost <= 0
    assert driven_cost(laid_of(running(told.day))) == driven_cost(laid_of(running(day))) + told.cost
    assert on(told.day) == on(day)
    assert (faults(told.day), late(told.day)) == ([], {})
    for was, now in zip(day.vans, told.day.vans, strict=False):
        assert now.locked == was.locked
        assert was.aboard <= {*now.locked, *now.rest}
        assert [one for one in now.rest if one in day.fixed] == [one for one in was.rest if one in day.fixed]


def test_with_nothing_to_drive_nothing_is_searched() -> None:
    day = replace(begun(town(3)), vans=())
    assert resumed(day, Run(iterations=10)).day == day


def test_who_is_on_a_round_stays_on_one_whatever_they_bring() -> None:
    """A stop that was taken for a prize has been told that it is served: the search is that of stops without one."""
    day = advanced(begun(town(3)), 9 * HOUR)
    stops = replace(day.problem.stops, prize=np.ones_like(day.problem.stops.prize))
    prized = replace(day, problem=replace(day.problem, stops=stops))
    plain, told = resumed(day, Run(iterations=400)), resumed(prized, Run(iterations=400))
    assert on(told.day) == on(day)
    assert told.cost == plain.cost < 0


def test_fixed_stops_keep_their_order_and_the_search_is_of_use_all_the_same() -> None:
    costs = []
    for seed in range(4):
        day = begun(town(seed))
        lines = [tuple(reversed(van.rest)) for van in day.vans]  # an order that no search would find by itself
        wide = replace(day.problem.stops, from_s=np.zeros(24, np.int64), to_s=np.full(24, 20 * HOUR))
        vans = tuple(replace(van, rest=line) for van, line in zip(day.vans, lines, strict=True))
        fixed = frozenset(stop for line in lines for stop in line[:3])
        day = replace(day, problem=replace(day.problem, stops=wide), vans=vans, fixed=fixed)
        told = resumed(day, Run(seed=seed, iterations=400))
        for was, now in zip(day.vans, told.day.vans, strict=False):
            assert [one for one in now.rest if one in fixed] == [one for one in was.rest if one in fixed]
        costs.append(told.cost)
    assert max(costs) <= 0 > min(costs)
