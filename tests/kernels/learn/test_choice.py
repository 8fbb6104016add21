"""A conditional logit recovers what shoppers want, says what it cannot know, and its verifier agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.learn.choosers import NAMES, TRUE, choosers, taken_of

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check import check_choice
from doorstep.kernels.learn.choice import fit_choice, log_likelihoods
from doorstep.kernels.learn.choice_problem import ChoiceProblem, plain_sets


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10_000), st.integers(1, 5))
def test_the_verifier_accepts_every_fit(sets: int, seed: int, options: int) -> None:
    problem = choosers(sets, seed, options)
    assert check_choice(problem, fit_choice(problem)) == ()


def test_the_verifier_rejects_what_was_altered() -> None:
    problem = choosers(200, 1)
    fit = fit_choice(problem)
    assert check_choice(problem, replace(fit, coefficient=fit.coefficient * 1.05))
    assert check_choice(problem, replace(fit, log_likelihood=fit.log_likelihood + 1))
    assert check_choice(problem, replace(fit, log_likelihood_null=0.0))
    assert check_choice(problem, replace(fit, unidentified=("days",)))
    assert check_choice(problem, replace(fit, separated=("days",), direction=np.array([0.0, 1.0, 0.0])))


def test_known_wants_are_recovered() -> None:
    fit = fit_choice(choosers(4_000, 3))
    errors = np.sqrt(np.diag(fit.covariance))
    assert np.all(np.abs(fit.coefficient - TRUE) < 3.5 * errors)
    assert np.all(errors < [0.02, 0.02, 0.06])
    assert fit.log_likelihood > fit.log_likelihood_null


def test_what_never_differs_is_not_identified() -> None:
    problem = choosers(300, 4)
    doubled = np.column_stack([problem.features, np.ones(len(problem.features)), 2 * problem.features[:, 1]])
    fit = fit_choice(replace(problem, names=(*NAMES, "always", "twice"), features=doubled))
    assert fit.unidentified == ("always", "twice")
    assert np.isnan(fit.coefficient[3:]).all()
    assert fit.coefficient[:3] == pytest.approx(fit_choice(problem).coefficient)


def test_data_that_no_finite_coefficient_fits_are_told() -> None:
    problem = choosers(200, 5)
    fastest = taken_of(-problem.features[:, 1] + problem.features[:, 0] * 1e-6, problem.start)
    fit = fit_choice(replace(problem, taken=fastest))
    assert "days" in fit.separated
    assert np.isnan(fit.coefficient).all()
    assert not fit.sound
    assert check_choice(replace(problem, taken=fastest), fit) == ()


def test_sampled_sets_are_put_right_by_their_offsets() -> None:
    """Fast options were logged rarely unless taken: without the offset, days seem to matter less than they do."""
    rng = np.random.default_rng(600)
    problem = choosers(6_000, 6, options=8)
    kept_at = np.where(problem.features[:, 1] <= 3, 0.25, 0.9)
    kept = rng.random(len(kept_at)) < kept_at
    kept[problem.taken] = True
    sizes = np.add.reduceat(kept.astype(np.int64), problem.start[:-1])
    start = np.concatenate([[0], np.cumsum(sizes)])
    taken = np.cumsum(kept)[problem.taken] - 1
    plain = plain_sets(NAMES, problem.features[kept], start, taken)
    wrong = fit_choice(plain)
    right = fit_choice(replace(plain, offset=-np.log(kept_at[kept])))
    error = np.sqrt(right.covariance[1, 1])
    assert abs(right.of("days") - TRUE[1]) < 3.5 * error
    assert abs(wrong.of("days") - TRUE[1]) > 8 * error


def test_weights_put_right_what_was_displayed_to_whom() -> None:
    """Two kinds of shoppers; the hasty ones were logged four times as often. Weighted, they count as they should."""
    hasty = choosers(3_200, 7, true=np.array([-0.3, -0.9, 0.0]))
    calm = choosers(800, 8, true=np.array([-0.3, -0.1, 0.0]))
    both = _joined(hasty, calm)
    weight = np.concatenate([np.full(3_200, 0.25), np.ones(800)])
    even = fit_choice(_joined(hasty.part(np.arange(3_200) < 800), calm))
    weighted = fit_choice(replace(both, weight=weight))
    assert abs(weighted.of("days") - even.of("days")) < 0.06
    assert abs(fit_choice(both).of("days") - even.of("days")) > 0.12


def _joined(one: ChoiceProblem, two: ChoiceProblem) -> ChoiceProblem:
    rows = len(one.features)
    return plain_sets(
        one.names,
        np.vstack([one.features, two.features]),
        np.concatenate([one.start, two.start[1:] + rows]),
        np.concatenate([one.taken, two.taken + rows]),
    )


def test_shoppers_who_choose_again_and_again_widen_the_errors() -> None:
    alone = choosers(1_200, 9, spread=np.array([0.0, 0.6, 0.0]), choices_each=12)
    counted = fit_choice(alone)
    one_by_one = fit_choice(replace(alone, shopper=np.arange(1_200)))
    assert counted.covariance[1, 1] > 1.5 * one_by_one.covariance[1, 1]
    assert counted.shoppers == 100


def test_part_and_log_likelihoods_go_together() -> None:
    problem = choosers(50, 10)
    fit = fit_choice(problem)
    each = log_likelihoods(problem, fit.coefficient)
    assert each.sum() == pytest.approx(fit.log_likelihood)
    later = np.arange(50) >= 30
    assert log_likelihoods(problem.part(later), fit.coefficient) == pytest.approx(each[30:])


@pytest.mark.parametrize(
    "change",
    [
        {"weight": np.zeros(5)},
        {"weight": np.ones(4)},
        {"taken": np.zeros(5, dtype=np.int64)},
        {"offset": np.full(20, np.nan)},
        {"names": ("price", "price", "days")},
        {"start": np.array([0, 4, 8, 12, 16, 19])},
        {"shopper": np.full(5, -1)},
    ],
)
def test_what_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidProblem):
        replace(choosers(5, 0), **change)


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="no choice"):
        fit_choice(choosers(5, 0).part(np.zeros(5, dtype=bool)))
