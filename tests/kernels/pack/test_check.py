from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.pack.loads import Item, problem, problems

from doorstep.kernels.pack.check import check
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.layout import place_all
from doorstep.kernels.pack.problem import FITS, FitProblem, IntArray

TWO = problem([Item((10, 20, 30), 400, upright=True)], [[(0, 2)]], [(20, 20, 60)], 50, 1_000)


def layout(*rows: tuple[int, ...]) -> IntArray:
    return np.array(rows, np.int64)


SIDE_BY_SIDE = layout((0, 0, 0, 0, 10, 20, 30), (0, 10, 0, 0, 10, 20, 30))


def test_a_right_layout_has_no_fault() -> None:
    assert check(TWO, 0, 0, SIDE_BY_SIDE) == ()


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (layout((0, 0, 0, 0, 10, 20, 30), (0, 11, 0, 0, 10, 20, 30)), "unit 1: sticks out"),
        (layout((0, 0, 0, -1, 10, 20, 30), (0, 10, 0, 0, 10, 20, 30)), "unit 0: sticks out"),
        (layout((0, 1, 0, 0, 10, 20, 30), (0, 10, 0, 0, 10, 20, 30)), "units 0 and 1 overlap"),
        (SIDE_BY_SIDE[:1], "item 0: 1 units placed of 2"),
        (SIDE_BY_SIDE[[0, 1, 1]], "item 0: 3 units placed of 2"),
        (layout((0, 0, 0, 0, 10, 20, 30), (0, 0, 0, 30, 20, 30, 10)), "unit 1: must stand upright"),
        (layout((0, 0, 0, 0, 10, 20, 30), (0, 10, 0, 0, 9, 20, 30)), "unit 1: [9, 20, 30] is no turn"),
        (layout((0, 0, 0, 0, 10, 20, 30), (7, 10, 0, 0, 10, 20, 30)), "item 7: 1 units placed of 0"),
        (SIDE_BY_SIDE[:, :6], "seven columns"),
    ],
)
def test_a_broken_layout_is_refused(broken: IntArray, fault: str) -> None:
    assert any(fault in found for found in check(TWO, 0, 0, broken))


def test_overweight_and_mixed_hazmat_are_refused() -> None:
    goods = problem(
        [Item((9, 9, 9), 600, hazmat=1), Item((9, 9, 9), 600, hazmat=2)], [[(0, 1), (1, 1)]], [(9, 9, 18)], 1, 1_200
    )
    faults = check(goods, 0, 0, layout((0, 0, 0, 0, 9, 9, 9), (1, 0, 0, 9, 9, 9, 9)))
    assert faults == ("gross weight 1201 g is over 1200 g", "hazmat classes [1, 2] in one carton")


def test_what_lies_above_is_counted_through_what_lies_between() -> None:
    """A plate juts out over the weak box; what stands on the jutting end still presses on it."""
    goods = [Item((10, 10, 10), 100, max_load=150), Item((30, 10, 5), 100), Item((10, 10, 10), 100)]
    shelf = problem(goods, [[(0, 1), (1, 1), (2, 1)]], [(30, 10, 30)])
    stacked = layout((0, 0, 0, 0, 10, 10, 10), (1, 0, 0, 10, 30, 10, 5), (2, 20, 0, 15, 10, 10, 10))
    assert check(shelf, 0, 0, stacked) == ("unit 0: bears 150 g, and 200 g lie above it",)
    beside = layout((0, 0, 0, 0, 10, 10, 10), (1, 0, 0, 10, 30, 10, 5), (2, 20, 0, 0, 10, 10, 10))
    assert check(shelf, 0, 0, beside) == ()


def test_nothing_may_lie_above_a_fragile_unit_even_without_touching() -> None:
    goods = problem([Item((9, 9, 9), fragile=True), Item((9, 9, 9), 0)], [[(0, 1), (1, 1)]], [(9, 9, 30)])
    faults = check(goods, 0, 0, layout((0, 0, 0, 0, 9, 9, 9), (1, 0, 0, 20, 9, 9, 9)))
    assert faults == ("unit 0: fragile, and units [1] lie above it",)
    assert check(goods, 0, 0, layout((0, 0, 0, 20, 9, 9, 9), (1, 0, 0, 0, 9, 9, 9))) == ()


def test_support_is_measured_on_tops_at_the_same_height() -> None:
    goods = problem([Item((10, 10, 10)), Item((20, 10, 10))], [[(0, 1), (1, 1)]], [(20, 10, 20)])
    half = layout((0, 0, 0, 0, 10, 10, 10), (1, 0, 0, 10, 20, 10, 10))
    assert check(goods, 0, 0, half, 500_000) == ()
    assert check(goods, 0, 0, half, 500_001) == ("unit 1: rests on too little",)


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_mutations_of_a_layout_are_refused(given_problem: FitProblem, data: st.DataObject) -> None:
    pairs = np.argwhere(fit(given_problem).verdict == FITS)
    assume(len(pairs))
    at = data.draw(st.integers(0, len(pairs) - 1))
    load, carton = pairs[at]
    good = place_all(given_problem, pairs)[at]
    unit = data.draw(st.integers(0, len(good) - 1))
    axis = data.draw(st.integers(1, 3))

    outside = good.copy()
    outside[unit, axis] = given_problem.carton_inner_mm[carton, axis - 1] - outside[unit, axis + 3] + 1
    assert check(given_problem, load, carton, outside)
    negative = good.copy()
    negative[unit, axis] = -1
    assert check(given_problem, load, carton, negative)
    assert check(given_problem, load, carton, np.delete(good, unit, axis=0))
    assert check(given_problem, load, carton, np.concatenate((good, good[unit : unit + 1])))
    grown = good.copy()
    grown[unit, axis + 3] += 1
    assert check(given_problem, load, carton, grown)
    if len(good) > 1:
        inside = good.copy()
        inside[unit, 1:4] = good[unit - 1, 1:4]
        assert check(given_problem, load, carton, inside)
