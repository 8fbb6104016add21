"""A mixed logit recovers how shoppers differ; its draws are even, and its slopes those of its likelihood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.kernels.learn.choosers import TRUE, choosers

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check import check_mixed
from doorstep.kernels.learn.mixed import MixedParams, _Panels, fit_mixed, halton, normal_draws
from doorstep.kernels.run import Run

SPREAD = np.array([0.0, 0.4, 1.0])
PARAMS = MixedParams(("days", "pickup"), draws=40)


def test_how_shoppers_differ_is_recovered() -> None:
    problem = choosers(1_600, 11, spread=SPREAD, choices_each=8)
    fit = fit_mixed(problem, PARAMS)
    errors = np.sqrt(np.diag(fit.covariance))
    assert fit.converged
    assert np.all(np.abs(fit.mean - TRUE) < 4 * errors[:3])
    assert np.all(np.abs(fit.spread - SPREAD[1:]) < 4 * errors[3:])
    assert np.all(errors < 0.2)
    assert check_mixed(problem, fit, draws=1_000) == ()
    assert check_mixed(problem, replace(fit, log_likelihood=fit.log_likelihood * 0.9), draws=1_000)
    assert check_mixed(problem, replace(fit, spread=fit.spread * 4), draws=1_000)


def test_the_same_seed_gives_the_same_answer() -> None:
    problem = choosers(120, 12, spread=SPREAD, choices_each=4)
    small = MixedParams(("days",), draws=20)
    first, again = fit_mixed(problem, small), fit_mixed(problem, small)
    assert first.mean.tolist() == again.mean.tolist()
    assert first.mean.tolist() != fit_mixed(problem, small, Run(seed=1)).mean.tolist()


def test_slopes_are_those_of_the_likelihood() -> None:
    problem = choosers(60, 13, spread=SPREAD, choices_each=3)
    order = np.random.default_rng(0).permutation(20)
    mixed_up = replace(problem, shopper=order[problem.shopper])
    ground = _Panels(mixed_up, MixedParams(("days", "pickup"), draws=15), 3)
    theta = np.array([-0.4, -0.3, -0.2, 0.3, 0.6])
    slope = ground.evaluate(theta)[1].sum(axis=0)
    for place in range(5):
        nudge = np.zeros(5)
        nudge[place] = 1e-5
        ahead, behind = ground.evaluate(theta + nudge)[0].sum(), ground.evaluate(theta - nudge)[0].sum()
        assert slope[place] == pytest.approx((ahead - behind) / 2e-5, rel=1e-4, abs=1e-4)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = choosers(60, 14, spread=SPREAD, choices_each=3)
    ground = _Panels(problem, MixedParams(("days",), draws=15), 3)
    theta = np.array([-0.4, -0.3, -0.2, 0.3])
    whole = ground.evaluate(theta)
    monkeypatch.setattr("doorstep.kernels.learn.mixed.BLOCK", 400)
    cut = ground.evaluate(theta)
    assert cut[0] == pytest.approx(whole[0])
    assert cut[1] == pytest.approx(whole[1])


def test_draws_fill_the_line_evenly() -> None:
    assert halton(4, 2).tolist() == [0.5, 0.25, 0.75, 0.125]
    assert halton(4, 3) == pytest.approx([1 / 3, 2 / 3, 1 / 9, 4 / 9])
    drawn = normal_draws(50, 40, 2, seed=1)
    assert drawn.shape == (50, 40, 2)
    assert np.abs(drawn.mean(axis=(0, 1))).max() < 0.01
    assert drawn.std(axis=(0, 1)) == pytest.approx([1, 1], abs=0.01)


def test_what_cannot_vary_is_refused() -> None:
    problem = choosers(50, 15)
    for varying in ((), ("colour",)):
        with pytest.raises(InvalidProblem):
            fit_mixed(problem, MixedParams(varying))
