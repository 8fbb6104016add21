"""Amounts are cut into whole parts that add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.kernels.plan.unjoin import split


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_parts_add_up_and_are_within_one_of_their_share(amount: int, weights: list[int]) -> None:
    weights[0] += 1
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.integers(0, 10**7))
def test_a_bound_is_cut_so_that_no_part_is_above_its_cost(costs: list[int], bound: int) -> None:
    costs[0] += 1
    parts = split(min(bound, sum(costs)), costs)
    assert all(part <= cost for part, cost in zip(parts, costs, strict=True))
