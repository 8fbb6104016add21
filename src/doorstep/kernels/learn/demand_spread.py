"""The spread of demand around a mean: negative binomial, Poisson at its edge; and how well quantiles did.

A size r gives the variance m + m^2 / r; the size 0 stands for Poisson.

References
----------
R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46 (1978): the pinball loss.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.learn.demand_problem import FloatArray

POISSON = 0.0
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0, 60.0, POISSON)
LEAST_MEAN = 1e-4  # below it nothing is asked for at any quantile in use
STEPS = 800  # of the table of means, evenly in their logarithm


def quantiles(mean: FloatArray, size: FloatArray, levels_ppm: tuple[int, ...]) -> FloatArray:
    """Least n with P(demand <= n) >= level. [...] means and sizes give [..., Q]."""
    from scipy.stats import nbinom, poisson  # late: takes most of a second

    levels = np.array(levels_ppm) / PPM
    mean, size = np.broadcast_arrays(mean, size)
    flat, sizes = mean.ravel(), size.ravel()
    found = np.zeros((flat.size, len(levels)))
    known = flat >= LEAST_MEAN
    plain, spread = known & (sizes == POISSON), known & (sizes > 0)
    if plain.any():
        found[plain] = poisson.ppf(levels, flat[plain, None])
    if spread.any():
        r = sizes[spread, None]
        found[spread] = nbinom.ppf(levels, r, r / (r + flat[spread, None]))
    return np.maximum(found, 0.0).reshape(*mean.shape, len(levels))


class SpreadTable:
    """Quantiles of every size of `SIZES` over a fine ladder of means: looked up, where thousands are tried.

    A mean is taken for the nearest step of the ladder, at most one part in a hundred off.
    """

    def __init__(self, most: float, levels_ppm: tuple[int, ...]) -> None:
        self.levels = np.array(levels_ppm) / PPM
        self._low = np.log(LEAST_MEAN)
        top = 2.0 ** max(4, int(np.ceil(np.log2(max(most, 1.0)))))  # few tops, so that tables are met again
        self._step = (np.log(top) - self._low) / (STEPS - 1)
        self._table = _ladder(top, levels_ppm)

    def steps(self, mean: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Give the step of each mean; 0 is for those that are nothing."""
        near = np.rint((np.log(np.maximum(mean, LEAST_MEAN)) - self._low) / self._step).astype(np.int64)
        return np.where(mean < LEAST_MEAN, 0, np.clip(near, 0, STEPS - 1) + 1)

    def loss(self, mean: FloatArray, came: FloatArray, at: int) -> FloatArray:
        """Pinball loss of each, the mean over quantiles, by the size `SIZES[at]`."""
        return pinball(self._table[at][self.steps(mean)], came, self.levels)

    def losses(self, mean: FloatArray, came: FloatArray) -> FloatArray:
        """Give `loss` for every size. [sizes, ...]."""
        steps = self.steps(mean)
        return np.stack([pinball(table[steps], came, self.levels) for table in self._table])


@lru_cache(maxsize=8)
def _ladder(top: float, levels_ppm: tuple[int, ...]) -> FloatArray:
    """Quantiles by size and step; step 0 is of means that are nothing. [sizes, STEPS + 1, Q]."""
    means = np.exp(np.linspace(np.log(LEAST_MEAN), np.log(top), STEPS))
    rows = np.stack([quantiles(means, np.full(STEPS, size), levels_ppm) for size in SIZES])
    return np.concatenate([np.zeros((len(SIZES), 1, len(levels_ppm))), rows], axis=1)


def pinball(foreseen: FloatArray, came: FloatArray, levels: FloatArray) -> FloatArray:
    """Give the mean over quantiles of (level - [came < q]) * (came - q); [..., Q] and [...] give [...]."""
    short = came[..., None] - foreseen
    found: FloatArray = np.maximum(levels * short, (levels - 1) * short).mean(axis=-1)
    return found
