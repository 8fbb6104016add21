"""A day goes on, stops come and go, vans are late: windows are held, loads too, and what is told is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.check import check
from doorstep.kernels.route.day import Day, day_of, running, settled, visits_of
from doorstep.kernels.route.insertion import inserted, insertions
from doorstep.kernels.route.laid import lay
from doorstep.kernels.route.problem import ANY, RELOAD, RouteProblem, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.reoptimise import Cancelled, Late, NewStop, begins_of, replan
from doorstep.kernels.route.result import RouteResult

HOUR = 3600
STOPS, KEPT_BACK = 24, 6
SEEDS = st.integers(0, 10**6)


def town(seed: int, reloads: bool = False, pairs: bool = False) -> RouteProblem:
    """A town of some kilometres, windows of two hours for half of the stops, a few collections; the depot last."""
    rng = np.random.default_rng(seed)
    n = STOPS
    travel = Travel("haversine", 11 + rng.random(n + 1) / 10, 48 + rng.random(n + 1) / 15, seconds_per_km=150)
    begins = rng.integers(8, 15, n) * HOUR
    windowed = rng.random(n) < 0.5
    collects = rng.random(n) < 0.3
    delivery = np.where(collects, 0, rng.integers(1, 4, n)).reshape(-1, 1)
    pickup = np.where(collects, rng.integers(1, 4, n), 0).reshape(-1, 1)
    coupled = np.array([[0, 1], [n - 2, n - 1]]) if pairs else np.zeros((0, 2), np.int64)
    delivery[coupled[:, 1]] = pickup[coupled[:, 0]]
    stops = plain_stops(
        np.arange(n), delivery, pickup=pickup, pairs=coupled, service_s=np.full(n, 240),
        from_s=np.where(windowed, begins, 0), to_s=np.where(windowed, begins + 2 * HOUR, 20 * HOUR),
    )  # fmt: skip
    fleet = plain_fleet(
        np.array([3, 2]), np.array([[14], [10]]), start=np.full(2, n), end=np.full(2, n),
        from_s=np.full(2, 7 * HOUR), to_s=np.full(2, 19 * HOUR), fixed=np.full(2, 30_000_000),
        per_m=np.full(2, 400), per_s=np.full(2, 6_000), max_trips=np.full(2, 3 if reloads else 1),
        reload_s=np.full(2, 900),
    )  # fmt: skip
    return RouteProblem(travel, stops, fleet)


def result_of(
    problem: RouteProblem, rounds: list[tuple[int, tuple[int, ...]]] | tuple[tuple[int, tuple[int, ...]], ...]
) -> RouteResult:
    start = np.cumsum([0, *(len(visits) for _, visits in rounds)])
    line = np.array([visit for _, visits in rounds for visit in visits], np.int64)
    away = np.setdiff1d(np.arange(problem.stops.count), line)
    cost = lay(problem, rounds).cost
    vehicle = np.array([row for row, _ in rounds], np.int64)
    return RouteResult(vehicle, start, line, away, np.zeros(0, np.int64), cost, cost, 0, "own")


def begun(problem: RouteProblem, promised: bool = True) -> Day:
    """A day whose first stops are on vans, one after the other where it was cheapest; the last are not known yet."""
    laid = lay(problem, [])
    for stop in range(STOPS - KEPT_BACK):
        on = {one for _, visits in laid.rounds for one in visits}
        best = insertions(laid, stop).best()
        if stop not in on and best is not None:
            laid = laid.relaid(inserted(laid.rounds, best))
    known = frozenset(range(STOPS)) if promised else frozenset[int]()
    return day_of(problem, result_of(problem, laid.rounds), known)


def faults(day: Day) -> list[str]:
    """What the verifier finds in what is still to be driven."""
    run = running(day)
    found = check(run.problem, result_of(run.problem, run.rounds))
    return [str(one) for one in found if one.code != "objective"]


def on(day: Day) -> list[int]:
    return sorted(stop for _, stop in visits_of(day))


def late(day: Day) -> dict[int, int]:
    """Seconds by which windows of the day are missed."""
    to_s = day.problem.stops.to_s
    return {stop: int(at - to_s[stop]) for stop, at in begins_of(day).items() if at > to_s[stop]}


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.booleans(), st.booleans(), st.integers(6, 14))
def test_new_stops_find_a_place_and_every_window_is_held(seed: int, reloads: bool, pairs: bool, hour: int) -> None:
    day = advanced(begun(town(seed, reloads, pairs)), hour * HOUR)
    assert faults(day) == []
    for stop in range(STOPS - KEPT_BACK, STOPS):
        if stop in on(day):
            continue
        before = on(day)
        told = replan(day, NewStop(stop), seed, tries=4)
        mates = {a: b for pair in day.problem.stops.pairs.tolist() for a, b in (pair, pair[::-1])}
        new = [] if told.refused else sorted({stop, mates.get(stop, stop)})
        assert on(told.day) == sorted([*before, *new])
        assert not told.broken
        assert not told.overtime
        assert faults(told.day) == []
        assert late(told.day) == {}
        if told.refused:
            assert told.refused.stop == stop
            assert told.refused.detail
            assert told.day == day
        now, was = begins_of(told.day), begins_of(day)
        assert told.shifted == tuple((one, was[one], now[one]) for one in before if was[one] != now[one])
        day = told.day


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(6, 14))
def test_goods_on_board_stay_on_their_van_and_locked_stops_come_first(seed: int, hour: int) -> None:
    day = advanced(begun(town(seed, reloads=True)), hour * HOUR)
    after = day
    for stop in range(STOPS - KEPT_BACK, STOPS):
        after = replan(after, NewStop(stop), seed, tries=4).day
    for van, now in zip(day.vans, after.vans, strict=False):
        assert now.locked == van.locked
        assert van.aboard <= {*now.locked, *now.rest}
        loaded = now.rest[: now.rest.index(RELOAD)] if RELOAD in now.rest else now.rest
        brings = {one for one in loaded if day.problem.stops.delivery[one].any()}
        if van.is_out and not van.at_depot and van.locked[-1:] != (RELOAD,):
            assert brings <= van.aboard


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(8, 13))
def test_a_cancelled_stop_is_gone_and_nothing_costs_more(seed: int, hour: int) -> None:
    day = advanced(begun(town(seed)), hour * HOUR)
    rest = [stop for van in day.vans for stop in van.rest if stop != RELOAD]
    for stop in rest[:3]:
        told = replan(day, Cancelled(stop), seed, tries=4)
        assert on(told.day) == [one for one in on(day) if one != stop]
        assert told.unfit or faults(told.day) == []
        assert told.cost <= 0 or any(stop in van.aboard for van in day.vans)  # what comes back takes room
        day = told.day


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(7, 12), st.integers(1, 150))
def test_a_late_van_breaks_no_window_that_could_be_held_and_says_which(seed: int, hour: int, minutes: int) -> None:
    day = advanced(begun(town(seed)), hour * HOUR)
    for number in range(len(day.vans)):
        told = replan(day, Late(number, minutes * 60), seed, tries=6)
        assert on(told.day) == on(day)
        assert faults(told.day) == []
        now = begins_of(told.day)
        late_now = {stop: now[stop] - int(day.problem.stops.to_s[stop]) for stop in now}
        assert {one.stop: one.by_s for one in told.broken} == {stop: by for stop, by in late_now.items() if by > 0}
        assert all(one.promised for one in told.broken)
        as_is = _without_a_search(day, number, minutes * 60)
        assert sum(one.by_s for one in told.broken) + sum(by for _, by in told.overtime) <= as_is or not told.broken


def _without_a_search(day: Day, number: int, by_s: int) -> int:
    """Lateness if all went on in the same order."""
    told = replan(day, Late(number, by_s), tries=0)
    return sum(one.by_s for one in told.broken) + sum(by for _, by in told.overtime)


def line(vans: int, to_s: list[int]) -> Day:
    """Three stops along a road, an hour apart, one van on its way to the first; the depot at the beginning."""
    travel = Travel("rounded", np.arange(4.0), np.zeros(4), seconds_per_km=HOUR * 1000)
    stops = plain_stops(np.arange(1, 4), np.ones((3, 1), np.int64), to_s=np.array(to_s) * HOUR)
    hours = {"from_s": np.array([8 * HOUR]), "to_s": np.array([18 * HOUR])}
    problem = RouteProblem(travel, stops, plain_fleet(np.array([vans]), np.array([[3]]), **hours))
    return day_of(problem, result_of(problem, [(0, (0, 1, 2))]), frozenset({1}))


def test_what_is_not_on_board_goes_on_another_van_instead_of_being_late() -> None:
    told = replan(line(2, [9, 10, 11]), Late(0, HOUR // 2), tries=10)
    assert told.broken == ()
    assert told.moved
    assert len(told.day.vans) == 2


def test_of_two_windows_the_promised_one_is_held() -> None:
    day = advanced(line(1, [18, 10, 9]), 8 * HOUR - 1)
    van = replace(day.vans[0], at_s=8 * HOUR, is_out=True, rest=(1, 2), aboard=frozenset({1, 2}))
    told = replan(replace(day, vans=(van,)), Late(0, 0), tries=10)
    assert [(one.stop, one.promised) for one in told.broken] == [(2, False)]
    assert told.broken[0].by_s == 2 * HOUR
    assert begins_of(told.day)[1] == 10 * HOUR


def test_a_promise_that_cannot_be_held_is_named_and_held_to_the_new_hour() -> None:
    day = line(1, [9, 10, 11])
    van = replace(day.vans[0], at_s=8 * HOUR, is_out=True, aboard=frozenset({0, 1, 2}))
    told = replan(replace(day, vans=(van,)), Late(0, HOUR), tries=10)
    assert {(one.stop, one.promised) for one in told.broken} == {(1, True), (0, False), (2, False)}
    assert told.broken[0].stop == 1
    assert told.day.problem.stops.to_s[1] == 11 * HOUR
    again = replan(told.day, Late(0, 0), tries=2)
    assert again.broken == ()


def test_a_van_under_way_fetches_new_goods_only_by_a_reload() -> None:
    day = line(1, [18, 18, 18])
    van = replace(day.vans[0], is_out=True, left_s=8 * HOUR, rest=(0, 1), aboard=frozenset({0, 1}))
    day = replace(day, vans=(van,))
    refused = replan(day, NewStop(2), tries=2).refused
    assert refused is not None
    assert refused.reason == "no_van_free"
    more = replace(day.problem.fleet, max_trips=np.array([2]))
    told = replan(replace(day, problem=replace(day.problem, fleet=more)), NewStop(2), tries=2)
    assert told.refused is None
    rest = told.day.vans[0].rest
    assert rest.index(RELOAD) < rest.index(2)
    back = replace(van, rest=(), location=0, at_s=9 * HOUR, aboard=frozenset(), at_depot=True, trips=0)
    assert replan(replace(day, vans=(back,)), NewStop(2), tries=2).refused is None
    home = replace(back, is_home=True)
    assert replan(replace(day, vans=(home,)), NewStop(2), tries=2).refused is not None


def test_no_way_out_is_told_that_is_past() -> None:
    """To be there by nine a van would have to leave before now; and goods at the depot are not on a larger van."""
    day = line(2, [18, 18, 9])
    vans = tuple(replace(van, rest=(0, 1)) for van in day.vans)
    refused = replan(advanced(replace(day, vans=vans), 7 * HOUR), NewStop(2), tries=0).refused
    assert refused is not None
    assert {ease.kind for one in refused.remedies for ease in one.eases} == {"window_closes"}
    assert "leave" not in refused.remedy
    early = replan(advanced(replace(day, vans=vans), 5 * HOUR), NewStop(2), tries=0).refused
    assert early is not None
    assert "leave" in early.remedy
    out = replace(vans[0], is_out=True, left_s=8 * HOUR, aboard=frozenset({0, 1}))
    told = replan(replace(line(1, [18, 18, 18]), vans=(out,)), NewStop(2), tries=0).refused
    assert told is not None
    assert all(ease.kind != "capacity" for one in told.remedies for ease in one.eases)


def test_a_van_on_its_way_to_its_depot_is_there_when_it_was_to_be() -> None:
    day = line(1, [18, 18, 18])
    fleet = replace(day.problem.fleet, max_trips=np.array([2]), reload_s=np.array([HOUR // 2]))
    van = replace(day.vans[0], rest=(0, RELOAD, 2))
    day = replace(day, problem=replace(day.problem, fleet=fleet), vans=(van,))
    planned = begins_of(day)
    under_way = advanced(day, planned[0] + HOUR // 2)
    assert under_way.vans[0].locked == (RELOAD,)
    assert begins_of(under_way) == {2: planned[2]}
    there = advanced(under_way, planned[0] + HOUR + 60)
    assert there.vans[0].at_depot
    assert there.vans[0].trips == 1
    assert begins_of(there) == {2: planned[2]}
    assert replan(there, NewStop(1), tries=0).day.vans[0].rest in {(1, 2), (2, 1)}
    left = advanced(there, planned[2] - HOUR)
    assert left.vans[0].locked == (2,)
    assert left.vans[0].aboard == {2}
    assert advanced(left, 20 * HOUR).vans[0].is_home


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("change", [Cancelled(0), Cancelled(1), Late(0, 600)])
def test_nothing_begins_before_now_whatever_has_changed(change: Cancelled | Late, tells: bool) -> None:
    """The van is half an hour on its way to a stop that is an hour away."""
    day, now = line(1, [18, 18, 18]), 8 * HOUR + HOUR // 2
    out = replace(
        day.vans[0], is_out=True, left_s=8 * HOUR, at_s=8 * HOUR, aboard=frozenset({0, 1, 2}), tells=tells
    )  # fmt: skip
    gone_on = advanced(replace(day, vans=(out,)), now)
    assert gone_on.vans[0].locked == (0,)
    told = replan(gone_on, change, tries=0)
    assert min(begins_of(told.day).values()) >= now
    later = advanced(told.day, now + 60)
    assert sorted(begins_of(later)) == sorted(begins_of(told.day))  # nothing is done that was never driven to
    if change == Cancelled(0):
        assert begins_of(told.day)[1] == now + 2 * HOUR


def test_what_a_van_that_turns_cannot_hold_is_told() -> None:
    day = line(1, [18, 10, 18])
    out = replace(day.vans[0], is_out=True, left_s=8 * HOUR, at_s=8 * HOUR, aboard=frozenset({0, 1, 2}))
    told = replan(advanced(replace(day, vans=(out,)), 8 * HOUR + 1800), Cancelled(0), tries=0)
    assert [(one.stop, one.by_s, one.promised) for one in told.broken] == [(1, 1800, True)]


@pytest.mark.parametrize("hour", [7, 10, 13, 16, 20])
def test_a_day_gone_on_has_done_what_was_begun_by_then(hour: int) -> None:
    day = begun(town(11, reloads=True, pairs=True))
    planned = begins_of(day)
    later = advanced(day, hour * HOUR)
    left = on(later)
    assert Counter(left) == Counter(stop for stop, at in planned.items() if at > hour * HOUR)
    now = begins_of(later)
    assert {stop: now[stop] for stop in left} == {stop: planned[stop] for stop in left if planned[stop] > 0}


def test_a_day_settled_as_it_was_is_the_same() -> None:
    day = advanced(begun(town(5, reloads=True)), 11 * HOUR)
    run = running(day)
    same = settled(day, run, run.rounds)
    assert [van.rest for van in same.vans] == [van.rest for van in day.vans]
    assert (run.stop != ANY).sum() == len(on(day)) - sum(len({*van.locked} - {RELOAD}) for van in day.vans)


@settings(max_examples=6, deadline=None)
@given(SEEDS, st.integers(7, 12))
def test_a_stop_with_several_windows_is_refused_only_if_it_is_in_each_of_them(seed: int, hour: int) -> None:
    """Three windows of an hour, laid apart as stops of one group."""
    problem = town(seed)
    rows = np.arange(STOPS - 3, STOPS)
    group, from_s, to_s = (one.copy() for one in (problem.stops.group, problem.stops.from_s, problem.stops.to_s))
    location, delivery = problem.stops.location.copy(), problem.stops.delivery.copy()
    group[rows], location[rows], delivery[rows] = 0, location[rows[0]], delivery[rows[0]]
    from_s[rows] = np.random.default_rng(seed).choice(np.arange(7, 18), 3, replace=False) * HOUR
    to_s[rows] = from_s[rows] + HOUR
    there = replace(problem.stops, location=location, delivery=delivery, group=group, from_s=from_s, to_s=to_s)
    day = advanced(begun(replace(problem, stops=there)), hour * HOUR)
    day = replace(day, problem=replace(day.problem, fleet=replace(day.problem.fleet, count=np.array([2, 0]))))
    told = replan(day, NewStop(int(rows[0])), seed, tries=3)
    alone = replace(day, problem=replace(day.problem, stops=replace(there, group=np.full_like(group, ANY))))
    each = [replan(alone, NewStop(row), seed, tries=3) for row in rows.tolist()]
    assert (told.refused is None) == any(one.refused is None for one in each)
    if told.refused is not None and told.refused.remedies:
        ways = [one.refused.remedies[0] for one in each if one.refused is not None and one.refused.remedies]
        least = min((len(one.eases), one.cost) for one in ways)
        assert (len(told.refused.remedies[0].eases), told.refused.remedies[0].cost) == least
