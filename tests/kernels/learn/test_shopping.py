"""How often customers come, in which cohorts, and who came again; nobody counts as lost too early."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.shopping import Purchases, bought_again, cohorts, frequency


def purchases(pairs: list[tuple[int, int]]) -> Purchases:
    """(customer, day) of each; months of thirty days."""
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Purchases(rows[:, 0], rows[:, 1], rows[:, 1] // 30)


def test_how_often() -> None:
    found = frequency(purchases([(1, 0), (2, 5), (1, 10), (1, 40), (3, 7)]))
    assert (found.customers, found.orders, found.times, found.median_days_between) == (3, 5, (2, 0, 1, 0, 0), 20.0)
    assert frequency(purchases([])).median_days_between is None


def test_cohorts_tell_whole_months_only() -> None:
    found = cohorts(purchases([(1, 0), (2, 5), (1, 40), (1, 45), (2, 95), (3, 61), (4, 125)]), until_month=3)
    assert [(one.month, one.customers, one.again) for one in found] == [(0, 2, (1, 0)), (2, 1, ())]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 400)), max_size=40))
def test_cohorts_hold_every_customer_once(pairs: list[tuple[int, int]]) -> None:
    made = purchases(pairs)
    found = cohorts(made, until_month=99)
    assert sum(one.customers for one in found) == made.customers
    assert all(0 <= again <= one.customers for one in found for again in one.again)


def test_who_came_again() -> None:
    made = purchases([(1, 0), (1, 50), (2, 0), (2, 200), (3, 0), (4, 300), (4, 305)])
    kept = np.array([1, 1, 0, 0, 1, 1, 1])
    found = bought_again(made, kept, made.day, known_day=310)
    assert (found[1].n, found[1].value) == (2, 0.5)  # 1 came again, 3 did not; of 4 it is too early to tell
    assert (found[0].n, found[0].value) == (1, 0.0)  # 2 came after more than 90 days
    assert bought_again(made, np.full(7, -1), made.day, 310) == {}


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidProblem):
        Purchases(np.zeros(2, int), np.zeros(1, int), np.zeros(2, int))
    with pytest.raises(InvalidProblem):
        Purchases(np.array([-1]), np.zeros(1, int), np.zeros(1, int))
