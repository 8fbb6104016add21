"""Least squares under order: tables that rise along both axes, and natural breaks of a line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def rising(values: Floats, weights: Floats) -> Floats:
    """The nearest non-decreasing sequence, by pooling adjacent violators. Weights > 0."""
    level: list[float] = []
    mass: list[float] = []
    size: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        level.append(value)
        mass.append(weight)
        size.append(1)
        while len(level) > 1 and level[-2] > level[-1]:
            total = mass[-2] + mass[-1]
            level[-2:] = [(level[-2] * mass[-2] + level[-1] * mass[-1]) / total]
            mass[-2:] = [total]
            size[-2:] = [size[-2] + size[-1]]
    return np.repeat(np.array(level), size)


def rising_table(values: Floats, weights: Floats, rounds: int = 200) -> Floats:
    """The nearest table that falls along neither rows nor columns, by Dykstra's alternating projections.

    A last pass of running maxima removes what the projections left below the tolerance, so the order is exact.
    """
    table = values.copy()
    by_row, by_column = np.zeros_like(table), np.zeros_like(table)
    for _ in range(rounds):
        before = table.copy()
        start = table + by_row
        table = np.stack([rising(*row) for row in zip(start, weights, strict=True)])
        by_row = start - table
        start = table + by_column
        table = np.stack([rising(*column) for column in zip(start.T, weights.T, strict=True)]).T
        by_column = start - table
        if np.abs(table - before).max() < 1e-6:
            break
    return np.maximum.accumulate(np.maximum.accumulate(table, axis=0), axis=1)


def natural_breaks(values: Floats, weights: Floats, classes: int) -> npt.NDArray[np.int64]:
    """Class of each value, 0 for the lowest: the split of the sorted line with the least weighted variance within.

    Exact, by dynamic programming (Fisher, 1958). Fewer classes come out when there are fewer distinct values.
    """
    levels, level_of = np.unique(values, return_inverse=True)
    mass = np.bincount(level_of, weights=weights)
    classes = min(classes, len(levels))
    weight = np.concatenate(([0.0], np.cumsum(mass)))
    first = np.concatenate(([0.0], np.cumsum(mass * levels)))
    second = np.concatenate(([0.0], np.cumsum(mass * levels**2)))
    count = len(levels)
    best = np.full((classes + 1, count + 1), np.inf)
    cut = np.zeros((classes + 1, count + 1), dtype=np.int64)
    best[0, 0] = 0.0
    for k in range(1, classes + 1):
        for end in range(k, count + 1):
            start = np.arange(k - 1, end)
            within = second[end] - second[start] - (first[end] - first[start]) ** 2 / (weight[end] - weight[start])
            totals = best[k - 1, start] + within
            least = int(totals.argmin())
            best[k, end], cut[k, end] = totals[least], start[least]
    class_of_level = np.zeros(count, dtype=np.int64)
    end = count
    for k in range(classes, 0, -1):
        class_of_level[cut[k, end] : end] = k - 1
        end = int(cut[k, end])
    return class_of_level[level_of]
