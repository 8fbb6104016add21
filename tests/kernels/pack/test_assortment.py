"""Choosing cartons: never below the bound, at the optimum on small instances, and told what each one saves."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.assortment import AssortmentProblem, assortments
from doorstep.kernels.pack.problem import UNCARRIED


def problem(prices: list[list[int]], times: list[int], otherwise: list[int], count: int) -> AssortmentProblem:
    return AssortmentProblem(
        np.array(prices, np.int64).reshape(len(times), -1),
        np.array(times, np.int64),
        np.array(otherwise, np.int64),
        count,
    )


def cost(of: AssortmentProblem, chosen: tuple[int, ...]) -> int:
    """By the definition, order by order."""
    total = 0
    for prices, times, otherwise in zip(
        of.price_minor.tolist(), of.times.tolist(), of.otherwise_minor.tolist(), strict=True
    ):
        total += times * min([otherwise, *(prices[carton] for carton in chosen)])
    return total


def best(of: AssortmentProblem, size: int) -> int:
    return min(cost(of, chosen) for chosen in combinations(range(of.price_minor.shape[1]), size))


@st.composite
def problems(draw: st.DrawFn) -> AssortmentProblem:
    kinds, cartons = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    price = st.one_of(st.integers(0, 60), st.just(UNCARRIED))
    return problem(
        draw(st.lists(st.lists(price, min_size=cartons, max_size=cartons), min_size=kinds, max_size=kinds)),
        draw(st.lists(st.integers(1, 5), min_size=kinds, max_size=kinds)),
        draw(st.lists(st.integers(0, 80), min_size=kinds, max_size=kinds)),
        draw(st.integers(1, cartons)),
    )


@settings(deadline=None)
@given(problems())
def test_bound_and_cost_enclose_the_optimum(of: AssortmentProblem) -> None:
    found = assortments(of)
    assert [len(one.chosen) for one in found] == list(range(1, of.count + 1))
    for size, one in enumerate(found, start=1):
        assert one.cost_minor == cost(of, one.chosen)
        assert one.bound_minor <= best(of, size) <= one.cost_minor
        assert list(one.chosen) == sorted(set(one.chosen))
    assert all(one.cost_minor >= more.cost_minor for one, more in pairwise(found))


@settings(deadline=None)
@given(problems())
def test_what_a_carton_saves_is_what_its_loss_would_cost(of: AssortmentProblem) -> None:
    for one in assortments(of):
        for place, saves in enumerate(one.saves_minor):
            rest = one.chosen[:place] + one.chosen[place + 1 :]
            assert saves == cost(of, rest) - one.cost_minor
        assert sum(one.orders) <= of.times.sum()


def test_the_optimum_is_found_on_most_small_instances() -> None:
    chance = np.random.default_rng(5)
    reached = proven = number = 0
    for _ in range(60):
        prices = chance.integers(1, 100, (12, 9))
        of = AssortmentProblem(prices, chance.integers(1, 9, 12), chance.integers(50, 150, 12), 4)
        for size, one in enumerate(assortments(of), start=1):
            optimum = best(of, size)
            number += 1
            reached += one.cost_minor == optimum
            proven += one.bound_minor == optimum
    assert reached >= 0.9 * number
    assert proven >= 0.6 * number


def test_greed_is_mended_by_exchange() -> None:
    # The carton that saves most at first (2) is in no best pair.
    of = problem([[0, 9, 2], [0, 9, 2], [9, 0, 2], [9, 0, 2]], [1, 1, 1, 1], [9, 9, 9, 9], 2)
    one, two = assortments(of)
    assert one.chosen == (2,)
    assert two.chosen == (0, 1)
    assert two.cost_minor == 0
    assert two.bound_minor == 0
    assert two.orders == (2, 2)


def test_a_carton_that_holds_nothing_saves_nothing() -> None:
    (one,) = assortments(problem([[UNCARRIED]], [3], [7], 1))
    assert (one.cost_minor, one.saves_minor, one.orders) == (21, (0,), (0,))


@pytest.mark.parametrize(
    ("prices", "times", "otherwise", "count"),
    [
        ([[-1]], [1], [1], 1),
        ([[1]], [0], [1], 1),
        ([[1]], [1], [-1], 1),
        ([[1]], [1], [1], 0),
        ([[1]], [1], [1], 2),
        ([[1]], [10**15], [10**15], 1),
    ],
)
def test_contradictions_are_refused(
    prices: list[list[int]], times: list[int], otherwise: list[int], count: int
) -> None:
    with pytest.raises(InvalidProblem):
        problem(prices, times, otherwise, count)
