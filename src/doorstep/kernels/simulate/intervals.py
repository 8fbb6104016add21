"""How sure a difference of two policies is: whole days drawn anew in blocks, and seeds beside one another.

Both policies see the same draw of days, and the same seeds, so that what befalls both cancels.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt, tan
from statistics import NormalDist

import numpy as np

from doorstep.kernels.promise.intervals import block_length, week_draws
from doorstep.kernels.simulate.result import FloatArray, Interval

WEEK = 7  # days of a block where there are some weeks of them: each then holds every weekday
WEEKS = 4


class DayBlocks:
    """Draws of whole days, the same for every figure and policy. Blocks of neighbouring days, on a circle."""

    def __init__(self, days: int, samples: int, seed: int, level: float) -> None:
        length = WEEK if days >= WEEKS * WEEK else block_length(days)
        self._draws = week_draws(days, length, samples, seed)
        self._tails = [(1 - level) / 2, (1 + level) / 2]
        blocks = max(2.0, days / length)
        # Draws vary less than the truth, and their spread is itself uncertain, since there are few blocks.
        normal = NormalDist().inv_cdf((1 + level) / 2)
        self._widen = student(level, max(1, round(blocks) - 1)) / normal * sqrt(blocks / (blocks - 1))

    def drawn(self, above: FloatArray, below: FloatArray | None) -> FloatArray:
        """Give a figure in each draw: a total [D], or the ratio of two; NaN where there is nothing below."""
        total: FloatArray = self._draws @ above
        if below is None:
            return total
        of = self._draws @ below
        return np.divide(total, of, out=np.full_like(total, np.nan), where=of > 0)

    def around(self, value: float, point: float, draws: FloatArray) -> Interval | None:
        """Put an interval around a value: as far to both sides as the draws lie from their own point."""
        known = draws[~np.isnan(draws)]
        if not len(known):
            return None
        low, high = np.quantile(known, self._tails)
        below, above = max(0.0, point - float(low)), max(0.0, float(high) - point)
        return Interval(value - self._widen * below, value + self._widen * above)


def over_seeds(values: list[float], level: float) -> Interval | None:
    """Give Student's interval of a mean; None of fewer than two values."""
    if len(values) < 2:
        return None
    mean = float(np.mean(values))
    reach = student(level, len(values) - 1) * float(np.std(values, ddof=1)) / sqrt(len(values))
    return Interval(mean - reach, mean + reach)


def student(level: float, free: int) -> float:
    """Give the t within which Student's distribution holds a share, by bisection.

    The share is the finite series for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
    """
    low, high = 0.0, pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, free) < level else (low, middle)
    return tan(low) * sqrt(free)


def _within(angle: float, free: int) -> float:
    """Give the share within t = tan(angle) sqrt(free)."""
    odd = free % 2 == 1
    term = cos(angle) if odd else 1.0
    total = term if free > 1 else 0.0
    for k in range(2 if odd else 1, free - 2, 2):
        term *= k / (k + 1) * cos(angle) ** 2
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
