"""Hazards of small groups, drawn towards those of the larger group that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma

import numpy as np
import numpy.typing as npt

from doorstep.domain.units import PPM

FloatArray = npt.NDArray[np.float64]
STRENGTHS = (1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0)  # parcels that a prior counts for
UNSEEN = 0.5  # of what is left where nobody was ever seen waiting, half leaves with each later departure: assumed
SURE = 1e-3  # a prior is not surer than this, or a single parcel could refute it


@dataclass(frozen=True, slots=True)
class Counts:
    """What was seen of a group, in effective parcels.

    Attributes
    ----------
    came
        [C, K] of each class: those to whom it happened at step k.
    at_risk
        [C, K] those to whom it could have: seen at step k, and not before.
    """

    came: FloatArray
    at_risk: FloatArray


def plain(counts: Counts) -> FloatArray:
    """Return [C, K] the hazards of a group by itself; a class of which nothing was seen is taken for the others."""
    came, at_risk = counts.came.copy(), counts.at_risk.copy()
    unseen = at_risk[:, 0] == 0
    came[unseen], at_risk[unseen] = counts.came.sum(axis=0), counts.at_risk.sum(axis=0)
    return np.where(at_risk > 0, came / np.maximum(at_risk, 1e-12), UNSEEN)


def shrunk(counts: Counts, prior: FloatArray, strength: float) -> FloatArray:
    """Return [C, K] the posterior mean hazards of a group, its prior counting for so many parcels."""
    return (counts.came + strength * prior) / (counts.at_risk + strength)


def strength(groups: Sequence[tuple[Counts, FloatArray]]) -> float:
    """Return for how many parcels priors shall count: what makes the groups most probable (empirical Bayes).

    Hazards of the groups are taken as drawn from beta distributions around their priors; marginally their counts are
    then beta-binomial. Without a group the largest of the strengths considered.

    Parameters
    ----------
    groups
        Counts, and the prior hazards [C, K] of each.

    Returns
    -------
    float
        One of STRENGTHS; the largest of those that are equally good.
    """
    return max(STRENGTHS, key=lambda one: (_evidence(groups, one), one))


def _evidence(groups: Sequence[tuple[Counts, FloatArray]], weight: float) -> float:
    total = 0.0
    for counts, prior in groups:
        for came, at_risk, mean in zip(counts.came.flat, counts.at_risk.flat, prior.flat, strict=True):
            if at_risk > 0:
                above = weight * min(max(float(mean), SURE), 1 - SURE)
                below, missed = weight - above, max(float(at_risk - came), 0.0)
                total += lgamma(weight) - lgamma(weight + at_risk) + lgamma(above + came) - lgamma(above)
                total += lgamma(below + missed) - lgamma(below)
    return total


def in_order(hazards: FloatArray, weights: FloatArray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Turn the hazards of two classes into curves of which the first is never ahead of the second, nor a step behind.

    Wanted is a_0 <= b_0 <= a_1 <= b_1 ..., and one end; where the data say otherwise, neighbours are pooled (isotonic
    least squares, by the weights).

    Parameters
    ----------
    hazards
        [2, K].
    weights
        [2] of the classes.

    Returns
    -------
    tuple
        Two curves of parts per million, equally long, up to where nothing changes any more.
    """
    shares = 1.0 - np.cumprod(1.0 - hazards, axis=1)
    chained = _pooled(shares.T.reshape(-1).tolist(), np.tile(weights, shares.shape[1]).tolist())
    end = float(np.average(chained[-2:], weights=weights))
    curve = np.rint(np.array([*chained[:-2], end, end]) * PPM).astype(np.int64).reshape(-1, 2)
    length = 1 + int(np.flatnonzero((curve != curve[-1]).any(axis=1)).max(initial=-1)) + 1
    first, second = curve[: min(length, len(curve))].T.tolist()
    return tuple(first), tuple(second)


def _pooled(values: list[float], weights: list[float]) -> list[float]:
    """Pool adjacent violators."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, few, m), (high, more, n) = blocks.pop(), blocks.pop()
            blocks.append(((low * few + high * more) / (few + more), few + more, m + n))
    return [mean for mean, _, length in blocks for _ in range(length)]
