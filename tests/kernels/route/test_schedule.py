from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.route.days import ints, line, matrix, problem, result, stops, vans

from doorstep.kernels.route.check import check
from doorstep.kernels.route.departure import BEFORE, NOWHERE
from doorstep.kernels.route.leave import priced
from doorstep.kernels.route.problem import NEVER, RELOAD, RouteParams, RouteProblem
from doorstep.kernels.route.schedule import Schedule, schedule


def test_a_round_leaves_so_that_it_need_not_wait() -> None:
    # Depot 0, stops at 100 and 150. The first opens at 500, so the van leaves at 400.
    fleet = vans(1, per_m=[2], per_s=[3], fixed=[1000], to_s=[2000])
    one = problem(line(0, 100, 150), stops(1, 2, from_s=[500, 0], to_s=[600, 900], service_s=[60, 30]), fleet)
    found = schedule(one, result((0, [0, 1])))
    assert found.departure_s.tolist() == [400]
    assert found.arrival_s.tolist() == [500, 610]
    assert found.begin_s.tolist() == [500, 610]
    assert found.end_s.tolist() == found.leave_s.tolist() == [560, 640]
    assert found.wait_s.tolist() == [0, 0]
    assert (found.return_s.tolist(), found.duration_s.tolist()) == ([790], [390])
    assert found.distance_m.tolist() == [300]
    assert (found.leg_m.tolist(), found.leg_s.tolist()) == ([100, 50], [100, 50])
    assert (found.back_m.tolist(), found.back_s.tolist(), found.driving_s.tolist()) == ([150], [150], [300])
    assert found.slack_s.tolist() == [100, 290]  # the first may begin until 600, the second until 900
    assert found.cost == 1000 + 2 * 300 + 3 * 390
    assert found.first_load.tolist() == [[2]]
    assert found.load.tolist() == [[1], [0]]


def test_waiting_that_no_later_departure_saves_stays() -> None:
    # The first closes at 100, the second opens at 400: 400 - 160 - 50 = 190 s of waiting whatever one does.
    one = problem(line(0, 100, 150), stops(1, 2, from_s=[0, 400], to_s=[100, 500], service_s=[60, 0]), vans(1))
    found = schedule(one, result((0, [0, 1])))
    assert found.departure_s.tolist() == [0]
    assert found.wait_s.tolist() == [0, 190]
    assert found.waiting_s.tolist() == [190]
    assert found.slack_s.tolist() == [0, 100]


def test_a_delay_is_taken_up_by_the_waiting_after_it() -> None:
    one = problem(line(0, 100, 150), stops(1, 2, from_s=[0, 400], to_s=[250, 400]), vans(1))
    found = schedule(one, result((0, [0, 1])))
    assert found.departure_s.tolist() == [150]  # begins at 250 there, and waits for 100 s
    assert found.slack_s.tolist() == [0, 0]
    tight = schedule(problem(one.travel, one.stops, vans(1, to_s=[560])), result((0, [0, 1])))
    assert tight.slack_s.tolist() == [0, 0]
    assert tight.return_s.tolist() == [550]


def test_without_windows_a_round_leaves_when_its_shift_begins() -> None:
    found = schedule(problem(line(0, 10), stops(1), vans(1, from_s=[77])), result((0, [0])))
    assert found.departure_s.tolist() == [77]
    assert found.slack_s.tolist() == [NEVER - 10 - 87]


def test_the_longest_day_holds_a_visit_back() -> None:
    found = schedule(problem(line(0, 10), stops(1), vans(1, max_duration_s=[25])), result((0, [0])))
    assert found.slack_s.tolist() == [5]


def test_a_round_that_cannot_be_on_time_says_how_late_it_is() -> None:
    one = problem(line(0, 100, 150), stops(1, 2, to_s=[90, 140]), vans(1, from_s=[10]))
    found = schedule(one, result((0, [0, 1])))
    assert found.departure_s.tolist() == [10]
    assert found.begin_s.tolist() == [110, 160]
    assert found.slack_s.tolist() == [-20, -20]


def test_loads_of_trips_pickups_and_pairs() -> None:
    # Stops 0 and 1 deliver 4 and 3, stop 1 gives 2 back; reload; 2 gives 5 to 3; 3 gives 1 back.
    delivery, pickup = [[4, 0], [3, 1], [0, 0], [5, 0]], [[0, 0], [2, 0], [5, 0], [1, 2]]
    given_stops = stops(1, 1, 1, 1, delivery=np.array(delivery, np.int64), pickup=pickup, pairs=[[2, 3]])
    one = problem(line(0, 10), given_stops, vans(1, capacity=[[10, 10]], max_trips=[2], reload_s=[300]))
    found = schedule(one, result((0, [0, 1, RELOAD, 2, 3])))
    assert found.first_load.tolist() == [[7, 1]]
    assert found.load.tolist() == [[3, 1], [2, 0], [0, 0], [5, 0], [1, 2]]
    assert found.leg_m.tolist() == [10, 0, 10, 10, 0]
    assert found.begin_s.tolist() == [10, 10, 20, 330, 330]
    assert found.end_s.tolist() == [10, 10, 320, 330, 330]


def test_two_rounds_do_not_mix() -> None:
    one = problem(
        line(0, 10, 30, 70), stops(1, 2, 1), vans(1, 1, start=[0, 3], end=[0, 0], speed_ppm=[10**6, 3 * 10**6])
    )
    found = schedule(one, result((1, [1, 2]), (0, [0])))
    assert found.distance_m.tolist() == [70, 20]
    assert found.leg_s.tolist() == [14, 7, 10]
    assert found.duration_s.tolist() == [14 + 7 + 4, 20]
    assert found.first_load.tolist() == [[2], [1]]
    assert found.load.tolist() == [[1], [0], [0]]


def test_no_round_is_no_time() -> None:
    found = schedule(problem(line(0, 10), stops(1), vans(1)), result())
    assert found.cost == 0
    assert (len(found.departure_s), found.load.shape) == (0, (0, 1))


@pytest.mark.parametrize(
    ("window", "at", "begins", "departure", "duration"),
    [
        ((100, 150), 0, 100, 0, 405),  # on arrival; the day without it takes 360
        ((190, 210), 1, 190, 0, 405),  # the first is done at 130, the second is reached at 190
        ((40, 50), BEFORE, 40, 85, 360),  # nothing is reached by then: before the departure
    ],
)
def test_a_pause_is_at_a_stop_or_before_all(
    window: tuple[int, int], at: int, begins: int, departure: int, duration: int
) -> None:
    fleet = vans(1, break_s=[45], break_from_s=[window[0]], break_to_s=[window[1]])
    one = problem(line(0, 100, 160), stops(1, 2, service_s=[30, 10], from_s=[100, 0], to_s=[200, 900]), fleet)
    found = schedule(one, result((0, [0, 1])))
    assert (found.pause_at.tolist(), found.pause_s.tolist()) == ([at], [begins])
    assert (found.departure_s.tolist(), found.duration_s.tolist()) == ([departure], [duration])


def test_waiting_is_used_for_the_pause() -> None:
    fleet = vans(1, to_s=[9999], break_s=[150], break_from_s=[200], break_to_s=[300])
    one = problem(line(0, 100, 150), stops(1, 2, from_s=[0, 400], to_s=[100, 500], service_s=[60, 0]), fleet)
    found = schedule(one, result((0, [0, 1])))
    assert (found.pause_at.tolist(), found.pause_s.tolist()) == ([1], [210])
    assert found.wait_s.tolist() == [0, 40]  # 190 without the pause
    assert found.return_s.tolist() == [550]


def test_a_pause_is_not_at_a_reload() -> None:
    fleet = vans(1, max_trips=[2], reload_s=[3], break_s=[5], break_from_s=[20], break_to_s=[25])
    one = problem(line(0, 10), stops(1, 1, to_s=[11, 90]), fleet)
    found = schedule(one, result((0, [0, RELOAD, 1])))
    assert (found.pause_at.tolist(), found.pause_s.tolist()) == ([2], [33])  # too late, though it reloads until 23


def test_of_a_van_without_pause_none_is_told() -> None:
    found = schedule(problem(line(0, 10), stops(1), vans(1)), result((0, [0])))
    assert found.pause_at.tolist() == [NOWHERE]


def test_with_periods_a_round_leaves_when_the_streets_are_empty() -> None:
    # Until 3600 all takes twice as long. The stop is open all day: leaving at 3600 saves 200 s.
    road = line(0, 100, period_from_s=ints(0, 3600), period_pace_ppm=ints(2_000_000, 1_000_000))
    found = schedule(problem(road, stops(1), vans(1, to_s=[7200])), result((0, [0])))
    assert found.departure_s.tolist() == [3600]
    assert found.duration_s.tolist() == [200]
    early = schedule(problem(road, stops(1, to_s=[1000]), vans(1, to_s=[7200])), result((0, [0])))
    assert early.departure_s.tolist() == [0]
    assert (early.leg_s.tolist(), early.back_s.tolist()) == ([200], [200])


DAYS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 150), st.integers(0, 80), st.integers(0, 20)), min_size=1, max_size=4
)


@st.composite
def rounds(draw: st.DrawFn, periods: bool) -> RouteProblem:
    days = draw(DAYS)
    around = [0, *[x for x, _, _, _ in days]]
    given: dict[str, object] = {}
    if periods:
        begin = sorted(draw(st.sets(st.integers(0, 200), min_size=1, max_size=3)))
        paces = st.sampled_from([500_000, 1_500_000, 3_000_000, 1_000_000])
        pace_ppm = draw(st.lists(paces, min_size=len(begin), max_size=len(begin)))
        given = {"period_from_s": ints(*begin), "period_pace_ppm": ints(*pace_ppm)}
    to_s = [a + w if w < 70 else NEVER for _, a, w, _ in days]
    since = draw(st.integers(0, 30))
    pause = draw(st.sampled_from([0, 0, 7, 25]))
    opens = draw(st.integers(0, 120))
    fleet = vans(
        1,
        from_s=[since],
        to_s=[since + draw(st.sampled_from([150, 250, 400]))],
        break_s=[pause],
        break_from_s=[opens],
        break_to_s=[opens + draw(st.integers(0, 100))],
        reload_s=[draw(st.integers(0, 10))],
        max_trips=[9],
    )
    windows = {"from_s": [a for _, a, _, _ in days], "to_s": to_s, "service_s": [s for _, _, _, s in days]}
    return problem(line(*around, **given), stops(*range(1, len(days) + 1), **windows), fleet)


def arrival(one: RouteProblem, leaving: int, seconds: int) -> int:
    """Period by period, each as much of the way as it has time for; the second in which it is done counts."""
    begins, paces = one.travel.period_from_s.tolist(), one.travel.period_pace_ppm.tolist()
    left, at = seconds * 10**6, leaving
    for ppm, until in zip([1_000_000, *paces], [*begins, NEVER], strict=True):
        drives = 10**12 // ppm
        spent = min(-(-left // drives), max(until - at, 0))
        left, at = max(0, left - spent * drives), at + spent
    return at


def rested(one: RouteProblem, at: int) -> int:
    """When a pause is over that may begin from then on; if it may not, never."""
    begin = max(at, int(one.fleet.break_from_s[0]))
    return begin + int(one.fleet.break_s[0]) if begin <= one.fleet.break_to_s[0] else 2 * NEVER


def driven(one: RouteProblem, visits: list[int], departure: int, place: int) -> int | None:
    """When the van is back that leaves then and pauses there; None if it cannot."""
    fleet, given_stops = one.fleet, one.stops
    assert one.travel.duration is not None
    at, here = departure, 0
    if place == BEFORE and rested(one, int(fleet.from_s[0])) > departure:
        return None
    for row, visit in enumerate(visits):
        to = 0 if visit == RELOAD else visit + 1
        at, here = arrival(one, at, int(one.travel.duration[here, to])), to
        if visit == RELOAD:
            at += int(fleet.reload_s[0])
            continue
        at = max(rested(one, at) if place == row else at, int(given_stops.from_s[visit]))
        if at > given_stops.to_s[visit]:
            return None
        at += int(given_stops.service_s[visit])
    at = arrival(one, at, int(one.travel.duration[here, 0]))
    return at if at <= fleet.to_s[0] else None


def best(one: RouteProblem, visits: list[int], step: int) -> tuple[int, int] | None:
    """The least duration, and the earliest departure that has it, of all departures and all places of the pause."""
    places = [BEFORE, *(row for row, visit in enumerate(visits) if visit != RELOAD)]
    departures = range(int(one.fleet.from_s[0]), int(one.fleet.to_s[0]) + 1, step)
    found = [
        (back - departure, departure)
        for place in (places if one.fleet.break_s[0] else [NOWHERE])
        for departure in departures
        if (back := driven(one, visits, departure, place)) is not None
    ]
    return min(found, default=None)


def holds(one: RouteProblem, found: Schedule) -> bool:
    pause = found.pause_s[0] <= one.fleet.break_to_s[0] or found.pause_at[0] == NOWHERE
    return bool(np.all(found.slack_s >= 0) and found.return_s[0] <= one.fleet.to_s[0] and pause)


@settings(deadline=None)
@given(rounds(periods=False), st.booleans())
def test_no_departure_makes_a_shorter_day(one: RouteProblem, reload: bool) -> None:
    visits = list(range(one.stops.count))
    visits = [*visits[:1], RELOAD, *visits[1:]] if reload else visits
    told, found = best(one, visits, 1), schedule(one, result((0, visits)))
    assert holds(one, found) == (told is not None)
    if told:
        assert (found.duration_s[0], found.departure_s[0]) == told


@settings(deadline=None, max_examples=40)
@given(rounds(periods=True))
def test_with_periods_no_departure_of_the_grid_makes_a_shorter_day(one: RouteProblem) -> None:
    visits = list(range(one.stops.count))
    told, found = best(one, visits, 60), schedule(one, result((0, visits)))
    assert holds(one, found) == (told is not None)
    if told:
        assert (found.duration_s[0], found.departure_s[0]) == told


@settings(deadline=None)
@given(st.booleans().flatmap(lambda one: rounds(periods=one)), st.data())
def test_the_slack_of_a_visit_is_all_that_it_may_be_late(one: RouteProblem, data: st.DataObject) -> None:
    visits = list(range(one.stops.count))
    found = schedule(one, result((0, visits)))
    at = data.draw(st.integers(0, len(visits) - 1))

    def in_time(delay: int) -> bool:
        when, pause = int(found.begin_s[at]) + delay, int(found.pause_at[0])
        assert one.travel.duration is not None
        for row in range(at, len(visits)):
            if row > at:
                when = arrival(one, when, int(one.travel.duration[row, row + 1]))
                when = max(rested(one, when) if pause == row else when, int(one.stops.from_s[row]))
            if when > one.stops.to_s[row]:
                return False
            when += int(one.stops.service_s[row])
        when = arrival(one, when, int(one.travel.duration[len(visits), 0]))
        return bool(when <= one.fleet.to_s[0])

    slack = int(found.slack_s[at])
    assume(holds(one, found))
    assert in_time(slack)
    assert not in_time(slack + 1)


@settings(deadline=None)
@given(st.booleans().flatmap(lambda one: rounds(periods=one)))
def test_times_follow_one_another(one: RouteProblem) -> None:
    found = schedule(one, result((0, list(range(one.stops.count)))))
    assert np.all(found.arrival_s <= found.begin_s)
    assert np.all(found.wait_s >= 0)
    resting = one.fleet.break_s[0] if found.pause_at[0] >= 0 else 0
    assert found.duration_s[0] == found.driving_s[0] + found.waiting_s[0] + one.stops.service_s.sum() + resting
    assert np.all(found.arrival_s[1:] - found.leg_s[1:] == found.leave_s[:-1])


@settings(deadline=None, max_examples=200)
@given(st.booleans().flatmap(lambda one: rounds(periods=one)), st.sampled_from([NEVER, 150, 90]), st.booleans())
def test_the_verifier_comes_to_the_same_seconds(one: RouteProblem, longest: int, fast: bool) -> None:
    speed = ints(1_700_000 if fast else 1_000_000)
    paid = replace(one.fleet, per_s=ints(1), max_duration_s=ints(longest), speed_ppm=speed)
    one = problem(one.travel, one.stops, paid)
    told = priced(one, result((0, list(range(one.stops.count)))), RouteParams())
    found = schedule(one, told)
    can = holds(one, found) and found.duration_s[0] <= longest
    faults = check(one, told)
    assert (faults == ()) == can
    assert not {"cost", "objective"} & {fault.code for fault in faults}


def test_ways_need_not_be_equal_in_both_directions() -> None:
    one = problem(matrix([[0, 5], [9, 0]], [[0, 50], [90, 0]]), stops(1), vans(1))
    found = schedule(one, result((0, [0])))
    assert (found.leg_s.tolist(), found.back_s.tolist()) == ([5], [9])
    assert (found.leg_m.tolist(), found.back_m.tolist()) == ([50], [90])
