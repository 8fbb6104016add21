"""Whether a way of foreseeing may serve: not if it is worse than seasonal-naive, or than the one in force."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.learn.demand_methods import NAIVE
from doorstep.kernels.learn.demand_problem import DemandParams, FloatArray, Recipe
from doorstep.kernels.learn.demand_result import Cause, Rival, Verdict
from doorstep.kernels.learn.demand_trial import Trial, known_by, lost_by, recipe_as_of


def judge(trial: Trial, params: DemandParams, week: int, in_force: Recipe | None) -> Verdict:
    """Hold the way of choosing against seasonal-naive and the recipe in force, by what was known as a week began.

    At each of the last origins whose weeks are over, recipes are chosen anew by what was known there.
    """
    over = known_by(trial, week, replace(params, origins=params.trial_origins))
    judged = [at for at in over if len(known_by(trial, trial.origins[at], params)) >= params.least_origins]
    if len(judged) < min(params.least_origins, params.trial_origins):
        needed = f"to judge takes {min(params.least_origins, params.trial_origins)}"
        return Verdict(
            "too_few", f"of {len(judged)} origins it is known how well a choice served; {needed}", len(judged)
        )
    chosen, naive = ([_lost_anew(trial, at, params, only) for at in judged] for only in ("", NAIVE))
    beside = rival(np.array(chosen), np.array(naive), trial.horizon, params)
    other = None
    if in_force is not None:
        other = rival(
            np.array(chosen), np.array([lost_by(trial, at, in_force) for at in judged]), trial.horizon, params
        )
    cause: Cause = "first" if in_force is None else "not_worse"
    if _worse(beside, params):
        cause = "worse_than_seasonal_naive"
    elif other is not None and _worse(other, params):
        cause = "worse_than_in_force"
    return Verdict(cause, _sentence(beside, other, len(judged)), len(judged), beside, other)


def _lost_anew(trial: Trial, at: int, params: DemandParams, only: str) -> float:
    return lost_by(trial, at, recipe_as_of(trial, trial.origins[at], params, only=only))


def rival(challenger: FloatArray, other: FloatArray, horizon: int, params: DemandParams) -> Rival:
    """Compare losses by origin. The weeks of near origins overlap, so as few are counted as do not."""
    gap = challenger - other
    apart = max(1.0, len(gap) / horizon)
    spread = float(gap.std(ddof=1)) if len(gap) > 1 else 0.0
    reach = NormalDist().inv_cdf((1 + params.level) / 2) * spread / sqrt(apart)
    middle = float(gap.mean())
    return Rival(float(challenger.mean()), float(other.mean()), (middle - reach, middle + reach))


def _worse(one: Rival, params: DemandParams) -> bool:
    """Worse on the whole by more than anybody would notice: what serves must not be worse, so a doubt refuses it."""
    return one.challenger > one.other * (1 + params.worse_ppm / PPM)


def _sentence(naive: Rival, other: Rival | None, origins: int) -> str:
    told = f"from {origins} origins it lost {naive.challenger:.4f} units a quantile, seasonal-naive {naive.other:.4f}"
    return told if other is None else f"{told}, the one in force {other.other:.4f}"
