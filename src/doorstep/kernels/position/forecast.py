"""What each region will want of each sku, as far as stock needs to know it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.problem import FloatArray, IntArray
from doorstep.kernels.position.stock import quantile

REGION_WEIGHT = 20.0  # units by which a sku's regions are drawn to those of all
DISPERSIONS = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 20.0, 30.0, 50.0)
SKU_WEEKS = 4.0  # weeks by which a sku's rate is drawn to that of its category


@dataclass(frozen=True, slots=True, eq=False)
class DemandForecast:
    """Weekly demand of s skus in r regions.

    Attributes
    ----------
    mean_week
        [s, r] units a week, >= 0.
    dispersion
        [s] variance of a week's demand over its mean, >= 1; 1 is Poisson.

    Raises
    ------
    InvalidProblem
        Shapes disagree or a value is out of range.
    """

    mean_week: FloatArray
    dispersion: FloatArray

    def __post_init__(self) -> None:
        if self.mean_week.ndim != 2 or self.dispersion.shape != self.mean_week.shape[:1]:
            raise InvalidProblem(f"means and dispersions have shapes {self.mean_week.shape}, {self.dispersion.shape}")
        if self.mean_week.size and not (np.isfinite(self.mean_week).all() and self.mean_week.min() >= 0):
            raise InvalidProblem("a mean is not a number of at least 0")
        if self.dispersion.size and not (np.isfinite(self.dispersion).all() and self.dispersion.min() >= 1):
            raise InvalidProblem("a dispersion is not a number of at least 1")


def from_quantiles(levels: FloatArray, values: FloatArray, share: FloatArray) -> DemandForecast:
    """Take over quantiles of weekly demand.

    Parameters
    ----------
    levels
        [q] rising, between 0 and 1.
    values
        [s, q] units a week of each sku.
    share
        [s, r] of each region; rows sum to 1.
    """
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    weight = np.diff(edges)
    mean = values @ weight
    variance = ((values - mean[:, None]) ** 2) @ weight
    dispersion = np.maximum(1.0, np.divide(variance, mean, out=np.ones_like(mean), where=mean > 0))
    return DemandForecast(mean[:, None] * share, dispersion)


def dispersion_of(mean: FloatArray, levels: FloatArray, values: FloatArray) -> FloatArray:
    """Give the dispersion [n] whose negative binomial comes nearest to foreseen quantiles, of a ladder of thirteen.

    Parameters
    ----------
    mean
        [n] units, >= 0.
    levels
        [q] between 0 and 1.
    values
        [n, q] whole units: the quantiles that were foreseen. Where all are as near, as of rare demand, the least.
    """
    off = [
        np.abs(quantile(mean[:, None], np.array(spread), levels[None, :]) - values).sum(axis=1)
        for spread in DISPERSIONS
    ]
    return np.asarray(np.array(DISPERSIONS)[np.argmin(np.array(off), axis=0)])


def forecast_of(
    sku: IntArray, region: IntArray, week: IntArray, units: IntArray, category: IntArray, regions: int, weeks: int
) -> DemandForecast:
    """Forecast from past sales: each sku's rate drawn to its category's, its regions drawn to those of all.

    Parameters
    ----------
    sku, region, week, units
        [n] of each past line; weeks count from 0 and are complete.
    category
        [s] of each sku.
    regions, weeks
        How many there are.

    Notes
    -----
    Shrinkage as of a gamma prior on rates and a Dirichlet prior on shares (Gelman et al. 2013, chapter 2 and 5).
    """
    skus, span = len(category), max(1, weeks)
    sold = np.bincount(sku, units, skus)
    kinds = int(category.max()) + 1 if skus else 0
    of_kind = np.bincount(category, sold, kinds) / np.maximum(1, np.bincount(category, minlength=kinds)) / span
    rate = (sold + SKU_WEEKS * of_kind[category]) / (span + SKU_WEEKS)
    where = np.bincount(sku * regions + region, units, skus * regions).reshape(skus, regions)
    overall = where.sum(axis=0) + 1e-9
    share = where + REGION_WEIGHT * overall / overall.sum()
    share /= share.sum(axis=1, keepdims=True)
    return DemandForecast(rate[:, None] * share, _dispersion(sku, week, units, category, span))


def _dispersion(sku: IntArray, week: IntArray, units: IntArray, category: IntArray, weeks: int) -> FloatArray:
    """Give variance over mean of weekly sales, pooled over the skus of a category: single ones are too sparse."""
    skus = len(category)
    kinds = int(category.max()) + 1 if skus else 0
    each, at = np.unique(sku * np.int64(weeks) + week, return_inverse=True)
    squares = np.bincount(at, units, len(each)) ** 2
    total = np.bincount(sku, units, skus)
    spread = np.bincount(each // weeks, squares, skus) / weeks - (total / weeks) ** 2
    above, below = np.bincount(category, spread, kinds), np.bincount(category, total / weeks, kinds)
    found = np.divide(above, below, out=np.ones(kinds), where=below > 0)
    return np.asarray(np.clip(found, 1.0, 50.0)[category])
