"""Shares, rates and means hold what they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.kernels.learn.rates import mean, rate_per, share, share_difference


@settings(max_examples=50)
@given(st.integers(0, 400), st.integers(0, 400))
def test_a_share_lies_in_its_interval(hits: int, more: int) -> None:
    found = share(hits, hits + more)
    if not hits + more:
        assert (found.value, found.low) == (None, None)
        return
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_figures_of_the_papers() -> None:
    wilson = share(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert wilson.low == pytest.approx(0.2553, abs=5e-5)
    assert wilson.high == pytest.approx(0.3662, abs=5e-5)
    gap = share_difference(56, 70, 48, 80)  # Newcombe 1998, table II, method 10: 0.0524 to 0.3339
    assert gap.low == pytest.approx(0.0524, abs=5e-5)
    assert gap.high == pytest.approx(0.3339, abs=5e-5)
    events = rate_per(10, 1_000, 1_000)  # Garwood 1936: 4.80 to 18.39
    assert (events.value, events.low, events.high) == pytest.approx((10, 4.795, 18.39), abs=5e-3)
    assert rate_per(0, 100).low == 0.0


def test_nothing_says_nothing() -> None:
    assert share_difference(0, 0, 1, 2).value is None
    assert rate_per(0, 0).value is None
    assert mean(np.zeros(0)).value is None
    assert mean(np.ones(3), np.zeros(3)).value is None
    assert mean(np.ones(1)).low is None


def test_a_mean_holds_its_level() -> None:
    rng = np.random.default_rng(1)
    weight = rng.choice([1.0, 6.0], (400, 300))
    held = [
        (found.low or 9) <= 0 <= (found.high or -9) for found in (mean(rng.standard_normal(300), one) for one in weight)
    ]
    assert 0.92 < np.mean(held) < 0.98


def test_contacts_that_come_together_hold_their_level() -> None:
    rng = np.random.default_rng(2)
    held = []
    for _ in range(400):
        clusters = rng.choice([1, 4], rng.poisson(60))
        together = float((clusters**2).sum() / clusters.sum())
        found = rate_per(int(clusters.sum()), 1_000, 1_000, together)
        held.append((found.low or 0) <= 60 * 2.5 <= (found.high or 0))
        alone = rate_per(int(clusters.sum()), 1_000, 1_000)
        assert (found.high or 0) - (found.low or 0) > (alone.high or 0) - (alone.low or 0)
    assert 0.92 < np.mean(held) < 0.985
