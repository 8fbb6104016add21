"""What a shopper chose before helps to foretell; a past of nobody helps as little as none."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernels.learn.choosers import NAMES, TRUE, choosers

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import log_likelihoods
from doorstep.kernels.learn.mixed import MixedFit
from doorstep.kernels.learn.mixed_predict import mixed_log_likelihoods

SPREAD = np.array([0.0, 1.0, 2.0])
FIT = MixedFit(NAMES, NAMES[1:], TRUE, SPREAD[1:], np.zeros((5, 5)), 0.0, 0, 0, 0, 0, 0, True)


def test_a_past_helps() -> None:
    problem = choosers(600, 30, spread=SPREAD, choices_each=10)
    late = np.arange(600) % 10 >= 7
    past, ahead = problem.part(~late), problem.part(late)
    plain = log_likelihoods(ahead, TRUE).mean()
    alone = mixed_log_likelihoods(FIT, ahead, draws=100).mean()
    informed = mixed_log_likelihoods(FIT, ahead, past, draws=100).mean()
    assert informed > alone + 0.1
    assert informed > plain + 0.1
    strangers = choosers(30, 31)
    nobody = strangers.part(strangers.shopper < 0)
    assert mixed_log_likelihoods(FIT, ahead, nobody, draws=100).mean() == pytest.approx(alone)


def test_a_choice_is_foretold_by_itself() -> None:
    problem = choosers(40, 32, spread=SPREAD, choices_each=4)
    whole = mixed_log_likelihoods(FIT, problem, draws=50)
    half = mixed_log_likelihoods(FIT, problem.part(np.arange(40) % 4 < 2), draws=50)
    assert whole[np.arange(40) % 4 < 2] == pytest.approx(half)


def test_other_features_are_refused() -> None:
    from dataclasses import replace

    with pytest.raises(InvalidProblem):
        mixed_log_likelihoods(FIT, replace(choosers(5, 0), names=("a", "b", "c")))
