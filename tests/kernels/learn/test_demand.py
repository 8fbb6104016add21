"""Demand is foreseen by the past alone, with quantiles that hold, and what is worse does not serve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.learn.demands import drawn, problem_of

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check_demand import check_demand
from doorstep.kernels.learn.demand import forecast
from doorstep.kernels.learn.demand_holidays import holiday_factor
from doorstep.kernels.learn.demand_methods import METHODS, past_of
from doorstep.kernels.learn.demand_problem import Choice, DemandParams, DemandProblem, Recipe
from doorstep.kernels.learn.demand_result import DemandForecast

QUICK = DemandParams(origins=6, trial_origins=4)


def same(one: DemandForecast, other: DemandForecast) -> bool:
    arrays = ("mean", "quantile", "total_mean", "total_quantile", "size", "total_size", "class_of")
    equal = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
    return equal and (one.verdict, one.recipe, one.classes) == (other.verdict, other.recipe, other.classes)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 70), st.integers(1, 6))
def test_every_forecast_is_accepted_by_the_verifier(seed: int, weeks: int, horizon: int) -> None:
    problem = drawn(seed, goods=3, regions=2, weeks=weeks, horizon=horizon)
    assert check_demand(problem, forecast(problem, QUICK)) == []


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 60))
def test_another_future_gives_the_same_answer(seed: int, week: int) -> None:
    problem = drawn(seed)
    units = problem.units.copy()
    units[:, week:] = np.random.default_rng(seed).integers(0, 500, units[:, week:].shape)
    other = replace(problem, units=units)
    assert same(forecast(problem.until(week), QUICK), forecast(other.until(week), QUICK))


@pytest.mark.parametrize("name", METHODS)
def test_no_method_sees_beyond_its_origin(name: str) -> None:
    problem = drawn(5, weeks=70)
    off = np.random.default_rng(0).integers(0, 3, (len(problem.series), 73)).astype(np.float64)
    problem = replace(problem, days_off=off)
    units = problem.units.copy()
    units[:, 62:] += 100
    origins = (0, 1, 20, 53, 62)
    one, other = (
        METHODS[name](past_of(each, origins, DemandParams())) for each in (problem, replace(problem, units=units))
    )
    assert np.array_equal(one, other)
    for at, origin in enumerate(origins):  # from many origins at once as from one alone
        alone = METHODS[name](past_of(problem.until(origin), (origin,), DemandParams()))
        assert np.allclose(alone[0], one[at])


def test_steady_demand_is_foreseen_and_quantiles_hold() -> None:
    problem = drawn(1, goods=30, regions=5, weeks=64, horizon=4)
    found = forecast(problem.until(60))
    came = problem.units[:, 60:]
    assert found.mean.sum() == pytest.approx(came.sum(), rel=0.15)
    for at, level in enumerate(found.quantiles_ppm):
        if level >= 500_000:
            inside = (came <= found.quantile[:, :, at]).mean()
            assert inside >= level / 1e6 - 0.05
    assert found.verdict.published
    assert found.verdict.seasonal_naive is not None
    assert found.verdict.seasonal_naive.challenger < found.verdict.seasonal_naive.other


def test_holidays_move_demand_as_they_did_before() -> None:
    """By a little less, as the effect is drawn towards nothing; where little is sold, by much less."""
    random = np.random.default_rng(7)
    off = np.tile(random.integers(0, 3, 44).astype(np.float64), (3, 1))
    for rate, least, most in ((20_000, 0.22, 0.3), (5, 0.0, 0.1)):
        units = random.poisson(rate * np.exp(-0.3 * off[:, :40])).astype(np.int64)
        problem = replace(problem_of(units, horizon=4), days_off=off)
        moved = np.log(holiday_factor(problem, (40,))[0, 0])
        effect = -moved / (off[0, 40:] - off[0, 32:40].mean())
        assert np.allclose(effect, effect[0])
        assert least <= effect[0] <= most, rate
    assert (holiday_factor(replace(problem, days_off=None), (40,)) == 1).all()


def test_what_repeats_each_year_is_left_to_seasonal_naive() -> None:
    """Demand that only last year tells: nothing else is published in its stead."""
    random = np.random.default_rng(3)
    year = random.integers(0, 60, (40, 52))
    problem = problem_of(np.tile(year, (1, 4)).astype(np.int64), horizon=2)
    found = forecast(problem, DemandParams(methods=("short_mean", "tsb")))
    assert {choice.method for _, choice in found.recipe.choices} == {"seasonal_naive"}
    assert np.array_equal(found.mean, year[:, :2])


def test_a_worse_one_is_refused_and_the_one_in_force_serves() -> None:
    problem = drawn(2, goods=12, regions=4, weeks=80)
    force = Recipe((("all", Choice("pooled", 2.0, 2.0)),))
    bad = DemandParams(methods=("seasonal_naive",))
    found = forecast(problem, bad, in_force=force)
    assert (found.verdict.cause, found.served) == ("worse_than_in_force", "in_force")
    assert check_demand(problem, found) == []
    assert np.array_equal(found.mean, forecast(problem, in_force=force, params=DemandParams(methods=("pooled",))).mean)


def test_too_short_a_past_is_served_by_seasonal_naive() -> None:
    problem = drawn(2, weeks=5)
    found = forecast(problem)
    assert (found.verdict.cause, found.served) == ("too_few", "seasonal_naive")
    assert np.array_equal(found.mean, np.repeat(problem.units[:, -1:], 3, axis=1))


def test_nothing_sold_is_an_empty_answer() -> None:
    problem = DemandProblem((), np.zeros((0, 0), np.int64), np.zeros(0, np.int64), 17_000, 4)
    assert check_demand(problem, forecast(problem)) == []


def test_the_verifier_rejects_what_is_broken() -> None:
    problem = drawn(4)
    sound = forecast(problem, QUICK)
    for broken, word in (
        (replace(sound, mean=-sound.mean), "negative"),
        (replace(sound, quantile=sound.quantile[:, :, ::-1]), "ascend"),
        (replace(sound, quantile=sound.quantile + 0.5), "whole"),
        (replace(sound, quantile=sound.quantile + 1), "is not quantile"),
        (replace(sound, total_mean=sound.total_mean + 1), "sum of its weeks"),
        (replace(sound, mean=sound.mean[:, 1:]), "shapes"),
        (replace(sound, served="in_force"), "serves"),
    ):
        assert any(word in one for one in check_demand(problem, broken)), word


@pytest.mark.parametrize(
    "change",
    [{"horizon": 0}, {"quantiles_ppm": (500_000, 400_000)}, {"units": -np.ones((12, 60))}, {"since": np.full(12, 99)}],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidProblem):
        replace(drawn(1), **change)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="no method oracle"):
        forecast(drawn(1), DemandParams(methods=("oracle",)))
