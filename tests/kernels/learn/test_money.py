"""Values in money: the ratio, both its intervals, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernels.learn.choosers import TRUE, choosers

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check_choice import check_interval
from doorstep.kernels.learn.choice import fit_choice
from doorstep.kernels.learn.money import money_value


def test_a_day_is_worth_what_it_is_worth() -> None:
    covered = 0
    for seed in range(30):
        fit = fit_choice(choosers(400, 100 + seed))
        found = money_value(fit.coefficient, fit.covariance, 1, 0, draws=1_000)
        assert found.bounded
        assert check_interval(found.value, found.error, found.low, found.high, 0.95)
        covered += found.low <= -TRUE[1] / TRUE[0] <= found.high
    assert covered >= 25  # of 30 at 95 %: fewer happens once in 300 samples of truth


def test_a_price_that_nobody_minds_bounds_nothing() -> None:
    fit = fit_choice(choosers(60, 1, true=np.array([0.0, -0.3, -0.8])))
    found = money_value(fit.coefficient, fit.covariance, 1, 0)
    assert not found.bounded
    assert (found.low, found.high) == (float("-inf"), float("inf"))


def test_without_an_estimate_there_is_no_value() -> None:
    with pytest.raises(InvalidProblem):
        money_value(np.array([np.nan, 1.0]), np.eye(2), 1, 0)
