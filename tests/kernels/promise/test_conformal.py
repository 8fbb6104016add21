from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.histories import FIRST_DAY, drawn, parcel

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.backtest import figures
from doorstep.kernels.promise.boosted_quantiles import between
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.conformal import KINDS, Conformal, ConformalParams
from doorstep.kernels.promise.history import FloatArray, History, history_of
from doorstep.kernels.promise.methods import HORIZON_DAYS, Fitted, Learner, Span
from doorstep.kernels.promise.scores import score_quantiles, score_shares
from doorstep.kernels.promise.walk import walk
from doorstep.kernels.run import Run

TARGETS = (500_000, 800_000, 900_000, 950_000)


@dataclass(slots=True)
class Stubborn:
    """A method that has learned nothing: it says of all parcels that their days are geometric, far too short."""

    chance: float = 0.6
    name: str = "stubborn"
    refit_days: int = 0

    def on(self, history: History, span: Span) -> Learner:
        del history, span
        return self

    def fit(self, day: int, run: Run) -> Fitted:
        del day, run
        return self

    def curves(self, rows: IntArray, day: int) -> FloatArray:
        del day
        one = 1.0 - (1.0 - self.chance) ** np.arange(HORIZON_DAYS + 1)
        return np.tile(one, (len(rows), 1))


def on_time(kind: str, seed: int, target_ppm: int) -> float:
    """Share on time of 600 parcels, after 120 days of calibration with 10 parcels a day, none lost."""
    history = history_of(drawn(seed, 260, 10, lost=0.0))[0]
    span = Span(FIRST_DAY, FIRST_DAY + 120, FIRST_DAY + 120, FIRST_DAY + 180)
    method = Conformal(Stubborn(), kind, ConformalParams(settle_days=10)) if kind else Stubborn()
    return figures(walk(history, method, span, TARGETS), target_ppm).on_time_rate_delivered


@pytest.mark.parametrize("target_ppm", TARGETS[1:])
@pytest.mark.parametrize("kind", KINDS)
def test_parcels_that_are_alike_are_kept_as_often_as_asked_for(kind: str, target_ppm: int) -> None:
    rates = [on_time(kind, seed, target_ppm) for seed in range(6)]
    assert np.mean(rates) >= target_ppm / 1e6 - 0.01  # of 3,600 promises, each history with its own calibration
    assert on_time("", 0, target_ppm) < target_ppm / 1e6 - 0.08  # uncorrected


def test_regions_are_kept_alike_where_each_is_corrected() -> None:
    history = history_of(drawn(5, 220, 30, lost=0.0))[0]
    span = Span(FIRST_DAY, FIRST_DAY + 60, FIRST_DAY + 60, FIRST_DAY + 120)

    def worst(kind: str) -> float:
        found = figures(walk(history, Conformal(Stubborn(), kind), span, (900_000,)), 900_000)
        return min(one.rate for one in found.coverage_by_region.values())

    assert worst("split") < 0.83
    assert worst("group") > 0.86


def test_an_adaptive_correction_follows_what_slows_down() -> None:
    history = history_of(drawn(7, 400, 10, lost=0.0, slower_from=100))[0]
    span = Span(FIRST_DAY + 20, FIRST_DAY + 80, FIRST_DAY + 220, FIRST_DAY + 300)

    def rate(kind: str) -> float:
        method = Conformal(Stubborn(), kind, ConformalParams(settle_days=10))
        return figures(walk(history, method, span, (900_000,)), 900_000).on_time_rate

    assert rate("split") < 0.85
    assert rate("aci") == pytest.approx(0.9, abs=0.04)


def test_an_adaptive_correction_judges_a_promise_on_the_day_after_it() -> None:
    # One parcel, placed on day 0, promised for day 3 at 0.9 and never delivered: nothing moves up to day 3.
    history = history_of([parcel("a", 0, None), parcel("z", 50, 1)])[0]
    learner = Conformal(Stubborn(), "aci").on(history, Span(FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 1, FIRST_DAY + 9))
    row = np.array([1])
    said = Stubborn().curves(row, 0)
    assert said[0, 2] < 0.9 < said[0, 3]
    before = learner.fit(FIRST_DAY + 3, Run()).curves(row, FIRST_DAY + 3)[0, 3]
    after = learner.fit(FIRST_DAY + 4, Run()).curves(row, FIRST_DAY + 4)[0, 3]
    assert after < before
    with pytest.raises(InvalidProblem, match="cannot go back"):
        learner.fit(FIRST_DAY + 2, Run())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.sampled_from([0.5, 0.8, 0.9]))
def test_without_open_parcels_it_is_the_quantile_of_split_conformal_prediction(scores: list[int], level: float) -> None:
    n = len(scores)
    found = score_quantiles(np.array(scores, float), np.ones(n, bool), np.full(n, 5.97), np.array([level]))[0]
    rank = int(np.ceil(level * (n + 1) - 1e-9))
    if rank > n:
        assert found == np.inf
    else:
        assert found == pytest.approx(sorted(scores)[rank - 1], abs=1e-6)
        assert found > sorted(scores)[rank - 1]


def test_scores_that_are_above_a_bound_by_hand() -> None:
    # One at 1, one above 1 (so not 1), one at 2, and one more that nothing keeps: 1/4, then 1/4 + 3/4 x 1/2.
    scores, known = np.array([1.0, 1.0, 2.0]), np.array([True, False, True])
    found, share = score_shares(scores, known, np.ones(3))
    assert found.tolist() == [1.0, 2.0]
    assert share.tolist() == pytest.approx([0.25, 0.625])
    assert len(score_shares(scores, np.zeros(3, bool), np.ones(3))[0]) == 0


def test_a_correction_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="'magic' is not one of split, group, aci"):
        Conformal(Stubborn(), "magic")
    with pytest.raises(InvalidProblem):
        ConformalParams(settle_days=0)


def test_a_calibration_of_which_nothing_arrived_is_refused() -> None:
    history = history_of([parcel("a", 0, 1), parcel("b", 20, None), parcel("c", 30, 1)])[0]
    span = Span(FIRST_DAY + 10, FIRST_DAY + 25, FIRST_DAY + 30, FIRST_DAY + 31)
    with pytest.raises(InvalidProblem, match="had arrived"):
        walk(history, Conformal(Stubborn(), "split"), span, (900_000,))


def test_curves_between_quantiles_by_hand() -> None:
    curves = between(np.array([[1.0, 3.5], [2.0, 2.0]]), np.array([0.5, 0.9]))
    assert curves[0, :6].tolist() == pytest.approx([0.25, 0.5, 0.5 + 0.4 / 2.5, 0.5 + 0.8 / 2.5, 0.9, 0.9])
    assert curves[1, :3].tolist() == pytest.approx([0.5 / 3, 0.5 * 2 / 3, 0.9])
    assert curves[:, -1].tolist() == [0.9, 0.9]
