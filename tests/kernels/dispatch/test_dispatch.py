from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.dispatch.check import check
from doorstep.kernels.dispatch.dispatch import dispatch
from doorstep.kernels.dispatch.problem import DispatchParams, DispatchProblem, DispatchResult

BINS = st.one_of(
    st.from_regex(r"[A-C]-?[0-9]{1,2}(-[0-9])?", fullmatch=True), st.sampled_from(["", "floor", "7", "é1"])
)


def problem(parcels: list[tuple[int, int]], picks: list[tuple[int, int, str]]) -> DispatchProblem:
    """Parcels as (leaves, priority), picks as (parcel, units, bin)."""
    return DispatchProblem(
        np.array([one[0] for one in parcels], np.int64),
        np.array([one[1] for one in parcels], np.int64),
        np.array([one[0] for one in picks], np.int64),
        np.array([one[1] for one in picks], np.int64),
        tuple(one[2] for one in picks),
    )


@st.composite
def problems(draw: st.DrawFn) -> DispatchProblem:
    parcels = draw(st.lists(st.tuples(st.sampled_from([60, 120]), st.integers(-1, 2)), min_size=1, max_size=12))
    pick = st.tuples(st.integers(0, len(parcels) - 1), st.integers(1, 5), BINS)
    return problem(parcels, draw(st.lists(pick, max_size=30)))


def walked(one: DispatchProblem, result: DispatchResult, wave: int) -> list[str]:
    mine = [pick for pick, parcel in enumerate(one.pick_parcel.tolist()) if result.wave[parcel] == wave]
    return [one.pick_bin[pick] for pick in sorted(mine, key=lambda pick: int(result.stop[pick]))]


@given(problems(), st.integers(1, 4), st.integers(1, 8))
def test_every_answer_is_accepted_by_the_verifier(one: DispatchProblem, parcels: int, units: int) -> None:
    params = DispatchParams(parcels, units)
    assert check(one, params, dispatch(one, params)) == ()


@given(problems())
def test_the_same_question_has_the_same_answer(one: DispatchProblem) -> None:
    first, second = dispatch(one), dispatch(one)
    assert first.wave.tolist() == second.wave.tolist()
    assert first.stop.tolist() == second.stop.tolist()


def test_a_round_goes_up_one_aisle_and_down_the_next() -> None:
    names = ["B-02", "A-10", "C-1", "A-2", "B-11", "A-2"]
    one = problem([(60, 0)], [(0, 1, name) for name in names])
    assert walked(one, dispatch(one), 0) == ["A-2", "A-2", "A-10", "B-11", "B-02", "C-1"]


def test_what_leaves_first_and_what_is_urgent_goes_first() -> None:
    one = problem([(120, 0), (60, 0), (60, 5)], [(0, 1, "A1"), (1, 1, "A1"), (2, 1, "A1")])
    assert dispatch(one, DispatchParams(1, 9)).wave.tolist() == [2, 1, 0]


def test_parcels_whose_goods_lie_together_share_a_cart() -> None:
    one = problem([(60, 0)] * 4, [(0, 1, "A-1"), (1, 1, "Z-9"), (2, 1, "A-2"), (3, 1, "Z-8")])
    assert dispatch(one, DispatchParams(2, 99)).wave.tolist() == [0, 1, 0, 1]


def test_a_parcel_larger_than_a_cart_has_one_of_its_own() -> None:
    one = problem([(60, 0), (60, 0)], [(0, 9, "A1"), (1, 1, "A2")])
    assert dispatch(one, DispatchParams(5, 4)).wave.tolist() == [0, 1]


TWO = problem([(60, 0), (120, 0)], [(0, 2, "A-1"), (0, 1, "A-2"), (0, 1, "B-1"), (0, 1, "B-2"), (1, 1, "A-1")])


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"wave": [0, 0]}, "leave at several times"),
        ({"wave": [1, 0]}, "should have come before"),
        ({"wave": [0, 2]}, "not numbered from 0"),
        ({"slot": [1, 0]}, "totes are not numbered"),
        ({"stop": [0, 0, 2, 3, 0]}, "stops are not numbered"),
        ({"stop": [1, 0, 3, 2, 0]}, "the wrong way"),
        ({"stop": [2, 3, 1, 0, 0]}, "not walked in their order"),
        ({"stop": [0, 2, 1, 3, 0]}, "not walked in their order"),
        ({"stop": [0]}, "a stop for each pick"),
    ],
)
def test_a_broken_answer_is_refused(broken: dict[str, list[int]], fault: str) -> None:
    right = dispatch(TWO)
    assert check(TWO, DispatchParams(), right) == ()
    wrong = replace(right, **{name: np.array(values, np.int64) for name, values in broken.items()})
    assert any(fault in one for one in check(TWO, DispatchParams(), wrong))


def test_a_cart_that_holds_too_much_is_refused() -> None:
    one = problem([(60, 0), (60, 0)], [(0, 3, "A1"), (1, 3, "A2")])
    together = dispatch(one)
    assert any("parcels on a cart" in fault for fault in check(one, DispatchParams(1, 99), together))
    assert any("units on a cart" in fault for fault in check(one, DispatchParams(9, 5), together))


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="name parcels"):
        problem([(60, 0)], [(1, 1, "A1")])
    with pytest.raises(InvalidProblem, match="at least 1"):
        problem([(60, 0)], [(0, 0, "A1")])
    with pytest.raises(InvalidProblem, match="integers"):
        replace(TWO, pick_units=np.array([1], np.int64))
    with pytest.raises(InvalidProblem, match="cart"):
        DispatchParams(0, 1)
