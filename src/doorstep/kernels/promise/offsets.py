"""What promises already made teach: a correction of all curves, and of those regions that fare worse or better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import FloatArray, History
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.stages import known_called_off


@dataclass(frozen=True, slots=True)
class OffsetParams:
    """How curves are corrected, each with its default here and nowhere else.

    Attributes
    ----------
    look_back_days, half_life_days
        Promises so far back count, those of a half-life ago half.
    prior
        Parcels of the whole that each region is mixed with.
    least_parcels
        A region with fewer promises is not corrected; with fewer in all, none is.
    levels
        Probabilities at which a region is compared with the whole.
    most
        An offset of a region, or what the whole lacks, in logits, beyond this is not believed.
    share_of_whole, whole_half_life_days
        Of what the promises of all regions lacked or had too much, weighted by this half-life, so much
        is taken to stay. Drift comes and goes: all of it would be half a season late.
    """

    look_back_days: int = 240
    half_life_days: int = 120
    prior: float = 30.0
    least_parcels: int = 10
    least_in_all: int = 300
    levels: tuple[float, ...] = (0.8, 0.85, 0.9, 0.94)
    most: float = 1.0
    share_of_whole: float = 0.5
    whole_half_life_days: int = 60


class Told:
    """Curves as they were told at placing, given arrival, kept for a sample of parcels."""

    def __init__(self, history: History, days: int, share: float, seed: int) -> None:
        self._history = history
        self._slot = np.full(len(history), -1, dtype=np.int64)
        self._curves = np.zeros((0, days), dtype=np.float32)
        self._kept = np.random.default_rng(seed).random(len(history)) < share
        self._place = np.random.default_rng(seed + 1).random(len(history))  # within the day of arrival

    def tell(self, rows: IntArray, curves: FloatArray) -> None:
        """Keep what was told of some parcels for the first time."""
        new = self._kept[rows] & (self._slot[rows] < 0)
        if new.any():
            self._slot[rows[new]] = np.arange(int(new.sum())) + len(self._curves)
            self._curves = np.vstack([self._curves, curves[new].astype(np.float32)])

    def by_region(self, day: int, unit: float, never: float, params: OffsetParams) -> FloatArray:
        """Return the offset of each region in logits as known before `day`; above 0: parcels come later than told.

        `never` is the share of parcels that never arrive; curves are told given arrival, so levels are reached by the
        others only.

        The told probability at the day of arrival is uniform where curves are right; of a parcel still open it is
        known to be above that of today. Their product-limit distribution is compared, region by region, with the whole.
        """
        history, found = self._history, np.zeros(len(self._history.region.names))
        placed = history.placed_day
        rows = np.flatnonzero((self._slot >= 0) & (placed < day) & (placed >= day - params.look_back_days))
        rows = rows[~known_called_off(history, day)[rows]]
        if len(rows) < params.least_in_all:
            return found
        arrived, heights = self._heights(rows, day)
        size_of, ago = history.weight[rows] / unit, placed[rows] - day
        weight = size_of * np.exp2(ago / params.half_life_days)
        grid = np.linspace(0.0, 1.0, 801)
        whole = distribution(heights, arrived, weight, grid)
        levels = np.array(params.levels)
        told = _logit(_level(whole, grid, levels))
        lately = distribution(heights, arrived, size_of * np.exp2(ago / params.whole_half_life_days), grid)
        reached = (1.0 - never) * levels
        lacking = 0.0
        if lately.max() >= reached.max():  # else nothing is known yet of how the later ones fare
            lacking = float(np.mean(_logit(_level(lately, grid, reached)) - _logit(levels)))
        region = history.region.code[rows]
        for code in np.unique(region):
            own = region == code
            if own.sum() < params.least_parcels:
                continue
            size = weight[own].sum()
            mixed = size * distribution(heights[own], arrived[own], weight[own], grid) + params.prior * whole
            needed = _logit(_level(mixed / (size + params.prior), grid, levels))
            found[code] = np.clip(np.mean(needed - told), -params.most, params.most)
        return found + params.share_of_whole * float(np.clip(lacking, -params.most, params.most))

    def _heights(self, rows: IntArray, day: int) -> tuple[npt.NDArray[np.bool_], FloatArray]:
        """Whether each parcel had arrived before a day, and the told probability there or on the eve."""
        history, curves = self._history, self._curves[self._slot[rows]]
        delivered, eve = history.delivered_day[rows], day - 1
        arrived = (delivered != NOT_YET) & (delivered <= eve)
        age = np.clip(np.where(arrived, delivered, eve) - history.placed_day[rows], 0, curves.shape[1] - 1)
        line = np.arange(len(rows))
        upper = curves[line, age].astype(np.float64)
        lower = np.where(age > 0, curves[line, np.maximum(age - 1, 0)], 0.0)
        return arrived, np.where(arrived, lower + (upper - lower) * self._place[rows], upper)


def distribution(
    heights: FloatArray, arrived: npt.NDArray[np.bool_], weight: FloatArray, grid: FloatArray
) -> FloatArray:
    """Product-limit estimate at the points of a grid of heights of which some are only known to be exceeded."""
    order = np.argsort(heights, kind="stable")
    at_risk = np.maximum(np.cumsum(weight[order][::-1])[::-1], 1e-9)
    left = np.cumprod(1.0 - np.where(arrived[order], np.minimum(weight[order] / at_risk, 1.0), 0.0))
    through = np.searchsorted(heights[order], grid, side="right")
    return np.asarray(1.0 - np.where(through > 0, left[np.maximum(through - 1, 0)], 1.0))


def shifted(curves: FloatArray, offset: FloatArray) -> FloatArray:
    """Lower curves [m, D] by offsets [m] in logits; 0 and 1 stay."""
    inside = np.clip(curves, 1e-12, 1.0 - 1e-12)
    moved = 1.0 / (1.0 + (1.0 - inside) / inside * np.exp(offset)[:, None])
    return np.asarray(np.where((curves <= 0.0) | (curves >= 1.0), curves, moved))


def _level(values: FloatArray, grid: FloatArray, levels: FloatArray) -> FloatArray:
    return np.clip(np.interp(levels, np.maximum.accumulate(values), grid), 0.3, 0.995)


def _logit(level: FloatArray) -> FloatArray:
    return np.asarray(np.log(level / (1.0 - level)))
