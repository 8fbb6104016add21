"""Like is compared with like; what cannot be compared is not counted."""

from __future__ import annotations

import numpy as np
import pytest

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.reviews import Reviewed, lateness_effect


def world(seed: int, effect: float, n: int = 6_000) -> Reviewed:
    """Regions that are late more often like the shop less anyway."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 5, n)
    late = rng.random(n) < 0.05 + 0.08 * stratum
    score = 4.5 - 0.3 * stratum + effect * late + rng.normal(0, 0.7, n)
    return Reviewed(score, np.where(late, 2, -3), rng.choice([1.0, 5.97], n), stratum)


def test_strata_take_away_what_regions_do() -> None:
    found = lateness_effect(world(1, effect=-1.0))
    assert found.plain.value is not None
    assert found.adjusted.value is not None
    assert found.adjusted.low is not None
    assert found.adjusted.high is not None
    assert found.plain.value < -1.2
    assert found.adjusted.low < -1.0 < found.adjusted.high
    assert (found.used, found.strata) == (6_000, 5)


def test_without_an_effect_the_interval_holds_none() -> None:
    held = 0
    for seed in range(40):
        found = lateness_effect(world(seed, effect=0.0, n=1_500)).adjusted
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0 <= found.high
    assert held >= 34  # of 40 at 95 %: fewer happens once in 500 samples of truth


def test_strata_with_one_kind_alone_do_not_count() -> None:
    reviewed = Reviewed(np.array([5.0, 1.0, 4.0]), np.array([-1, 3, -1]), np.ones(3), np.array([0, 0, 1]))
    found = lateness_effect(reviewed)
    assert (found.used, found.strata, found.adjusted.value) == (2, 1, -4.0)
    alone = lateness_effect(Reviewed(np.ones(1), np.array([-1]), np.ones(1), np.array([0])))
    assert (alone.late, alone.plain.value, alone.adjusted.value) == (0, None, None)
    empty = lateness_effect(Reviewed(np.zeros(0), np.zeros(0, int), np.zeros(0), np.zeros(0, int)))
    assert [one.score.n for one in empty.spans] == [0] * 7


def test_every_parcel_is_in_one_span() -> None:
    found = lateness_effect(world(3, -1.0, 500))
    assert sum(one.score.n for one in found.spans) == 500


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidProblem):
        Reviewed(np.ones(2), np.zeros(1, int), np.ones(2), np.zeros(2, int))
    with pytest.raises(InvalidProblem):
        Reviewed(np.ones(1), np.zeros(1, int), np.array([-1.0]), np.zeros(1, int))
