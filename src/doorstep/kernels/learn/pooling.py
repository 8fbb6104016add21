"""Groups of shoppers, each with coefficients of its own, drawn towards those of all where it says little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import ChoiceFit, Prior, fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray
from doorstep.kernels.learn.privacy import told_apart

LEAST_SPREAD = 0.01  # of the variance of the pooled estimate: groups that are alike are not told to be the same
LEAST_TOLD = 1e-6  # rounding leaves less than nothing where no group tells anything
STEPS = 25
SETTLED = 0.05  # change of the logarithm of each variance


@dataclass(frozen=True, slots=True, eq=False)
class GroupFit:
    """A group's coefficients; `fit` is None where it is too small to be told apart."""

    group: str
    choices: int
    shoppers: int
    fit: ChoiceFit | None


@dataclass(frozen=True, slots=True, eq=False)
class PooledFit:
    """The fit over all, variances between groups [K], and the groups in the order of their names."""

    overall: ChoiceFit
    between: FloatArray
    groups: tuple[GroupFit, ...]


def fit_groups(problem: ChoiceProblem, group: Sequence[str], least_shoppers: int) -> PooledFit:
    """Fit a conditional logit for each group under a normal prior that the groups make up among themselves.

    Parameters
    ----------
    problem
        Choice sets of all groups.
    group
        [n] name of each choice's group.
    least_shoppers
        A group of fewer shoppers is not told apart (nor the next smallest, where it could be worked out as the rest).

    Raises
    ------
    InvalidProblem
        Where no choice is given, or the groups are of another length.

    References
    ----------
    A. Dempster, N. Laird, D. Rubin, JRSS B 39 (1977) 1-38: expectation and maximisation; each step takes the groups'
    wants to be normal around their penalised fit. D. Bates, S. DebRoy, J. Multivariate Analysis 91 (2004) 1-17: the
    penalised likelihood of grouped data. B. Efron, C. Morris, JASA 70 (1975) 311-319: estimates drawn towards their
    common mean, whose uncertainty is added to each group's own.
    """
    if len(group) != len(problem):
        raise InvalidProblem("groups and choices are of unequal lengths")
    overall = fit_choice(problem)
    names, place = np.unique(np.array(group, dtype=np.str_), return_inverse=True)
    parts = [problem.part(place == one) for one in range(len(names))]
    apart = told_apart({str(name): part.shoppers for name, part in zip(names, parts, strict=True)}, least_shoppers)
    shown = {str(name): part for name, part in zip(names, parts, strict=True) if str(name) in apart}
    between = np.zeros(len(problem.names))
    fits: dict[str, ChoiceFit] = {}
    if overall.sound and shown:
        fits, between = _drawn_together(shown, overall)
    groups = (
        GroupFit(str(name), len(part), part.shoppers, fits.get(str(name)))
        for name, part in zip(names, parts, strict=True)
    )
    return PooledFit(overall, between, tuple(groups))


def _drawn_together(shown: Mapping[str, ChoiceProblem], overall: ChoiceFit) -> tuple[dict[str, ChoiceFit], FloatArray]:
    """Fits of the groups under the prior that they make up, and their variances; of what is identified over all."""
    kept = np.flatnonzero(np.isfinite(overall.coefficient))
    own = np.diag(overall.covariance)[kept]
    parts = {name: _slim(part, overall, kept) for name, part in shown.items()}
    mean, variance = overall.coefficient[kept], own * len(parts)
    fits = _under(parts, mean, variance)
    for _ in range(STEPS if len(parts) > 1 else 0):
        found = np.array([one.coefficient for one in fits.values()])
        spread = np.array([np.diag(one.covariance) for one in fits.values()])
        former, mean = variance, found.mean(axis=0)
        variance = np.maximum(((found - mean) ** 2 + spread).mean(axis=0), LEAST_SPREAD * own)
        fits = _under(parts, mean, variance)
        if np.abs(np.log(variance / former)).max() < SETTLED:
            break
    precision = np.diag(1 / variance)
    of_mean = _of_mean([one.covariance for one in fits.values()], variance)
    if len(parts) == 1:
        of_mean = overall.covariance[np.ix_(kept, kept)]
    between = np.zeros(len(overall.names))
    between[kept] = variance
    return {name: _whole(one, overall, kept, precision, of_mean) for name, one in fits.items()}, between


def _under(parts: Mapping[str, ChoiceProblem], mean: FloatArray, variance: FloatArray) -> dict[str, ChoiceFit]:
    prior = Prior(mean, np.diag(1 / variance))
    return {name: fit_choice(part, prior) for name, part in parts.items()}


def _of_mean(covariances: Sequence[FloatArray], variance: FloatArray) -> FloatArray:
    """Covariance of the common mean: each group tells of it as much as its fit is surer than the prior.

    In units of the prior's deviations, since coefficients are of different sizes.
    """
    unit = np.sqrt(variance)
    told = sum(np.eye(len(unit)) - one / np.outer(unit, unit) for one in covariances)
    values, axes = np.linalg.eigh((told + np.transpose(told)) / 2)
    return np.asarray((axes / np.maximum(values, LEAST_TOLD)) @ axes.T * np.outer(unit, unit), dtype=np.float64)


def _slim(part: ChoiceProblem, overall: ChoiceFit, kept: IntArray) -> ChoiceProblem:
    names = tuple(overall.names[one] for one in kept)
    return ChoiceProblem(names, part.features[:, kept], part.start, part.taken, part.weight, part.offset, part.shopper)


def _whole(fit: ChoiceFit, overall: ChoiceFit, kept: IntArray, precision: FloatArray, of_mean: FloatArray) -> ChoiceFit:
    """The fit over all features, with the uncertainty of the mean that it was drawn to."""
    lent = fit.covariance @ precision  # how much of the prior's mean is in the estimate
    width = len(overall.names)
    coefficient, spread = np.full(width, np.nan), np.full((width, width), np.nan)
    coefficient[kept] = fit.coefficient
    whole = fit.covariance + lent @ of_mean @ lent.T
    spread[np.ix_(kept, kept)] = (whole + whole.T) / 2
    return replace(
        fit, names=overall.names, coefficient=coefficient, covariance=spread, unidentified=overall.unidentified
    )
