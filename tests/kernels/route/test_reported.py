"""What vans say of themselves stands in place of what was planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.day import Day, Van, day_of
from doorstep.kernels.route.problem import RELOAD, RouteProblem, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.reoptimise import Cancelled, NewStop, begins_of, caught_up, replan
from doorstep.kernels.route.reported import Done, Left, Loaded, Paused, Report, Seen, reported
from doorstep.kernels.route.result import RouteResult

HOUR = 3600


def road(visits: tuple[int, ...] = (0, 1, RELOAD, 2, 3), to_s: int = 30 * HOUR, vans: int = 1) -> Day:
    """Four stops along a road, an hour and 10 km apart; the depot at its beginning, one more place at its end."""
    travel = Travel("rounded", np.arange(6.0) * 10_000, np.zeros(6), seconds_per_km=HOUR // 10)
    stops = plain_stops(np.arange(1, 5), np.ones((4, 1), np.int64), to_s=np.full(4, to_s), service_s=np.full(4, 600))
    fleet = plain_fleet(
        np.array([vans]), np.array([[2]]), from_s=np.array([8 * HOUR]), to_s=np.array([40 * HOUR]),
        max_trips=np.array([3]),
    )  # fmt: skip
    none = np.zeros(0, np.int64)
    line = np.array(visits)
    result = RouteResult(np.array([0]), np.array([0, len(line)]), line, none, none, 0, 0, 0, "own")
    return day_of(RouteProblem(travel, stops, fleet), result, frozenset(range(4)))


def van(day: Day, *reports: Report, now: float | None = None) -> Van:
    told = reported(day, reports)
    return (told if now is None else advanced(told, int(now * HOUR))).vans[0]


def test_what_is_done_is_done_and_the_van_goes_on_from_there() -> None:
    at = van(road(), Left(0, 9 * HOUR), Done(0, 11 * HOUR))
    assert (at.rest, at.location, at.at_s, at.left_s) == ((1, RELOAD, 2, 3), 1, 11 * HOUR, 9 * HOUR)
    assert (at.is_out, at.tells, {*at.aboard}, at.driven_m) == (True, True, {1}, 10_000)


def test_a_van_that_tells_has_not_done_what_it_does_not_tell() -> None:
    """It is overdue at its next stop, and ends there now at the earliest; one that tells nothing goes on as planned."""
    silent, telling = van(road(), now=14), van(road(), Done(0, 9 * HOUR + 600), now=14)
    assert (silent.locked, silent.rest) == ((2,), (3,))
    assert (telling.locked, telling.rest) == ((1,), (RELOAD, 2, 3))
    begins = begins_of(replace(road(), vans=(telling,)))
    assert begins[1] + 600 == 14 * HOUR
    late = van(road(), Done(0, 13 * HOUR + 1800), now=14)
    assert begins_of(replace(road(), vans=(late,)))[1] == 14 * HOUR + 1800


def test_stops_done_out_of_order_leave_the_others_to_come() -> None:
    assert van(road(), Done(1, 11 * HOUR)).rest == (0, RELOAD, 2, 3)
    behind = van(road(), Done(0, 9 * HOUR), Done(2, 14 * HOUR))
    assert (behind.rest, behind.trips, behind.location) == ((1, 3), 1, 3)
    assert van(road(), Done(0, 9 * HOUR), Done(1, 11 * HOUR), Done(3, 15 * HOUR)).rest == (2,)


def test_what_lies_at_the_depot_is_still_fetched_first() -> None:
    day = replace(road(), vans=(van(road(), Done(0, 9 * HOUR)),))
    told = replan(day, Cancelled(1), tries=0)
    assert told.day.vans[0].rest == (RELOAD, 2, 3)
    assert not told.unfit


def test_a_van_that_has_loaded_stands_at_its_depot_with_all_it_needs() -> None:
    at = van(road(), Done(0, 9 * HOUR), Done(1, 11 * HOUR), Loaded(0, 13 * HOUR))
    assert (at.at_depot, at.trips, at.location, at.rest) == (True, 1, 0, (2, 3))
    away = van(road(), Done(0, 9 * HOUR), Done(1, 11 * HOUR), Loaded(0, 13 * HOUR), Left(0, 14 * HOUR))
    assert (away.at_depot, {*away.aboard}, away.at_s) == (False, {2, 3}, 14 * HOUR)


def test_a_van_that_only_says_where_it_is_goes_as_planned_until_then() -> None:
    seen = van(road(), Seen(0, int(9.5 * HOUR), 5), now=9.5)
    assert (seen.rest, seen.location, seen.at_s, seen.tells) == ((1, RELOAD, 2, 3), 5, int(9.5 * HOUR), False)
    assert seen.locked == ()  # where it is is known now, so it can be sent elsewhere
    assert van(road(), Seen(0, 7 * HOUR, 0)) == road().vans[0]
    early = van(road(), Seen(0, int(7.5 * HOUR), 5))
    assert early.is_out


def test_a_break_that_was_had_is_not_had_again() -> None:
    assert van(road(), Paused(0, 12 * HOUR)).has_paused


def test_what_says_nothing_new_changes_nothing() -> None:
    day = road((0, 1))
    assert reported(day, [Done(2, 9 * HOUR), Loaded(0, 9 * HOUR)]) == day
    home = replace(day, vans=(replace(day.vans[0], is_home=True),))
    assert reported(home, [Seen(0, 9 * HOUR, 5)]) == home


def test_a_day_behind_its_plan_is_caught_up_or_says_what_is_late() -> None:
    day = road((0, 1), to_s=11 * HOUR)
    assert caught_up(day).broken == ()
    late = advanced(reported(day, [Done(0, 12 * HOUR)]), 12 * HOUR)
    told = caught_up(late)
    assert [(one.stop, one.by_s, one.promised) for one in told.broken] == [(1, 2 * HOUR, True)]
    assert caught_up(told.day).broken == ()
    free = caught_up(advanced(reported(road((0, 1), 20 * HOUR), [Done(0, 12 * HOUR)]), 12 * HOUR))
    assert (free.broken, free.moved, free.shifted) == ((), (), ())


@pytest.mark.parametrize("fixed", [False, True])
def test_a_fixed_stop_stays_where_it_is(fixed: bool) -> None:
    day = road((3, 0), vans=2)
    day = replace(day, fixed=frozenset({0, 3}) if fixed else frozenset())
    told = replan(day, NewStop(1), tries=12)
    lines = [[one for one in van.rest if one in (0, 3)] for van in told.day.vans]
    if fixed:
        assert lines[0] == [3, 0]
    assert sorted(one for line in lines for one in line) == [0, 3]


def test_an_idle_van_is_not_sent_before_now() -> None:
    day = advanced(road((0, 1), vans=2), 20 * HOUR)
    told = replan(day, NewStop(2), tries=0)
    assert begins_of(told.day)[2] >= 23 * HOUR
    assert min(van.at_s for van in told.day.vans) >= 20 * HOUR
