from __future__ import annotations

import numpy as np

from doorstep.kernels.rate import RateResult, Reason
from doorstep.kernels.rate.compare import Comparison, chosen

E, X = Reason.ELIGIBLE, Reason.TOO_HEAVY


def quotes(reasons: list[list[int]], prices: list[list[int]]) -> RateResult:
    freight = np.array(prices, np.int64).reshape(len(reasons), -1)
    zeros = np.zeros_like(freight)
    return RateResult(np.array(reasons, np.uint8).reshape(freight.shape), freight, zeros, zeros, zeros.astype(np.int32))


def test_the_cheapest_that_takes_the_parcel_is_chosen_of_equal_ones_the_first() -> None:
    result = quotes([[E, E, E], [X, E, E], [X, X, X], [E, E, E]], [[5, 3, 3], [0, 9, 4], [0, 0, 0], [7, 7, 8]])
    choice = chosen(result, np.full(4, -1))
    assert (choice.service.tolist(), choice.price_minor.tolist()) == ([1, 2, -1, 0], [3, 4, 0, 7])


def test_a_service_that_is_named_carries_the_parcel_or_none_does() -> None:
    result = quotes([[E, E], [X, E], [E, E]], [[5, 3], [0, 9], [5, 3]])
    choice = chosen(result, np.array([0, 0, -2]))
    assert (choice.service.tolist(), choice.price_minor.tolist()) == ([0, -1, -1], [5, 0, 0])


def test_no_services_carry_nothing() -> None:
    assert chosen(quotes([[], []], [[], []]), np.full(2, -1)).carried.tolist() == [False, False]


def test_sums_and_movers_look_only_at_what_both_carry() -> None:
    wanted = np.full(5, -1)
    before = chosen(quotes([[E], [E], [X], [E], [E]], [[10], [10], [0], [10], [10]]), wanted)
    after = chosen(quotes([[E], [X], [E], [E], [E]], [[12], [0], [7], [5], [10]]), wanted)
    compared = Comparison(before, after)
    assert compared.both.tolist() == [True, False, False, True, True]
    assert compared.difference_minor.tolist() == [2, 0, 0, -5, 0]
    assert compared.movers(9) == [3, 0]
    assert compared.movers(1) == [3]
