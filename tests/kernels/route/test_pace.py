from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.route.days import ints, line, problem, result, stops, vans

from doorstep.kernels.route.pace import Pace, at_speed, driving_us, pace, searched
from doorstep.kernels.route.problem import NEVER
from doorstep.kernels.route.schedule import schedule

WHOLE = st.integers(1, 10).map(lambda one: one * 200_000)
SPEED = st.sampled_from([1_000_000, 500_000, 1_300_000, 700_001])
PERIODS = st.lists(st.tuples(st.integers(0, 2000), WHOLE), max_size=4, unique_by=lambda one: one[0])


def day(periods: list[tuple[int, int]]) -> Pace:
    begin, ppm = zip(*sorted(periods), strict=True) if periods else ((), ())
    return pace(line(0, period_from_s=ints(*begin), period_pace_ppm=ints(*ppm)))


def second_by_second(periods: list[tuple[int, int]], leaving: int, plain: int, speed: int) -> int:
    """Drive until the way is done: in each second as much as its period allows."""
    left, at = Fraction(plain * 1_000_000, speed) * 1_000_000, leaving
    while left > 0:
        ppm = max((one for one in periods if one[0] <= at), default=(0, 1_000_000))[1]
        left, at = left - 10**12 // ppm, at + 1
    return at


@settings(deadline=None)
@given(PERIODS, st.integers(-100, 2500), st.integers(0, 400), SPEED)
def test_a_way_takes_as_long_as_driving_it_second_by_second(
    periods: list[tuple[int, int]], leaving: int, plain: int, speed: int
) -> None:
    way = int(driving_us(ints(plain), speed)[0])
    assert day(periods).arrival(leaving, way) == second_by_second(periods, leaving, plain, speed)


@settings(deadline=None)
@given(PERIODS, st.integers(-100, 2500), st.integers(0, 400), SPEED)
def test_the_last_second_to_leave_is_the_last(periods: list[tuple[int, int]], by: int, plain: int, speed: int) -> None:
    one, way = day(periods), int(driving_us(ints(plain), speed)[0])
    leaving = one.leaving(by, way)
    assert one.arrival(leaving, way) <= by < one.arrival(leaving + 1, way)


def test_the_pace_of_the_rest_of_a_way_is_that_of_its_own_hour() -> None:
    # 600 s of driving; from 8:00 on all takes twice as long. Leaving at 7:55: 300 s, and the other 300 s take 600 s.
    one = day([(8 * 3600, 2_000_000), (9 * 3600, 1_000_000)])
    way = 600_000_000
    assert one.arrival(7 * 3600 + 55 * 60, way) == 8 * 3600 + 600
    assert one.arrival(8 * 3600 + 55 * 60, way) == 9 * 3600 + 450  # 150 s of it done by 9:00
    assert one.arrival(10 * 3600, way) == 10 * 3600 + 600


def test_a_van_of_half_the_speed_takes_twice_as_long() -> None:
    assert at_speed(ints(7, 0, NEVER), ints(500_000, 500_000, 500_000)).tolist() == [14, 0, NEVER]
    assert at_speed(ints(7), 2_000_000).tolist() == [4]  # rounded up


def test_the_search_drives_at_the_slowest_pace_of_each_shift() -> None:
    road = line(0, 600, period_from_s=ints(100, 200, 300), period_pace_ppm=ints(2_000_000, 1_500_000, 800_000))
    fleet = vans(1, 1, 1, from_s=[0, 210, 350], to_s=[199, 299, 9999], max_duration_s=[1000, NEVER, NEVER])
    found = searched(problem(road, stops(1), fleet))
    assert found.fleet.speed_ppm.tolist() == [500_000, 666_666, 1_250_000]
    assert found.fleet.max_duration_s.tolist() == [941, NEVER, NEVER]
    assert len(found.travel.period_from_s) == 0
    assert searched(found) is found


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3000), WHOLE), min_size=1, max_size=4, unique_by=lambda one: one[0]),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 3000), st.integers(0, 2000)), min_size=1, max_size=4),
    st.sampled_from([NEVER, 1500, 900]),
    SPEED,
    st.tuples(st.sampled_from([0, 0, 30]), st.integers(0, 1500), st.integers(0, 1500)),
)
def test_what_the_search_finds_feasible_is_feasible_in_truth(
    periods: list[tuple[int, int]],
    day: list[tuple[int, int, int]],
    longest: int,
    speed: int,
    pause: tuple[int, int, int],
) -> None:
    begin, ppm = zip(*sorted(periods), strict=True)
    road = line(0, *[x for x, _, _ in day], period_from_s=ints(*begin), period_pace_ppm=ints(*ppm))
    windows = {"from_s": [a for _, a, _ in day], "to_s": [a + w for _, a, w in day]}
    fleet = vans(
        1, to_s=[6000], max_duration_s=[longest], speed_ppm=[speed],
        break_s=[pause[0]], break_from_s=[pause[1]], break_to_s=[pause[1] + pause[2]],
    )  # fmt: skip
    truth = problem(road, stops(*range(1, len(day) + 1), **windows), fleet)
    rounds = result((0, list(range(len(day)))))
    foreseen, real = schedule(searched(truth), rounds), schedule(truth, rounds)
    if np.all(foreseen.slack_s >= 0) and foreseen.duration_s[0] <= longest - 59 and foreseen.return_s[0] <= 6000:
        assert np.all(real.slack_s >= 0)
        assert real.duration_s[0] <= longest
        assert real.return_s[0] <= 6000
