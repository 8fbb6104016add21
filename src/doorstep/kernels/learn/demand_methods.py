"""How weekly demand is foreseen: each method gives means from several origins at once, each by the weeks before it.

A recursion goes through the weeks once; what it holds as a week begins is what is known at that origin. So no origin
sees what follows it.

References
----------
J. D. Croston, "Forecasting and stock control for intermittent demands", Operational Research Quarterly 23 (1972).
A. A. Syntetos and J. E. Boylan, "The accuracy of intermittent demand estimates", Int. J. of Forecasting 21 (2005).
R. H. Teunter, A. A. Syntetos and M. Z. Babai, "Intermittent demand: linking forecasting to inventory obsolescence",
European J. of Operational Research 214 (2011).
E. S. Gardner and E. McKenzie, "Forecasting trends in time series", Management Science 31 (1985).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from doorstep.kernels.learn.demand_holidays import holiday_factor
from doorstep.kernels.learn.demand_pooled import pooled_means, year_ago
from doorstep.kernels.learn.demand_problem import DemandParams, DemandProblem, FloatArray, IntArray

RECENT = 8  # weeks of a short mean
LONG = 26  # weeks of a long one
ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.5)
TRENDS = ((0.1, 0.05), (0.2, 0.1), (0.4, 0.1))  # smoothing of the level, of the trend
DAMPING = 0.9
INTERMITTENT = 0.1  # smoothing of sizes, intervals and chances


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Units [S, T] as floats, where each series' life begins, and from which weeks H weeks are foreseen."""

    units: FloatArray
    since: IntArray
    origins: tuple[int, ...]
    horizon: int
    season: int
    problem: DemandProblem


def past_of(problem: DemandProblem, origins: tuple[int, ...], params: DemandParams) -> Past:
    """Prepare a problem for the methods; an origin is the number of weeks known."""
    return Past(problem.units.astype(np.float64), problem.since, origins, problem.horizon, params.season_weeks, problem)


def seasonal_naive(past: Past) -> FloatArray:
    """Give the week of a year before; where there is none yet, the last week."""
    found = _empty(past)
    for at, origin in enumerate(past.origins):
        last = past.units[:, origin - 1] if origin else np.zeros(len(past.units))
        for ahead in range(past.horizon):
            week = origin + ahead - past.season * (ahead // past.season + 1)
            before = past.units[:, week] if week >= 0 else last
            found[at, :, ahead] = np.where((week >= past.since) & (week >= 0), before, last)
    return found


def short_mean(past: Past) -> FloatArray:
    """Give the mean of the last eight weeks of a life."""
    return _flat(past, _running_mean(past, RECENT))


def long_mean(past: Past) -> FloatArray:
    """Give the mean of the last half year of a life."""
    return _flat(past, _running_mean(past, LONG))


def _running_mean(past: Past, weeks: int) -> FloatArray:
    summed = np.concatenate([np.zeros((len(past.units), 1)), past.units.cumsum(axis=1)], axis=1)
    found = np.zeros((len(past.origins), len(past.units)))
    rows = np.arange(len(past.units))
    for at, origin in enumerate(past.origins):
        first = np.minimum(np.maximum(past.since, origin - weeks), origin)
        found[at] = (summed[rows, origin] - summed[rows, first]) / np.maximum(origin - first, 1)
    return found


def smoothed(past: Past) -> FloatArray:
    """Simple exponential smoothing, each series with the constant whose squared errors were least so far."""
    alphas = np.array(ALPHAS)[:, None]
    level = np.zeros((len(ALPHAS), len(past.units)))
    missed = np.zeros_like(level)
    seen: dict[int, FloatArray] = {}
    for week in range(past.units.shape[1] + 1):
        if week in past.origins:
            seen[week] = np.take_along_axis(level, missed.argmin(axis=0)[None], axis=0)[0]
        if week == past.units.shape[1]:
            break
        now, lives, first = past.units[:, week], week >= past.since, week == past.since
        error = np.where(lives & ~first, now - level, 0.0)
        missed += error**2
        level = np.where(first, now, level + alphas * error)
    return _flat(past, np.stack([seen[origin] for origin in past.origins]))


def damped(past: Past) -> FloatArray:
    """Exponential smoothing with a trend that dies out, each series with the constants that missed least so far."""
    alpha, beta = (np.array(column)[:, None] for column in zip(*TRENDS, strict=True))
    level, trend = np.zeros((len(TRENDS), len(past.units))), np.zeros((len(TRENDS), len(past.units)))
    missed = np.zeros_like(level)
    reach = np.cumsum(DAMPING ** np.arange(1, past.horizon + 1))
    found, places = _empty(past), {origin: at for at, origin in enumerate(past.origins)}
    for week in range(past.units.shape[1] + 1):
        if week in places:
            best = missed.argmin(axis=0)[None]
            base, slope = (np.take_along_axis(one, best, axis=0)[0] for one in (level, trend))
            found[places[week]] = np.maximum(base[:, None] + slope[:, None] * reach, 0.0)
        if week == past.units.shape[1]:
            break
        now, lives, first = past.units[:, week], week >= past.since, week == past.since
        error = np.where(lives & ~first, now - level - DAMPING * trend, 0.0)
        missed += error**2
        level = np.where(first, now, np.where(lives, level + DAMPING * trend + alpha * error, 0.0))
        trend = np.where(lives & ~first, DAMPING * trend + alpha * beta * error, 0.0)
    return found


def croston_sba(past: Past) -> FloatArray:
    """Size over interval of demands, both smoothed, less the bias that Syntetos and Boylan found (their eq. 4)."""
    count = len(past.units)
    size, interval, waited = np.zeros(count), np.zeros(count), np.ones(count)
    seen: dict[int, FloatArray] = {}
    for week in range(past.units.shape[1] + 1):
        if week in past.origins:
            rate = np.divide(size, interval, out=np.zeros(count), where=interval > 0)
            seen[week] = (1 - INTERMITTENT / 2) * rate
        if week == past.units.shape[1]:
            break
        now, lives = past.units[:, week], week >= past.since
        met, first = lives & (now > 0), interval == 0
        size = np.where(met, np.where(first, now, size + INTERMITTENT * (now - size)), size)
        interval = np.where(met, np.where(first, waited, interval + INTERMITTENT * (waited - interval)), interval)
        waited = np.where(met, 1.0, np.where(lives, waited + 1, 1.0))
    return _flat(past, np.stack([seen[origin] for origin in past.origins]))


def tsb(past: Past) -> FloatArray:
    """Size times chance of demands; the chance fades with every week without one (Teunter et al., eq. 5 and 6)."""
    count = len(past.units)
    size, chance, lived = np.zeros(count), np.zeros(count), np.zeros(count)
    seen: dict[int, FloatArray] = {}
    for week in range(past.units.shape[1] + 1):
        if week in past.origins:
            seen[week] = size * chance
        if week == past.units.shape[1]:
            break
        now, lives = past.units[:, week], week >= past.since
        met, first = lives & (now > 0), size == 0
        lived = lived + lives
        # Until the first demand nothing is known of the chance; then it came once in the weeks lived.
        began = 1.0 / np.maximum(lived, 1)
        faded = chance + INTERMITTENT * (met - chance)
        chance = np.where(first, np.where(met, began, 0.0), np.where(lives, faded, chance))
        size = np.where(met, np.where(first, now, size + INTERMITTENT * (now - size)), size)
    return _flat(past, np.stack([seen[origin] for origin in past.origins]))


def pooled(past: Past) -> FloatArray:
    """Each series drawn towards what its goods and its region sell together; see `demand_pooled`."""
    return pooled_means(past.problem, past.origins)


def pooled_year(past: Past) -> FloatArray:
    """Pooled, times half of how the same weeks of a year ago stood out, of all series together."""
    return pooled_means(past.problem, past.origins) * year_ago(past.problem, past.origins, past.season, 0.5)[:, None, :]


def pooled_full_year(past: Past) -> FloatArray:
    """Pooled, times the whole of how the same weeks of a year ago stood out."""
    return pooled_means(past.problem, past.origins) * year_ago(past.problem, past.origins, past.season, 1.0)[:, None, :]


def pooled_holidays(past: Past) -> FloatArray:
    """Pooled, moved by the public holidays of the weeks ahead; see `demand_holidays`."""
    return pooled(past) * holiday_factor(past.problem, past.origins)


def _empty(past: Past) -> FloatArray:
    return np.zeros((len(past.origins), len(past.units), past.horizon))


def _flat(past: Past, level: FloatArray) -> FloatArray:
    return np.repeat(np.maximum(level, 0.0)[:, :, None], past.horizon, axis=2)


Method = Callable[[Past], FloatArray]
NAIVE = "seasonal_naive"
METHODS: Mapping[str, Method] = {
    NAIVE: seasonal_naive,
    "short_mean": short_mean,
    "long_mean": long_mean,
    "smoothed": smoothed,
    "damped": damped,
    "croston_sba": croston_sba,
    "tsb": tsb,
    "pooled": pooled,
    "pooled_year": pooled_year,
    "pooled_full_year": pooled_full_year,
    "pooled_holidays": pooled_holidays,
}
