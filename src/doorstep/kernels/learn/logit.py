"""The logit of a choice set: shares, and what is identified by it."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray

TOLERANCE = 1e-8  # of what remains of a feature beside the others, as a share of itself


def log_shares(utility: FloatArray, start: IntArray) -> FloatArray:
    """Return the logarithm of each option's probability; `utility` is [m] or [m, R], options along the first axis."""
    first, sizes = start[:-1], np.diff(start)
    if not len(sizes):
        return utility
    shifted = utility - np.repeat(np.maximum.reduceat(utility, first, axis=0), sizes, axis=0)
    total = np.add.reduceat(np.exp(shifted), first, axis=0)
    return np.asarray(shifted - np.repeat(np.log(total), sizes, axis=0), dtype=np.float64)


def centred(features: FloatArray, share: FloatArray, start: IntArray) -> FloatArray:
    """Return features less their mean over each set by `share` [m]: [m, K]."""
    if not len(features):
        return features
    mean = np.add.reduceat(features * share[:, None], start[:-1], axis=0)
    return np.asarray(features - np.repeat(mean, np.diff(start), axis=0), dtype=np.float64)


def identified(problem: ChoiceProblem) -> tuple[int, ...]:
    """Places of the features that differ within sets and are not made up of earlier ones.

    A feature that is alike for all options of every set says nothing of what is preferred.
    """
    sizes = np.diff(problem.start)
    inside = centred(problem.features, 1.0 / np.repeat(sizes, sizes), problem.start)
    kept: list[int] = []
    basis = np.zeros((len(inside), 0))
    whole = np.sqrt((problem.features**2).sum(axis=0))
    for place in range(inside.shape[1]):
        rest = inside[:, place] - basis @ (basis.T @ inside[:, place])
        rest = rest - basis @ (basis.T @ rest)  # twice is enough (Kahan; Parlett 1980, section 6-9)
        norm = float(np.linalg.norm(rest))
        if norm > TOLERANCE * max(float(whole[place]), TOLERANCE):
            kept.append(place)
            basis = np.hstack([basis, (rest / norm)[:, None]])
    return tuple(kept)
