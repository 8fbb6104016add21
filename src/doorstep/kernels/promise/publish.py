"""Whether a model may take the place of the one in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked

SEED = 20_180_501
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class PublishParams:
    """When a model is worse, each with its default here and nowhere else.

    Attributes
    ----------
    least_parcels
        Parcels with a known outcome that a judgement needs.
    most_off_target
        A model whose on-time rate misses the target by more than this, and by more than that of the one in force, is
        refused.
    confidence
        Of the interval by weeks of the difference in pinball loss; a model that is worse beyond it is refused.
    """

    least_parcels: int = 100
    most_off_target: float = 0.03
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a candidate against the model in force, on the same parcels.

    Attributes
    ----------
    published
        Whether the candidate takes over.
    reason
        One sentence with figures.
    parcels
        Judged: their outcome is known.
    pinball, pinball_in_force
        Mean loss in days; `in_force` is NaN where there was no model.
    off_target, off_target_in_force
        On-time rate less the target.
    difference
        Interval by weeks of the mean loss of the candidate less that of the model in force.
    """

    published: bool
    reason: str
    parcels: int
    pinball: float
    pinball_in_force: float
    off_target: float
    off_target_in_force: float
    difference: tuple[float, float]


def judge(candidate: Walked, in_force: Walked | None, target_ppm: int, params: PublishParams | None = None) -> Verdict:
    """Compare two models on the parcels that both had promised before they were placed.

    Parameters
    ----------
    candidate, in_force
        The same parcels in the same order, walked by each; None: nothing is in force yet.
    target_ppm
        One of the targets of both.

    Raises
    ------
    InvalidProblem
        When the parcels or the targets are not the same.
    """
    params = params or PublishParams()
    if in_force is not None and (candidate.parcel != in_force.parcel):
        raise InvalidProblem("two models are judged on the same parcels")
    loss, known, late = _losses(candidate, target_ppm)
    weight = np.where(known, candidate.weight, 0.0)
    count = int(known.sum())
    nan = float("nan")
    if count < params.least_parcels or weight.sum() <= 0:
        reason = f"the outcome of only {count} parcels is known, {params.least_parcels} are needed to judge"
        return Verdict(False, reason, count, nan, nan, nan, nan, (nan, nan))
    target = target_ppm / 1e6
    mean, off = _mean(loss, weight), 1 - _mean(late, weight) - target
    if in_force is None:
        reason = f"nothing was in force; on time {off:+.1%} from the target on {count:,} parcels"
        return Verdict(True, reason, count, mean, nan, off, nan, (nan, nan))
    before, _, late_before = _losses(in_force, target_ppm)
    mean_before, off_before = _mean(before, weight), 1 - _mean(late_before, weight) - target
    span = _by_weeks(loss - before, weight, candidate.placed_day, params.confidence)
    verdict = (count, mean, mean_before, off, off_before, span)
    if span[0] > 0:
        reason = f"worse: loss {mean:.3f} days, in force {mean_before:.3f} ({span[0]:+.3f} to {span[1]:+.3f})"
        return Verdict(False, reason, *verdict)
    if abs(off) > params.most_off_target and abs(off) > abs(off_before):
        reason = f"worse kept: {off:+.1%} from the target, that in force {off_before:+.1%}"
        return Verdict(False, reason, *verdict)
    return Verdict(True, f"loss {mean:.3f} days, before {mean_before:.3f}; on time {off:+.1%} from target", *verdict)


def _losses(walked: Walked, target_ppm: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pinball loss in days, whether the outcome is known, and lateness; what never came is as late as is known."""
    found = np.flatnonzero(walked.targets_ppm == target_ppm)
    if not len(found):
        raise InvalidProblem("the target is none of those that were walked")
    promised = walked.promised_days[:, found[0]].astype(np.int64)
    arrived = walked.arrived_days != NOT_DELIVERED
    days = np.where(arrived, walked.arrived_days, np.maximum(walked.known_days, promised + 1))
    known = arrived | (walked.known_days > promised)
    error, level = days - promised, target_ppm / 1e6
    return np.where(error > 0, level * error, (level - 1) * error), known, (error > 0).astype(np.float64)


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    return float((values * weight).sum() / weight.sum())


def _by_weeks(values: np.ndarray, weight: np.ndarray, day: np.ndarray, confidence: float) -> tuple[float, float]:
    """Interval of a mean by drawing whole weeks: parcels of a week share their fate."""
    _, week = np.unique(day // 7, return_inverse=True)
    sums, weights = np.bincount(week, values * weight), np.bincount(week, weight)
    drawn = np.random.default_rng(SEED).integers(0, len(sums), (DRAWS, len(sums)))
    means = sums[drawn].sum(1) / np.maximum(weights[drawn].sum(1), 1e-12)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
