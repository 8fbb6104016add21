"""Verify choice models by plain arithmetic, one choice at a time, sharing no code with what fitted them."""

from __future__ import annotations

from math import exp, isfinite, log
from statistics import NormalDist

import numpy as np

from doorstep.kernels.learn.choice import ChoiceFit
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray
from doorstep.kernels.learn.mixed import MixedFit

NUDGE = 1e-3  # of a standard error
AGREES = 1e-6


def check_choice(problem: ChoiceProblem, fit: ChoiceFit) -> tuple[str, ...]:
    """Say what is wrong with a conditional logit that was fitted without a prior; empty: nothing.

    The likelihood is as told, no small step betters it, standard errors are real, and what is said to have no estimate
    has none: its direction costs no choice anything.
    """
    if fit.separated:
        return _check_direction(problem, fit)
    wrong = []
    told = _likelihood(problem, fit.coefficient)
    if abs(told - fit.log_likelihood) > AGREES * max(1.0, abs(told)):
        wrong.append(f"the log-likelihood is {told}, not {fit.log_likelihood}")
    null = _likelihood(problem, np.zeros(len(problem.names)))
    if abs(null - fit.log_likelihood_null) > AGREES * max(1.0, abs(null)):
        wrong.append(f"the log-likelihood of chance is {null}, not {fit.log_likelihood_null}")
    for place, name in enumerate(fit.names):
        if name in fit.unidentified:
            if isfinite(fit.coefficient[place]):
                wrong.append(f"{name} has an estimate though it is not identified")
            continue
        variance = float(fit.covariance[place, place])
        if not variance >= 0:
            wrong.append(f"{name} has no variance")
            continue
        wrong.extend(_check_top(problem, fit, place, told))
    return tuple(wrong)


def _check_top(problem: ChoiceProblem, fit: ChoiceFit, place: int, told: float) -> list[str]:
    """No step along one coefficient betters the likelihood by more than rounding."""
    reach = NUDGE * max(abs(float(fit.coefficient[place])), float(np.sqrt(fit.covariance[place, place])))
    for step in (reach, -reach):
        moved = fit.coefficient.copy()
        moved[place] += step
        better = _likelihood(problem, moved) - told
        if better > AGREES * max(1.0, abs(told)):
            return [f"{fit.names[place]}: a step of {step} betters the likelihood by {better}"]
    return []


def _check_direction(problem: ChoiceProblem, fit: ChoiceFit) -> tuple[str, ...]:
    if fit.direction is None:
        return ("separated, without a direction that shows it",)
    gains = [
        float((problem.features[problem.taken[one]] - problem.features[row]) @ fit.direction)
        for one in range(len(problem))
        for row in range(problem.start[one], problem.start[one + 1])
    ]
    if not gains or max(gains) <= 0:
        return ("separated along a direction that no choice feels",)
    if min(gains) < -1e-3 * max(gains):
        return ("separated along a direction that a choice speaks against",)
    return ()


def _likelihood(problem: ChoiceProblem, coefficient: FloatArray) -> float:
    known = [0.0 if np.isnan(one) else float(one) for one in coefficient]
    total = 0.0
    for one in range(len(problem)):
        total += float(problem.weight[one]) * _logarithm(problem, one, known)
    return total


def _logarithm(problem: ChoiceProblem, one: int, coefficient: list[float]) -> float:
    """The logarithm of the probability of what was taken in one set."""
    rows = range(int(problem.start[one]), int(problem.start[one + 1]))
    utility = {
        row: sum(float(x) * b for x, b in zip(problem.features[row], coefficient, strict=True))
        + float(problem.offset[row])
        for row in rows
    }
    top = max(utility.values())
    return utility[int(problem.taken[one])] - top - log(sum(exp(u - top) for u in utility.values()))


def check_mixed(problem: ChoiceProblem, fit: MixedFit, draws: int = 4_000, seed: int = 1) -> tuple[str, ...]:
    """Say what is wrong with a mixed logit: its likelihood is drawn anew, by other and plainer random numbers.

    The two simulated likelihoods differ by chance; six standard errors of the check's own are allowed, and one per cent
    of the likelihood for the draws of the fit.
    """
    wrong = []
    if np.any(fit.spread < 0) or not np.isfinite(fit.mean).all():
        wrong.append("a spread below 0, or a mean that is no number")
        return tuple(wrong)
    rng = np.random.default_rng(seed)
    places = [fit.names.index(name) for name in fit.varying]
    total, variance = 0.0, 0.0
    for shopper in sorted(set(problem.shopper.tolist())):
        sets = [one for one in range(len(problem)) if problem.shopper[one] == shopper]
        logs = np.zeros(draws)
        taste = np.repeat(fit.mean[None, :], draws, axis=0)
        for place, spread in zip(places, fit.spread, strict=True):
            taste[:, place] += spread * rng.standard_normal(draws)
        for one in sets:
            rows = slice(int(problem.start[one]), int(problem.start[one + 1]))
            utility = taste @ problem.features[rows].T + problem.offset[rows]
            utility -= utility.max(axis=1, keepdims=True)
            taken = utility[:, int(problem.taken[one]) - int(problem.start[one])]
            logs += float(problem.weight[one]) * (taken - np.log(np.exp(utility).sum(axis=1)))
        chances = np.exp(logs - logs.max())
        total += float(logs.max() + np.log(chances.mean()))
        variance += float(chances.var() / draws / chances.mean() ** 2)
    allowed = 6 * variance**0.5 + 0.01 * abs(total)
    if abs(total - fit.log_likelihood) > allowed:
        wrong.append(f"the log-likelihood is about {total}, not {fit.log_likelihood}")
    errors = np.sqrt(np.diag(fit.covariance))
    if not np.isfinite(errors).all():
        wrong.append("a standard error is no number")
    return tuple(wrong)


def check_interval(value: float, error: float, low: float, high: float, level: float) -> bool:
    """Whether an interval of a ratio is about as wide as its delta-method error says, where that is small."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    return low <= value <= high and 0.5 < (high - low) / (2 * z * error) < 2.0
