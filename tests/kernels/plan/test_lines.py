"""Lines under what weight and volume cost: they lie under it, and they are as high as can be where they touch."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.lines import MOST_ROOMS, STEPS, TOUCHES, Cells, line_under, lines_under, rooms_of_cost

TOTAL_G, TOTAL_MM3 = 6_000.0, 3e7
UNTIL_G = np.array([[max(200.0, TOTAL_G * step / STEPS) for step in range(1, STEPS + 1)]])
ROOMS_MM3 = np.array([4e6, 9e6, 1e7, 2.5e7])
UNTIL_MM3 = np.minimum(ROOMS_MM3, TOTAL_MM3)[None]


def under(cost: np.ndarray) -> np.ndarray:
    """Lines [T, 3] of one order and one site, under costs [STEPS, rooms]."""
    return lines_under(Cells(cost[None, :, None, :].astype(np.int64), UNTIL_G, UNTIL_MM3))[0, :, 0]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_lines_lie_under_what_any_weight_and_volume_cost(data: st.DataObject) -> None:
    rises = st.lists(st.integers(0, 90), min_size=STEPS, max_size=STEPS)
    more = np.array([data.draw(rises) for _ in ROOMS_MM3]).T
    cost = more.cumsum(axis=0)
    heavy, large = data.draw(st.integers(0, STEPS)), data.draw(st.integers(0, len(ROOMS_MM3)))
    cost[STEPS - heavy :], cost[:, len(ROOMS_MM3) - large :] = NEVER, NEVER
    for fixed, per_gram, per_mm3 in under(cost):
        assert min(fixed, per_gram, per_mm3) >= 0
        if cost[0].min() == NEVER:
            assert np.isinf(fixed)
            continue
        told = fixed + per_gram * UNTIL_G[0][:, None] + per_mm3 * UNTIL_MM3[0]
        assert (told <= cost + 1e-6).all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 900)), min_size=1, max_size=12),
    st.sampled_from(TOUCHES.tolist()),
)
def test_no_line_under_the_points_is_higher_where_it_touches(points: list[tuple[int, int]], touch: float) -> None:
    at, high = np.array([x / 20 for x, _ in points]), np.array([float(y) for _, y in points])
    fixed, slope = line_under(at, high, touch)
    assert min(fixed, slope) >= 0
    if not (at > 0).any():
        assert (fixed, slope) == (high.min(), 0)
        return
    assert (fixed + slope * at <= high + 1e-6).all()
    best = linprog([-1.0, -touch], np.stack([np.ones(len(at)), at], axis=1), high, bounds=(0, None))
    assert fixed + slope * touch >= -best.fun - 1e-6


def test_a_point_that_is_touched_is_touched_by_the_flattest_line() -> None:
    assert line_under(np.array([0.2, 0.9, 0.25]), np.array([1.0, 900.0, 1.0]), 0.2) == (1.0, 0.0)


def test_where_nothing_measures_anything_the_cheapest_lies_under_all() -> None:
    """As where no weights are known: a slope without end would make any bound look proven."""
    assert line_under(np.zeros(3), np.array([700.0, 500.0, 600.0]), 0.5) == (500.0, 0.0)


def test_what_only_size_costs_is_told() -> None:
    """Weight costs nothing; twice the volume costs twice as much."""
    cost = np.broadcast_to(400 + ROOMS_MM3 / 1e5, (STEPS, len(ROOMS_MM3)))
    for share, (fixed, per_gram, per_mm3) in zip(TOUCHES, under(cost), strict=True):
        told = fixed + per_gram * share * TOTAL_G + per_mm3 * share * UNTIL_MM3[0, -1]
        assert told >= 400 + share * UNTIL_MM3[0, -1] / 1e5 - 1e-6


def test_a_room_costs_what_the_cheapest_carton_of_it_does() -> None:
    cost, room = np.array([[70, 10, 50, NEVER, 20]]), np.array([300, 100, 200, 900, 300])
    least, rooms = rooms_of_cost(cost, room)
    assert rooms.tolist() == [100, 200, 300, 900]
    assert least.tolist() == [[10, 50, 20, NEVER]]


def test_of_many_rooms_a_step_costs_no_more_than_any_in_it() -> None:
    room = np.arange(1, 31)
    least, rooms = rooms_of_cost(room * 10, room)
    assert len(rooms) == MOST_ROOMS
    assert rooms[-1] == 30
    assert least.tolist() == [10, *((rooms[:-1] + 1) * 10).tolist()]
