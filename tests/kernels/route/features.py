"""What a problem may ask for: of each feature a tiny problem, and a plan that is wrong about it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from tests.kernels.route.days import ints, line, matrix, problem, result, stops, vans

from doorstep.kernels.route.problem import NEVER, RELOAD, RouteProblem
from doorstep.kernels.route.result import RouteResult


@dataclass(frozen=True)
class Feature:
    """A problem; a wrong plan for it, and the code of its fault; who cannot be served, and who is not worth it."""

    problem: RouteProblem
    wrong: RouteResult
    fault: str
    unserved: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)


def alone(*places: int, road: Any = None, some: Any = None, fleet: Any = None) -> RouteProblem:
    """Stops at these metres of a road; at its beginning one van, unless `fleet` says how many."""
    given = {"count": [1]} | (fleet or {})
    there = stops(*range(1, len(places) + 1), **(some or {}))
    return problem(line(0, *places, **(road or {})), there, vans(*given.pop("count"), **given))


def windows() -> Feature:
    one = alone(10, 20, some={"from_s": [500, 0], "to_s": [600, 100]})
    return Feature(one, result((0, [0, 1])), "window")


def several_windows() -> Feature:
    # Either hour is open to the near one, and what lies between them is not; the far one is open in between alone.
    given = {"from_s": [0, 90], "to_s": [200, 120]}
    one = alone(10, 20, some=given)
    of = RouteProblem(one.travel, one.stops, one.fleet, np.array([[0, 0, 5], [0, 180, 200]], np.int64))
    wrong = replace(result((0, [1, 0])), window=ints(-1, 0))
    return Feature(of, wrong, "window")


def service() -> Feature:
    one = alone(10, 20, some={"service_s": [100, 0], "to_s": [NEVER, 50]})
    return Feature(one, result((0, [0, 1])), "window")


def several_loads() -> Feature:
    delivery = np.array([[1, 9], [1, 9]], np.int64)
    one = alone(10, 20, some={"delivery": delivery}, fleet={"count": [2], "capacity": [[10, 10]]})
    return Feature(one, result((0, [0, 1])), "capacity")


def collections() -> Feature:
    # Ten are brought to the far one and ten taken at the near one: the near one must be the second.
    given = {"delivery": np.array([[0], [10]], np.int64), "pickup": [[10], [0]]}
    return Feature(alone(10, 20, some=given), result((0, [0, 1])), "capacity")


def pairs() -> Feature:
    given = {"delivery": np.array([[3], [0]], np.int64), "pickup": [[0], [3]], "pairs": [[1, 0]]}
    return Feature(alone(10, 20, some=given), result((0, [0, 1])), "pair")


def groups() -> Feature:
    return Feature(alone(10, 20, 30, some={"group": [-1, 4, 4]}), result((0, [0, 1, 2])), "group")


def skills() -> Feature:
    one = alone(10, 20, some={"skills": [0, 2]}, fleet={"count": [1, 1], "skills": [1, 3], "per_m": [1, 5]})
    return Feature(one, result((0, [0, 1])), "skill")


def on_board() -> Feature:
    one = alone(10, 20, some={"only": [-1, 1]}, fleet={"count": [1, 1], "per_m": [1, 5]})
    return Feature(one, result((0, [0, 1])), "only")


def priorities() -> Feature:
    one = alone(30, 20, 10, some={"priority": [0, 3, 3]}, fleet={"capacity": [[2]]})
    return Feature(one, result((0, [0, 1, 2])), "capacity", unserved=[0])


def prizes() -> Feature:
    one = alone(10, 200, some={"prize": [-1, 300]})
    return Feature(one, result((0, [1])), "missing", left=[1])


def mixed_fleet() -> Feature:
    one = alone(10, 20, fleet={"count": [1, 1], "capacity": [[1], [2]], "fixed": [0, 50], "per_s": [3, 0]})
    return Feature(one, result((0, [0, 1])), "capacity")


def depots() -> Feature:
    one = problem(line(0, 100, 10, 90), stops(2, 3), vans(1, 1, start=[0, 1], end=[0, 1]))
    return Feature(one, result((0, [0]), (0, [1])), "count")


def start_and_end() -> Feature:
    one = problem(line(0, 100, 50), stops(2), vans(1, start=[0], end=[1], max_distance_m=[100]))
    return Feature(one, result((0, [0, 0])), "twice")


def reloads() -> Feature:
    delivery = np.full((5, 1), 10, np.int64)
    one = alone(10, 20, 30, 40, 50, some={"delivery": delivery}, fleet={"max_trips": [5], "reload_s": [60]})
    return Feature(one, result((0, [0, RELOAD, 1, RELOAD, 2, RELOAD, 3, 4])), "capacity")


def shifts() -> Feature:
    one = alone(10, 20, some={"from_s": [100, 0]}, fleet={"count": [2], "from_s": [0], "to_s": [110]})
    return Feature(one, result((0, [0, 1])), "shift")


def breaks() -> Feature:
    # Whoever pauses before leaving is back on the road at 25, too late for either; there is time for it at a stop.
    given = {"count": [2], "break_s": [15], "break_from_s": [10], "break_to_s": [20]}
    one = alone(10, 20, 5, some={"to_s": [30, 38, NEVER]}, fleet=given)
    return Feature(one, result((0, [1, 0]), (0, [2])), "break")


def longest_day() -> Feature:
    one = alone(10, 20, some={"service_s": [30, 30]}, fleet={"count": [2], "max_duration_s": [75]})
    return Feature(one, result((0, [0, 1])), "duration")


def longest_way() -> Feature:
    one = problem(matrix([[0, 10, 10], [10, 0, 20], [10, 20, 0]]), stops(1, 2), vans(2, max_distance_m=[35]))
    return Feature(one, result((0, [0, 1])), "distance")


def speed() -> Feature:
    one = alone(10, 20, some={"to_s": [NEVER, 25]}, fleet={"count": [1, 1], "speed_ppm": [500_000, 1_000_000]})
    return Feature(one, result((0, [0, 1])), "window")


def one_way_streets() -> Feature:
    one = problem(matrix([[0, 1, 9], [9, 0, 1], [1, 9, 0]]), stops(1, 2), vans(1, max_distance_m=[11]))
    return Feature(one, result((0, [1, 0])), "distance")


def no_way() -> Feature:
    far = [[0, 10, NEVER], [10, 0, NEVER], [NEVER, NEVER, 0]]
    one = problem(matrix(far), stops(1, 2), vans(1))
    return Feature(one, result((0, [0, 1])), "no_way", unserved=[1])


def time_of_day() -> Feature:
    # From 100 on all takes three times as long: the farthest must have been served by then.
    road = {"period_from_s": ints(0, 100), "period_pace_ppm": ints(1_000_000, 3_000_000)}
    windows = {"from_s": [0, 150, 0], "to_s": [NEVER, 165, NEVER]}
    one = alone(10, 20, 30, road=road, some=windows, fleet={"to_s": [215]})
    return Feature(one, result((0, [0, 1, 2])), "shift")


FEATURES: dict[str, Callable[[], Feature]] = {
    "time windows": windows,
    "several windows of a stop": several_windows,
    "service times": service,
    "loads of several dimensions": several_loads,
    "deliveries and collections on one round": collections,
    "a pick-up and its delivery, in pairs": pairs,
    "one of a group (home, locker or neighbour)": groups,
    "skills": skills,
    "on board of one van already": on_board,
    "priorities, where not all can be served": priorities,
    "optional stops with a prize": prizes,
    "a mixed fleet: loads, fixed cost, cost by metre and second": mixed_fleet,
    "several depots": depots,
    "a round that ends elsewhere": start_and_end,
    "reloads": reloads,
    "shifts": shifts,
    "breaks": breaks,
    "a longest day": longest_day,
    "a longest way": longest_way,
    "vans of different speed": speed,
    "ways that differ by direction": one_way_streets,
    "places without a way": no_way,
    "traffic by the time of day": time_of_day,
}
