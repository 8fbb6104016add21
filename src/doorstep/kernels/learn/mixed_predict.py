"""What a shopper will choose, by a mixed logit and what that shopper chose before."""

from __future__ import annotations

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray
from doorstep.kernels.learn.logit import log_shares
from doorstep.kernels.learn.mixed import MixedFit, normal_draws

AT_ONCE = 50  # shoppers


def mixed_log_likelihoods(
    fit: MixedFit, ahead: ChoiceProblem, past: ChoiceProblem | None = None, draws: int = 200, seed: int = 0
) -> FloatArray:
    """Return the logarithm of the probability of each choice ahead: [n].

    Parameters
    ----------
    fit
        As fitted, on the past or on others.
    ahead
        Choices to be foretold, each by itself: none is used for another.
    past
        What the same shoppers chose before. Draws of a shopper's wants weigh as much as they make that likely.

    Raises
    ------
    InvalidProblem
        Where the features are not those of the fit.

    References
    ----------
    K. Train, "Discrete Choice Methods with Simulation", 2nd ed., 2009, section 11.3: conditional distributions of a
    customer's tastes, and 11.5 for their use in prediction.
    """
    if ahead.names != fit.names or (past is not None and past.names != fit.names):
        raise InvalidProblem("the features are not those of the fit")
    known = np.unique(ahead.shopper)
    places = np.array([fit.names.index(name) for name in fit.varying])
    z = normal_draws(len(known), draws, len(places), seed)
    found = np.zeros(len(ahead))
    for low in range(0, len(known), AT_ONCE):
        some = known[low : low + AT_ONCE]
        tastes = np.repeat(np.repeat(fit.mean[None, None, :], draws, axis=1), len(some), axis=0)
        tastes[:, :, places] += z[low : low + AT_ONCE] * fit.spread
        inside = np.isin(ahead.shopper, some)
        part = ahead.part(inside)
        logs = _by_draw(part, tastes, np.searchsorted(some, part.shopper))
        before = np.zeros((len(some), draws))
        if past is not None:
            own = past.part(np.isin(past.shopper, some))
            place = np.searchsorted(some, own.shopper)
            np.add.at(before, place, _by_draw(own, tastes, place))
        weight = np.exp(before - before.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        chance = (np.exp(logs) * weight[np.searchsorted(some, part.shopper)]).sum(axis=1)
        found[inside] = np.log(np.maximum(chance, np.finfo(np.float64).tiny))
    return found


def _by_draw(problem: ChoiceProblem, tastes: FloatArray, place: IntArray) -> FloatArray:
    """[n, draws] logarithm of the probability of what was taken, by the tastes [shoppers, draws, K] of its shopper."""
    if not len(problem):
        return np.zeros((0, tastes.shape[1]))
    of_row = np.repeat(place, np.diff(problem.start))
    utility = np.einsum("mk,mrk->mr", problem.features, tastes[of_row]) + problem.offset[:, None]
    return log_shares(utility, problem.start)[problem.taken]
