"""How well promises were kept: the figures of a backtest, each with its denominator.

A parcel is *decided* when it was delivered, or when the history tells of a day after its promised date; the others are
*open*: counted, and in no rate. A parcel that was never delivered is late once its promise has passed. All rates and
means are weighted by the sample weight.

References
----------
H. R. Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17 (1989)
1217-1241: parcels of one week share their weather, so that whole weeks are drawn, in blocks of neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, IntArray
from doorstep.kernels.promise.history import FloatArray
from doorstep.kernels.promise.intervals import block_length, week_draws, week_numbers
from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked

BoolArray = npt.NDArray[np.bool_]
DRAWS = 1_000
SEED = 20_180_430  # the draws are the same for every method, so that methods are compared on the same weeks
LEVEL = 0.9
LEAST_OF_WORST = 200  # decided parcels that a region needs to be called the worst
MEASURES = ("on_time_rate", "on_time_rate_delivered", "mean_promised_days", "mean_early_days", "pinball_loss")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of parcels on time, and how many parcels were decided. NaN: none was."""

    n: int
    rate: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of promises; NaN where a figure has no denominator.

    Attributes
    ----------
    n, delivered, undelivered, open
        Parcels promised; of these delivered; not delivered by a promise that has passed; and neither.
    on_time_rate
        Delivered by the promised date, among the decided.
    on_time_rate_delivered
        The same among the delivered.
    mean_promised_days
        Calendar days from the local date of placing to the promised date, of all n.
    mean_early_days
        Promised less arrived, of the delivered; late parcels count below zero.
    mean_late_days
        Days late over all delivered, those in time with 0.
    pinball_loss
        Of the delivered, at the target t: t (y - q) where y, the days to arrival, is above q, the days promised; else
        (1 - t) (q - y).
    coverage_by_month, coverage_by_region
        The on-time rate by month of placing and by region of destination.
    mean_monthly_deviation
        Mean over the months with a decided parcel of |rate - target|, every month alike.
    worst_region
        Name of the region with the least rate among those of at least `LEAST_OF_WORST` decided parcels; empty: none.
    intervals
        Lower and upper end, at `LEVEL`, of each of `MEASURES`, by drawing weeks; (NaN, NaN) with less than two weeks.
    """

    n: int
    delivered: int
    undelivered: int
    open: int
    on_time_rate: float
    on_time_rate_delivered: float
    mean_promised_days: float
    mean_early_days: float
    mean_late_days: float
    pinball_loss: float
    coverage_by_month: dict[str, Rate]
    coverage_by_region: dict[str, Rate]
    mean_monthly_deviation: float
    worst_region: str
    intervals: dict[str, tuple[float, float]]


def figures(walked: Walked, target_ppm: int) -> Figures:
    """Return the figures of the promises made for one of the targets; raises InvalidProblem if it was not asked for."""
    place = np.flatnonzero(walked.targets_ppm == target_ppm)
    if not len(place):
        raise InvalidProblem(f"promises were not made for a target of {target_ppm} ppm")
    days = walked.promised_days[:, int(place[0])].astype(np.int64)
    return _figures(walked, days, np.arange(len(walked)), target_ppm)


def shop_figures(walked: Walked, target_ppm: int) -> Figures | None:
    """Return the same of the dates that the shop itself promised, of the parcels that have one; None: none has."""
    dated = np.flatnonzero(walked.shop_days >= 0)
    return _figures(walked, walked.shop_days[dated], dated, target_ppm) if len(dated) else None


def _figures(walked: Walked, promised: IntArray, rows: IntArray, target_ppm: int) -> Figures:
    """Return the figures of some rows, promised [m] days each."""
    target = target_ppm / PPM
    arrived, weight, placed = walked.arrived_days[rows], walked.weight[rows], walked.placed_day[rows]
    came = arrived != NOT_DELIVERED
    decided = came | (walked.known_days[rows] > promised)
    on_time = came & (arrived <= promised)
    behind = np.where(came, arrived - promised, 0).astype(np.float64)
    loss = np.where(behind > 0, target * behind, (target - 1) * behind)
    sums = np.stack(
        [
            weight * on_time,
            weight * decided,
            weight * came,
            weight * promised,
            weight,
            weight * -behind,
            weight * np.maximum(behind, 0),
            weight * loss,
        ]
    )
    found = _measures(sums.sum(axis=1, keepdims=True))[:, 0]
    months = np.array([date.fromordinal(int(day) + EPOCH_ORDINAL).isoformat()[:7] for day in placed])
    by_month = _rates(months, on_time, decided, weight)
    by_region = _rates(np.array(walked.destination_region)[rows], on_time, decided, weight)
    deviations = [abs(one.rate - target) for one in by_month.values() if one.rate == one.rate]
    large = [(one.rate, name) for name, one in by_region.items() if one.n >= LEAST_OF_WORST and one.rate == one.rate]
    return Figures(
        n=len(rows),
        delivered=int(came.sum()),
        undelivered=int((decided & ~came).sum()),
        open=int((~decided).sum()),
        on_time_rate=float(found[0]),
        on_time_rate_delivered=float(found[1]),
        mean_promised_days=float(found[2]),
        mean_early_days=float(found[3]),
        mean_late_days=float(_ratio(sums[6].sum(), sums[2].sum())),
        pinball_loss=float(found[4]),
        coverage_by_month=by_month,
        coverage_by_region=by_region,
        mean_monthly_deviation=float(np.mean(deviations)) if deviations else nan,
        worst_region=min(large)[1] if large else "",
        intervals=_intervals(sums, placed),
    )


def _measures(sums: FloatArray) -> FloatArray:
    """Return `MEASURES` [5, ...] of sums [8, ...]."""
    on_time, decided, came, promised, weight, early, _, loss = sums
    pairs = ((on_time, decided), (on_time, came), (promised, weight), (early, came), (loss, came))
    return np.stack([_ratio(above, below) for above, below in pairs])


def _ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> FloatArray:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.asarray(np.divide(above, below, out=np.full_like(above, nan), where=below > 0), dtype=np.float64)


def _rates(names: npt.NDArray[np.str_], on_time: BoolArray, decided: BoolArray, weight: FloatArray) -> dict[str, Rate]:
    """Return the rates of every name that a parcel has, in their order."""
    found, group = np.unique(names, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group, weights=decided)
    rates = _ratio(np.bincount(group, weights=weight * on_time), np.bincount(group, weights=weight * decided))
    return {str(name): Rate(int(n), float(rate)) for name, n, rate in zip(found, counts, rates, strict=True)}


def _intervals(sums: FloatArray, placed: IntArray) -> dict[str, tuple[float, float]]:
    """Draw blocks of neighbouring weeks, on a circle, until there are as many as the test has."""
    week = week_numbers(placed.astype(np.int64))
    week = week - week.min()
    weeks = int(week.max()) + 1
    if weeks < 2:
        return dict.fromkeys(MEASURES, (nan, nan))
    by_week = np.stack([np.bincount(week, weights=row, minlength=weeks) for row in sums])
    drawn = week_draws(weeks, block_length(weeks), DRAWS, SEED)
    found = _measures(by_week @ drawn.T)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    told = [row[~np.isnan(row)] for row in found]
    ends = [tuple(map(float, np.quantile(row, tails))) if len(row) else (nan, nan) for row in told]
    return {name: (low, high) for name, (low, high) in zip(MEASURES, ends, strict=True)}
