"""Rounds by their parts."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernels.plan.driving import near, van, vans_day
from tests.kernels.plan.scenes import order

from doorstep.kernels.plan.drives import Drive, round_cost, tidy
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.plan.rides import open_yards
from doorstep.kernels.route.problem import RELOAD, RouteProblem, plain_stops
from doorstep.kernels.route.result import RouteResult


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ([0, RELOAD, 1], [0, RELOAD, 1]),
        ([RELOAD, 1], [1]),
        ([0, RELOAD], [0]),
        ([0, RELOAD, RELOAD, 1], [0, RELOAD, 1]),
        ([RELOAD], []),
        ([], []),
        ([2, 1], [2, 1]),
    ],
)
def test_reloads_that_nothing_hangs_on_go(line: list[int], found: list[int]) -> None:
    assert tidy(np.array(line, np.int64)).tolist() == found


def test_a_stop_adds_its_detour_its_time_and_alone_the_van() -> None:
    orders = [order("o1", "a", place=near(5)), order("o2", "a", place=near(5))]
    (yard,) = open_yards(open_market(vans_day(orders, van(fixed_cost_micros=1_000_000))))
    stops = plain_stops(yard.at, np.zeros((2, 2), np.int64), service_s=np.full(2, 180))
    problem, none = RouteProblem(yard.travel, stops, yard.fleet), np.zeros(0, np.int64)

    def marginal(*line: int) -> list[int]:
        ends, visit = np.array([0, len(line)]), np.array(line, np.int64)
        result = RouteResult(np.zeros(1, np.int64), ends, visit, none, none, 0, 0, 0, "own")
        found = Drive(0, 0, np.arange(2), ((0, 1), (1, 1)), problem, result).marginal()
        return [int(one) for one in found]

    stop = 180 * int(yard.fleet.per_s[0])
    assert marginal(0, 1) == [stop, stop]
    assert marginal(0) == [round_cost(problem, 0, np.array([0])), 0]
    assert marginal(0)[0] > 1_000_000 + stop
