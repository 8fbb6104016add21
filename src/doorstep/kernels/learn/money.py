"""What a feature is worth in money: its coefficient against that of the price, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice_problem import FloatArray

LEVEL = 0.95
DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class MoneyValue:
    """What one unit of a feature is worth, in units of the price; positive: shoppers pay for more of it.

    `low` and `high` are of Krinsky and Robb, `error` of the delta method. `bounded` is False where the price's own
    coefficient may well be 0 or of the wrong sign: then no finite interval holds its level (Fieller), and none is told.
    """

    value: float
    error: float
    low: float
    high: float
    bounded: bool


def money_value(
    coefficient: FloatArray,
    covariance: FloatArray,
    feature: int,
    price: int,
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> MoneyValue:
    """Divide a coefficient by minus that of the price.

    Parameters
    ----------
    coefficient, covariance
        [K], [K, K].
    feature, price
        Places of the two.

    Raises
    ------
    InvalidProblem
        Where either has no estimate.

    References
    ----------
    I. Krinsky, A. Robb, Review of Economics and Statistics 68 (1986) 715-719: draws of the coefficients.
    E. Fieller, JRSS B 16 (1954) 175-185: the interval of a ratio is bounded only where its denominator is surely not 0.
    """
    pair = np.array([feature, price])
    mean, spread = coefficient[pair], covariance[np.ix_(pair, pair)]
    if not (np.isfinite(mean).all() and np.isfinite(spread).all()) or mean[1] == 0:
        raise InvalidProblem("a value in money needs an estimate of the feature and of the price")
    value = float(-mean[0] / mean[1])
    slope = np.array([-1 / mean[1], mean[0] / mean[1] ** 2])
    error = float(np.sqrt(max(0.0, slope @ spread @ slope)))
    z = NormalDist().inv_cdf((1 + level) / 2)
    bounded = bool(mean[1] < 0 and mean[1] ** 2 > z * z * spread[1, 1])
    if not bounded:
        return MoneyValue(value, error, float("-inf"), float("inf"), False)
    values, axes = np.linalg.eigh(spread)
    drawn = mean + np.random.default_rng(seed).standard_normal((draws, 2)) @ (axes * np.sqrt(np.maximum(values, 0.0))).T
    drawn = drawn[drawn[:, 1] < 0]
    low, high = np.quantile(-drawn[:, 0] / drawn[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return MoneyValue(value, error, float(low), float(high), True)
