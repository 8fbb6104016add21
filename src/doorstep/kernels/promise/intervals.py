"""How sure a rate is: whole weeks drawn anew where there are enough of them, else Wilson's interval.

Parcels of one week share its weather, its backlog and its strikes, and neighbouring weeks are alike, so parcels must
not be drawn one by one. Blocks of neighbouring weeks are drawn instead (Künsch 1989, on a circle).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from doorstep.kernels.promise.calendars import EPOCH_WEEKDAY
from doorstep.kernels.promise.figures import FloatArray, IntArray
from doorstep.kernels.promise.recorded import Interval

CHUNK = 512  # groups resampled at a time, so that memory does not grow with their number


def week_numbers(day: IntArray) -> IntArray:
    """Number the ISO weeks of days since 1970-01-01."""
    return (day + EPOCH_WEEKDAY) // 7


def wilson(rate: float, effective_n: float, level: float) -> Interval:
    """Wilson's score interval (1927) for a rate among `effective_n` independent parcels."""
    if effective_n <= 0:
        return Interval(0.0, 1.0, "wilson")
    z = NormalDist().inv_cdf((1 + level) / 2)
    shrink = 1 + z * z / effective_n
    middle = (rate + z * z / (2 * effective_n)) / shrink
    reach = z / shrink * (rate * (1 - rate) / effective_n + z * z / (4 * effective_n * effective_n)) ** 0.5
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach), "wilson")


def blocks_around(value: float, reach: FloatArray, least: float) -> Interval:
    """Put the ends that `WeekBlocks.reach` found around a figure that lies between `least` and 1."""
    return Interval(max(least, value - float(reach[0])), min(1.0, value + float(reach[1])), "week_blocks")


class WeekBlocks:
    """Draws of whole weeks, the same for every group, so that groups are compared on the same draws.

    Attributes
    ----------
    week
        [n] place of each parcel's week, from the first week to the last without gaps.
    weeks, length
        How many weeks, and how many neighbouring ones a block holds: one and a half cube roots of their number, which
        suits weeks whose rates have an autocorrelation of about 0.6.
    """

    def __init__(self, placed_day: IntArray, samples: int, seed: int, level: float) -> None:
        numbers = week_numbers(placed_day)
        first = int(numbers.min()) if len(numbers) else 0
        self.week = numbers - first
        self.weeks = int(self.week.max()) + 1 if len(numbers) else 0
        self.length = block_length(self.weeks)
        self.level = level
        self._widen = _widened(self.weeks / self.length, level)
        self._draws = week_draws(self.weeks, self.length, samples, seed)

    def table(self, values: FloatArray, group: IntArray, groups: int) -> FloatArray:
        """Sum values [n] by group and week: [groups, weeks]."""
        cells = np.bincount(group * self.weeks + self.week, weights=values, minlength=groups * self.weeks)
        return cells.astype(np.float64).reshape(groups, self.weeks)

    def reach(self, above: FloatArray, below: FloatArray) -> FloatArray:
        """Say how far the ratio of sums of each group lies above its lower end and below its upper one: [groups, 2].

        A draw without any parcel of a group says nothing of it. `above` and `below`: [groups, weeks].
        """
        found = np.zeros((len(above), 2))
        tails = [(1 - self.level) / 2, (1 + self.level) / 2]
        for start in range(0, len(above), CHUNK):
            part = slice(start, start + CHUNK)
            drawn = below[part] @ self._draws.T
            ratio = np.divide(above[part] @ self._draws.T, drawn, out=np.full_like(drawn, np.nan), where=drawn > 0)
            point = above[part].sum(1) / below[part].sum(1)
            low, high = np.nanquantile(ratio, tails, axis=1)
            found[part] = self._widen * np.maximum(0.0, np.stack([point - low, high - point], axis=1))
        return found


def _widened(blocks: float, level: float) -> float:
    """How much wider than the draws an interval has to be, since there are few blocks.

    Draws vary less than the truth by (blocks - 1) / blocks, and their spread is itself uncertain: Student's quantile in
    place of the normal one (by the expansion of Cornish and Fisher, close from three degrees of freedom on).
    """
    free = max(3.0, blocks - 1)
    z = NormalDist().inv_cdf((1 + level) / 2)
    student = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return float(student / z * (blocks / max(blocks - 1, 0.5)) ** 0.5)


def block_length(weeks: int) -> int:
    """Weeks of a block: suits weeks whose rates have an autocorrelation of about 0.6."""
    length: int = max(1, round(1.5 * weeks ** (1 / 3)))
    return length


def week_draws(weeks: int, length: int, samples: int, seed: int) -> FloatArray:
    """Say how often each week is drawn in each sample: [samples, weeks]; a sample holds as many weeks as there are."""
    if not weeks:
        return np.zeros((samples, 0))
    blocks = -(-weeks // length)
    starts = np.random.default_rng(seed).integers(0, weeks, (samples, blocks))
    drawn = ((starts[:, :, None] + np.arange(length)) % weeks).reshape(samples, -1)[:, :weeks]
    rows = np.repeat(np.arange(samples), weeks)
    return np.bincount(rows * weeks + drawn.ravel(), minlength=samples * weeks).reshape(samples, weeks).astype(float)
