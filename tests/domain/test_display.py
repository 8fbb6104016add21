"""The order of options is drawn evenly, the same for a quote, and its chance is what it is told to be."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.display import MOST_BY_LOT, display_of


@given(st.integers(1, 10**12), st.integers(0, 10), st.integers(0, 1_000_000))
def test_every_option_is_shown_once(quote: int, options: int, share_ppm: int) -> None:
    found = display_of(quote, options, share_ppm)
    assert sorted(found.order) == list(range(options))
    assert 0 < found.propensity <= 1
    assert found == display_of(quote, options, share_ppm)


@pytest.mark.parametrize("share_ppm", [100_000, 600_000, 1_000_000])
def test_orders_come_as_often_as_is_told(share_ppm: int) -> None:
    drawn = [display_of(quote, 3, share_ppm) for quote in range(1, 12_001)]
    counts = Counter(one.order for one in drawn)
    told = {one.order: one.propensity for one in drawn}
    assert set(told) == set(permutations(range(3)))
    assert sum(told.values()) == pytest.approx(1)
    for order, chance in told.items():
        assert abs(counts[order] / 12_000 - chance) < 4 * (chance * (1 - chance) / 12_000) ** 0.5


def test_without_a_test_all_is_as_usual() -> None:
    assert {display_of(quote, 4, 0).order for quote in range(50)} == {(0, 1, 2, 3)}
    assert display_of(7, MOST_BY_LOT + 1, 1_000_000).propensity == 1.0
    assert display_of(7, 1, 1_000_000).propensity == 1.0
