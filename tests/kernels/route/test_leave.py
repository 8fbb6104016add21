from __future__ import annotations

import numpy as np
from tests.kernels.route.days import line, matrix, problem, result, stops, vans

from doorstep.kernels.route.check import check
from doorstep.kernels.route.leave import leave_cost, leave_costs, priced, together
from doorstep.kernels.route.problem import NEVER, REQUIRED, RouteParams

USUAL = RouteParams()


def test_leaving_costs_ten_times_the_dearest_round_to_one_stop() -> None:
    # From 0 to 30 and back to 10: 50 m and 50 s, 7 s there.
    fleet = vans(1, 1, end=[0, 1], fixed=[0, 1000], per_m=[1, 2], per_s=[0, 3])
    one = problem(line(0, 10, 30), stops(1, 2, service_s=[0, 7]), fleet)
    assert leave_cost(one, USUAL) == 10 * (1000 + 2 * 50 + 3 * 57)
    assert leave_cost(one, RouteParams(leave_cost=5)) == 5


def test_where_there_is_no_way_no_round_is_dear() -> None:
    one = problem(matrix([[0, NEVER, 5], [NEVER, 0, NEVER], [5, NEVER, 0]]), stops(1, 2), vans(1))
    assert leave_cost(one, USUAL) == 100
    assert leave_cost(problem(matrix([[0, 0], [0, 0]]), stops(1), vans(1)), USUAL) == 10


def test_a_group_and_a_pair_are_left_once_by_their_highest_priority() -> None:
    given = {"group": [-1, 3, 3, -1, -1], "priority": [2, 0, 4, 0, 1], "prize": [REQUIRED] * 3 + [70] * 2}
    some = stops(1, 1, 1, 1, 1, delivery=np.array([[1], [1], [1], [0], [2]]), pickup=[[0], [0], [0], [2], [0]],
                 pairs=[[3, 4]], **given)  # fmt: skip
    one = problem(line(0, 10), some, vans(1))
    assert together(some).tolist() == [0, 1, 1, 3, 3]
    assert leave_costs(one, RouteParams(leave_cost=100)).tolist() == [300, 500, 500, 70, 70]
    nothing = priced(one, result(), RouteParams(leave_cost=100))
    assert (nothing.unserved.tolist(), nothing.left.tolist()) == ([0, 1, 2], [3, 4])
    assert (nothing.cost, nothing.objective) == (0, 300 + 500 + 70)
    some_served = priced(one, result((0, [2, 3, 4])), RouteParams(leave_cost=100))
    assert (some_served.unserved.tolist(), some_served.left.tolist()) == ([0], [])
    assert (some_served.cost, some_served.objective) == (20, 320)
    assert check(one, some_served, RouteParams(leave_cost=100)) == ()
