"""Demand drawn for tests."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.demand_problem import DemandProblem, IntArray, SeriesKey


def keys(goods: int, regions: int) -> tuple[SeriesKey, ...]:
    return tuple(
        sorted(SeriesKey("category", f"c{good}", f"R{region}") for good in range(goods) for region in range(regions))
    )


def problem_of(units: IntArray, horizon: int = 2, regions: int = 1) -> DemandProblem:
    """Series that began with the first week."""
    count = len(units)
    return DemandProblem(keys(count // regions, regions), units, np.zeros(count, dtype=np.int64), 17_000, horizon)


def drawn(seed: int, goods: int = 4, regions: int = 3, weeks: int = 60, horizon: int = 3) -> DemandProblem:
    """Sparse and dense goods, steady but for chance."""
    random = np.random.default_rng(seed)
    rate = np.outer(10.0 ** random.uniform(-1.5, 1.3, goods), random.uniform(0.2, 1.5, regions)).ravel()
    shape = 2.0
    units = random.negative_binomial(shape, shape / (shape + rate[:, None]), (goods * regions, weeks))
    return problem_of(units.astype(np.int64), horizon, regions)
