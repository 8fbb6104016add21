"""The adaptive method: its chain of two stages, its pace, its correction of regions."""

from __future__ import annotations

from math import exp, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.histories import FIRST_DAY, drawn, parcel

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.adaptive import Adaptive, AdaptiveFitted, AdaptiveLearner, AdaptiveParams
from doorstep.kernels.promise.click_to_door import StageRisk, chain_curves
from doorstep.kernels.promise.history import History, history_of
from doorstep.kernels.promise.methods import HORIZON_DAYS, Span
from doorstep.kernels.promise.offsets import OffsetParams, Told, distribution, shifted
from doorstep.kernels.promise.relative_risk import TreeParams
from doorstep.kernels.run import Run

QUICK = AdaptiveParams(warm_up_days=(28, 14), trees=TreeParams(rounds=10, least_rows=20))
SPAN = Span(0, 1, 2, 3)


def learner(history: History, params: AdaptiveParams = QUICK) -> AdaptiveLearner:
    return Adaptive(params).on(history, SPAN)


def fitted(history: History, day: int, params: AdaptiveParams = QUICK) -> AdaptiveFitted:
    return learner(history, params).fit(FIRST_DAY + day, Run())


def risk(chance: np.random.Generator, ages: int, days: int, rows: int) -> StageRisk:
    band = np.minimum(np.arange(ages), 2)
    return StageRisk(
        chance.uniform(0.3, 3, (rows, 3)),
        chance.integers(0, 7, (rows, days)).astype(np.int8),
        chance.uniform(0, 0.6, ages),
        chance.uniform(0.2, 1.5, 7),
        band,
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 12), st.integers(1, 25))
def test_the_chain_is_the_sum_over_days_of_hand_over(seed: int, handling_ages: int, ages: int, days: int) -> None:
    """Against plain loops over every day of hand-over and every pace."""
    chance = np.random.default_rng(seed)
    one, other = risk(chance, handling_ages, days, 2), risk(chance, ages, days, 2)
    paces, handling_pace = chance.uniform(0.5, 2, 3), float(chance.uniform(0.5, 2))
    found = np.full((2, days), np.nan)
    shares = np.array([0.5, 0.3, 0.2])
    chain_curves(one, other, handling_pace, paces, shares, found)
    for n in range(2):
        waiting, total = 1.0, np.zeros(days)
        for i in range(min(handling_ages, days)):
            p = one.by_age[i] * one.by_class[one.day_class[n, i]] * one.relative[n, one.band[i]]
            stays = exp(handling_pace * log1p(-min(p, 0.97)))
            leaves, waiting = waiting * (1 - stays), waiting * stays
            for k in range(i, days):
                log_left = 0.0
                for age in range(min(k - i + 1, ages)):
                    q = other.by_age[age] * other.by_class[other.day_class[n, i + age]]
                    log_left += log1p(-min(q * other.relative[n, other.band[age]], 0.97))
                total[k] += leaves * sum(w * (1 - exp(log_left * pace)) for w, pace in zip(shares, paces, strict=True))
        assert found[n] == pytest.approx(total, abs=1e-5)


def test_curves_rise_and_end_below_one() -> None:
    history, _ = history_of(drawn(4, 150, 8))
    rows = np.flatnonzero(history.placed_day == FIRST_DAY + 120)
    curves = fitted(history, 120).curves(rows, FIRST_DAY + 120)
    assert curves.shape == (8, HORIZON_DAYS + 1)
    assert np.all(np.diff(curves, axis=1) >= -1e-12)
    assert np.all((curves[:, -1] > 0.9) & (curves[:, -1] < 1.0))


def test_slower_regions_get_slower_curves() -> None:
    history, _ = history_of(drawn(4, 200, 12))
    rows = np.flatnonzero(history.placed_day >= FIRST_DAY + 180)
    rows = rows[history.placed_day[rows] == FIRST_DAY + 180]
    curves = fitted(history, 180).curves(rows, FIRST_DAY + 180)
    by_five = {name: [] for name in history.region.names}  # type: dict[str, list[float]]
    for row, curve in zip(rows, curves, strict=True):
        by_five[history.region.names[history.region.code[row]]].append(float(curve[5]))
    mean = {name: np.mean(values) for name, values in by_five.items() if values}
    assert mean["DE-BY"] > mean["DE-HH"] + 0.2


def test_the_pace_falls_when_parcels_slow_down() -> None:
    same, _ = history_of(drawn(6, 160, 10))
    slow, _ = history_of(drawn(6, 160, 10, slower_from=125))
    # The fit is of day 120, before anything changed; the pace is that of day 145.
    usual, slower = fitted(same, 120).pace(1, FIRST_DAY + 145), fitted(slow, 120).pace(1, FIRST_DAY + 145)
    assert 0.85 < usual < 1.15
    assert slower < usual - 0.2


def test_a_history_that_tells_too_little_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="empty"):
        learner(history_of([])[0])
    short, _ = history_of([parcel(f"p{n}", n, 3) for n in range(30)])
    with pytest.raises(InvalidProblem, match="too few"):
        learner(short).fit(FIRST_DAY + 30, Run())


ALONE = OffsetParams(share_of_whole=0.0)


def test_half_of_what_all_promises_lacked_is_taken_to_stay() -> None:
    curve = np.minimum(np.arange(HORIZON_DAYS + 1) / 10.0, 1.0)
    found = {}
    for days in (6, 9):  # told: 90 % by the ninth day, at the latest
        history, _ = history_of([parcel(f"p{n:05d}", n // 8, days - n % 3) for n in range(800)])
        told = Told(history, HORIZON_DAYS + 1, 1.0, 0)
        told.tell(np.arange(len(history)), np.tile(curve, (len(history), 1)))
        half, whole = (
            told.by_region(FIRST_DAY + 90, 1.0, 0.0, OffsetParams(share_of_whole=share))[0] for share in (0.5, 1.0)
        )
        lost = told.by_region(FIRST_DAY + 90, 1.0, 0.1, OffsetParams())[0]
        assert half == pytest.approx(whole / 2)
        assert lost <= half  # who never arrives is no reason to promise later: the curves are told given arrival
        found[days] = half
    assert found[6] < found[9]
    assert found[6] < -0.1


def test_late_histories_raise_and_open_ones_say_nothing_of_the_whole() -> None:
    curve = np.minimum(np.arange(HORIZON_DAYS + 1) / 10.0, 1.0)
    late, _ = history_of([parcel(f"p{n:05d}", n // 8, 10 + n % 6) for n in range(800)])
    told = Told(late, HORIZON_DAYS + 1, 1.0, 0)
    told.tell(np.arange(len(late)), np.tile(curve, (len(late), 1)))
    assert told.by_region(FIRST_DAY + 90, 1.0, 0.0, OffsetParams())[0] > 0.1
    assert told.by_region(FIRST_DAY + 90, 1.0, 0.0, OffsetParams())[0] <= OffsetParams().most / 2
    young, _ = history_of([parcel(f"p{n:05d}", n // 400, 9) for n in range(800)])
    fresh = Told(young, HORIZON_DAYS + 1, 1.0, 0)
    fresh.tell(np.arange(len(young)), np.tile(curve, (len(young), 1)))
    assert np.all(fresh.by_region(FIRST_DAY + 4, 1.0, 0.0, OffsetParams()) == 0.0)  # none has come, none could have


def test_a_region_that_is_told_too_early_is_lowered() -> None:
    parcels = [
        parcel(f"p{n:05d}", n // 8, 8 if n % 4 == 0 else 3, destination_region="BY" if n % 4 == 0 else "BE")
        for n in range(800)
    ]
    history, _ = history_of(parcels)
    told = Told(history, HORIZON_DAYS + 1, 1.0, 0)
    curve = np.minimum(np.arange(HORIZON_DAYS + 1) / 10.0, 1.0)
    told.tell(np.arange(len(history)), np.tile(curve, (len(history), 1)))
    offsets = dict(zip(history.region.names, told.by_region(FIRST_DAY + 90, 1.0, 0.0, ALONE), strict=True))
    assert offsets["DE-BY"] > 0.1
    assert offsets["DE-BE"] <= 0
    lowered = shifted(curve[None, :], np.array([offsets["DE-BY"]]))
    assert np.all(lowered <= curve)
    assert np.all(np.diff(lowered) >= 0)
    assert (lowered[0, 0], lowered[0, -1]) == (0.0, 1.0)


def test_open_parcels_move_the_distribution() -> None:
    heights, weight, grid = np.array([0.2, 0.4, 0.6, 0.8]), np.ones(4), np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    whole = distribution(heights, np.ones(4, dtype=bool), weight, grid)
    assert whole == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    some = distribution(heights, np.array([True, False, True, True]), weight, grid)
    assert some == pytest.approx([0, 0.25, 0.25, 0.625, 1])  # Kaplan and Meier by hand


def test_equal_seeds_give_equal_curves() -> None:
    history, _ = history_of(drawn(9, 140, 6))
    rows = np.flatnonzero(history.placed_day == FIRST_DAY + 130)
    one, other = (fitted(history, 130).curves(rows, FIRST_DAY + 130) for _ in range(2))
    assert np.array_equal(one, other)


def test_nothing_is_promised_where_nothing_was_ever_delivered() -> None:
    history, _ = history_of([parcel(f"p{n:04d}", n // 6, None) for n in range(540)])
    with pytest.raises(InvalidProblem, match="transit"):
        fitted(history, 85)


def test_weights_of_nothing_are_refused() -> None:
    history, _ = history_of([parcel(f"p{n:04d}", n // 6, 3, sample_weight=0.0) for n in range(540)])
    with pytest.raises(InvalidProblem, match="weight"):
        fitted(history, 85)


def test_after_a_long_pause_promises_rest_on_what_lay_before_it() -> None:
    parcels = [*drawn(4, 120, 6), *(parcel(f"late{n}", 430 + n // 6, 4) for n in range(42))]
    history, _ = history_of(parcels)
    day = FIRST_DAY + 433
    curves = fitted(history, 433).curves(np.flatnonzero(history.placed_day == day), day)
    assert np.all(curves[:, 1] < 0.9)
    assert np.all(curves[:, 60] > 0.8)
