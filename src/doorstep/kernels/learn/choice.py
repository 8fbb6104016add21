"""Conditional logit: what makes an option be taken, from options shown and taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray
from doorstep.kernels.learn.logit import centred, identified, log_shares

ITERATIONS = 60
CONVERGED = 1e-10  # Newton's decrement, a choice
STILL = 1e-3  # a step that is longer when the slope is gone already leads to infinity
OPPOSED = 1e-4  # of the largest difference: a choice against the direction


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """A normal distribution of the coefficients before anything was seen: mean [K], precision [K, K]."""

    mean: FloatArray
    precision: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceFit:
    """Coefficients of the utility, in the order of the problem's features.

    Attributes
    ----------
    coefficient
        [K]; NaN where the feature is not identified.
    covariance
        [K, K] robust to weights and to shoppers who choose again and again; NaN likewise.
    log_likelihood, log_likelihood_null
        Weighted sums over choices; null: all options alike but for their offsets.
    unidentified
        Features alike within every set, or made up of others.
    separated
        Features whose coefficient has no finite estimate: no choice speaks against its growing. `direction` [K] is the
        proof: along it no option not taken gains on the one that was. Nothing is estimated then.
    """

    names: tuple[str, ...]
    coefficient: FloatArray
    covariance: FloatArray
    log_likelihood: float
    log_likelihood_null: float
    choices: int
    shoppers: int
    iterations: int
    unidentified: tuple[str, ...] = ()
    separated: tuple[str, ...] = ()
    direction: FloatArray | None = None

    @property
    def sound(self) -> bool:
        """Whether anything is estimated."""
        return not self.separated and bool(np.isfinite(self.coefficient).any())

    def of(self, name: str) -> float:
        """Return the coefficient of a feature; NaN where it has none."""
        return float(self.coefficient[self.names.index(name)]) if name in self.names else float("nan")


def fit_choice(problem: ChoiceProblem, prior: Prior | None = None) -> ChoiceFit:
    """Fit a conditional logit by Newton's method, with the exact gradient and Hessian.

    Parameters
    ----------
    problem
        Choice sets. Weights make it a weighted (pseudo-)likelihood; offsets a likelihood conditional on sampled sets.
    prior
        A normal prior of the coefficients; with one every feature is identified, and data may be separated.

    Raises
    ------
    InvalidProblem
        Where no choice is given, or the prior is of another size.

    References
    ----------
    D. McFadden, "Conditional logit analysis of qualitative choice behavior", Frontiers in Econometrics, 1974, 105-142.
    D. McFadden, "Modelling the choice of residential location", Spatial Interaction Theory and Planning Models, 1978:
    sampled choice sets by an offset. D. Horvitz, D. Thompson, JASA 47 (1952) 663-685: weights by inverse propensity.
    H. White, Econometrica 50 (1982) 1-25: covariance that holds under weights; sums over shoppers in its middle.
    A. Albert, J. Anderson, Biometrika 71 (1984) 1-10: when a logit has no finite estimate.
    """
    if not len(problem):
        raise InvalidProblem("no choice to learn from")
    width = len(problem.names)
    if prior is not None and (prior.mean.shape != (width,) or prior.precision.shape != (width, width)):
        raise InvalidProblem("the prior is of another size than the features")
    kept = list(range(width)) if prior is not None else list(identified(problem))
    scale = np.sqrt((problem.features[:, kept] ** 2).mean(axis=0))
    scale[scale == 0] = 1.0
    scaled = problem.features[:, kept] / scale
    known = _Ground(problem, scaled, None if prior is None else _scaled(prior, scale))
    beta, step, iterations = _newton(known)
    fitted = _fit_of(problem, kept, iterations)
    if prior is None and len(kept) and float(np.abs(step).max()) > STILL:
        against = known.differences @ step
        if against.min() >= -OPPOSED * np.abs(against).max():
            return _without_estimate(problem, fitted, kept, step / scale)
    inverse = np.linalg.inv(known.hessian(beta)) if kept else np.zeros((0, 0))
    middle = inverse if prior is not None else inverse @ known.scores_squared(beta) @ inverse
    fitted.coefficient[kept] = beta / scale
    fitted.covariance[np.ix_(kept, kept)] = (middle + middle.T) / 2 / np.outer(scale, scale)
    return ChoiceFit(
        problem.names,
        fitted.coefficient,
        fitted.covariance,
        known.likelihood(beta),
        fitted.log_likelihood_null,
        len(problem),
        problem.shoppers,
        iterations,
        fitted.unidentified,
    )


def _scaled(prior: Prior, scale: FloatArray) -> Prior:
    return Prior(prior.mean * scale, prior.precision / np.outer(scale, scale))


class _Ground:
    """Likelihood, slope and curvature over scaled features."""

    def __init__(self, problem: ChoiceProblem, features: FloatArray, prior: Prior | None) -> None:
        self.problem, self.features, self.prior = problem, features, prior
        self.sizes = np.diff(problem.start)
        self.row_weight = np.repeat(problem.weight, self.sizes)

    @property
    def differences(self) -> FloatArray:
        """[m, K] of the option taken less each option of its set."""
        return np.asarray(np.repeat(self.features[self.problem.taken], self.sizes, axis=0) - self.features)

    def logs(self, beta: FloatArray) -> FloatArray:
        return log_shares(self.features @ beta + self.problem.offset, self.problem.start)

    def likelihood(self, beta: FloatArray) -> float:
        return float(self.problem.weight @ self.logs(beta)[self.problem.taken])

    def objective(self, beta: FloatArray) -> float:
        if self.prior is None:
            return self.likelihood(beta)
        off = beta - self.prior.mean
        return self.likelihood(beta) - 0.5 * float(off @ self.prior.precision @ off)

    def scores(self, beta: FloatArray) -> FloatArray:
        """[n, K] slope of each choice's logarithm."""
        inside = centred(self.features, np.exp(self.logs(beta)), self.problem.start)
        return np.asarray(inside[self.problem.taken] * self.problem.weight[:, None])

    def gradient(self, beta: FloatArray) -> FloatArray:
        slope = self.scores(beta).sum(axis=0)
        return np.asarray(slope if self.prior is None else slope - self.prior.precision @ (beta - self.prior.mean))

    def hessian(self, beta: FloatArray) -> FloatArray:
        """Minus the second derivative."""
        share = np.exp(self.logs(beta))
        inside = centred(self.features, share, self.problem.start)
        curved = inside.T @ (inside * (share * self.row_weight)[:, None])
        return np.asarray(curved if self.prior is None else curved + self.prior.precision)

    def scores_squared(self, beta: FloatArray) -> FloatArray:
        return squared_by_shopper(self.scores(beta), self.problem.shopper)


def squared_by_shopper(scores: FloatArray, shopper: IntArray) -> FloatArray:
    """Sum the scores [n, K] of each shopper, and their outer products over shoppers: [K, K]."""
    _, place = np.unique(shopper, return_inverse=True)
    sums = np.zeros((int(place.max()) + 1, scores.shape[1]))
    np.add.at(sums, place, scores)
    count = len(sums)
    return np.asarray(sums.T @ sums * (count / max(1, count - 1)))


def _newton(known: _Ground) -> tuple[FloatArray, FloatArray, int]:
    """The coefficients, the last step, and how many were taken."""
    width = known.features.shape[1]
    beta, step = np.zeros(width), np.zeros(width)
    value = known.objective(beta)
    for iteration in range(1, ITERATIONS + 1):
        slope = known.gradient(beta)
        curved = known.hessian(beta)
        step = np.linalg.solve(curved + 1e-14 * np.trace(curved) * np.eye(width) / max(1, width), slope)
        if width == 0 or float(slope @ step) < CONVERGED * len(known.problem):
            return beta, step, iteration
        length = 1.0
        while (tried := known.objective(beta + length * step)) < value and length > 1e-8:
            length /= 2
        beta, value = beta + length * step, tried
    return beta, step, ITERATIONS


def _fit_of(problem: ChoiceProblem, kept: list[int], iterations: int) -> ChoiceFit:
    """A fit in which nothing is estimated yet."""
    width = len(problem.names)
    null = float(problem.weight @ log_shares(problem.offset, problem.start)[problem.taken])
    missing = tuple(name for place, name in enumerate(problem.names) if place not in kept)
    nothing, unknown = np.full(width, np.nan), np.full((width, width), np.nan)
    return ChoiceFit(problem.names, nothing, unknown, null, null, len(problem), problem.shoppers, iterations, missing)


def _without_estimate(problem: ChoiceProblem, empty: ChoiceFit, kept: list[int], step: FloatArray) -> ChoiceFit:
    direction = np.zeros(len(problem.names))
    direction[kept] = step
    reach = np.abs(direction) * np.sqrt((problem.features**2).mean(axis=0))
    named = tuple(name for name, far in zip(problem.names, reach, strict=True) if far > 0.05 * reach.max())
    return ChoiceFit(
        problem.names,
        empty.coefficient,
        empty.covariance,
        float("nan"),
        empty.log_likelihood_null,
        empty.choices,
        empty.shoppers,
        empty.iterations,
        empty.unidentified,
        named,
        direction,
    )


def log_likelihoods(problem: ChoiceProblem, coefficient: FloatArray) -> FloatArray:
    """Return the logarithm of the probability of what was taken, choice by choice: [n]; NaN coefficients count as 0."""
    utility = problem.features @ np.nan_to_num(coefficient) + problem.offset
    return log_shares(utility, problem.start)[problem.taken]
