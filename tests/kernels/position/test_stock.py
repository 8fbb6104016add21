"""How much: quantiles against scipy's, the newsvendor's ratio and pooling through simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, norm, poisson

from doorstep.kernels.position.forecast import DISPERSIONS, DemandForecast, dispersion_of, forecast_of, from_quantiles
from doorstep.kernels.position.stock import central_wait, critical_ratio, expected_short, quantile


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 150), st.floats(1, 8), st.floats(0.05, 0.995))
def test_a_quantile_is_that_of_the_distribution(mean: float, dispersion: float, level: float) -> None:
    found = quantile(np.array([mean]), np.array([dispersion]), np.array([level]))[0]
    law = nbinom(mean / (dispersion - 1), 1 / dispersion) if dispersion - 1 > 1e-9 else poisson(mean)
    assert law.cdf(found) >= level - 1e-9
    assert found == 0 or law.cdf(found - 1) < level + 1e-9


def test_nothing_is_kept_where_nothing_is_wanted_and_much_where_much_is() -> None:
    none = quantile(np.array([0.0, 5.0]), np.ones(2), np.array([0.9, 0.0]))
    assert none.tolist() == [0, 0]
    large = quantile(np.array([10_000.0]), np.array([4.0]), np.array([0.95]))[0]
    assert large == pytest.approx(10_000 + norm.ppf(0.95) * 200, abs=1.01)


def test_the_ratio_gives_the_stock_of_least_cost() -> None:
    """Newsvendor: by trying every stock against 200,000 draws."""
    draws = np.random.default_rng(1).negative_binomial(4, 0.25, 200_000)
    under, over = 9.0, 2.0
    cost = [under * np.maximum(draws - s, 0).mean() + over * np.maximum(s - draws, 0).mean() for s in range(60)]
    ratio = critical_ratio(np.array([under]), np.array([over]))
    assert abs(int(np.argmin(cost)) - int(quantile(np.array([12.0]), np.array([4.0]), ratio)[0])) <= 1


def test_pooling_four_sites_halves_the_safety_stock() -> None:
    """The square-root law (Eppen 1979), by draws: four sites alone and the four together, equally well covered."""
    draws = np.random.default_rng(2).poisson(100, (100_000, 4))
    alone = quantile(np.full(4, 100.0), np.ones(4), np.full(4, 0.95))
    pooled = quantile(np.array([400.0]), np.ones(1), np.array([0.95]))
    assert (draws <= alone).mean() == pytest.approx(0.95, abs=0.01)
    assert (draws.sum(axis=1) <= pooled[0]).mean() == pytest.approx(0.95, abs=0.01)
    assert (pooled[0] - 400) / (alone.sum() - 400) == pytest.approx(0.5, abs=0.06)


def test_what_is_short_and_how_long_it_is_waited_for() -> None:
    draws = np.random.default_rng(3).poisson(50, 200_000)
    short = expected_short(np.array([50.0]), np.ones(1), np.array([52.0]))[0]
    assert short == pytest.approx(np.maximum(draws - 52, 0).mean(), abs=0.05)
    wait = central_wait(np.array([25.0]), np.ones(1), 2.0, np.array([52.0]))[0]
    assert wait == pytest.approx(short / 25)


def test_a_forecast_keeps_what_was_sold_and_borrows_what_is_sparse() -> None:
    rng = np.random.default_rng(4)
    week, units = np.repeat(np.arange(40), 2), np.ones(80, np.int64)
    region = rng.integers(0, 3, 80)
    found = forecast_of(np.zeros(80, np.int64), region, week, units, np.zeros(3, np.int64), 3, 40)
    total = found.mean_week.sum(axis=1)
    assert total[0] == pytest.approx(2, rel=0.1)
    assert 0 < total[1] == total[2] < 0.1  # a tenth of its category's rate, since it never sold
    assert found.mean_week[1] / total[1] == pytest.approx(np.bincount(region) / 80)


def test_quantiles_are_taken_over() -> None:
    levels = (np.arange(99) + 1) / 100
    values = poisson(30).ppf(levels)[None, :]
    found = from_quantiles(levels, values, np.array([[0.25, 0.75]]))
    assert found.mean_week[0] == pytest.approx([7.5, 22.5], rel=0.02)
    assert found.dispersion[0] == pytest.approx(1, abs=0.15)
    assert isinstance(found, DemandForecast)


@settings(max_examples=30, deadline=None)
@given(st.floats(2, 100), st.sampled_from(DISPERSIONS))
def test_the_dispersion_is_found_from_quantiles(mean: float, spread: float) -> None:
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
    values = quantile(np.full(7, mean), np.full(7, spread), levels)[None, :].astype(np.float64)
    found = dispersion_of(np.array([mean]), levels, values)
    again = quantile(np.full(7, mean), np.full(7, found[0]), levels)
    assert (again == values[0]).all()
    assert found[0] <= spread
