"""How much: base stock by the newsvendor's ratio, reorder points, and waiting for what a central site lacks.

Demand over a lead time is negative binomial, Poisson where it is not dispersed.
"""

from __future__ import annotations

import numpy as np

from doorstep.kernels.position.problem import FloatArray, IntArray

MOST_UNITS = 100_000
LARGE = 200.0  # above this mean the distribution is as good as normal
TINY = 1e-12


def critical_ratio(underage: FloatArray, overage: FloatArray) -> FloatArray:
    """Give the probability with which demand should be covered: cu / (cu + co) (Arrow, Harris & Marschak 1951)."""
    whole = underage + overage
    return np.asarray(np.divide(underage, whole, out=np.zeros_like(whole), where=whole > 0))


def quantile(mean: FloatArray, dispersion: FloatArray, level: FloatArray) -> IntArray:
    """Give the least number of units [n] that cover demand with probability `level` or more.

    Parameters
    ----------
    mean, dispersion
        [n] of demand over the time to cover; variance = mean x dispersion.
    level
        [n] from 0 to below 1; 0 gives 0 units.
    """
    mean, dispersion, level = np.broadcast_arrays(mean, dispersion, level)
    found = np.zeros(mean.shape, np.int64)
    large = mean > LARGE
    if large.any():
        spread = np.sqrt(mean[large] * dispersion[large])
        found[large] = np.maximum(0, np.ceil(mean[large] + spread * _normal(level[large])))
    small = ~large & (mean > TINY) & (level > 0)
    found[small] = _counted(mean[small], dispersion[small], level[small])
    return found


def _counted(mean: FloatArray, dispersion: FloatArray, level: FloatArray) -> IntArray:
    """Add up probabilities from 0 units on, by the recursion of the negative binomial distribution."""
    found = np.zeros(len(mean), np.int64)
    extra = np.maximum(dispersion - 1.0, 0.0)
    spread = extra > 1e-9
    size = np.divide(mean, extra, out=np.zeros_like(mean), where=spread)
    chance = np.where(spread, np.exp(-size * np.log(np.where(spread, dispersion, 1.0))), np.exp(-mean))
    total = chance.copy()
    left = np.flatnonzero(total < level)
    units = 0
    while len(left) and units < MOST_UNITS:
        ratio = np.where(spread[left], (size[left] + units) * extra[left] / dispersion[left], mean[left]) / (units + 1)
        chance[left] *= ratio
        units += 1
        total[left] += chance[left]
        found[left] = units
        # Rounding may leave the sum a hair below a level near 1: behind the mean nothing more comes then.
        left = left[(total[left] < level[left]) & ((chance[left] > 1e-17) | (units < mean[left]))]
    return found


def expected_short(mean: FloatArray, dispersion: FloatArray, stock: FloatArray) -> FloatArray:
    """Give the units by which demand is expected to exceed a stock, E[(D - S)+], by the normal loss function."""
    spread = np.sqrt(np.maximum(mean * dispersion, TINY))
    z = (stock - mean) / spread
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.maximum(0.0, spread * (density - z * (1 - _below(z)))))


def central_wait(mean_week: FloatArray, dispersion: FloatArray, lead_weeks: float, stock: FloatArray) -> FloatArray:
    """Give the weeks that an order of a forward site waits on average for a central site to have the goods.

    Units short at the centre over its rate, by Little's law: the METRIC approximation (Sherbrooke 1968).
    """
    short = expected_short(mean_week * lead_weeks, dispersion, stock)
    return np.asarray(np.divide(short, mean_week, out=np.zeros_like(short), where=mean_week > TINY))


def _below(z: FloatArray) -> FloatArray:
    """Give the standard normal distribution function (Abramowitz & Stegun 1964, 26.2.17; error below 7.5e-8)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * poly
    return np.asarray(np.where(z >= 0, 1 - tail, tail))


def _normal(level: FloatArray) -> FloatArray:
    """Invert the normal distribution function by bisection."""
    low, high = np.full(level.shape, -9.0), np.full(level.shape, 9.0)
    for _ in range(60):
        middle = (low + high) / 2
        under = _below(middle) < level
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.asarray((low + high) / 2)
