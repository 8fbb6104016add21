"""Boosted trees that say how much likelier than its peers a parcel is to end a stage on a day at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.history import FloatArray
from doorstep.kernels.promise.stages import Baseline, Stage

MANY_ROWS = 500_000
LEAST, MOST = 0.05, 20.0  # a risk beyond these times the baseline is not believed


@dataclass(frozen=True, slots=True)
class TreeParams:
    """Of the boosting, each with its default here and nowhere else."""

    rounds: int = 60
    learning_rate: float = 0.09
    leaves: int = 15
    least_rows: int = 60
    ridge: float = 2.0
    share_of_features: float = 0.7


@dataclass(frozen=True, slots=True)
class RelativeRisk:
    """Fitted trees; None: too little was known, all parcels are alike."""

    trees: Any
    bands: int
    told: npt.NDArray[np.intp]  # the figures that are told of any parcel; the others say nothing

    def of(self, figures: FloatArray) -> FloatArray:
        """Return [m, B] the risk relative to the baseline in each band, given [m, F] figures."""
        count = len(figures)
        if self.trees is None or not count:
            return np.ones((count, self.bands))
        band = np.tile(np.arange(self.bands, dtype=np.float64), count)[:, None]
        risk = self.trees.predict(np.hstack([band, np.repeat(figures[:, self.told], self.bands, axis=0)]))
        return np.asarray(np.clip(risk, LEAST, MOST).reshape(count, self.bands), dtype=np.float64)


def fit_risk(
    stage: Stage,
    cells: IntArray,
    weight: FloatArray,
    base: Baseline,
    figures: FloatArray,
    params: TreeParams,
    seed: int,
) -> RelativeRisk:
    """Fit a piecewise exponential model: events of a parcel in a band against what the baseline lets expect there.

    Parameters
    ----------
    cells
        [C'] days at risk to learn from.
    weight
        [C'] of each day.
    figures
        [n, F] of all parcels, NaN: not told.

    References
    ----------
    M. Friedman, "Piecewise exponential models for survival data with covariates", Ann. Statist. 10 (1982) 101-113;
    A. Bender, D. Rügamer, F. Scheipl, B. Bischl, "A general machine learning framework for survival analysis", ECML
    PKDD 2020: a Poisson likelihood with the exposure as weight, boosted by trees.
    """
    size = int(stage.bands[-1]) + 1
    key = stage.row[cells].astype(np.int64) * size + stage.bands[stage.age[cells]]
    starts = np.flatnonzero(np.diff(key, prepend=-1))  # the days of a parcel stand together
    exposed = base.of(stage.age[cells], stage.day_class[cells])
    nothing = RelativeRisk(None, size, np.arange(0))
    if not len(starts):
        return nothing
    hoped = np.add.reduceat(exposed, starts)
    observed = np.add.reduceat(stage.ended[cells].astype(np.float64), starts)
    heavy = np.add.reduceat(exposed * weight, starts)
    use = hoped > 1e-4
    if use.sum() < 4 * params.least_rows or observed[use].sum() < params.least_rows:
        return nothing
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    trees = HistGradientBoostingRegressor(
        loss="poisson",
        learning_rate=params.learning_rate,
        max_iter=params.rounds,
        max_leaf_nodes=params.leaves,
        min_samples_leaf=params.least_rows,
        l2_regularization=params.ridge,
        max_features=params.share_of_features,
        early_stopping=False,
        random_state=seed,
    )
    rows = key[starts][use]
    of_parcel = figures[rows // size]
    told = np.flatnonzero(~np.all(np.isnan(of_parcel), axis=0))
    x = np.hstack([(rows % size).astype(np.float64)[:, None], of_parcel[:, told]])
    # Threads that wait for one another cost more than they bring where there is little to do.
    with threadpool_limits(1 if len(rows) < MANY_ROWS else None, user_api="openmp"):
        trees.fit(x, observed[use] / hoped[use], sample_weight=heavy[use])
    return RelativeRisk(trees, size, told)
