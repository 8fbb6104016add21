"""What being late does to the score that a shopper gives, as far as data that nobody randomised can tell."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice_problem import FloatArray, IntArray
from doorstep.kernels.learn.rates import LEVEL, Estimate, mean

DAYS = ((None, -8), (-7, -4), (-3, -1), (0, 0), (1, 3), (4, 7), (8, None))  # late, first and last of each span


@dataclass(frozen=True, slots=True, eq=False)
class Reviewed:
    """n parcels with a score: [n] score, days late (below 0: early), weight, and the stratum in which to compare."""

    score: FloatArray
    days_late: IntArray
    weight: FloatArray
    stratum: IntArray

    def __post_init__(self) -> None:
        sizes = {len(self.score), len(self.days_late), len(self.weight), len(self.stratum)}
        if len(sizes) > 1 or (len(self.stratum) and self.stratum.min() < 0):
            raise InvalidProblem("reviews: columns of unequal lengths, or a stratum < 0")
        if not (np.isfinite(self.score).all() and np.isfinite(self.weight).all()) or np.any(self.weight < 0):
            raise InvalidProblem("reviews: scores and weights are numbers, weights at least 0")


@dataclass(frozen=True, slots=True)
class SpanScore:
    """Scores of parcels that came so many days late; None: open to that side."""

    first: int | None
    last: int | None
    score: Estimate


@dataclass(frozen=True, slots=True)
class LatenessEffect:
    """Scores of late parcels less those of parcels on time: as they are, and within strata.

    `adjusted` compares like with like and weighs the strata by their late parcels: what lateness did to those that were
    late, if nothing else of weight differs within a stratum. `used` parcels are in strata that have both, of `parcels`.
    """

    parcels: int
    late: int
    plain: Estimate
    adjusted: Estimate
    used: int
    strata: int
    spans: tuple[SpanScore, ...]


def lateness_effect(reviewed: Reviewed) -> LatenessEffect:
    """Compare scores of the late and the others.

    References
    ----------
    P. Rosenbaum, D. Rubin, JASA 79 (1984) 516-524: subclassification. The weights are those of the late (the effect on
    the treated). Variances are pooled within strata, since many hold one late parcel alone.
    """
    late = reviewed.days_late > 0
    plain = _gap(mean(reviewed.score[late], reviewed.weight[late]), mean(reviewed.score[~late], reviewed.weight[~late]))
    adjusted, used, strata = _within(reviewed, late)
    spans = []
    for first, last in DAYS:
        inside = np.ones(len(late), dtype=bool)
        if first is not None:
            inside &= reviewed.days_late >= first
        if last is not None:
            inside &= reviewed.days_late <= last
        spans.append(SpanScore(first, last, mean(reviewed.score[inside], reviewed.weight[inside])))
    return LatenessEffect(len(late), int(late.sum()), plain, adjusted, used, strata, tuple(spans))


def _gap(one: Estimate, two: Estimate) -> Estimate:
    n = one.n + two.n
    if one.value is None or two.value is None:
        return Estimate(n)
    gap = one.value - two.value
    if one.high is None or two.high is None:
        return Estimate(n, gap)
    reach = float(np.hypot(one.high - one.value, two.high - two.value))
    return Estimate(n, gap, gap - reach, gap + reach)


def _within(reviewed: Reviewed, late: np.typing.NDArray[np.bool_]) -> tuple[Estimate, int, int]:
    """The adjusted difference, how many parcels it rests on, and in how many strata."""
    size = int(reviewed.stratum.max()) + 1 if len(late) else 0
    arms = [_arm(reviewed, mask, size) for mask in (late, ~late)]
    both = (arms[0].weight > 0) & (arms[1].weight > 0)
    share = np.where(both, arms[0].weight, 0.0)
    used = int(arms[0].count[both].sum() + arms[1].count[both].sum())
    if not share.any():
        return Estimate(0), 0, 0
    share = share / share.sum()
    gap = float((share[both] * (arms[0].mean[both] - arms[1].mean[both])).sum())
    variance = sum(float((share[both] ** 2 * one.of_mean[both]).sum()) for one in arms)
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * variance**0.5
    return Estimate(used, gap, gap - reach, gap + reach), used, int(both.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Arm:
    count: FloatArray
    weight: FloatArray
    mean: FloatArray
    of_mean: FloatArray  # variance of each stratum's mean


def _arm(reviewed: Reviewed, inside: np.typing.NDArray[np.bool_], size: int) -> _Arm:
    place, weight, score = reviewed.stratum[inside], reviewed.weight[inside], reviewed.score[inside]
    count = np.asarray(np.bincount(place, minlength=size), dtype=np.float64)
    total = np.bincount(place, weights=weight, minlength=size)
    sums = np.bincount(place, weights=weight * score, minlength=size)
    centre = np.divide(sums, total, out=np.zeros(size), where=total > 0)
    free = max(1.0, count.sum() - (count > 0).sum())
    pooled = float(((score - centre[place]) ** 2).sum()) / free
    squares = np.bincount(place, weights=weight**2, minlength=size)
    of_mean = pooled * np.divide(squares, total**2, out=np.zeros(size), where=total > 0)
    return _Arm(count, np.asarray(total, dtype=np.float64), centre, np.asarray(of_mean, dtype=np.float64))
