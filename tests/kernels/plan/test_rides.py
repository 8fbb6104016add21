"""What a ride would cost: the least, the estimate, and put into rounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.kernels.plan.driving import near, van, vans_day
from tests.kernels.plan.scenes import BERLIN, order

from doorstep.kernels.plan.fleets import NO_RIDE
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.plan.rides import estimated_rides, inserted_rides, least_rides, open_yards
from doorstep.kernels.route.problem import NEVER, RouteProblem, plain_stops
from doorstep.kernels.route.result import RouteResult

ORDERS = [
    order("here", "a"),
    order("there", "a", place=near(10)),
    order("beyond", "a", place=near(10.5)),
    order("hidden", "a", place=replace(BERLIN, latitude=None, longitude=None)),
]


def test_the_least_is_the_time_of_the_stop_with_the_van_of_the_cheapest_hour() -> None:
    market = open_market(vans_day(ORDERS, van("a"), van("b", cost_per_hour_micros=6_000_000)))
    # 180 s at 6.00 an hour: 1667 millionths a second, 0.30
    assert least_rides(market).tolist() == [[30], [30], [30], [NO_RIDE]]


def test_out_of_reach_is_out_of_reach() -> None:
    for limit in ({"max_distance_m": 5_000}, {"max_duration_s": 900}, {"shift_from_s": 0, "shift_to_s": 900}):
        one = replace(van(), **limit)  # type: ignore[arg-type]
        least = least_rides(open_market(vans_day(ORDERS, one)))
        assert least.ravel().tolist() == [60 - 1, NO_RIDE, NO_RIDE, NO_RIDE]


def test_the_estimate_lies_between_the_least_and_a_van_for_one() -> None:
    market = open_market(vans_day(ORDERS, van(fixed_cost_micros=3_000_000)))
    least, guess = least_rides(market)[:3, 0], estimated_rides(market)[:3, 0]
    alone = open_yards(market)[0].there_and_back()[0][0, :3] // 10_000
    assert (least < guess).all()
    assert (guess[1:] < alone[1:]).all()
    assert guess[1] < guess[2]  # as far from the next, and farther out


def test_full_rounds_share_the_way_out() -> None:
    orders = [order(f"o{n}", "a", place=near(20 + n / 50)) for n in range(30)]
    few, many = (estimated_rides(open_market(vans_day(orders, van(capacity_g=load)))) for load in (1_000, 10_000))
    assert (few > many).all()


def test_put_into_a_round_only_the_detour_counts() -> None:
    market = open_market(vans_day(ORDERS, van()))
    (yard,) = open_yards(market)
    stops = plain_stops(yard.at[[2]], np.zeros((1, 2), np.int64), service_s=np.array([180]))
    none = np.zeros(0, np.int64)
    one = RouteResult(np.zeros(1, np.int64), np.array([0, 1]), np.zeros(1, np.int64), none, none, 0, 0, 0, "own")
    found = inserted_rides(yard, [(RouteProblem(yard.travel, stops, yard.fleet), one)])
    alone = inserted_rides(yard, [])
    second = int(yard.fleet.per_s[0])
    assert found[0] == alone[0] == 180 * second
    assert abs(int(found[1]) - 180 * second) < 5 * second  # it lies on the way, but for what is rounded
    assert alone[1] > 20 * found[1] / 10
    assert (found[3], alone[3]) == (NEVER, NEVER)
