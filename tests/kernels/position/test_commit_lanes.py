"""Lanes, weeks to come, and periods walked through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.position.contracts import drawn

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.commit import commit
from doorstep.kernels.position.commit_lanes import ForecastParams, Parcels, drawn_weeks, numbered, weekly
from doorstep.kernels.position.commit_prices import live_prices
from doorstep.kernels.position.commit_problem import Contract, Step
from doorstep.kernels.position.commit_replay import Replayed, ReplayParams, paid, replay
from doorstep.kernels.position.commit_settle import cheapest, costs

SERVICES = ("near", "far")
FAR = np.array([[False, True]])
QUICK = ReplayParams(forecast=ForecastParams(scenarios=4))


def parcels(weeks: int = 12, each: int = 10, seed: int = 0) -> Parcels:
    """Draw parcels of two lanes; the far carrier is dearer by 10 and by 60."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(weeks) * 7, each) + rng.integers(0, 7, weeks * each)
    lane = np.sort(rng.integers(0, 2, len(day)))
    price = np.array([[400.0, 410.0], [500.0, 560.0]])[lane]
    return Parcels(day, lane, price, np.ones(price.shape, bool), np.ones(len(day)))


def test_weeks_are_whole_and_end_before_the_day() -> None:
    made = Parcels(
        np.array([0, 6, 7, 13, 14]), np.array([0, 0, 1, 0, 0]), np.ones((5, 1)), np.ones((5, 1), bool), np.full(5, 2.0)
    )
    assert weekly(made, 14, 9, 2).tolist() == [[2.0, 2.0], [4.0, 0.0]]
    assert weekly(made, 14, 1, 2).tolist() == [[2.0, 2.0]]
    assert weekly(made, 0, 9, 2).shape == (0, 2)


def test_what_comes_later_changes_no_week() -> None:
    made = parcels()
    later = replace(made, stands_for=np.where(made.day >= 42, 99.0, 1.0))
    assert (weekly(made, 42, 9, 2) == weekly(later, 42, 9, 2)).all()


def test_drawn_weeks_are_past_ones_and_parts_of_them() -> None:
    counts = np.array([[10.0, 20.0], [30.0, 60.0]])
    drawn_ = drawn_weeks(counts, (7, 0, 10), ForecastParams(scenarios=40), 1)
    assert drawn_.shape == (40, 3, 2)
    assert {tuple(one) for one in drawn_[:, 0].tolist()} == {(10.0, 20.0), (30.0, 60.0)}
    assert not drawn_[:, 1].any()
    assert (drawn_[:, 2, 1] == 2 * drawn_[:, 2, 0]).all()  # lanes move together
    assert drawn_[:, 2, 0].max() == pytest.approx(30 + 30 * 3 / 7)
    assert not drawn_weeks(np.zeros((0, 2)), (7,), ForecastParams(), 1).any()


def test_recent_weeks_are_drawn_more_often() -> None:
    counts = np.array([[1.0], [0.0]])
    params = ForecastParams(scenarios=4_000, half_life_weeks=1)
    assert drawn_weeks(counts, (7,), params, 3).mean() == pytest.approx(2 / 3, abs=0.03)


def test_keys_are_numbered_as_they_come() -> None:
    keys, numbers = numbered([("b",), ("a",), ("b",)])
    assert keys == [("b",), ("a",)]
    assert numbers.tolist() == [0, 1, 0]


def test_parcels_that_contradict_their_lane_are_refused() -> None:
    made = parcels()
    with pytest.raises(InvalidProblem, match="different services"):
        replace(made, eligible=np.column_stack([np.arange(len(made)) % 2 == 0, np.ones(len(made), bool)]))
    with pytest.raises(InvalidProblem, match="no service takes"):
        replace(made, eligible=np.zeros((len(made), 2), bool))
    with pytest.raises(InvalidProblem, match="differ in length"):
        replace(made, lane=made.lane[1:])


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_choosing_by_live_prices_is_expected_to_cost_no_more_than_the_cheapest_way(seed: int) -> None:
    problem = drawn(seed, lanes=4, services=3, scenarios=3)
    plan = commit(problem)
    price = live_prices(problem, plan)
    share = np.zeros(problem.eligible.shape)
    weighed = np.where(problem.eligible, problem.price_minor + price, np.inf)
    share[np.arange(len(share)), weighed.argmin(axis=1)] = 1.0
    # A rebate can make the cost negative: what rounding may add is by its size.
    cheap = costs(problem, cheapest(problem)).mean()
    assert costs(problem, share).mean() <= cheap + 1e-6 * (1 + abs(cheap))


def walked(made: Parcels, *contracts: Contract, first: int = 42, end: int = 84) -> Replayed:
    """Replay the last six of twelve weeks."""
    return replay(made, contracts, SERVICES, first, end, QUICK)


MINIMUM = Contract("m", "minimum", FAR, (Step(25, 200_000_000),), account="far")


def test_a_minimum_that_the_cheapest_way_misses_is_kept_by_prices() -> None:
    told = walked(parcels(), MINIMUM)
    assert told.greedy_minor > told.planned_minor >= told.hindsight_minor - 1e-6
    assert told.parcels == 60
    assert told.regret_minor < told.greedy_regret_minor / 2


def test_without_contracts_all_ways_are_the_cheapest_one() -> None:
    told = walked(parcels())
    assert told.planned_minor == told.greedy_minor == pytest.approx(told.hindsight_minor)


@given(st.integers(0, 50))
@settings(max_examples=8, deadline=None)
def test_no_way_beats_hindsight(seed: int) -> None:
    steps = (Step(15, 8_000_000), Step(35, 30_000_000))
    told = walked(parcels(seed=seed), Contract("r", "all_units", FAR, steps, account="far"))
    assert min(told.planned_minor, told.greedy_minor) >= told.hindsight_minor - 1e-6 * told.hindsight_minor


def test_parcels_after_the_period_change_nothing_and_later_ones_no_earlier_choice() -> None:
    made = parcels(weeks=14)
    after = replace(made, price_minor=np.where(made.day[:, None] >= 84, 9_999.0, made.price_minor))
    assert walked(made, MINIMUM) == walked(after, MINIMUM)


def test_a_period_of_nothing_settles_what_was_promised() -> None:
    made = parcels(weeks=6)
    told = walked(made, MINIMUM)
    assert told.parcels == 0
    assert told.planned_minor == told.greedy_minor == told.hindsight_minor == 25 * 200
    assert paid(made.of(made.day < 0), (MINIMUM,), np.zeros(0, np.int64)) == 25 * 200
    with pytest.raises(InvalidProblem, match="ends before it begins"):
        walked(made, first=10, end=10)
