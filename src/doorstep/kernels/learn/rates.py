"""Shares, means and their differences, each with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from doorstep.kernels.learn.choice_problem import FloatArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of n, and the interval that holds it at 95 %; None: nothing to tell it by."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def _z() -> float:
    return NormalDist().inv_cdf((1 + LEVEL) / 2)


def share(hits: int, n: int) -> Estimate:
    """Return hits of n with the score interval (E. Wilson, JASA 22 (1927) 209-212)."""
    if n <= 0:
        return Estimate(0)
    z, rate = _z(), hits / n
    shrink = 1 + z * z / n
    middle = (rate + z * z / (2 * n)) / shrink
    reach = z / shrink * (rate * (1 - rate) / n + z * z / (4 * n * n)) ** 0.5
    low, high = min(rate, max(0.0, middle - reach)), max(rate, min(1.0, middle + reach))  # at 0 and 1 but for rounding
    return Estimate(n, rate, low, high)


def share_difference(hits: int, n: int, other_hits: int, other_n: int) -> Estimate:
    """Return the first share less the second (R. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10)."""
    one, two = share(hits, n), share(other_hits, other_n)
    if one.value is None or two.value is None:
        return Estimate(n + other_n)
    assert one.low is not None
    assert one.high is not None
    assert two.low is not None
    assert two.high is not None
    gap = one.value - two.value
    below = ((one.value - one.low) ** 2 + (two.high - two.value) ** 2) ** 0.5
    above = ((one.high - one.value) ** 2 + (two.value - two.low) ** 2) ** 0.5
    return Estimate(n + other_n, gap, gap - below, gap + above)


def of_enough(one: Estimate, least: int) -> Estimate:
    """Return the figure where it is of so many at least, else how many alone."""
    return one if one.n >= least else Estimate(one.n)


def rate_per(events: int, exposure: int, per: int = 1, together: float = 1.0) -> Estimate:
    """Return events per so many of the exposure, with a Poisson interval (exact; F. Garwood, Biometrika 28 (1936)).

    Events that come in clusters of c scatter by `together` = sum(c^2) / sum(c) more than single ones (a compound
    Poisson): the interval is that of so many fewer (P. McCullagh, J. Nelder, "Generalized Linear Models", 1989, 6.2.3).
    """
    from scipy.special import gammaincinv

    if exposure <= 0:
        return Estimate(0)
    tail = (1 - LEVEL) / 2
    alone = events / together
    low = together * float(gammaincinv(alone, tail)) if events else 0.0
    high = together * float(gammaincinv(alone + 1, 1 - tail))
    return Estimate(exposure, per * events / exposure, per * low / exposure, per * high / exposure)


def mean(values: FloatArray, weight: FloatArray | None = None) -> Estimate:
    """Return the weighted mean of values [n] with a normal interval that holds under weights; none below two."""
    n = len(values)
    if not n:
        return Estimate(0)
    weight = np.ones(n) if weight is None else weight
    total = float(weight.sum())
    if total <= 0:
        return Estimate(n)
    centre = float(weight @ values / total)
    if n < 2:
        return Estimate(n, centre)
    variance = float((weight**2) @ (values - centre) ** 2) / total**2 * n / (n - 1)
    reach = _z() * variance**0.5
    return Estimate(n, centre, centre - reach, centre + reach)
