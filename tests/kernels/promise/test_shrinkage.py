from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.promise.shrinkage import STRENGTHS, Counts, in_order, plain, shrunk, strength


def counts(came: list[list[float]], at_risk: list[list[float]]) -> Counts:
    return Counts(np.array(came), np.array(at_risk))


def drawn(spread: float, groups: int = 40, size: int = 200) -> list[tuple[Counts, np.ndarray]]:
    """Groups whose true hazard is beta distributed around 0.7, as if a prior counted for `spread` parcels."""
    rng = np.random.default_rng(5)
    made = []
    for _ in range(groups):
        share = rng.beta(0.7 * spread, 0.3 * spread)
        came = float(rng.binomial(size, share))
        made.append((counts([[came], [0.0]], [[float(size)], [0.0]]), np.array([[0.7], [0.7]])))
    return made


def test_groups_that_differ_much_count_for_themselves_and_such_that_agree_for_each_other() -> None:
    assert strength(drawn(8)) in (5.0, 10.0)
    assert strength(drawn(5_000)) >= 500.0
    assert strength([]) == max(STRENGTHS)


def test_a_class_of_which_nothing_was_seen_is_taken_for_the_other() -> None:
    found = plain(counts([[6.0, 1.0], [0.0, 0.0]], [[10.0, 4.0], [0.0, 0.0]]))
    assert found.tolist() == [[0.6, 0.25], [0.6, 0.25]]
    assert plain(counts([[5.0, 0.0], [5.0, 0.0]], [[5.0, 0.0], [5.0, 0.0]]))[0].tolist() == [1.0, 0.5]


def test_a_prior_counts_for_so_many_parcels() -> None:
    found = shrunk(counts([[0.0], [9.0]], [[10.0], [10.0]]), np.array([[0.5], [0.5]]), 10.0)
    assert found.ravel().tolist() == [0.25, 0.7]


def test_neighbours_that_contradict_the_order_are_pooled_by_weight() -> None:
    # The first class ahead of the second: 0.8 of weight 3 and 0.4 of weight 1 become 0.7.
    assert in_order(np.array([[0.8, 1.0], [0.4, 1.0]]), np.array([3.0, 1.0])) == ((700_000, 1_000_000),) * 2
    assert in_order(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1.0, 1.0])) == ((1_000_000,), (1_000_000,))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 2), min_size=1, max_size=6),
    st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4)),
)
def test_curves_interlock_and_end_alike(hazards: list[tuple[float, float]], weights: tuple[float, float]) -> None:
    first, second = in_order(np.array(hazards).T, np.array(weights))
    chained = [share for pair in zip(first, second, strict=True) for share in pair]
    assert chained == sorted(chained)
    assert first[-1] == second[-1]
    assert 0 <= chained[0] <= chained[-1] <= 1_000_000


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_prior_that_is_sure_can_be_refuted(share: float) -> None:
    groups = [(counts([[5.0], [5.0]], [[10.0], [10.0]]), np.array([[share], [share]]))]
    assert strength(groups) == min(STRENGTHS)
