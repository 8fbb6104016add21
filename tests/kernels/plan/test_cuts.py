"""Cuts hold for whatever fits a row, and say more than the row does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorstep.kernels.plan.cuts import MOST_CUTS, pick_divisors


def divisors(held: int, quantities: list[int], most: int = MOST_CUTS) -> list[int]:
    asked = np.zeros(max(quantities) + 1, np.bool_)
    asked[quantities] = True
    best, waste = np.zeros(most, np.int64), np.zeros(most)
    found: list[int] = best[: pick_divisors(held, asked, best, waste)].tolist()
    return found


def test_of_three_units_two_orders_of_two_cannot_both_have_theirs() -> None:
    assert divisors(3, [2]) == [1, 2]


def test_a_row_that_lumps_fill_needs_no_cut() -> None:
    assert divisors(4, [1, 2, 4]) == [1, 3]  # and three of four waste one
    assert divisors(4, [1]) == [1]


@given(st.integers(1, 40), st.lists(st.integers(1, 15), min_size=1, max_size=12), st.integers(1, MOST_CUTS))
def test_what_fits_by_units_fits_by_lumps(held: int, quantities: list[int], most: int) -> None:
    found = divisors(held, quantities, most)
    assert found[0] == 1
    assert len(set(found)) == len(found) <= most
    wasted = [1 - d * (held // d) / held for d in found[1:]]
    assert wasted == sorted(wasted, reverse=True)
    assert all(share > 0 for share in wasted)
    taken, left = [], held
    for q in quantities:
        if q <= left:
            taken.append(q)
            left -= q
    for d in found:
        assert sum(q // d for q in taken) <= held // d


@given(st.integers(1, 40), st.integers(2, 15))
def test_prices_of_lumps_never_favour_parting_units(held: int, largest: int) -> None:
    found = np.array(divisors(held, list(range(1, largest + 1))))
    price = np.arange(1, len(found) + 1)
    worth = [int((price * (q // found)).sum()) for q in range(largest + 1)]
    for q in range(largest + 1):
        for part in range(q + 1):
            assert worth[part] + worth[q - part] <= worth[q]
