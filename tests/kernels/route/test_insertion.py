"""Every insertion and removal costs what the rounds cost with and without it, reckoned anew by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.kernels.route.scenes import Features, Rounds, problem_of, rounds_of
from tests.kernels.route.slow import cost_of

from doorstep.kernels.route.compiled_insertion import INFEASIBLE
from doorstep.kernels.route.insertion import (
    Insertion,
    Insertions,
    alternatives,
    cheapest,
    inserted,
    insertions,
    pair_insertions,
    removals,
    stop_insertions,
    without,
)
from doorstep.kernels.route.laid import Laid, lay
from doorstep.kernels.route.problem import ANY, RELOAD, RouteProblem

FEATURES = st.builds(
    Features, windows=st.booleans(), pairs=st.booleans(), breaks=st.booleans(), pace=st.booleans(),
    reloads=st.booleans(), skills=st.booleans(), limits=st.booleans(), groups=st.booleans(),
)  # fmt: skip
SEEDS = st.integers(0, 10**9)


def drivable(problem: RouteProblem, seed: int, away: set[int]) -> Rounds:
    """Rounds of which nothing stays that cannot be driven."""
    dealt = rounds_of(seed, problem, away)
    return [one for one in dealt if cost_of(problem, *one) is not None]


def ways(laid: Laid, stops: tuple[int, ...], r: int, at: int) -> Iterator[tuple[Insertion, tuple[int, ...]]]:
    """All ways to put something in behind so many visits of a round, with the round as it is then."""
    row, visits = laid.rounds[r] if r < len(laid.rounds) else (int(laid.lines.row[r]), ())
    for then in range(at, len(visits) + 1) if len(stops) > 1 else [at]:
        for reload in range(4 if then == at else 1):
            one = Insertion(stops, row, r, at, then, reload, 0)
            new = inserted([(row, visits)], replace(one, round=0))[0][1]
            edges = (RELOAD, *new, RELOAD)
            if all((a, b) != (RELOAD, RELOAD) for a, b in pairwise(edges)):
                yield one, new


def least(problem: RouteProblem, laid: Laid, stops: tuple[int, ...], r: int, at: int) -> int:
    used = r < len(laid.rounds)
    now = cost_of(problem, *laid.rounds[r]) if used else 0
    assert now is not None
    costs = [cost_of(problem, one.row, new) for one, new in ways(laid, stops, r, at)]
    return min([cost - now for cost in costs if cost is not None], default=INFEASIBLE)


def compare(problem: RouteProblem, laid: Laid, found: Insertions) -> None:
    for r in range(len(laid.lines.row)):
        first, last = int(laid.lines.first[r]), int(laid.lines.first[r + 1])
        expected = [least(problem, laid, found.stops, r, at) for at in range(last - first - 1)]
        assert found.cost[first : last - 1].tolist() == expected
        assert found.cost[last - 1] == INFEASIBLE
        assert found.by_round()[r] == min(expected)


@settings(max_examples=60, deadline=None)
@given(SEEDS, FEATURES)
@example(231500, Features(skills=False))  # no way from a van's start to its end
def test_a_stop_costs_at_every_place_what_the_round_costs_more(seed: int, has: Features) -> None:
    problem = problem_of(seed, replace(has, pairs=False))
    laid = lay(problem, drivable(problem, seed, {0}))
    found = stop_insertions(laid, 0)
    compare(problem, laid, found)
    best = found.best()
    if best is None:
        assert (found.cost >= INFEASIBLE).all()
    else:
        after = lay(problem, inserted(laid.rounds, best))
        assert after.cost - laid.cost == best.cost == found.cost.min()


@settings(max_examples=40, deadline=None)
@given(SEEDS, FEATURES)
def test_a_stop_is_put_among_pairs_that_keep_together(seed: int, has: Features) -> None:
    problem = problem_of(seed, replace(has, pairs=True))
    stop = next(i for i in range(problem.stops.count) if i not in problem.stops.pairs)
    laid = lay(problem, drivable(problem, seed, {stop}))
    compare(problem, laid, insertions(laid, stop))


@settings(max_examples=40, deadline=None)
@given(SEEDS, FEATURES)
def test_a_pair_costs_at_every_place_what_the_round_costs_more(seed: int, has: Features) -> None:
    problem = problem_of(seed, replace(has, pairs=True))
    first, second = problem.stops.pairs[0].tolist()
    laid = lay(problem, drivable(problem, seed, {first, second}))
    found = insertions(laid, second)
    assert found.stops == (first, second)
    compare(problem, laid, found)
    best = found.best()
    if best is not None:
        assert lay(problem, inserted(laid.rounds, best)).cost - laid.cost == best.cost


@settings(max_examples=40, deadline=None)
@given(SEEDS, FEATURES)
def test_taking_a_stop_out_saves_what_the_round_costs_less(seed: int, has: Features) -> None:
    problem = problem_of(seed, has)
    laid = lay(problem, drivable(problem, seed, set()))
    saved = removals(laid)
    on = {stop: one for one in laid.rounds for stop in one[1] if stop != RELOAD}
    mates = {a: b for pair in problem.stops.pairs.tolist() for a, b in (pair, pair[::-1])}
    for stop in range(problem.stops.count):
        if stop not in on:
            assert saved[stop] == INFEASIBLE
            continue
        row, visits = on[stop]
        rest = without(visits, {stop, mates.get(stop, ANY)})
        now, then = cost_of(problem, row, visits), cost_of(problem, row, rest) if rest else 0
        assert now is not None
        assert saved[stop] == (INFEASIBLE if then is None else now - then)


@settings(max_examples=40, deadline=None)
@given(SEEDS, FEATURES)
def test_a_round_costs_what_it_costs_and_a_bad_one_is_known(seed: int, has: Features) -> None:
    problem = problem_of(seed, has)
    rounds = rounds_of(seed, problem, set())
    laid = lay(problem, rounds)
    costs = [cost_of(problem, *one) for one in rounds]
    assert laid.parts.cost[: len(rounds)].tolist() == [INFEASIBLE if cost is None else cost for cost in costs]


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_of_a_group_the_cheapest_is_served(seed: int) -> None:
    problem = problem_of(seed, Features(groups=True))
    group = alternatives(lay(problem, []), int(np.flatnonzero(problem.stops.group == 7)[0]))
    laid = lay(problem, drivable(problem, seed, set(group)))
    best = cheapest(laid, group)
    each = [int(insertions(laid, stop).cost.min()) for stop in group]
    assert (INFEASIBLE if best is None else best.cost) == min(each)


def test_a_round_that_is_left_out_is_offered_no_stop() -> None:
    problem = problem_of(1, Features(windows=False, skills=False, limits=False))
    laid = lay(problem, drivable(problem, 1, {0}))
    assert laid.rounds
    for r in range(len(laid.rounds)):
        assert stop_insertions(laid, 0, skip=r).best_in(r) is None
        assert pair_insertions(laid, 0, 1, skip=r).best_in(r) is None


def test_without_a_trip_its_reload_goes() -> None:
    assert without((1, RELOAD, 2, RELOAD, 3), {2}) == (1, RELOAD, 3)
    assert without((1, RELOAD, 2), {1}) == (2,)
    assert without((1, RELOAD, 2), {2}) == (1,)
    assert without((1,), {1}) == ()
