"""Windows are priced by where the stop would go, and sorted by what they cost or bring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.kernels.route.insertion import inserted
from doorstep.kernels.route.laid import lay
from doorstep.kernels.route.problem import NEVER, RouteProblem, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.slots import Slot, Worth, slots

HOUR, MINUTE = 3600, 60
WINDOWS = [(h * HOUR, (h + 2) * HOUR) for h in (6, 8, 10, 12)]


def street() -> tuple[RouteProblem, RouteResult]:
    """Stops along a street, ten minutes from one to the next; the van leaves at 8 and is at the last by about 9."""
    travel = Travel("rounded", np.arange(6.0), np.zeros(6), seconds_per_km=10 * MINUTE * 1000)
    to_s = np.array([NEVER, NEVER, NEVER, 10 * HOUR, NEVER])
    stops = plain_stops(np.arange(1, 6), np.ones((5, 1), np.int64), to_s=to_s, service_s=np.full(5, MINUTE))
    hours = {"from_s": np.array([8 * HOUR]), "to_s": np.array([18 * HOUR]), "per_s": np.array([1])}
    none = np.zeros(0, np.int64)
    result = RouteResult(np.array([0]), np.array([0, 4]), np.array([0, 1, 3, 4]), none, none, 0, 0, 0, "own")
    return RouteProblem(travel, stops, plain_fleet(np.array([1]), np.array([[9]]), **hours)), result


def priced(worth: Worth | None = None) -> tuple[Slot, ...]:
    return slots(*street(), 2, WINDOWS, worth)


def test_the_cheapest_window_stands_first_and_one_without_a_place_last() -> None:
    offered = priced()
    assert [one.from_s // HOUR for one in offered] == [8, 10, 12, 6]
    costs = [one.cost for one in offered]
    assert costs[-1] is None
    assert costs[0] == MINUTE  # on the way
    assert costs[:3] == sorted(cost for cost in costs if cost is not None)


def test_what_a_window_costs_is_what_the_rounds_cost_more() -> None:
    problem, _ = street()
    rounds = ((0, (0, 1, 3, 4)),)
    for one in priced()[:3]:
        assert one.insertion is not None
        from_s, to_s = problem.stops.from_s.copy(), problem.stops.to_s.copy()
        from_s[2], to_s[2] = one.from_s, one.to_s
        told = replace(problem, stops=replace(problem.stops, from_s=from_s, to_s=to_s))
        assert lay(told, inserted(rounds, one.insertion)).cost - lay(told, rounds).cost == one.cost


def test_a_window_is_the_surer_the_more_time_is_left_in_it() -> None:
    problem, result = street()
    tight, wide = slots(problem, result, 2, [(8 * HOUR, 8 * HOUR + 33 * MINUTE), (8 * HOUR, 10 * HOUR)])
    assert (tight.cost, wide.cost) == (MINUTE, MINUTE)
    assert tight.on_time_ppm is not None
    assert wide.on_time_ppm is not None
    assert tight.on_time_ppm < 900_000 < wide.on_time_ppm


def test_profit_is_prize_less_cost_less_what_is_not_kept() -> None:
    offered = priced(Worth(prize=5_000, late_cost=1_000))
    profits = [one.profit for one in offered if one.profit is not None]
    assert profits == sorted(profits, reverse=True)
    first = offered[0]
    assert first.cost is not None
    assert first.on_time_ppm is not None
    assert first.others_ppm is not None
    lost = 1_000 * (1_000_000 - first.on_time_ppm + first.others_ppm) // 1_000_000
    assert first.profit == 5_000 - first.cost - lost


def test_equal_seeds_give_equal_slots() -> None:
    assert priced(Worth(1, 1)) == priced(Worth(1, 1))
