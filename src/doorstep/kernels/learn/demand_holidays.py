"""How public holidays move demand: one effect for all series, by the weeks before an origin."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.learn.demand_problem import DemandProblem, FloatArray

AROUND = 8  # weeks that a week is held against
STEADIER = 50.0  # units added to both sides of that ratio
RIDGE = 4.0  # squared days off of evidence that there is no effect


def holiday_factor(problem: DemandProblem, origins: tuple[int, ...]) -> FloatArray:
    """Give by how much the holidays of the weeks ahead move each series. [O, S, H].

    The logarithm of a week's sum of all series over the mean of the eight weeks before is regressed on its days off,
    less the mean of theirs, drawn towards nothing (ridge). Without `days_off`, or with too short a past, 1.
    """
    shape = (len(origins), len(problem.series), problem.horizon)
    found = np.ones(shape)
    off = problem.days_off
    if off is None:
        return found
    for at, origin in enumerate(origins):
        if origin <= AROUND:
            continue
        effect = _effect(problem.units[:, :origin].astype(np.float64), off[:, :origin])
        usual = off[:, origin - AROUND : origin].mean(axis=1)
        ahead = off[:, origin : origin + problem.horizon]
        found[at] = np.exp(effect * (ahead - usual[:, None]))
    return found


def _effect(units: FloatArray, off: FloatArray) -> float:
    """Slope of the logarithm of demand by a day off, of all series together."""
    sold = units.sum(axis=1)
    if not sold.sum():
        return 0.0
    total, days = units.sum(axis=0), sold @ off / sold.sum()
    moved, against = [], []
    for week in range(AROUND, len(total)):
        before = total[week - AROUND : week].mean()
        moved.append(np.log((total[week] + STEADIER) / (before + STEADIER)))
        against.append(days[week] - days[week - AROUND : week].mean())
    x, y = np.array(against), np.array(moved)
    return float(x @ y) / (float(x @ x) + RIDGE)
