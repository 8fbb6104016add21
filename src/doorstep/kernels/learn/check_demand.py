"""Verify a forecast of demand from its definition; no code is shared with what foresees."""

from __future__ import annotations

import math

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.learn.demand_problem import DemandProblem
from doorstep.kernels.learn.demand_result import DemandForecast

NEAR = 1e-9
MOST_COUNTED = 2_000  # quantiles above it are not summed up to


def check_demand(problem: DemandProblem, found: DemandForecast) -> list[str]:
    """Say all that is wrong with a forecast; an empty list: nothing is.

    Means and quantiles fit the problem, are never negative, and quantiles ascend and are whole; totals are the sums of
    their weeks; each quantile is the least count that its negative binomial reaches it with, summed up here term by
    term; shares of parts add up to one; what serves follows from the verdict.
    """
    count, horizon, levels = len(problem.series), problem.horizon, len(problem.quantiles_ppm)
    shapes = (found.mean.shape, found.quantile.shape, found.total_mean.shape, found.total_quantile.shape)
    if shapes != ((count, horizon), (count, horizon, levels), (count,), (count, levels)):
        return [f"shapes {shapes} do not fit {count} series, {horizon} weeks, {levels} quantiles"]
    wrong: list[str] = []
    if found.series != problem.series or found.quantiles_ppm != problem.quantiles_ppm:
        wrong.append("series or quantiles are not those of the problem")
    for name in ("mean", "quantile", "total_mean", "total_quantile"):
        values = getattr(found, name)
        if not (np.isfinite(values) & (values >= 0)).all():
            wrong.append(f"{name} is negative or no number")
    for name in ("quantile", "total_quantile"):
        values = getattr(found, name)
        if (np.diff(values, axis=-1) < 0).any():
            wrong.append(f"{name} does not ascend")
        if (values != np.rint(values)).any():
            wrong.append(f"{name} is not whole")
    if not np.allclose(found.total_mean, found.mean.sum(axis=1)):
        wrong.append("a total is not the sum of its weeks")
    wrong += _parts(found)
    wrong += _served(found)
    return wrong or _quantiles(found)


def _parts(found: DemandForecast) -> list[str]:
    sums: dict[str, float] = {}
    for part in found.parts:
        if part.share < 0:
            return [f"{part.sku} has a negative share"]
        sums[part.category] = sums.get(part.category, 0.0) + part.share
    return [f"shares of {name} sum to {total}" for name, total in sums.items() if abs(total - 1) > 1e-6]


def _served(found: DemandForecast) -> list[str]:
    if (found.served == "candidate") != found.verdict.published:
        return [f"{found.served} serves, and the candidate is {'' if found.verdict.published else 'not '}published"]
    return []


def _quantiles(found: DemandForecast) -> list[str]:
    wrong: list[str] = []
    for row, key in enumerate(found.series):
        size, total_size = float(found.size[row]), float(found.total_size[row])
        weeks = [(float(m), size, q) for m, q in zip(found.mean[row], found.quantile[row], strict=True)]
        total = float(found.total_mean[row]), total_size, found.total_quantile[row]
        for mean, r, quantiles in (*weeks, total):
            for level, value in zip(found.quantiles_ppm, quantiles, strict=True):
                if value <= MOST_COUNTED and not _least(mean, r, level / PPM, int(value)):
                    wrong.append(f"{key.name} {key.region}: {value:g} is not quantile {level} of mean {mean}, size {r}")
    return wrong


def _least(mean: float, r: float, level: float, value: int) -> bool:
    """Whether P(demand < value) < level <= P(demand <= value), but for the last digits."""
    if mean <= 1e-4:
        return value == 0
    below, at_or_below = 0.0, 0.0
    for n in range(value + 1):
        below = at_or_below
        if r > 0:
            logged = math.lgamma(n + r) - math.lgamma(r) - math.lgamma(n + 1)
            logged += r * math.log(r / (r + mean)) + n * math.log(mean / (r + mean))
        else:
            logged = n * math.log(mean) - mean - math.lgamma(n + 1)
        at_or_below += math.exp(logged)
    return at_or_below >= level - NEAR and (value == 0 or below < level + NEAR)
