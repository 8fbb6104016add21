"""What stands in the way of a stop does, each part of it is needed, and every way out leads out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from tests.kernels.route.scenes import Features, problem_of, rounds_of
from tests.kernels.route.test_insertion import FEATURES, SEEDS, drivable

from doorstep.kernels.route.conflicts import conflicts, irreducible
from doorstep.kernels.route.eased import MEASURED, Bench, Ease, Key, eased_problem
from doorstep.kernels.route.insertion import Insertion, inserted, insertions, served
from doorstep.kernels.route.laid import Round, lay
from doorstep.kernels.route.problem import NEVER, RouteProblem, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.why import Unserved, why
from doorstep.kernels.route.why_words import Names

HOUR = 3600


def best(problem: RouteProblem, rounds: tuple[Round, ...], stop: int, eases: list[Ease]) -> Insertion | None:
    """Ease the problem as a whole, and look for a place anew."""
    return insertions(lay(eased_problem(problem, stop, eases), rounds), stop).best()


def result_of(rounds: tuple[Round, ...]) -> RouteResult:
    none = np.zeros(0, np.int64)
    start = np.cumsum([0, *(len(visits) for _, visits in rounds)])
    visits = np.array([visit for _, visits in rounds for visit in visits], np.int64)
    return RouteResult(np.array([v for v, _ in rounds], np.int64), start, visits, none, none, 0, 0, 0, "own")


@settings(max_examples=12, deadline=None)
@given(SEEDS, FEATURES)
def test_conflicts_are_irreducible_and_remedies_are_the_least_that_is_enough(seed: int, has: Features) -> None:
    problem = problem_of(seed, replace(has, groups=False), stops=8)
    laid = lay(problem, drivable(problem, seed, set()))
    for stop in np.flatnonzero(served(laid) < 0).tolist()[:2]:
        bench = Bench(laid, stop)
        found, every = conflicts(bench), [Ease(*key) for key in bench.offered()]
        if found.servable is not None:
            assert best(problem, laid.rounds, stop, []) == found.servable
            continue
        assert best(problem, laid.rounds, stop, []) is None
        if not found.groups:
            assert best(problem, laid.rounds, stop, every) is None
        for group in found.groups:
            others = [one for one in every if (one.kind, one.dimension) not in group]
            assert best(problem, laid.rounds, stop, others) is None
            for key in group:
                assert best(problem, laid.rounds, stop, [*others, Ease(*key)]) is not None
        for remedy in found.remedies:
            eased = eased_problem(problem, stop, remedy.eases)
            after = lay(eased, inserted(laid.rounds, remedy.insertion))
            assert after.fits[: len(after.rounds)].all()
            assert after.cost - laid.cost == remedy.cost
            for at, one in enumerate(remedy.eases):
                if one.kind in MEASURED:
                    less = replace(one, amount=one.amount - 1)
                    others = [*remedy.eases[:at], *remedy.eases[at + 1 :]]
                    assert best(problem, laid.rounds, stop, [*others, less]) is None


def test_the_smallest_conflict_is_told_and_a_large_one_is_narrowed() -> None:
    keys: list[Key] = [(kind, 0) for kind in "abcdef"]
    assert irreducible(keys, lambda kept: {("b", 0), ("e", 0)} <= kept or set(keys[2:]) <= kept) == (keys[1], keys[4])
    assert irreducible(keys, lambda kept: set(keys[:3]) <= kept) == tuple(keys[:3])
    assert irreducible(keys, lambda kept: keys[3] in kept) == (keys[3],)


def town(vans: int = 1, **given: np.ndarray) -> RouteProblem:
    """Five stops an hour apart along a road, the depot at its beginning; a day from 8 to 18 o'clock."""
    travel = Travel("rounded", np.arange(6.0), np.zeros(6), seconds_per_km=HOUR * 1000)
    ones = np.ones((5, 1), np.int64)
    stops = plain_stops(np.arange(1, 6), ones, **given)
    hours = {"from_s": np.array([8 * HOUR]), "to_s": np.array([18 * HOUR])}
    return RouteProblem(travel, stops, plain_fleet(np.array([vans]), np.array([[3]]), fixed=np.array([100]), **hours))


def unserved(problem: RouteProblem, rounds: tuple[Round, ...], stop: int) -> Unserved:
    told = why(problem, result_of(rounds), Names(stops=("Ann", "Bob", "Cy", "Di", "Ed"), vans=("the red van",)))
    return next(one for one in told.unserved if one.stop == stop)


def test_a_window_before_the_shift_is_told_apart_from_no_van_being_free() -> None:
    window = np.array([0, 0, 0, 0, 0]), np.array([NEVER, NEVER, NEVER, NEVER, 11 * HOUR])
    one = unserved(town(from_s=window[0], to_s=window[1]), ((0, (0,)),), 4)
    assert one.reason == "window_outside_shift"
    assert "until 11:00" in one.detail
    assert "vans leave from 08:00 on" in one.detail
    assert "let its window close 120 minutes later, at 13:00" in one.remedy
    assert "let the red van leave 120 minutes earlier, at 06:00" in one.remedy
    full = unserved(town(), ((0, (0, 1, 2)),), 4)
    assert full.reason == "no_van_free"
    assert "the only van is out" in full.detail
    assert "let the red van carry 1 more of load 0, 4 in all; the rounds cost 4 more then" in full.remedy
    assert "send one more the red van; the rounds cost 110 more then" in full.remedy
    spare = unserved(town(vans=2), ((0, (0, 1, 2)),), 4)
    assert spare.reason == "servable"
    assert "for 110 more" in spare.detail


def test_a_load_over_every_van_and_a_place_without_a_way_are_told() -> None:
    problem = town(vans=2)
    heavy = problem.stops.delivery.copy()
    heavy[4] = 5
    one = unserved(replace(problem, stops=replace(problem.stops, delivery=heavy)), ((0, (0,)),), 4)
    assert (one.reason, one.remedies[0].eases[0].amount) == ("too_large", 2)
    assert one.detail == "it brings 5 of load 0; a van carries up to 3"
    distance = np.rint(np.abs(np.subtract.outer(np.arange(6), np.arange(6)))).astype(np.int64)
    distance[:, 5] = NEVER
    distance[5, 5] = 0
    island = Travel("matrix", np.arange(6.0), np.zeros(6), distance=distance, duration=distance)
    one = unserved(replace(problem, travel=island), ((0, (0,)),), 4)
    assert (one.reason, one.remedies) == ("unreachable", ())


def test_skills_groups_and_prizes_are_told() -> None:
    skilled = unserved(town(skills=np.array([0, 0, 0, 4, 0])), ((0, (0,)),), 3)
    assert (skilled.reason, skilled.detail) == ("skills", "it needs skill 2, which no van has")
    assert skilled.remedy.startswith("give the red van the skill")
    group = unserved(town(group=np.array([7, 7, -1, -1, -1])), ((0, (0,)),), 1)
    assert (group.reason, group.detail) == ("group", "Ann of the same group is served, and one is enough")
    dear = unserved(town(prize=np.array([-1, -1, -1, -1, 5])), ((0, (0,)),), 4)
    assert (dear.reason, dear.detail) == ("not_worth_it", "serving it costs 8, leaving it 5")


def test_a_served_stop_knows_its_cost_and_the_next_best_van() -> None:
    told = why(town(vans=2), result_of(((0, (1, 2)), (0, (0, 4)))), Names(vans=("the red van",)))
    first = told.served[2]
    assert (first.stop, first.round, first.place, first.cost) == (2, 0, 2, 2)
    assert first.next is not None
    assert (first.next.round, first.next.cost) == (1, 0)
    assert first.text == "stop 2 is no. 2 of the red van (round 1): 2 more with it than without. " + (
        "Next best: the red van (round 2), for 0."
    )
    alone = why(town(), result_of(((0, (1, 2)),)))
    assert alone.served[0].next is None
    assert "No other van can take it: the only van is out." in alone.served[0].text


@settings(max_examples=20, deadline=None)
@given(SEEDS, FEATURES)
def test_every_stop_is_explained_once(seed: int, has: Features) -> None:
    problem = problem_of(seed, has)
    rounds = [one for one in rounds_of(seed, problem, set()) if lay(problem, [one]).fits[0]]
    told = why(problem, result_of(tuple(rounds)))
    stops = sorted([one.stop for one in told.served] + [one.stop for one in told.unserved])
    assert stops == list(range(problem.stops.count))
    assert all(one.text for one in told.served)
    assert all(one.detail for one in told.unserved)


def with_windows(problem: RouteProblem, stop: int, *windows: tuple[int, int]) -> RouteProblem:
    """Let a stop have several windows, or one."""
    from_s, to_s = problem.stops.from_s.copy(), problem.stops.to_s.copy()
    from_s[stop], to_s[stop] = windows[0][0], windows[-1][1]
    stops = replace(problem.stops, from_s=from_s, to_s=to_s)
    rows = [(stop, *window) for window in windows] if len(windows) > 1 else []
    return RouteProblem(problem.travel, stops, problem.fleet, np.array(rows, np.int64).reshape(-1, 3))


def test_of_several_windows_that_which_takes_least_is_told() -> None:
    """Service at the last stop is possible at 13 o'clock alone: an hour before the late window, two after the early."""
    early, late, there = (0, 11 * HOUR), (14 * HOUR, 20 * HOUR), (13 * HOUR, 13 * HOUR + 60)
    between = unserved(with_windows(town(), 4, early, late), ((0, (0,)),), 4)
    assert between.reason == "window_outside_shift"
    assert between.detail.startswith("of its 2 windows that from 14:00 until 20:00 takes least: ")
    served_in = unserved(with_windows(town(), 4, early, there, late), ((0, (0,)),), 4)
    assert served_in.reason == "servable"
    assert served_in.detail.startswith("of its 3 windows that from 13:00 until 13:01 takes least: it can be served")
    full = unserved(with_windows(town(), 4, (0, 14 * HOUR), (15 * HOUR, NEVER)), ((0, (0, 1, 2)),), 4)
    assert (full.reason, "windows" in full.detail) == ("no_van_free", True)
    heavy = town()
    heavy.stops.delivery[4] = 5
    alike = unserved(with_windows(heavy, 4, (0, 13 * HOUR), (14 * HOUR, NEVER)), ((0, (0,)),), 4)
    assert "takes least" in alike.detail


@settings(max_examples=10, deadline=None)
@given(SEEDS, FEATURES)
def test_what_is_told_of_several_windows_takes_no_more_than_any_of_them_alone(seed: int, has: Features) -> None:
    problem = problem_of(seed, replace(has, groups=False), stops=8)
    rounds = tuple(drivable(problem, seed, set()))
    rng = np.random.default_rng(seed)
    lost = np.setdiff1d(np.flatnonzero(served(lay(problem, rounds)) < 0), problem.stops.pairs)
    for stop in lost.tolist()[:1]:
        ends = np.sort(rng.choice(3_000, 4, replace=False)).reshape(2, 2).tolist()
        windows = [(int(begin), int(end)) for begin, end in ends]
        told = unserved(with_windows(problem, stop, *windows), rounds, stop)
        alone = [unserved(with_windows(problem, stop, window), rounds, stop) for window in windows]
        least = [one.found.servable.cost for one in alone if one.found and one.found.servable]
        if least:
            assert told.found is not None
            assert told.found.servable is not None
            assert told.found.servable.cost == min(least)
            continue
        ways = [(len(one.remedies[0].eases), one.remedies[0].cost) for one in alone if one.remedies]
        mine = [(len(one.eases), one.cost) for one in told.remedies[:1]]
        assert mine == ([min(ways)] if ways else [])


def test_a_served_stop_knows_what_another_of_its_windows_would_cost() -> None:
    """Out to the last stop in its first window; in the second it is served on the way of the other van."""
    problem = with_windows(town(vans=2), 1, (8 * HOUR, 11 * HOUR), (12 * HOUR, 16 * HOUR))
    rounds = ((0, (1,)), (0, (0, 4)))
    windowed = replace(result_of(rounds), window=np.array([0, -1, -1]))
    told = why(problem, windowed, Names(vans=("the red van",)))
    one = next(one for one in told.served if one.stop == 1)
    assert one.other is not None
    brute = best(with_windows(town(vans=2), 1, (12 * HOUR, 16 * HOUR)), ((0, (0, 4)),), 1, [])
    assert brute is not None
    assert (one.other.window, one.other.insertion) == ((12 * HOUR, 16 * HOUR), brute)
    assert one.text.endswith(f"In its other window from 12:00 until 16:00: the red van, for {brute.cost}.")
    assert all(other.other is None for other in told.served if other.stop != 1)
