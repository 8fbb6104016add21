"""Groups of shoppers, each with coefficients of its own, drawn towards those of all where it says little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import ChoiceFit, Prior, fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray
from doorstep.kernels.learn.privacy import told_apart

LEAST_SPREAD = 0.01  # of the variance of the pooled estimate: groups that are alike are not told to be the same


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
    R. DerSimonian, N. Laird, Controlled Clinical Trials 7 (1986) 177-188: the variance between groups by moments.
    B. Efron, C. Morris, JASA 70 (1975) 311-319: estimates drawn towards their common mean. The uncertainty of that mean
    is added to each group's own.
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
    if overall.sound:
        between = _between(overall, [fit_choice(part) for part in shown.values()])
        fits = {name: _drawn(part, overall, between) for name, part in shown.items()}
    groups = (
        GroupFit(str(name), len(part), part.shoppers, fits.get(str(name)))
        for name, part in zip(names, parts, strict=True)
    )
    return PooledFit(overall, between, tuple(groups))


def _between(overall: ChoiceFit, fits: Sequence[ChoiceFit]) -> FloatArray:
    """Variance of each coefficient between groups, by moments; 0 where fewer than two groups have an estimate."""
    found = np.zeros(len(overall.names))
    for place in range(len(found)):
        told = [(one.coefficient[place], one.covariance[place, place]) for one in fits]
        sound = np.array([pair for pair in told if np.isfinite(pair).all() and pair[1] > 0]).reshape(-1, 2)
        if len(sound) < 2:
            continue
        weight = 1 / sound[:, 1]
        mean = float(weight @ sound[:, 0] / weight.sum())
        unlike = float(weight @ (sound[:, 0] - mean) ** 2) - (len(sound) - 1)
        found[place] = max(0.0, unlike / float(weight.sum() - (weight**2).sum() / weight.sum()))
    return found


def _drawn(part: ChoiceProblem, overall: ChoiceFit, between: FloatArray) -> ChoiceFit:
    """A group's fit under the prior; what is not identified over all is not in any group either."""
    kept = np.flatnonzero(np.isfinite(overall.coefficient))
    own = np.diag(overall.covariance)[kept]
    variance = np.maximum(between[kept], LEAST_SPREAD * own)
    names = tuple(overall.names[one] for one in kept)
    slim = ChoiceProblem(names, part.features[:, kept], part.start, part.taken, part.weight, part.offset, part.shopper)
    precision = np.diag(1 / variance)
    fit = fit_choice(slim, Prior(overall.coefficient[kept], precision))
    lent = fit.covariance @ precision  # how much of the prior's mean is in the estimate
    covariance = fit.covariance + lent @ overall.covariance[np.ix_(kept, kept)] @ lent.T
    width = len(overall.names)
    coefficient, spread = np.full(width, np.nan), np.full((width, width), np.nan)
    coefficient[kept] = fit.coefficient
    spread[np.ix_(kept, kept)] = covariance
    return ChoiceFit(
        overall.names,
        coefficient,
        spread,
        fit.log_likelihood,
        fit.log_likelihood_null,
        fit.choices,
        fit.shoppers,
        fit.iterations,
        overall.unidentified,
    )
