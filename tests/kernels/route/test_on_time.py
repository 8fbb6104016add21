from __future__ import annotations

from itertools import permutations
from math import erf, exp, log, sqrt
from random import Random

import numpy as np
import pytest
from tests.kernels.route.days import ints, line, matrix, problem, result, stops, vans

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.route.on_time import USUAL, OnTime, Uncertainty, drawn_begins, margin, on_time, with_margin
from doorstep.kernels.route.problem import NEVER, RELOAD, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import schedule

SURE = Uncertainty(0, 0, 0, draws=3)
HOUR = 3600


def judged(one: RouteProblem, rounds: RouteResult, by: Uncertainty = USUAL, seed: int = 0) -> OnTime:
    return on_time(one, rounds, schedule(one, rounds), by, seed)


@pytest.mark.parametrize("periods", [False, True])
def test_without_chance_a_day_goes_as_planned(periods: bool) -> None:
    given = {"period_from_s": ints(150, 400), "period_pace_ppm": ints(2_000_000, 500_000)} if periods else {}
    windows = {"from_s": [0, 500, 0], "to_s": [NEVER, 600, 900], "service_s": [50, 10, 5]}
    fleet = vans(1, max_trips=[2], reload_s=[20], break_s=[30], break_from_s=[100], break_to_s=[700])
    one = problem(line(0, 100, 160, 40, **given), stops(1, 2, 3, **windows), fleet)
    rounds = result((0, [0, RELOAD, 1, 2]))
    found = judged(one, rounds, SURE)
    begin = schedule(one, rounds).begin_s
    assert found.on_time_ppm.tolist() == [1_000_000] * 4
    for told in (found.early_s, found.median_s, found.late_s):
        assert np.abs(told - begin).max() <= (2 if periods else 0)  # the schedule rounds each arrival


def test_the_first_arrival_is_lognormal() -> None:
    # A way of 1,000 s and a coefficient of variation of 0.3: ln T is normal with variance ln 1.09, mean ln 1000 - half.
    one = problem(line(0, 1000), stops(1, to_s=[1200]), vans(1))
    found = judged(one, result((0, [0])), Uncertainty(300_000, 0, 0, draws=20_000))
    variance = log(1.09)
    z = (log(1200 / 1000) + variance / 2) / sqrt(variance)
    assert found.on_time_ppm[0] / 1e6 == pytest.approx((1 + erf(z / sqrt(2))) / 2, abs=0.01)
    assert found.median_s[0] == pytest.approx(1000 * exp(-variance / 2), rel=0.01)


def test_a_day_that_is_slow_is_slow_on_all_ways() -> None:
    one = problem(line(0, *range(100, 2001, 100)), stops(*range(1, 21)), vans(1, capacity=[[99]]))
    rounds = result((0, list(range(20))))
    spread = {cv: judged(one, rounds, Uncertainty(way, cv, 0)) for way, cv in ((300_000, 0), (0, 300_000))}
    alone, together = (spread[cv].late_s[-1] - spread[cv].early_s[-1] for cv in (0, 300_000))
    assert together > 3 * alone  # 20 ways: the one grows with 20, the other with its root


def test_a_window_that_is_waited_for_is_certain_until_it_ends() -> None:
    one = problem(line(0, 100), stops(1, from_s=[5000], to_s=[5000]), vans(1))
    rounds = result((0, [0]))
    told = schedule(one, rounds)
    found = on_time(one, rounds, told, Uncertainty())
    assert 400_000 < found.on_time_ppm[0] < 650_000  # it leaves so that it need not wait
    assert found.early_s[0] == 5000


def test_a_seed_gives_the_same_days_and_another_round_changes_nothing() -> None:
    one = problem(line(0, 100, 300), stops(1, 2, to_s=[110, 320]), vans(2))
    first, second = judged(one, result((0, [0])), seed=7), judged(one, result((0, [0]), (0, [1])), seed=7)
    assert first.on_time_ppm[0] == second.on_time_ppm[0]
    assert first.late_s[0] == second.late_s[0]
    assert judged(one, result((0, [0])), seed=8).late_s[0] != first.late_s[0]


def test_no_round_has_no_chance() -> None:
    assert len(judged(problem(line(0, 100), stops(1), vans(1)), result()).late_s) == 0


def lived(one: RouteProblem, visits: list[int], departure: int, by: Uncertainty, days: int) -> list[list[float]]:
    """Days driven one by one: when each service begins."""
    chance = Random(5)

    def factor(cv_ppm: int) -> float:
        variance = log(1 + (cv_ppm / 1e6) ** 2)
        return chance.lognormvariate(-variance / 2, sqrt(variance))

    assert one.travel.duration is not None
    found: list[list[float]] = [[] for _ in visits]
    for _ in range(days):
        common, now, here = factor(by.day_cv_ppm), float(departure), 0
        for row, visit in enumerate(visits):
            now += int(one.travel.duration[here, visit + 1]) * common * factor(by.way_cv_ppm)
            now, here = max(now, float(one.stops.from_s[visit])), visit + 1
            found[row].append(now)
            now += int(one.stops.service_s[visit]) * factor(by.service_cv_ppm)
    return found


def town(seed: int, count: int) -> RouteProblem:
    """Stops along a road, each with a window of 15 minutes around when a van that drives on could be there."""
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.integers(200, 900, count))
    due = x + 180 * np.arange(count) + rng.integers(-300, 900, count)
    windows = {"from_s": np.maximum(due - 450, 0), "to_s": np.maximum(due, 0) + 450, "service_s": [180] * count}
    return problem(line(0, *x.tolist()), stops(*range(1, count + 1), **windows), vans(1, capacity=[[99]], per_s=[1]))


def test_probabilities_and_intervals_are_those_of_another_simulation() -> None:
    one, by = town(3, 6), Uncertainty(draws=4_000)
    visits = list(range(6))
    rounds = result((0, visits))
    found = judged(one, rounds, by)
    for row, begins in enumerate(lived(one, visits, int(schedule(one, rounds).departure_s[0]), by, 4_000)):
        share = np.mean(np.array(begins) <= one.stops.to_s[row])
        assert found.on_time_ppm[row] / 1e6 == pytest.approx(share, abs=0.035)  # three standard deviations
        within = np.mean((found.early_s[row] - 0.5 <= np.array(begins)) & (np.array(begins) <= found.late_s[row] + 0.5))
        assert within > 0.76  # eight tenths, or more where many days begin with the window
        if found.early_s[row] > one.stops.from_s[row]:
            assert within < 0.84


def best(one: RouteProblem) -> RouteResult | None:
    """Of all orders the shortest day whose windows hold."""
    orders = [result((0, list(order))) for order in permutations(range(one.stops.count))]
    days = [schedule(one, each) for each in orders]
    held = [(int(day.duration_s[0]), at) for at, day in enumerate(days) if (day.slack_s >= 0).all()]
    return orders[min(held)[1]] if held else None


def square(seed: int) -> RouteProblem:
    """Five stops in a square of half an hour, each open for an hour of the same three."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 1800, (6, 2))
    far = np.rint(np.hypot(*(at[:, None] - at).transpose(2, 0, 1))).astype(int)
    opens = rng.integers(0, 4, 5) * HOUR // 2
    windows = {"from_s": opens, "to_s": opens + HOUR, "service_s": [180] * 5}
    return problem(matrix(far.tolist()), stops(1, 2, 3, 4, 5, **windows), vans(1, from_s=[-HOUR], per_s=[1]))


def test_with_a_margin_more_windows_reach_the_target() -> None:
    target, reached = 900_000, []
    for seed in range(16):
        one = square(seed)
        plain = best(one)
        if plain is None:
            continue
        safe = with_margin(one, margin(one, plain, schedule(one, plain), target))
        kept = best(safe)
        if kept is None:
            continue
        told = [on_time(one, each, schedule(day, each), seed=99) for day, each in ((one, plain), (safe, kept))]
        reached.append([np.mean(each.on_time_ppm >= target - 20_000) for each in told])
    plainly, safely = np.mean(reached, axis=0)
    assert len(reached) >= 10
    assert plainly < safely - 0.05
    assert safely > 0.97


def test_a_margin_never_turns_a_window_around() -> None:
    one = problem(line(0, 100), stops(1, 1, from_s=[50, 0], to_s=[60, NEVER]), vans(1))
    assert with_margin(one, 20).stops.to_s.tolist() == [50, NEVER]
    assert with_margin(one, 3).stops.to_s.tolist() == [57, NEVER]


def test_the_margin_is_the_delay_that_is_seldom_exceeded() -> None:
    one = problem(line(0, 1000, 1500), stops(1, 2, to_s=[2000, NEVER]), vans(1))
    rounds = result((0, [0, 1]))
    told = schedule(one, rounds)
    late = drawn_begins(one, rounds, told)[0] - 1000  # the second has no window, and no say
    asked = margin(one, rounds, told, 800_000)
    assert np.mean(late <= asked) >= 0.8 > np.mean(late <= asked - 5)
    free = problem(one.travel, stops(1, 2), one.fleet)
    assert margin(free, rounds, told, 800_000) == 0


@pytest.mark.parametrize("wrong", [{"way_cv_ppm": -1}, {"draws": 0}, {"low_ppm": 600_000, "high_ppm": 500_000}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidProblem):
        Uncertainty(**wrong)
    one = problem(line(0, 1), stops(1), vans(1))
    with pytest.raises(InvalidProblem, match="target_ppm"):
        margin(one, result((0, [0])), schedule(one, result((0, [0]))), 1_000_001)
