"""Demand of sparse series by pooling: a gamma prior for each, from what its goods and its region sell together.

References
----------
B. P. Carlin and T. A. Louis, "Bayesian Methods for Data Analysis", 3rd ed. (2009), chapter 5: gamma-Poisson, its prior
fitted by moments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.learn.demand_problem import DemandProblem, FloatArray, IntArray

HALF_LIFE = 26  # weeks after which a sale counts half
LEAST_SHAPE, MOST_SHAPE = 0.1, 200.0  # of the prior
LEVEL_ALPHA = 0.3  # smoothing of the level of all series together
AROUND = 8  # weeks that a week of last year is held against
STEADIER = 50.0  # units that are added to both sides of that ratio


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Index of goods and region of each series."""

    goods: IntArray
    region: IntArray


def pooled_means(problem: DemandProblem, origins: tuple[int, ...]) -> FloatArray:
    """Give means [O, S, H], each by the weeks before its origin.

    Older sales count less. The prior mean of a series is its goods' rate times its region's share of all; its shape is
    fitted by moments over all series: the more they scatter around it, the weaker it draws. All are then scaled by how
    the sum of all series stands now against its long mean.
    """
    groups = _groups(problem)
    fade = 0.5 ** (1 / HALF_LIFE)
    count = len(problem.series)
    sold, lived = np.zeros(count), np.zeros(count)
    level, seen = 0.0, {}
    for week in range(problem.weeks + 1):
        if week in origins:
            seen[week] = _posterior(sold, lived, groups, level)
        if week == problem.weeks:
            break
        now = problem.units[:, week]
        sold = sold * fade + now
        lived = lived * fade + (week >= problem.since)
        level = float(now.sum()) if week == 0 else level + LEVEL_ALPHA * (float(now.sum()) - level)
    means = np.stack([seen[origin] for origin in origins])
    return np.repeat(means[:, :, None], problem.horizon, axis=2)


def _groups(problem: DemandProblem) -> _Groups:
    goods = {key: at for at, key in enumerate(sorted({(one.kind, one.name) for one in problem.series}))}
    regions = {name: at for at, name in enumerate(sorted({one.region for one in problem.series}))}
    return _Groups(
        np.array([goods[one.kind, one.name] for one in problem.series], dtype=np.int64),
        np.array([regions[one.region] for one in problem.series], dtype=np.int64),
    )


def _posterior(sold: FloatArray, lived: FloatArray, groups: _Groups, level: float) -> FloatArray:
    """Rates per week: (shape + sold) / (shape / prior rate + weeks lived), scaled to the level of all."""
    total = float(sold.sum())
    if total <= 0:
        return np.zeros(len(sold))
    of_goods = np.bincount(groups.goods, weights=sold)[groups.goods]
    of_region = np.bincount(groups.region, weights=sold)[groups.region]
    weeks = np.bincount(groups.goods, weights=lived)[groups.goods] / np.bincount(groups.goods)[groups.goods]
    prior = of_goods / np.maximum(weeks, 1e-9) * of_region / total
    expected = prior * lived
    scatter = float(((sold - expected) ** 2 - expected).sum())
    shape = MOST_SHAPE if scatter <= 0 else float((expected**2).sum()) / scatter
    shape = min(max(shape, LEAST_SHAPE), MOST_SHAPE)
    rate = np.divide(prior * (shape + sold), shape + prior * lived, out=np.zeros(len(sold)), where=prior > 0)
    return rate * (level / float(rate.sum())) if rate.sum() > 0 else rate


def year_ago(problem: DemandProblem, origins: tuple[int, ...], season: int, power: float) -> FloatArray:
    """Give how the weeks of a year ago stood out from those before them, of all series together. [O, H].

    1 where the past does not reach back far enough.
    """
    total = problem.units.sum(axis=0).astype(np.float64)
    found = np.ones((len(origins), problem.horizon))
    for at, origin in enumerate(origins):
        for ahead in range(problem.horizon):
            week = origin + ahead - season * (ahead // season + 1)
            base = origin - season * (ahead // season + 1)
            if base < AROUND:
                continue
            usual = float(total[base - AROUND : base].mean())
            found[at, ahead] = ((total[week] + STEADIER) / (usual + STEADIER)) ** power
    return found
