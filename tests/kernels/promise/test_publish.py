"""A model of durations takes over unless it is worse; why is told, and nothing is known of it before its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.grounds import GROUND, later
from tests.kernels.promise.histories import drawn, noon

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.kernels.promise.judged import Ground
from doorstep.kernels.promise.publish import PublishParams, Verdict, as_published, judge
from doorstep.kernels.run import Run

HISTORY = drawn(1, 200, 20)
TRANSIT_ONLY = [replace(one, site="") for one in HISTORY]
OLD, NEW = noon(140), noon(199)
BOTH = pytest.mark.parametrize("history", [HISTORY, TRANSIT_ONLY], ids=["from the order", "from the hand-over"])


def learned(history: Sequence[PastParcel], as_of: datetime = NEW) -> TransitModel:
    return as_published(history, as_of, GROUND)


def slower(history: Sequence[PastParcel], days: int = 3) -> list[PastParcel]:
    return [
        replace(one, delivered_at=one.delivered_at + timedelta(days=days)) if one.delivered_at else one
        for one in history
    ]


@BOTH
def test_what_is_learned_alike_is_published_and_both_are_told_beside_one_another(history: list[PastParcel]) -> None:
    verdict = judge(learned(history), learned(history, OLD), history, GROUND)
    assert (verdict.published, verdict.cause) == (True, "not_worse")
    for compared in (verdict.trial, verdict.candidate):
        assert compared is not None
        assert compared.in_force is not None
        assert compared.worse_by is not None
        assert compared.parcels == 56 * 20
        assert compared.from_order == (compared.parcels if history is HISTORY else 0)
        assert compared.decided <= compared.known <= compared.parcels
        assert compared.seen_days == 0
        gap = compared.challenger.loss_days - compared.in_force.loss_days
        assert compared.worse_by[0] <= gap <= compared.worse_by[1]
        assert compared.challenger.on_time == pytest.approx(0.9, abs=0.04)


def test_the_first_model_is_published_with_its_figures() -> None:
    verdict = judge(learned(HISTORY), None, HISTORY, GROUND)
    assert (verdict.cause, verdict.in_force_as_of) == ("first", None)
    assert verdict.candidate is None
    assert verdict.trial is not None
    assert verdict.trial.in_force is None
    assert "1,120 parcels" in verdict.reason


@BOTH
@pytest.mark.parametrize("days", [3, 1])
def test_a_spoiled_model_is_refused(history: list[PastParcel], days: int) -> None:
    verdict = judge(later(learned(history), days), learned(history, OLD), history, GROUND)
    assert (verdict.published, verdict.cause) == (False, "candidate_worse")
    assert verdict.candidate is not None
    assert verdict.candidate.worse_by is not None
    assert verdict.candidate.worse_by[0] > 0
    assert "worse" in verdict.reason


@BOTH
def test_a_model_of_a_corrupted_history_is_refused(history: list[PastParcel]) -> None:
    verdict = judge(learned(slower(history)), learned(history, OLD), history, GROUND)
    assert (verdict.published, verdict.cause) == (False, "candidate_worse")


@BOTH
def test_a_recipe_that_would_have_served_worse_is_refused(history: list[PastParcel]) -> None:
    def recipe(parcels: Sequence[PastParcel], as_of: datetime, ground: Ground) -> TransitModel:
        return later(as_published(parcels, as_of, ground), 2)

    sound = learned(history)
    verdict = judge(sound, learned(history, OLD), history, GROUND, recipe=recipe)
    assert (verdict.published, verdict.cause) == (False, "worse")


def test_spoiled_handling_is_refused() -> None:
    sound = learned(HISTORY)
    late = tuple(
        replace(one, same_day_ppm=(0, 0, *one.same_day_ppm), next_day_ppm=(0, 0, *one.next_day_ppm))
        for one in sound.handling
    )
    assert late
    verdict = judge(replace(sound, handling=late), learned(HISTORY, OLD), HISTORY, GROUND)
    assert (verdict.published, verdict.cause) == (False, "candidate_worse")


def test_a_target_that_is_kept_worse_is_refused_though_the_loss_is_alike() -> None:
    """The tail alone is spoiled: few parcels are concerned, but it is where the promise lies."""
    sound = learned(TRANSIT_ONLY)
    hasty = tuple(
        replace(
            one, arrived_ppm=tuple(min(1_000_000, share + 150_000 * (share > 500_000)) for share in one.arrived_ppm)
        )
        for one in sound.lanes
    )
    params = PublishParams(least_worse_ppm=1_000_000)
    verdict = judge(replace(sound, lanes=hasty), learned(TRANSIT_ONLY, OLD), TRANSIT_ONLY, GROUND, params)
    assert (verdict.published, verdict.cause) == (False, "candidate_off_target")
    assert "on time at 0.9" in verdict.reason


def test_a_model_that_has_seen_a_lasting_change_takes_over() -> None:
    history = [replace(one, site="") for one in drawn(2, 220, 30, slower_from=100)]
    stale = as_published(history, noon(100), GROUND)
    fresh = as_published(history, noon(219), GROUND)
    verdict = judge(fresh, stale, history, GROUND)
    assert verdict.published
    assert verdict.trial is not None
    assert verdict.trial.worse_by is not None
    assert verdict.trial.worse_by[1] < 0
    back = judge(replace(stale, as_of=noon(219)), fresh, history, GROUND)
    assert not back.published


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(60, 120), st.integers(0, 30))
def test_an_identical_model_is_never_refused_as_worse(seed: int, a_day: int, known: int, later_by: int) -> None:
    history = drawn(seed, 130, a_day)
    model = learned(history, noon(known))
    verdict = judge(replace(model, as_of=noon(known + later_by)), model, history, GROUND)
    assert verdict.cause in ("same", "nothing_learned")
    assert verdict.published == bool(model.lanes or model.handling)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 125), st.integers(1, 70))
def test_learned_anew_the_same_way_it_is_never_refused_as_worse(seed: int, known: int, days: int) -> None:
    history = drawn(seed, 130, 10)
    before = max(30, known - days)
    verdict = judge(learned(history, noon(known)), learned(history, noon(before)), history, GROUND)
    assert verdict.cause in ("not_worse", "only_newer", "too_few", "same")


def test_what_the_model_in_force_has_seen_is_told_and_not_used_against_the_candidate() -> None:
    in_force = learned(HISTORY, noon(190))
    verdict = judge(learned(HISTORY), in_force, HISTORY, GROUND)
    assert verdict.cause == "only_newer"
    assert verdict.trial is None
    assert verdict.candidate is not None
    assert verdict.candidate.seen_days == 47
    other = replace(in_force, lanes=in_force.lanes[:-1])  # learned in another way
    verdict = judge(learned(HISTORY), other, HISTORY, GROUND)
    assert verdict.trial is not None
    assert (verdict.trial.since, verdict.trial.seen_days) == (noon(190), 0)


def test_too_few_outcomes_allow_no_judgement() -> None:
    in_force = learned(HISTORY, noon(197))
    verdict = judge(learned(HISTORY), replace(in_force, lanes=in_force.lanes[:-1]), HISTORY, GROUND)
    assert (verdict.published, verdict.cause) == (False, "too_few")
    assert "to judge takes 100" in verdict.reason
    assert judge(learned(HISTORY, noon(400)), None, HISTORY, GROUND).cause == "too_few"


def test_older_models_and_empty_ones_are_refused() -> None:
    older = judge(learned(HISTORY, OLD), learned(HISTORY), HISTORY, GROUND)
    assert (older.published, older.cause) == (False, "older")
    empty = judge(learned([]), None, [], GROUND)
    assert (empty.published, empty.cause) == (False, "nothing_learned")


def altered(history: Sequence[PastParcel], from_then: datetime) -> list[PastParcel]:
    """Another future: what comes at that instant or later never comes, or comes at once, or was never there."""
    found = []
    for number, one in enumerate(history):
        if one.placed_at >= from_then:
            if number % 2:
                found.append(replace(one, delivered_at=one.placed_at, handed_over_at=one.placed_at))
            continue
        handed, delivered = one.handed_over_at, one.delivered_at
        if handed is not None and handed >= from_then:
            handed, delivered = (None, None) if number % 3 else (from_then, from_then)
        if delivered is not None and delivered >= from_then:
            delivered = None if number % 2 else from_then + timedelta(days=50)
        found.append(replace(one, handed_over_at=handed, delivered_at=delivered))
    return found


@BOTH
@pytest.mark.parametrize("days", [0, 1])
def test_no_verdict_looks_ahead(history: list[PastParcel], days: int) -> None:
    at = noon(170)
    other = altered(history, at)
    assert other != history

    def verdict(parcels: Sequence[PastParcel]) -> Verdict:
        return judge(later(learned(parcels, at), days), learned(parcels, OLD), parcels, GROUND)

    assert verdict(other) == verdict(history)
    assert verdict(history).published is (days == 0)
    assert verdict(altered(history, noon(150))) != verdict(history)


def test_the_trial_does_not_see_the_weeks_judged() -> None:
    seen: list[datetime] = []

    def recipe(parcels: Sequence[PastParcel], as_of: datetime, ground: Ground) -> TransitModel:
        seen.append(as_of)
        return as_published(parcels, as_of, ground)

    judge(learned(HISTORY), learned(HISTORY, OLD), HISTORY, GROUND, recipe=recipe)
    assert seen == [NEW - timedelta(weeks=8)]


def test_the_order_of_the_history_changes_no_decision_and_a_seed_repeats_it() -> None:
    in_force, model = learned(HISTORY, OLD), learned(HISTORY)
    one = judge(model, in_force, HISTORY, GROUND, run=Run(seed=7))
    assert judge(model, in_force, HISTORY, GROUND, run=Run(seed=7)) == one
    turned = judge(model, in_force, HISTORY[::-1], GROUND, run=Run(seed=7))
    assert turned.cause == one.cause
    assert one.trial is not None
    assert turned.trial is not None
    assert turned.trial.challenger.loss_days == pytest.approx(one.trial.challenger.loss_days, rel=1e-12)


@pytest.mark.parametrize("changes", [{"weeks": 0}, {"least_parcels": 0}, {"level": 1.0}, {"least_off_ppm": -1}])
def test_settings_that_make_no_sense_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(InvalidProblem):
        PublishParams(**changes)
